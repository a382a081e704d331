"""What the transcript costs, beside the two obvious ways of doing it: `python -m tests.bench.transcript [part …]`.

Parts: deltas, frames, keys, opening, memory (default: all). Times are CPU milliseconds of this process unless "wall" is
said. Run it on a real X server for honest painting: `xvfb-run -a python -m tests.bench.transcript`.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Collection, Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")

import psutil  # type: ignore[import-untyped]  # no stubs in the project
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QSplitter, QTextBrowser, QVBoxLayout, QWidget

from chatgui.core.delta import ReasoningDelta, TextDelta
from chatgui.core.message import Message, Part, Role
from chatgui.core.messages import Branch, Messages
from chatgui.core.reply import Reply
from chatgui.ui.garbage import Collector
from chatgui.ui.transcript.facet import ReasoningFacet
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, document, message, settle, streaming, talk

TOKEN = 4  # characters
FRAME_S = 0.016
BUDGET_MS = 16.6


def cpu() -> float:
    """CPU milliseconds so far."""
    return time.process_time() * 1000


def tokens(count: int, seed: int = 1) -> list[str]:
    """Pieces of a long answer with something of everything in it."""
    chance, text = random.Random(seed), ""
    pieces = []
    while len(text) < count * TOKEN:
        pieces.append(document(chance, 20))
        text = "\n\n".join(pieces) if len(pieces) < 3 else text + "\n\n" + pieces[-1]
    return [text[at : at + TOKEN] for at in range(0, count * TOKEN, TOKEN)]


def measured(act: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    began = cpu()
    act()
    return cpu() - began


def quantiles(costs: list[float]) -> str:
    """Median, p95 and the largest."""
    ordered = sorted(costs)
    return (
        f"p50 {ordered[len(ordered) // 2]:6.2f}   p95 {ordered[int(len(ordered) * 0.95)]:6.2f}   max {ordered[-1]:6.2f}"
    )


class Panes:
    """An answer and its reasoning side by side, streaming."""

    def __init__(self, *, reasoning: bool = True, before: int = 40) -> None:
        self.window = QSplitter()
        self.answer = TranscriptView(Style())
        self.views = [self.answer]
        self.window.addWidget(self.answer)
        if reasoning:
            self.thought = TranscriptView(Style().secondary(), facet=ReasoningFacet())
            self.views.append(self.thought)
            self.window.addWidget(self.thought)
        self.window.resize(1400 if reasoning else 900, 900)
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)
        self.reply = Reply()
        self.answer.show_messages(talk(before))
        for view in self.views:
            view.begin_reply(streaming(), self.reply, Turn())
            view._frame.stop()
            view._clock.stop()
        settle(self.answer)

    def frame(self, words: list[str], *, thought: bool = True) -> float:
        """These deltas come, and one frame shows them in each pane; its CPU milliseconds."""
        for word in words:
            self.reply.apply(TextDelta(word))
            if thought and len(self.views) > 1:
                self.reply.apply(ReasoningDelta(word))
        began = cpu()
        for view in self.views:
            view._flush()
            view._frame.stop()
        settle(self.answer)
        return cpu() - began

    def close(self) -> None:
        """Away with the window."""
        self.window.close()
        self.window.deleteLater()


def naive(length: int, samples: int = 15) -> float:
    """CPU ms for 1,000 deltas when each renders the whole Markdown anew, at this length."""
    browser = QTextBrowser()
    browser.resize(900, 900)
    browser.show()
    QTest.qWaitForWindowExposed(browser)
    text = "".join(tokens(length))
    costs = []
    for index in range(samples if length < 50_000 else 4):
        grown = text + "word " * index

        def show(grown: str = grown) -> None:
            browser.setMarkdown(grown)
            browser.moveCursor(QTextCursor.MoveOperation.End)
            settle(browser)  # type: ignore[arg-type]  # any widget will do

        costs.append(measured(show))
    browser.close()
    return statistics.median(costs) * 1000


def floor(length: int, per_frame: int) -> float:
    """CPU ms for 1,000 deltas of plain text in Qt's own plain editor: no Markdown, no structure, painted once a frame."""
    editor = QPlainTextEdit()
    editor.setReadOnly(True)
    editor.resize(900, 900)
    editor.show()
    QTest.qWaitForWindowExposed(editor)
    words = tokens(length)
    editor.setPlainText("".join(words))
    editor.moveCursor(QTextCursor.MoveOperation.End)

    def frame(some: list[str]) -> None:
        editor.moveCursor(QTextCursor.MoveOperation.End)
        editor.insertPlainText("".join(some))
        settle(editor)  # type: ignore[arg-type]  # as above

    cost = 0.0
    for at in range(0, 1000, per_frame):
        began = cpu()
        frame(words[at : at + per_frame])
        cost += cpu() - began
    editor.close()
    return cost


def part_deltas() -> Iterator[str]:
    """CPU per 1,000 deltas as the answer grows."""
    per_frame = 17  # 1,000 deltas a second
    yield f"CPU ms per 1,000 deltas, {per_frame} a frame, answer and reasoning streaming (naive: one pane, each delta)"
    for length in (1_000, 10_000, 100_000):
        panes, words = Panes(), tokens(length)
        costs = [panes.frame(words[at : at + per_frame]) for at in range(0, length, per_frame)]
        panes.close()
        alone = Panes(reasoning=False)
        solo = sum(alone.frame(words[at : at + per_frame]) for at in range(0, min(length, 10_000), per_frame))
        alone.close()
        fifth = len(costs) // 5
        ratio = statistics.mean(costs[-fifth:]) / statistics.mean(costs[fifth : 2 * fifth])
        last = sum(costs[-fifth:]) / (fifth * per_frame) * 1000
        slow, plain = naive(length), floor(length, per_frame)
        yield (
            f"  {length:>7,} tokens: both panes {last:7.1f} (one {solo / min(length, 10_000) * 1000:6.1f})   naive {slow:10,.0f}"
            f"  = {slow / last:7,.0f}×   plain-text floor {plain:6.1f} = {last / plain:4.1f}×   last/second fifth {ratio:.2f}"
        )


def part_frames() -> Iterator[str]:
    """What one frame costs at a steady rate, both panes."""
    yield "CPU ms per frame, both panes (aim: none over 16.6 at 1,000 a second)"
    for rate in (100, 1_000, 5_000):
        panes, words = Panes(), tokens(60_000)
        per_frame, at, costs, due = rate * FRAME_S, 0, [], 0.0
        for _ in range(600):
            due += per_frame
            size = int(due)
            due -= size
            costs.append(panes.frame(words[at : at + size]))
            at += size
        panes.close()
        late = sum(cost > BUDGET_MS for cost in costs)
        yield f"  {rate:>6,} deltas/s: {quantiles(costs)}   over {BUDGET_MS}: {late} of {len(costs)}"


class _Painted(QObject):
    """Notes when a widget was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0.0

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.at = time.perf_counter()
        return False


def part_keys() -> Iterator[str]:
    """From a key press to the paint of what was typed, while both panes stream in the running event loop."""
    yield "Wall ms from key press to paint in an editor of the same window, while streaming (aim: p95 under 16)"
    for rate in (100, 1_000, 5_000):
        panes, words, editor = Panes(), tokens(80_000), QPlainTextEdit()
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.addWidget(panes.window)
        column.addWidget(editor)
        editor.setMaximumHeight(60)
        whole.resize(1400, 960)
        whole.show()
        QTest.qWaitForWindowExposed(whole)
        editor.setFocus()
        painted = _Painted()
        editor.viewport().installEventFilter(painted)
        fed = [0]

        def feed(panes: Panes = panes, words: list[str] = words, fed: list[int] = fed, rate: int = rate) -> None:
            for word in words[fed[0] : fed[0] + rate // 100]:
                panes.reply.apply(TextDelta(word))
                panes.reply.apply(ReasoningDelta(word))
            fed[0] += rate // 100
            for view in panes.views:
                view.wake()

        timer = QTimer(interval=10, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(feed)
        timer.start()
        waits = []
        for _ in range(80):
            QTest.qWait(37)
            pressed, painted.at = time.perf_counter(), 0.0
            QTest.keyClick(editor, Qt.Key.Key_A)
            while not painted.at:
                QTest.qWait(0)
            waits.append((painted.at - pressed) * 1000)
        timer.stop()
        whole.close()
        yield f"  {rate:>6,} deltas/s: {quantiles(waits)}"


def part_opening() -> Iterator[str]:
    """Opening, jumping, paging and resizing."""
    yield "CPU ms (medians): open at the end · random jump · page · 40 px · resize (aims 100 · 16 · 16 · – · 50)"
    base = talk(1000)
    for count in (1_000, 10_000, 100_000):
        yield _opening([message(n, base[n % 1000].role, base[n % 1000].text) for n in range(count)])


def _opening(messages: list[Message]) -> str:
    view = TranscriptView(Style())
    view.resize(1000, 800)
    view.show()
    QTest.qWaitForWindowExposed(view)
    chance, bar = random.Random(1), view.verticalScrollBar()

    def painted(act: Callable[[], object]) -> float:
        began = cpu()
        act()
        settle(view)
        return cpu() - began

    first = painted(lambda: view.show_messages(messages))
    again = [painted(lambda: view.show_messages(messages)) for _ in range(5)]
    jumps = [painted(lambda: bar.setValue(chance.randrange(bar.maximum()))) for _ in range(40)]
    pages = [painted(lambda: view.scroll_by(-760)) for _ in range(60)]
    steps = [painted(lambda: view.scroll_by(-40)) for _ in range(60)]
    sizes = [painted(lambda width=width: view.resize(width, 800)) for width in range(660, 820, 20)]  # type: ignore[misc]
    view.close()
    view.deleteLater()
    middle = statistics.median
    return (
        f"  {len(messages):>7,} messages: first {first:6.1f}  again {middle(again):5.1f}   {middle(jumps):5.1f} (max {max(jumps):5.1f})"
        f"   {middle(pages):5.1f} (max {max(pages):5.1f})   {middle(steps):5.1f}   {middle(sizes):5.1f} (max {max(sizes):5.1f})"
    )


class Library:
    """Where messages are read from, without a database: what the program's own reading costs, `tests.bench.opening` says."""

    def __init__(self, count: int) -> None:
        self._texts = talk(1000)
        self._all = Messages(self)
        for n in range(count):
            one = self._texts[n % 1000]
            self._all.outline.put(
                f"m{n}", f"m{n - 1}" if n else None, one.role, n, said=len(one.text), thought=0, reasoned=False
            )
        self._tip = f"m{count - 1}"

    def branch(self) -> Branch:
        """All of them."""
        return self._all.branch(self._tip)

    def messages(self, ids: Collection[str]) -> list[Message]:
        """Made anew each time, as from a database."""
        numbers = [int(one[1:]) for one in ids]
        return [message(n, self._texts[n % 1000].role, self._texts[n % 1000].text) for n in numbers]

    def parts(self, ids: Collection[str]) -> dict[str, tuple[Part, ...]]:
        """The same, their parts alone."""
        return {one.id: one.parts for one in self.messages(ids)}


def part_memory() -> Iterator[str]:
    """Resident memory, and whether it grows."""
    process = psutil.Process()

    def rss() -> float:
        return float(process.memory_info().rss) / 1e6

    yield "Resident memory, MB (aims: under 120 with 100,000 messages; growth under 10 % over 200 answers)"
    view = TranscriptView(Style())
    view.resize(1000, 800)
    view.show()
    QTest.qWaitForWindowExposed(view)
    yield f"  window, no messages: {rss():.0f}"
    view.show_messages(Library(100_000).branch())
    settle(view)
    yield f"  100,000 messages of which those near are read: {rss():.0f}"
    bar, chance = view.verticalScrollBar(), random.Random(3)
    for _ in range(150):
        bar.setValue(chance.randrange(bar.maximum()))
        settle(view)
    yield f"  after 150 random jumps: {rss():.0f}"
    view.show_messages([])
    chance, sizes = random.Random(4), []
    shown: list[Message] = []
    for number in range(220):
        text, reply = document(chance, 12), Reply()
        shown = [*shown[-40:], message(2 * number, Role.USER, "Go on")]
        view.show_messages(shown)
        view.begin_reply(streaming(2 * number + 1), reply, Turn())
        for at in range(0, len(text), 200):
            reply.apply(TextDelta(text[at : at + 200]))
            view._flush()
            settle(view)
        finished = message(2 * number + 1, Role.ASSISTANT, text)
        view.end_reply(finished)
        shown.append(finished)
        settle(view)
        gc.collect()
        sizes.append(rss())
    yield f"  after 20 answers {sizes[19]:.0f}, after 220 {sizes[-1]:.0f}: {100 * (sizes[-1] / sizes[19] - 1):+.1f} %"


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "deltas": part_deltas,
    "frames": part_frames,
    "keys": part_keys,
    "opening": part_opening,
    "memory": part_memory,
}


def main() -> int:
    """Run the parts that were asked for."""
    app = QApplication(sys.argv[:1])
    app.setCursorFlashTime(0)
    wanted = sys.argv[1:] or list(PARTS)
    print(f"platform {app.platformName()}, {psutil.cpu_count()} CPUs, load {psutil.getloadavg()[0]:.1f}")
    collector = Collector(lambda: False)  # between events, as the program does it
    warm = TranscriptView(Style())
    warm.show()
    QTest.qWaitForWindowExposed(warm)
    QTest.mouseMove(warm.viewport(), QPoint(5, 5))
    for name in wanted:
        collector.settle()
        for line in PARTS[name]():
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
