"""What one giant message costs, of each kind: `python -m tests.bench.giant [kind …]` (two minutes; a kind a few seconds).

Each kind is opened as an answer, as reasoning and as the user's own words, and comes as a stream of 20,000 characters a frame.
CPU milliseconds of the window's thread, each the longest single step. `open` is showing it at its end, painted; `read` the
longest slice in which the rest is read on; `look` the longest of resizing, going to its beginning, a page down, its middle and
its end; `take` of copying it, copying all of the conversation and each slice of that; `find` of searching and four steps;
`frame` of a streamed frame; `late` of opening it in mid-stream and catching up; `end` of the stream's end.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")

from PySide6.QtWidgets import QApplication

from chatgui.core.delta import TextDelta
from chatgui.core.message import Message, Role
from chatgui.core.reply import Reply
from chatgui.ui.garbage import Collector
from chatgui.ui.transcript.facet import Facet, ReasoningFacet
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, answer, message, settle, shown, streaming

LIMIT_MS = 100.0
A_FRAME = 20_000  # characters
MOST_FRAMES = 120
KINDS: dict[str, Callable[[], str]] = {
    "10 MB of paragraphs": lambda: "\n\n".join(f"Words of paragraph {n}, which nobody will ever read. " * 5 for n in range(38_000)),
    "10 MB in one line": lambda: "word " * 2_000_000,
    "10 MB without a blank": lambda: "wordé," * 1_700_000,
    "10 MB of one word": lambda: "a" * 10_000_000,
    "10 MB of lines": lambda: "a line of words that is eighty characters long, about as much as people write\n" * 125_000,
    "10 MB right to left": lambda: "المد والجزر " * 830_000,
    "150,000 items": lambda: "".join(f"- item {n}\n" for n in range(150_000)),
    "100,000 quote marks": lambda: ">" * 100_000 + " deep",
    "5 MB of code": lambda: "```python\n" + "x = (1, 2, 'three')\n" * 250_000 + "```\n",
    "a table of 50,000 rows": lambda: "| a | b |\n|---|---|\n" + "".join(f"| {n} | *two* |\n" for n in range(50_000)),
    "200,000 tiny paragraphs": lambda: "a\n\n" * 200_000,
    "50,000 formulas": lambda: "".join(f"$$x_{{{n}}}$$\n\n" for n in range(50_000)),
    "50,000 in one line": lambda: "".join(f"so $x_{{{n}}}$ and " for n in range(50_000)),
}  # fmt: skip


def took(act: Callable[[], object]) -> float:
    """CPU milliseconds of this thread."""
    began = time.thread_time()
    act()
    return (time.thread_time() - began) * 1000


def painted(view: TranscriptView, act: Callable[[], object]) -> float:
    """The same, with what is to be painted then."""
    return took(lambda: (act(), settle(view)))


def opened(view: TranscriptView, messages: list[Message]) -> tuple[float, float]:
    """Opening, and the longest step of reading on."""
    first = painted(view, lambda: view.show_messages(messages))
    view._idle.stop()
    longest = 0.0
    while view.page.realised.unread():
        longest = max(longest, painted(view, view._refine))
        view._idle.stop()
    return first, longest


def looked(view: TranscriptView) -> Iterator[float]:
    """Looking about."""
    bar = view.verticalScrollBar()
    for act in (lambda: view.resize(700, 600), view.to_start, lambda: view.scroll_by(3_000),
                lambda: bar.setValue(bar.maximum() // 2), view.follow, lambda: view.resize(900, 600)):  # fmt: skip
        yield painted(view, act)


def taken(view: TranscriptView) -> Iterator[float]:
    """Copying."""
    yield took(lambda: view.do("m1", "copy"))
    yield took(view.select_all)
    yield took(view.copy)
    gathering = view.reader._gathering
    while gathering is not None and gathering._timer.isActive():
        yield took(gathering._gather)
    view.reader.select(None)


def found(view: TranscriptView) -> Iterator[float]:
    """Finding a letter that is there."""
    text = view.page.facet.text(view.messages[len(view.messages) - 1])
    letter = next(sign for sign in text[len(text) // 2 :] if sign.isalnum())
    yield took(lambda: view.search.start(letter))
    while view.search.is_searching:
        yield took(view.search._search)
    for by in (1, 1, -1, -1):
        yield painted(view, lambda by=by: view.search.step(by))  # type: ignore[misc]  # bound at once
    view.search.start("")


def streamed(text: str) -> Iterator[float]:
    """Frames of an answer that comes fast."""
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    for at in range(0, min(len(text), A_FRAME * MOST_FRAMES), A_FRAME):
        reply.apply(TextDelta(text[at : at + A_FRAME]))
        yield painted(view, view._flush)
        view._frame.stop()
    view.close()


def late(text: str) -> tuple[float, float]:
    """Opening what has all come already, and the end."""
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    reply.apply(TextDelta(text))
    longest = painted(view, lambda: view.begin_reply(streaming(1), reply, Turn()))
    while view.page.live is not None and view.page.live.backlog:
        longest = max(longest, painted(view, view._flush))
        view._frame.stop()
    ended = painted(view, lambda: view.end_reply(message(1, Role.ASSISTANT, text)))
    view.close()
    return longest, ended


def as_what(text: str) -> Iterator[tuple[str, Facet, list[Message]]]:
    """The three places it may stand in."""
    yield "answer", Facet(), [message(0, Role.USER, "Go"), answer(text)]
    yield "reasoning", ReasoningFacet(), [answer("", text)]
    yield "own words", Facet(), [message(0, Role.ASSISTANT, "Go"), message(1, Role.USER, text)]


def lines(kind: str) -> Iterator[str]:
    """What one kind costs."""
    text, all_of = KINDS[kind](), []
    for name, facet, messages in as_what(text):
        view = shown([], facet=facet)
        costs = [*opened(view, messages), *(max(part(view)) for part in (looked, taken, found))]
        view.close()
        all_of += costs
        yield f"  {kind:24s} {name:10s} " + "".join(f"{cost:8.1f}" for cost in costs)
    costs = [max(streamed(text)), *late(text)]
    all_of += costs
    yield f"  {kind:24s} stream     {'frame, late, end':>18s} " + "".join(f"{cost:8.1f}" for cost in costs)
    worst = max(all_of)
    yield f"  {kind:24s} longest step {worst:.1f} ms of {LIMIT_MS:.0f} allowed = {worst / LIMIT_MS:.2f}×"


def main() -> int:
    """Run the kinds that were asked for."""
    app = QApplication(sys.argv[:1])
    collector = Collector(lambda: True)  # between events, as the program does it
    print(f"python -m tests.bench.giant   platform {app.platformName()}, load {os.getloadavg()[0]:.1f}")
    print(f"  {'CPU ms':24s} {'':10s}     open    read    look    take    find")
    for kind in sys.argv[1:] or KINDS:
        collector.settle()
        for line in lines(kind):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
