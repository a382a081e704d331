"""One paragraph of text with looks, wrapped to a width: lines on an even grid, true baselines for what stands in them.

Built on QTextLayout, never on a document: nothing in here can load anything. A long paragraph is laid out in pieces that
begin at line starts, so that text added at its end costs the last piece only and no token is ever shaped whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QTextLayout,
    QTextLine,
    QTextOption,
)

from chatgui.core.deadline import check
from chatgui.ui.transcript.blocks.base import Mark, Span
from chatgui.ui.transcript.blocks.looks import Look, Paints, Words, begins_rtl, common, same_looks

PIECE = 1_500  # characters laid out in one go


@dataclass(slots=True)
class _Line:
    """A line as it is laid out, and the piece it belongs to."""

    top: float
    height: float
    baseline: float
    start: int
    end: int
    line: QTextLine
    piece: _Piece


@dataclass(slots=True)
class _Piece:
    """A part of the text that is laid out in one go."""

    start: int
    end: int
    layout: QTextLayout
    astral: list[int]  # positions of characters that count as two in UTF-16
    lines: int = 0

    def there(self, position: int) -> int:
        """A position of the text as an offset of the layout."""
        return position - self.start + (bisect_left(self.astral, position) if self.astral else 0)

    def here(self, offset: int) -> int:
        """An offset of the layout as a position of the text."""
        position = self.start + offset
        for one in self.astral:
            if one >= position:
                break
            position -= 1
        return position


class Flow:
    """A laid-out paragraph."""

    def __init__(self, words: Words, font: QFont, line_height: float, *, alignment: str = "", wrap: bool = True,
                 rtl: bool | None = None) -> None:  # fmt: skip
        self.words = words
        self.font = font
        self.line_height = line_height
        self.alignment = alignment  # left, center, right or empty for the side the text begins on
        self.wrap = wrap
        self.rtl = begins_rtl(words.text) if rtl is None else rtl
        self.lines: list[_Line] = []
        self.height = line_height
        self.width = 0.0
        self.dirty_from = 0.0
        self._pieces: list[_Piece] = []
        metrics = QFontMetricsF(font)
        space = max(0.0, line_height - metrics.height()) / 2
        self._grid = (space + metrics.ascent(), line_height - space - metrics.ascent())  # above and below a baseline
        self._tab = metrics.horizontalAdvance(" ") * 4

    @property
    def natural_width(self) -> float:
        """How wide the widest line is."""
        return max((one.line.naturalTextWidth() for one in self.lines), default=0.0)

    def layout(self, width: float) -> float:
        """Wrap to `width` and return the height."""
        self.width = width
        self.release()
        self._arrange(0, 0.0)
        self.dirty_from = 0.0
        return self.height

    def grow(self, words: Words) -> bool:
        """Take in a text that begins like the present one; only what follows is laid out again."""
        same = common(self.words.shown, words.shown)
        same = min(same, same_looks(self.words.looks, words.looks, len(words.text)))
        if begins_rtl(words.text) != self.rtl or not self.lines:
            return False
        dirty = self.lines[max(0, self._line_index(max(0, same - 1)))].top
        self.words = words
        while self._pieces and (self._pieces[-1].end >= same or len(self._pieces) == 1):
            piece = self._pieces.pop()
            if piece.lines:
                del self.lines[-piece.lines :]
            if not self._pieces:
                break
        start = self._pieces[-1].end if self._pieces else 0
        self._arrange(start, self.lines[-1].top + self.lines[-1].height if self.lines else 0.0)
        self.dirty_from = dirty
        return True

    def release(self) -> None:
        """Forget the lines."""
        self.lines = []
        self._pieces = []

    # -------------------------------------------------------------------------------------------- arranging

    def _arrange(self, start: int, top: float) -> None:
        text = self.words.shown
        while True:
            check()
            end = min(len(text), start + PIECE)
            piece = self._make(start, end)
            if end < len(text) and piece.layout.lineCount() > 1:
                piece.lines -= 1  # the last line may go on: it begins the next piece, and is put out of sight in this
                last = piece.layout.lineAt(piece.lines)
                piece.end = end = piece.here(last.textStart())
                last.setPosition(QPointF(0, 1e7))
            top = self._place(piece, top)
            self._pieces.append(piece)
            start = end
            if start >= len(text):
                break
        self.height = top

    def _make(self, start: int, end: int) -> _Piece:
        shown = self.words.shown[start:end]
        astral = [] if shown.isascii() else [start + i for i, char in enumerate(shown) if char > "\uffff"]
        layout = QTextLayout(shown, self.font)
        piece = _Piece(start, end, layout, astral)
        option = QTextOption(_ALIGNMENTS[self.alignment or ("right" if self.rtl else "left")])
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if self.rtl else Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(
            QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if self.wrap else QTextOption.WrapMode.ManualWrap
        )
        option.setTabStopDistance(self._tab)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        marked = [one for one in self._looks(start, end) if not one.is_plain]
        ranges = [made for one in marked if (made := _range(piece, one, start, end)) is not None]
        if ranges:
            layout.setFormats(ranges)
        layout.beginLayout()
        width = max(1.0, self.width) if self.wrap or self.alignment else 1e6
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
        layout.endLayout()
        piece.lines = layout.lineCount()
        return piece

    def _looks(self, start: int, end: int) -> Iterator[Look]:
        looks = self.words.looks
        for index in range(bisect_right(looks, start, key=lambda one: one.end), len(looks)):
            if looks[index].start >= end:
                break
            yield looks[index]

    def _place(self, piece: _Piece, top: float) -> float:
        layout, grid = piece.layout, self._grid
        objects = self.words.objects
        for index in range(piece.lines):
            line = layout.lineAt(index)
            start, length = line.textStart(), line.textLength()
            first, last = piece.here(start), piece.here(start + length)
            above, below = max(grid[0], line.ascent()), max(grid[1], line.descent())
            if objects:
                for position, one in objects.items():
                    if first <= position < last:
                        above, below = max(above, one.ascent + 2), max(below, one.descent + 2)
            line.setPosition(QPointF(0, top + above - line.ascent()))
            self.lines.append(_Line(top, above + below, top + above, first, last, line, piece))
            top += above + below
        return top

    # -------------------------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter, at: QPointF, clip: QRectF, paints: Paints, *,
              selection: Span | None = None, marks: Sequence[Mark] = (), hovered: str = "") -> None:  # fmt: skip
        """Draw the lines that touch `clip`, which is relative to the flow, as `at` is to the painter."""
        first = bisect_right(self.lines, clip.top(), key=lambda one: one.top + one.height)
        painter.setPen(paints.text)
        grounds = [(start, end, paints.find_current if now else paints.find) for start, end, now in marks]
        if selection is not None:
            grounds.append((*selection, paints.selection))
        pieces: list[_Piece] = []
        for index in range(first, len(self.lines)):
            one = self.lines[index]
            if one.top > clip.bottom():
                break
            self._paint_grounds(painter, at, one, paints, grounds)
            if not pieces or pieces[-1] is not one.piece:
                pieces.append(one.piece)
            if hovered:
                self._underline(painter, at, one, hovered)
        for piece in pieces:
            piece.layout.draw(painter, at, [], clip.translated(at))
        if self.words.objects:
            self._paint_objects(painter, at, clip)

    def _underline(self, painter: QPainter, at: QPointF, one: _Line, link: str) -> None:
        for look in self._looks(one.start, one.end):
            if look.link == link:
                for left, right in self._extents(one, look.start, look.end):
                    box = QRectF(left, round(one.baseline + 2), right - left, 1)
                    painter.fillRect(box.translated(at), look.format.foreground())

    def _paint_grounds(self, painter: QPainter, at: QPointF, one: _Line, paints: Paints,
                       grounds: Sequence[tuple[int, int, QColor]]) -> None:  # fmt: skip
        for look in self._looks(one.start, one.end):
            if look.pill:
                metrics = QFontMetricsF(look.format.font())
                for left, right in self._extents(one, look.start, look.end):
                    box = QRectF(left - 2, one.baseline - metrics.ascent() - 1, right - left + 4, metrics.height() + 2)
                    painter.setBrush(paints.pill)
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                    painter.drawRoundedRect(box.translated(at), 3, 3)
        for start, end, colour in grounds:
            for left, right in self._extents(one, start, end):
                painter.fillRect(QRectF(left, one.top, right - left, one.height).translated(at), colour)
        painter.setPen(paints.text)

    def _extents(self, one: _Line, start: int, end: int) -> list[tuple[float, float]]:
        """Where `start:end` stands in a line, from left to right; several places where directions mix."""
        start, end = max(start, one.start), min(end, one.end)
        if start >= end:
            return []
        if not self.rtl and self.words.shown[one.start : one.end].isascii():
            return [(self._x(one, start), self._x(one, end))]
        found: list[tuple[float, float]] = []
        for position in range(start, end):
            # a run within the other direction leaves the line's order: take each character by itself and join neighbours
            left, right = sorted((self._x(one, position), self._x(one, position + 1)))
            if right - left > one.height * 4 and position + 1 < len(self.words.shown):
                continue
            if found and abs(found[-1][1] - left) < 0.6:
                found[-1] = (found[-1][0], right)
            elif found and abs(found[-1][0] - right) < 0.6:
                found[-1] = (left, found[-1][1])
            else:
                found.append((left, right))
        return found

    def _x(self, one: _Line, position: int) -> float:
        return x_of(one.line.cursorToX(one.piece.there(position)))

    def _paint_objects(self, painter: QPainter, at: QPointF, clip: QRectF) -> None:
        for position, inline in self.words.objects.items():
            one = self.lines[self._line_index(position)]
            if one.top + one.height < clip.top() or one.top > clip.bottom():
                continue
            x = min(self._x(one, position), self._x(one, position + 1))
            inline.paint(painter, at.x() + x, at.y() + one.baseline)

    # -------------------------------------------------------------------------------------------- where things are

    def object_rect(self, position: int) -> QRectF:
        """Where what stands in the line at `position` is drawn."""
        inline = self.words.objects[position]
        if not self.lines:
            return QRectF()
        one = self.lines[self._line_index(position)]
        x = min(self._x(one, position), self._x(one, position + 1))
        return QRectF(x, one.baseline - inline.ascent, inline.width, inline.ascent + inline.descent)

    def object_at(self, point: QPointF) -> int | None:
        """The position of what stands in the line at `point`."""
        return next((one for one in self.words.objects if self.object_rect(one).contains(point)), None)

    def _line_index(self, position: int) -> int:
        index = bisect_right(self.lines, position, key=lambda one: one.start) - 1
        return max(0, min(index, len(self.lines) - 1))

    def position_at(self, point: QPointF) -> int:
        """The position nearest to `point`."""
        if not self.lines:
            return 0
        index = bisect_right(self.lines, point.y(), key=lambda one: one.top) - 1
        one = self.lines[max(0, index)]
        position = one.piece.here(one.line.xToCursor(point.x()))
        if position == one.end and index + 1 < len(self.lines) and position > one.start:
            position -= 1  # the end of a wrapped line is the start of the next
        return max(one.start, min(position, one.end))

    def caret_rect(self, position: int) -> QRectF:
        """Where a caret at `position` stands."""
        if not self.lines:
            return QRectF(0, 0, 1, self.height)
        one = self.lines[self._line_index(position)]
        return QRectF(self._x(one, min(position, one.end)), one.top, 1, one.height)

    def links(self) -> Iterator[tuple[str, int, int, QRectF]]:
        """The links: address, start, end, and where the first line of it stands. Marks and stress may cut one into several
        looks."""
        for address, looks in groupby(self.words.looks, lambda look: look.link):
            parts = list(looks)
            if address and self.lines:
                start, end = parts[0].start, parts[-1].end
                one = self.lines[self._line_index(start)]
                extents = self._extents(one, start, end) or [(0.0, 0.0)]
                left, right = min(x for x, _ in extents), max(x for _, x in extents)
                yield address, start, end, QRectF(left, one.top, right - left, one.height)

    def look_at(self, point: QPointF) -> Look | None:
        """The link under `point`."""
        if self.lines and 0 <= point.y() < self.height:
            one = self.lines[max(0, bisect_right(self.lines, point.y(), key=lambda line: line.top) - 1)]
            for look in self._looks(one.start, one.end):
                if look.link and any(
                    left <= point.x() < right for left, right in self._extents(one, look.start, look.end)
                ):
                    return look
        return None


_ALIGNMENTS = {
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute,
    "center": Qt.AlignmentFlag.AlignHCenter, "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute,
}  # fmt: skip


def x_of(x: object) -> float:
    """What `cursorToX` answers: a number, or (number, position) in some bindings."""
    return float(x[0]) if isinstance(x, (tuple, list)) else float(x)  # type: ignore[arg-type]  # declared as object


def _range(piece: _Piece, look: Look, start: int, end: int) -> QTextLayout.FormatRange | None:
    first, last = piece.there(max(look.start, start)), piece.there(min(look.end, end))
    if first >= last:
        return None
    made = QTextLayout.FormatRange()
    made.start = first
    made.length = last - first
    made.format = look.format
    return made
