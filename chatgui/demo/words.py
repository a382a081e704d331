"""What the demo answers: composed from the request alone, so the same request always gets the same words.

Never a pretence of a model: it says what it is, what it looked at, and when it does not know.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from chatgui.demo.ask import PACE, Ask, files, text
from chatgui.demo.count import RULE, pieces, words
from chatgui.demo.topics import find, flow, for_turn

SHOWN = 400  # characters of the user's words that are echoed
_GREETINGS = frozenset({"hi", "hello", "hey", "hallo", "bonjour", "hola", "ciao", "moin", "morning", "evening"})
_THANKS = frozenset({"thanks", "thank", "thx", "danke", "merci", "gracias", "cheers"})
_OBEYED = {
    "model": "chose who answers",
    "stream": "decided whether the answer comes piece by piece",
    "max_tokens": "ends the answer there",
    "max_completion_tokens": "ends the answer there",
    "stop": "ends the answer before these words",
    "reasoning_effort": "sets how long the reasoning is",
    "reasoning": "sets how long the reasoning is",
    "stream_options": "asks for usage at the end of the stream",
    "tools": "offered for use; only the model `tools` calls them",
    PACE: "sets the speed",
}

_INTRODUCTION = """
This is the **demo**: a small server inside the program. It is not a language model. It matches words, counts, and fills in
sentences that people wrote, and nothing you write to it leaves this computer.
"""

_TOUR = """
### What is where

| Place | What it is for |
|:--|:--|
| Left | Your conversations, and a field to search them |
| Middle | The conversation; answers stream in here |
| Right | The reasoning pane: what a model thinks before it answers |
| Below | The composer; Enter sends, Shift+Enter begins a new line |
| Under each answer | What it took, in tokens, and who counted |

### Three things to try

- [x] Send a message
- [ ] Press Escape in the middle of an answer, then let it go on
- [ ] Add an account of your own under “Accounts…”
"""

_LOOKS = r"""
### How answers look

Text can be **strong**, *stressed* or `code`, and may link elsewhere, for example to a
[ten-minute lesson in Markdown](https://commonmark.org/help/). A formula stands in the line, such as $e^{i\pi} + 1 = 0$, or
has a line to itself:

$$
\bar{x} = \frac{1}{n} \sum_{k=1}^{n} x_k = %(mean)s
$$

That is the mean length of the %(count)s you wrote. The same in Python:

```python
def mean_length(text: str) -> float:
    words = text.split()
    return sum(map(len, words)) / len(words)

print(mean_length(%(literal)s))  # %(mean)s
```

> A quotation looks like this. Code, tables and formulas can be copied as they were written.
"""


def answer(ask: Ask, manner: str = "") -> str:
    """The whole answer to `ask`. `manner` says, in Markdown, how this personality speaks."""
    blocks = [_opening(ask), echo(ask), *_matter(ask)]
    if manner and ask.turn == 1:
        blocks.append("### How this model speaks\n\n" + manner)
    blocks.append(parameters(ask))
    blocks.append(_closing(ask))
    return "\n\n".join(block.strip("\n") for block in blocks if block) + "\n"


def _opening(ask: Ask) -> str:
    return "## Welcome\n\n" + flow(_INTRODUCTION) if ask.turn == 1 else ""


def _matter(ask: Ask) -> Iterator[str]:
    asked = set(ask.prompt.lower().replace(",", " ").replace(".", " ").split())
    found = find(ask.prompt)
    if asked & _THANKS:
        yield "You are welcome."
    if found:
        topic, hits = found
        yield f"You mention {listed(hits)}, so this may help."
        yield f"### {topic.title}\n\n{topic.body}"
    elif ask.turn > 1:
        if not asked & (_THANKS | _GREETINGS):
            yield (
                "None of these words is one I know, so I cannot answer that; a real model could. Add an account to ask "
                "one. Meanwhile, the tour goes on."
            )
        topic = for_turn(ask.turn)
        yield f"### {topic.title}\n\n{topic.body}"
    if ask.turn == 1:
        if not found:
            yield _TOUR
        yield _looks(ask.prompt)


def _looks(prompt: str) -> str:
    first = " ".join(prompt.split()[:6]) or "nothing"
    lengths = [len(word) for word in first.split()]
    count = plural(len(lengths), "word") if len(lengths) > 1 else "word"
    if words(prompt) > len(lengths):
        count = "first " + count
    return flow(_LOOKS) % {"mean": f"{sum(lengths) / len(lengths):.2f}", "count": count, "literal": _literal(first)}


def _literal(words_: str) -> str:
    return json.dumps(words_, ensure_ascii=False)


def echo(ask: Ask) -> str:
    """The user's own words as a quotation, and what can be counted in them."""
    shown = ask.prompt if len(ask.prompt) <= SHOWN else ask.prompt[:SHOWN].rstrip() + " …"
    lines = shown.strip("\n").split("\n") or [""]
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    return f"You wrote:\n\n{quoted}\n\nThat is {counts(ask)}."


def counts(ask: Ask) -> str:
    """Words, characters, lines and files of the last message, and its place in the conversation."""
    prompt = ask.prompt
    last: Mapping[str, Any] = next((one for one in reversed(ask.messages) if one.get("role") == "user"), {})
    parts = [plural(words(prompt), "word"), plural(len(prompt), "character"), plural(prompt.count("\n") + 1, "line")]
    if files(last):
        parts.append(plural(files(last), "file") + " that I do not open")
    place = f"message {len(ask.messages)}" if len(ask.messages) > 1 else "the first message"
    return f"{listed(parts, quote=False)}, in {place} of this conversation"


def parameters(ask: Ask) -> str:
    """A table of what the request held besides its messages."""
    roles = Counter(str(one.get("role")) for one in ask.messages)
    rows = [
        f"| `messages` | {listed([f'{n} {role}' for role, n in roles.items()], quote=False)} | were read and counted |"
    ]
    for name, value in ask.body.items():
        if name != "messages":
            rows.append(f"| `{_cell(name)}` | `{_cell(value)}` | {_OBEYED.get(name, 'has no effect here')} |")
    system = text(ask.messages[0]) if ask.messages[0].get("role") == "system" else ""
    note = f"\n\nA system prompt of {plural(words(system), 'word')} came first." if system else ""
    return "### What the request held\n\n| Parameter | Value | Here it |\n|:--|:--|:--|\n" + "\n".join(rows) + note


def _cell(value: object) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = " ".join(shown.split()).replace("|", "¦").replace("`", "ˋ")
    return shown if len(shown) <= 60 else shown[:57] + "…"


def _closing(ask: Ask) -> str:
    later = for_turn(ask.turn + 1).title.lower()
    return f"Tokens are counted by a simple rule here: {RULE}. Write again, and the tour goes on with {later}."


def plural(number: int, noun: str) -> str:
    """“1 word”, “2 words”, “1,204 words”."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def listed(items: tuple[str, ...] | list[str], *, quote: bool = True) -> str:
    """“a”, “b” and “c”."""
    shown = [f"“{item}”" if quote else item for item in items]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]


def cut(full: str, ask: Ask, *, spent: int = 0) -> tuple[str, str]:
    """`full` as far as the request allows, and why it ends: `stop` or `length`. `spent` tokens went elsewhere."""
    stops = ask.body.get("stop")
    for word in [stops] if isinstance(stops, str) else stops if isinstance(stops, list) else []:
        if isinstance(word, str) and word:
            full = full.partition(word)[0]
    if ask.limit is None:
        return full, "stop"
    kept = pieces(full)
    room = max(ask.limit - spent, 0)
    return ("".join(kept[:room]), "length") if len(kept) > room else (full, "stop")


def rest(full: str, begun: str) -> str:
    """What is left to say of `full` when `begun` has been said already."""
    if not begun:
        return full
    if full.startswith(begun):
        return full[len(begun) :]
    return f"\n\n(The demo goes on after the {plural(words(begun), 'word')} that were here already.)\n\n" + full
