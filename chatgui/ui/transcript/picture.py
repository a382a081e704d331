"""The picture of a page: painting its rows, and moving what is painted instead of painting it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from chatgui.ui.transcript.places import Placed
from chatgui.ui.transcript.rows import Look

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView


class Picture:
    """What a view shows of its page."""

    def __init__(self, view: TranscriptView) -> None:
        self.view = view
        self.flash = ""  # the message just jumped to: a bar stands in its margin
        self._caret = QRect()  # where the mark at the end of the coming text is painted
        self._painted: list[Placed] = []  # what stood where when the picture was last brought up to date

    def update(self, *, anew: bool = False) -> None:
        """The page was arranged: bring the picture up to date, moving what is painted where that is enough."""
        before, after = self._painted, self.view.page.placed
        self._painted = after
        if anew or not self._move(before, after):
            self.view.viewport().update()

    def end_flash(self) -> None:
        """The mark of a jump has been seen."""
        self.flash = ""
        self.view.viewport().update()

    def _move(self, before: list[Placed], after: list[Placed]) -> bool:
        """Scroll the picture and ask for the rows that changed; False if that does not suffice."""
        before, after = [one for one in before if one.height], [one for one in after if one.height]
        known = {id(placed.row): placed for placed in before}
        stayed = [(old, placed) for placed in after if (old := known.get(id(placed.row)))]
        shifts = [placed.y - old.y for old, placed in stayed]
        bottom = after[-1].y + after[-1].height if after else 0
        if not shifts or not self._scroll(shifts, [placed.y for _, placed in stayed], bottom):
            return False
        viewport = self.view.viewport()
        width, height = viewport.width(), viewport.height()
        edge = (
            1 if viewport.devicePixelRatioF() % 1 else 0
        )  # where our pixels are none of the screen's, edges are shared
        for dy in {shifts[0], shifts[-1]} if self._caret else ():
            viewport.update(self._caret.adjusted(-edge, -edge, edge, edge).translated(0, dy))
        for placed in after:
            old = known.get(id(placed.row))
            if old is None:
                viewport.update(0, placed.y - edge, width, placed.height + 2 * edge)
            elif old.revision != placed.revision or old.height != placed.height:
                top = placed.y + (int(placed.row.dirty_from) if placed.revision == old.revision + 1 else 0) - edge
                viewport.update(0, top, width, placed.y + max(placed.height, old.height) + edge - top)
        if before[-1].y + before[-1].height + max(0, shifts[-1]) > bottom and bottom < height:
            viewport.update(0, bottom - edge, width, height - bottom + edge)
        return True

    def _scroll(self, shifts: list[int], tops: list[int], bottom: int) -> bool:
        """Scroll what is painted of the rows that moved by `shifts`, to stand now at `tops` and end at `bottom`: all of them by
        as much, or only those above one that grew, or only those below it. False if they moved otherwise."""
        if not any(shifts):
            return True
        first, last = shifts[0], shifts[-1]
        split = shifts.index(last)
        if any(dy != first for dy in shifts[:split]) or any(dy != last for dy in shifts[split:]):
            return False
        viewport = self.view.viewport()
        area, dy = viewport.rect(), first or last
        if first != last:
            if first and last:
                return False
            if first:
                area.setBottom(tops[split] - 1)
            else:
                area.setTop(min(tops[split], tops[split] - last))
        elif dy < 0:
            area.setBottom(min(area.bottom(), bottom - 1))  # the empty ground below them stays as it is
        if abs(dy) >= area.height():
            viewport.update(area)
        else:
            viewport.scroll(0, dy, area)
        return True

    def paint(self, painter: QPainter, area: QRect) -> None:
        """Paint what is in this part of the viewport."""
        page = self.view.page
        # At 150 % an edge may lie within a pixel, half of which would stay as it was; what is beyond it Qt does not paint
        area = area.adjusted(-1, -1, 1, 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, page.style.colours["ground"])
        self._paint_grounds(painter)
        left, clip = page.measure.left, QRectF(area)
        top, bottom = area.top(), area.bottom() + 1
        for placed in page.placed:
            if placed.y < bottom and placed.y + placed.height > top:
                painter.save()
                painter.translate(left, placed.y)
                placed.row.paint(painter, clip.translated(-left, -placed.y), self._look(placed))
                painter.restore()
        self._paint_caret(painter)

    def _paint_grounds(self, painter: QPainter) -> None:
        """The faint ground under the user's own words, and in the margin the marks of the focus and of a jump."""
        page = self.view.page
        colours, pad = page.style.colours, round(page.style.px(page.style.padding))
        reach: dict[int, QRect] = {}
        marked = {self.flash, self._focus}
        items = {placed.index: placed.item for placed in page.placed}
        items = {index: one for index, one in items.items() if one.grounded or one.message.id in marked}
        if not items:
            return
        for placed in page.placed:
            if placed.index in items and placed.height:
                box = QRect(page.measure.left - pad, placed.y + placed.row.space, page.measure.width + 2 * pad,
                            placed.height - placed.row.space)  # fmt: skip
                reach[placed.index] = reach[placed.index].united(box) if placed.index in reach else box
        painter.setPen(Qt.PenStyle.NoPen)
        for index, box in reach.items():
            item = items[index]
            if page.placed[0].index == index and page.placed[0].row is not item.rows[0]:
                box.setTop(box.top() - 50)
            if page.placed[-1].index == index and page.placed[-1].row is not item.rows[-1]:
                box.setBottom(box.bottom() + 50)
            if item.grounded:
                painter.setBrush(colours["raised"])
                painter.drawRoundedRect(box, page.style.radius, page.style.radius)
            if item.message.id == self.flash:
                painter.setBrush(colours["accent"])
                painter.drawRoundedRect(QRect(max(0, box.left() - 7), box.top(), 4, box.height()), 2, 2)
            elif item.message.id == self._focus:
                painter.fillRect(QRect(max(0, box.left() - 6), box.top(), 2, box.height()), colours["accent"])

    @property
    def _focus(self) -> str:
        """The message that shows the keyboard focus."""
        reader = self.view.reader
        return reader.current if reader.by_keys and self.view.hasFocus() else ""

    def _look(self, placed: Placed) -> Look:
        reader, key, row = self.view.reader, placed.item.message.id, placed.row
        is_lit = key in {reader.lit, self._focus}
        if row.start < 0:
            return Look(
                is_lit,
                reader.hovered if key == reader.lit else "",
                reader.focused if key == self._focus else "",
            )
        span = reader.selection.span(placed.index, row.start, 1 << 40) if reader.selection else None
        if span is not None:
            span = (span[0], min(span[1], len(row.text)))
        focused = reader.focused if key == self._focus else ""
        return Look(is_lit, focused=focused, selection=span, marks=self.view.search.marks(placed))

    def _paint_caret(self, painter: QPainter) -> None:
        """The mark at the end of text that still comes."""
        live, facet = self.view.page.live, self.view.page.facet
        self._caret = QRect()
        if live is None or not live.body or not facet.is_growing(live.reply):
            return
        row = next(
            (row for row in reversed(live.body) if row.height), None
        )  # of what has just begun nothing is to be seen
        for placed in reversed(self.view.page.placed):
            if placed.row is row:
                caret = row.caret_rect(len(row.text)).translated(self.view.page.measure.left + 2, placed.y)
                height = self.view.page.style.metrics().ascent()
                box = QRectF(caret.left(), caret.center().y() - height / 2, self.view.page.style.px(2), height)
                self._caret = box.toAlignedRect()
                painter.fillRect(self._caret, self.view.page.style.colours["accent"])
                return
