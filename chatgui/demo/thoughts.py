"""The demo's reasoning: honest notes on what it looks at in the request, step by step."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from chatgui.demo.ask import Ask, text
from chatgui.demo.count import pieces, words
from chatgui.demo.topics import find, for_turn
from chatgui.demo.words import listed, plural


def thoughts(ask: Ask) -> str:
    """The reasoning for `ask`; longer with more effort, empty with none."""
    if not ask.effort:
        return ""
    steps = list(_steps(ask))
    if ask.effort == 1:
        steps = steps[:2]
    return "\n\n".join(steps) + "\n"


def _steps(ask: Ask) -> Iterator[str]:
    yield (
        "A reasoning model would put its thoughts here, apart from the answer. I have none, so these are notes on what I do "
        "with the request."
    )
    yield f"First I count. {_size(ask)}"
    yield "Then I look for words I know. " + _search(ask)
    yield "Next, the parameters. " + _parameters(ask)
    if ask.effort > 2:
        yield from _closer(ask)
    yield _plan(ask)


def _size(ask: Ask) -> str:
    held = plural(len(ask.messages), "message")
    last = f"your last one has {plural(words(ask.prompt), 'word')}"
    return f"The request holds {held}; {last}. By my rule the whole prompt is {plural(ask.prompt_tokens, 'token')}."


def _search(ask: Ask) -> str:
    found = find(ask.prompt)
    if found:
        topic, hits = found
        return f"I find {listed(hits)}, pointing to “{topic.title}”."
    if ask.turn == 1:
        return "There are none, and this is the first turn, so I give the tour."
    return f"There are none. I should say so, and go on with the tour; turn {ask.turn} is about “{for_turn(ask.turn).title}”."


def _parameters(ask: Ask) -> str:
    names = [name for name in ask.body if name not in {"messages", "model", "stream", "stream_options"}]
    if not names:
        return "None were set, so my own defaults hold."
    return "I see " + ", ".join(f"`{name}`" for name in names) + ". I list them all in the answer and obey those I can."


def _closer(ask: Ask) -> Iterator[str]:
    rows = [
        f"{number}. {one.get('role')}: {plural(words(text(one)), 'word')}, {plural(len(pieces(text(one))), 'piece')}"
        for number, one in enumerate(ask.messages[-12:], max(len(ask.messages) - 11, 1))
    ]
    yield "Much effort was asked for, so I look closer, message by message:\n\n" + "\n".join(rows)
    letters = Counter(letter for letter in ask.prompt.lower() if letter.isalpha())
    if letters:
        often = ", ".join(f"{letter} ({number})" for letter, number in letters.most_common(3))
        yield f"The most frequent letters of your message are {often}. It does not help, but it is true."
    size = len(json.dumps(dict(ask.body), ensure_ascii=False).encode("utf-8", "replace"))
    yield f"Written as JSON, the request is {plural(size, 'byte')} long."


def _plan(ask: Ask) -> str:
    if ask.turn == 1:
        shown = "answer with that topic" if find(ask.prompt) else "show the tour"
        return f"Plan: greet, repeat what was asked with its counts, {shown}, list the parameters. Now the answer."
    return "Plan: repeat what was asked with its counts, give the topic, list the parameters. Now the answer."
