"""A long message is read a little at a time. Its end is there at once, what has been read stands from its beginning on, and
between them is one row for all the rest, which says what it will: finding, copying and reading aloud miss nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from chatgui.core.cutting import Cutting, Ends, Script
from chatgui.core.markdown import Source
from chatgui.ui.transcript.blocks import Block
from chatgui.ui.transcript.blocks.text import NothingBlock
from chatgui.ui.transcript.heights import estimate_length
from chatgui.ui.transcript.rows import BlockRow, Look, Measure
from chatgui.ui.transcript.style import Style

AT_ONCE, BLOCKS_AT_ONCE = 128_000, 2_000  # characters and blocks: less is read whole at once


class Reading:
    """How far a message has been read."""

    def __init__(self, parts: Sequence[Script]) -> None:
        self.cutting = Cutting(parts)
        self.begin = 0  # what stands before is read …
        self._ends = Ends(self.cutting.parts)
        self.end = self._ends.length  # … and what stands behind
        self.breaks = sum(part.text.count("\n") for part in self.cutting.parts)  # of lines, between

    def __len__(self) -> int:
        return self.end - self.begin

    @property
    def unread(self) -> str:
        """What lies between."""
        return self._ends.text(self.begin, self.end)

    def at_once(self) -> bool:
        """Read what is not long; whether that is all."""
        while not self.cutting.done and self.end <= AT_ONCE and len(self.cutting.sources) <= BLOCKS_AT_ONCE:
            self.cutting.step()
        return self.cutting.done

    def front(self, known: int) -> list[Source]:
        """Read a little more from the beginning: what comes behind the first `known` blocks, as far as it is not known yet."""
        self.cutting.step()
        made = []
        for index in range(known, len(self.cutting.sources)):
            source = self.cutting.sources[index]
            if self.begin + len(source.markdown) > self.end:
                break
            self.begin += len(source.markdown)
            made.append(source)
        self.breaks -= sum(source.markdown.count("\n") for source in made)
        return made

    def above(self) -> list[Source]:
        """Look a little further up from the end."""
        begin, sources = self._ends.above(self.end)
        if begin < self.begin:
            return []
        self.end = begin
        self.breaks -= sum(source.markdown.count("\n") for source in sources)
        return sources


class UnreadRow(BlockRow):
    """What is not read yet: as high as it will probably be."""

    def __init__(self, reading: Reading, style: Style) -> None:
        self.reading = reading
        super().__init__(self.source, reading.begin, style)

    @property
    def source(self) -> Source:  # a plain attribute in the base; here it may be megabytes
        text = self.reading.unread
        return Source("unread", text, number=int(text[:1] != "\n"))

    @source.setter
    def source(self, _: Source) -> None:
        """It is what the reading says."""

    @property
    def text(self) -> str:  # type: ignore[override]  # as in the base
        return self.reading.unread

    def went_on(self) -> None:
        """More was read."""
        self.start, self._laid = self.reading.begin, None
        self.touch()

    def _make(self) -> Block:
        return NothingBlock(self.style)

    def estimate(self, measure: Measure) -> int:
        style, reading = self.style, self.reading
        return estimate_length(len(reading), measure.width, style) + round(reading.breaks * style.line() / 2)

    def layout(self, measure: Measure) -> int:
        if self._laid is not measure:
            self._laid, self.width = measure, measure.width
            self.height = self.estimate(measure)
        return self.height

    def position_at(self, point: QPointF) -> int:
        share = min(1.0, max(0.0, point.y() / self.height)) if self.height else 0.0
        return int(share * len(self.reading))

    def caret_rect(self, position: int) -> QRectF:
        return QRectF(0, self.height * position / max(1, len(self.reading)), 1, self.style.line())

    def hint(self, point: QPointF) -> str:
        return ""

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        seen = clip.intersected(QRectF(0, 0, self.width, self.height))
        painter.setFont(self.style.font("small"))
        painter.setPen(self.style.colours["faint"])
        painter.drawText(seen, Qt.AlignmentFlag.AlignCenter, "Reading …")
