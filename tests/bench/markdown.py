"""What streaming Markdown costs: splitter and blocks, beside a whole `setMarkdown` each time, at three lengths.

    python tests/bench/markdown.py [--quick]

Processor milliseconds for 1,000 deltas of about four characters, at the end of an answer of so many tokens, layout and
painting of the changed part included; deltas come 17 to a frame. `last/second` compares the last fifth with the second.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QApplication

from chatgui.core.markdown import Source, Splitter
from chatgui.ui.transcript.blocks import make_block
from chatgui.ui.transcript.blocks.base import Block
from chatgui.ui.transcript.style import Style

A_FRAME = 17  # deltas
TEXT = (Path(__file__).parents[1] / "ui" / "blocks" / "gallery.md").read_text(encoding="utf-8")


def deltas(count: int) -> list[str]:
    """An answer of so many tokens."""
    text = (TEXT.split("[^1]:", maxsplit=1)[0] + "\n") * (count * 4 // len(TEXT) + 1)
    return [text[at : at + 4] for at in range(0, count * 4, 4)]


class Pane:
    """Stands for the view: keeps blocks, draws the part of the last that changed."""

    def __init__(self) -> None:
        self.splitter = Splitter()
        self.style = Style()
        self.blocks: list[Block] = []
        self.closed = 0
        self.canvas = QImage(760, 800, QImage.Format.Format_RGB32)

    def frame(self, text: str) -> None:
        """Take in what came, lay out and draw what changed."""
        self.splitter.feed(text)
        sources = [*self.splitter.closed[self.closed :], *self.splitter.tail]
        for index, source in enumerate(sources, self.closed):
            self._show(index, source)
        del self.blocks[self.closed + len(sources) :]
        for block in self.blocks[max(0, len(self.splitter.closed) - 40) : max(0, len(self.splitter.closed) - 38)]:
            block.release()  # long out of sight
        self.closed = len(self.splitter.closed)

    def _show(self, index: int, source: Source) -> None:
        if index < len(self.blocks) and self.blocks[index].source == source:
            return
        if index < len(self.blocks) and self.blocks[index].update_source(source):
            block = self.blocks[index]
        else:
            block = make_block(source, self.style)
            self.blocks[index : index + 1] = [block]
        height = block.layout(720)
        top = max(block.dirty_from, height - 800)
        painter = QPainter(self.canvas)
        painter.translate(0, -top)
        block.paint(painter, QRectF(0, top, 720, height - top), None, [])
        painter.end()


def ours(pieces: list[str]) -> tuple[float, float]:
    """Processor ms for 1,000 deltas, and the last fifth over the second."""
    pane = Pane()
    fifths = [0.0] * 5
    frames = range(0, len(pieces), A_FRAME)
    for number, at in enumerate(frames):
        start = time.thread_time()
        pane.frame("".join(pieces[at : at + A_FRAME]))
        fifths[min(4, number * 5 // len(frames))] += time.thread_time() - start
    return sum(fifths) / len(pieces) * 1e6, fifths[4] / fifths[1]


def whole(pieces: list[str]) -> float:
    """Processor ms for 1,000 deltas if the whole text is set anew each frame; some frames at the end are measured."""
    document = QTextDocument()
    document.setTextWidth(720)
    spent, frames = 0.0, 5
    for one in range(frames):
        start = time.thread_time()
        document.setMarkdown("".join(pieces[: len(pieces) - one * A_FRAME]))
        document.size()
        spent += time.thread_time() - start
    return spent / frames / A_FRAME * 1e6


def plain(pieces: list[str]) -> float:
    """The floor: the same text put at the end of one plain document."""
    from PySide6.QtGui import QTextCursor

    document = QTextDocument()
    document.setTextWidth(720)
    cursor = QTextCursor(document)
    start = time.thread_time()
    for at in range(0, len(pieces), A_FRAME):
        cursor.insertText("".join(pieces[at : at + A_FRAME]))
        document.size()
    return (time.thread_time() - start) / len(pieces) * 1e6


def main() -> None:
    """Print the table."""
    app = QApplication([])
    sizes = (1_000, 10_000) if "--quick" in sys.argv else (1_000, 10_000, 100_000)
    print(
        f"{'tokens':>8} {'ours':>8} {'last/second':>12} {'setMarkdown':>12} {'plain text':>11}   CPU ms for 1,000 deltas"
    )
    for size in sizes:
        pieces = deltas(size)
        cost, ratio = ours(pieces)
        print(f"{size:8} {cost:8.0f} {ratio:12.2f} {whole(pieces):12.0f} {plain(pieces):11.0f}", flush=True)
    from chatgui.ui.transcript.blocks.errands import errands

    errands().close()
    del app


if __name__ == "__main__":
    main()
