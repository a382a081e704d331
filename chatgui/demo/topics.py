"""What the demo can tell about the program: one row per topic, in the order in which later turns bring them up.

A topic is found by its keywords (whole words of the question, in lower case) or shown when its turn has come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject: `text` is Markdown, without its heading."""

    title: str
    keywords: frozenset[str]
    text: str

    @property
    def body(self) -> str:
        """The text as it is said."""
        return flow(self.text)


def flow(markdown: str) -> str:
    """`markdown` without the line breaks that only keep this file narrow: a paragraph or list item becomes one line."""
    lines: list[str] = []
    verbatim = False  # inside code or a formula
    for line in markdown.strip("\n").split("\n"):
        fence = line.startswith(("```", "$$"))
        verbatim ^= fence
        joins = lines and lines[-1] and line and not (verbatim or fence or _BLOCK.match(line))
        if joins and not lines[-1].startswith(("```", "$$", "#")):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return "\n".join(lines)


_BLOCK = re.compile(r"[|>#]|[-*] |\d+\. ")


def _topic(title: str, keywords: str, text: str) -> Topic:
    return Topic(title, frozenset(keywords.split()), text)


TOPICS: tuple[Topic, ...] = (
    _topic(
        "The keyboard",
        "keyboard shortcut shortcuts hotkey press enter escape esc tab mouse zoom",
        """
Everything can be reached without a mouse. The keys are your system’s own, so on macOS read ⌘ for Ctrl.

| Key | What it does |
|:--|:--|
| Enter | Sends the message |
| Shift+Enter | Begins a new line |
| Escape | Stops the running answer; what has come is kept |
| Ctrl+N | New conversation |
| Ctrl+F | Finds text |
| Ctrl++ and Ctrl+- | Larger and smaller text |
| Tab | Goes to the next control, in reading order |

If you would rather send with Ctrl+Enter, the settings let you turn the two around.
""",
    ),
    _topic(
        "Accounts and keys",
        "account accounts key keys api provider providers url token login password keyring secret openai add model models",
        """
An account is an address and, for most providers, a key. To add one:

1. Open “Accounts…” in the menu and choose to add one.
2. Pick your provider from the list, or type the base URL that its documentation gives.
3. Paste the key, and let the account be tested: a short question is asked and every step is reported in words.

The key goes to your system’s keyring and nowhere else: not into the database, a log or an export. If no keyring answers, you
can give the key for this run only, or name an environment variable that holds it.

Any server that speaks the same protocol will do, one on your own computer included. To ask another model, choose it in
the model picker above the conversation; each conversation remembers its own.
""",
    ),
    _topic(
        "The reasoning pane",
        "reasoning think thinking thought thoughts pane panel side effort",
        """
Some models think before they answer. Their thoughts stream into the pane beside the conversation, never into the answer, and
a single line above the answer says how long they took.

- Providers spell reasoning in many ways; here it always lands in the same place.
- `reasoning_effort` sets how much a model thinks, where the provider knows it. This demo knows it too: try `off`, `low` and `high`.
- Some providers think in secret. Then there is no text to show, only a number of tokens.
- Exports can be made with reasoning or without.
""",
    ),
    _topic(
        "Tokens and usage",
        "usage token tokens count cost costs price money reported estimated unknown numbers",
        r"""
Under each answer stands what it took. Three kinds of number exist, and they never look alike:

| Shown | Meaning |
|:--|:--|
| `12 → 418 tokens` | **Reported**: the provider counted |
| `≈ 418 tokens` | **Estimated**: the provider never says, so this program counted |
| `—` | **Unknown**: nobody counted |

Reasoning tokens are part of the answer’s tokens, not an extra. With prices $p$ and $c$ per million tokens, a request costs

$$
\frac{p \cdot n_\text{prompt} + c \cdot n_\text{completion}}{10^6}
$$

The usage window adds this up by model, account, day and conversation.
""",
    ),
    _topic(
        "Exporting and importing",
        "export exporting import importing save markdown pdf html json text file backup chatgpt copy",
        """
A conversation can leave the program in five forms:

- **Markdown**, to read and to edit
- **HTML** and **PDF**, to show and to print
- **Text**, plain
- **JSON**, complete, for other programs

Each comes with reasoning or without. On the command line it looks like this:

```sh
chatgui export --all --format markdown -o conversations --no-reasoning
```

“Import…” reads conversations from elsewhere and reports what was read, what was skipped, and why.
""",
    ),
    _topic(
        "Finding things again",
        "search searching find finding history old conversation conversations sidebar list delete rename trash",
        """
The field above the list of conversations searches every word that was ever said in them, by you or by a model. Results show
the place, and choosing one opens the conversation there.

Conversations are named after how they began, and can be renamed. What you delete goes to the trash first and can be brought
back from there. A conversation that is still being answered goes on when you look at another one.
""",
    ),
    _topic(
        "When things go wrong",
        "error errors wrong fail failed fails broken interrupted retry stop stopped stopping offline network crash",
        """
Errors stand where they happened, with the provider’s own words and what can be done next.

- **Before the first word**, a busy provider is asked again after a pause. You see the countdown and can end it.
- **After the first word**, nothing is sent again by itself. What has come is kept and marked as partial.
- **Stop** (or Escape) ends an answer at once, and keeps what has come.
- **After a crash**, the next start shows the answer up to about the last quarter of a second, marked as interrupted.

You can see all of this here without harm. Write one of these as a message:

```text
demo error 401
demo error 429 once retry-after 3
demo error mid-stream
```
""",
    ),
    _topic(
        "Edits and branches",
        "edit editing branch branches regenerate again version versions change undo redo sibling",
        """
A conversation is a tree, of which you see one branch.

- **Edit** one of your messages, and a new branch begins there. The old one stays.
- **Regenerate** an answer, and it stands beside the first one; the small counter switches between them.
- **Undo** brings back what you deleted.

Only the branch you see is sent to the model.
""",
    ),
    _topic(
        "The command line",
        "command commandline terminal shell cli script scripts scripting pipe automation",
        """
The same program works without a window, on the same conversations and accounts:

```sh
chatgui ask "How do tides work?"
git diff | chatgui ask --system "Review this change." -
chatgui conversations search tides
chatgui usage --by model
chatgui doctor
```

Standard output holds the answer alone. `--jsonl` writes one JSON object a line as things happen, for scripts; the exit
status tells a provider’s refusal from a mistake of your own.
""",
    ),
    _topic(
        "Where your words are kept",
        "data privacy private secure safe store stored storage database disk folder profile local cloud telemetry keep kept",
        """
Everything is kept on this computer, in one folder called the profile:

- `chatgui.db`, an SQLite database with the conversations
- `settings.toml`, the settings, readable and editable
- `logs`, which hold no key, no question and no answer
- `backups`, daily copies of the database

Your words leave this computer only towards the provider of the account you chose, and never with the demo. The program reports
to nobody. `chatgui --profile FOLDER` keeps everything in another place.
""",
    ),
    _topic(
        "Parameters",
        "parameter parameters temperature top_p max_tokens seed system prompt setting settings options configure",
        """
A request holds the model, the messages of the branch you see, and the parameters you have set; nothing is added behind your back.

| Parameter | What it usually does |
|:--|:--|
| `temperature` | Higher is freer, lower is steadier |
| `max_tokens` | The most an answer may be |
| `reasoning_effort` | How much to think first |
| `stop` | Words before which the answer ends |

This demo obeys `max_tokens`, `stop` and `reasoning_effort`. It lists all others and does nothing with them, because it has no
model to set. A system prompt is sent first, and the demo tells you that it saw one.
""",
    ),
    _topic(
        "Tricks of this demo",
        "demo trick tricks personality personalities test testing try slow long fast tools chatter server",
        """
Each model of the demo account behaves differently. Choose one in the model picker:

| Model | What it shows |
|:--|:--|
| `long` | Very long answers; write “200 kB” or “5000 words” |
| `slow` | A long silence before the first word; write “think 30 s” |
| `chatter` | A flood of small pieces; write “2000/s for 10 s” |
| `tools` | An answer that asks for tools |
| `broken` | Streams that break; write cut, drop, reset, stall, garbage, empty or html |
| `privatemind`, `mira`, `yuhuan`, `kindo`, `tokenhub` | How five providers speak, byte for byte |

With every model, “demo error 429” and the like provoke that error, and `demo_pace` among the parameters sets the speed: 1 is
a reader’s pace, 0 is as fast as your computer can.
""",
    ),
)  # fmt: skip


def find(question: str) -> tuple[Topic, tuple[str, ...]] | None:
    """The topic most of whose keywords are in `question`, and those words; None if there is none."""
    asked = set(re.findall(r"[\w]+", question.lower()))
    best = max(TOPICS, key=lambda topic: len(topic.keywords & asked))
    hits = tuple(sorted(best.keywords & asked))
    return (best, hits) if hits else None


def for_turn(turn: int) -> Topic:
    """The topic whose turn it is: the second turn begins with the first one, and after the last they start again."""
    return TOPICS[(turn - 2) % len(TOPICS)]
