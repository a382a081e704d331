"""What the mouse does to a transcript: hovering, clicking, selecting, scrolling."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent, QWheelEvent

from chatgui.ui.transcript.blocks.scroll import Sideways
from chatgui.ui.transcript.links import Link
from chatgui.ui.transcript.places import Placed
from chatgui.ui.transcript.rows import Action, BlockRow, Row
from chatgui.ui.transcript.selection import Point, Selection, line_at, word_at

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView

NOTCH = 120  # angle units of one notch of a wheel
AUTOSCROLL_MS = 30


class Pointer:
    """Turns mouse events into what the view can do."""

    def __init__(self, view: TranscriptView) -> None:
        self.view = view
        self._pressed: tuple[Action | None, Link | None] = (None, None)  # what the button went down on: action or link
        self._down_at = QPoint()
        self._dragging = False
        self._pulled: tuple[Row, Sideways] | None = None  # a bar that scrolls sideways, held by the button
        self._unit = "letter"  # what a drag selects by
        self._origin: tuple[Point, Point] | None = None  # the word or line a drag began with
        self._double_at = (0.0, QPoint())
        self._link: Link | None = None  # under the pointer
        self._hot: Row | None = None  # the row under the pointer
        self._rest = 0.0  # part of a pixel not scrolled yet
        self._last = QPoint()
        self._autoscroll = QTimer(view, interval=AUTOSCROLL_MS)
        self._autoscroll.timeout.connect(self._drag_on)

    # where

    def row_at(self, at: QPoint) -> tuple[Placed, QPointF] | None:
        """The row under a point of the viewport, and the point in the row's coordinates."""
        page = self.view.page
        for placed in page.placed:
            if placed.y <= at.y() < placed.y + placed.height:
                return placed, QPointF(at.x() - page.measure.left, at.y() - placed.y)
        return None

    def action_at(self, at: QPoint) -> tuple[str, Action] | None:
        """The message id and the action under a point."""
        found = self.row_at(at)
        if found is None:
            return None
        placed, inside = found
        for action in placed.row.actions():
            if action.name and action.rect.contains(inside):
                return placed.item.message.id, action
        return None

    def point_at(self, at: QPoint) -> Point | None:
        """The place in the text nearest to a point of the viewport."""
        page = self.view.page
        nearest: Placed | None = None
        for placed in page.placed:
            if isinstance(placed.row, BlockRow) and placed.height > placed.row.space:
                if nearest is not None and placed.y > at.y():
                    break
                nearest = placed
        if nearest is None:
            return None
        row = nearest.row
        if at.y() >= nearest.y + nearest.height and self._is_below(nearest, at):
            return Point(nearest.index, row.start, len(row.text))
        inside = QPointF(at.x() - page.measure.left, max(at.y() - nearest.y, row.space))
        return Point(nearest.index, row.start, row.position_at(inside))

    def _is_below(self, nearest: Placed, at: QPoint) -> bool:
        last = self.view.page.placed[-1]
        return at.y() >= last.y + last.height or nearest.row is nearest.item.body[-1]

    # events

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        self._down_at = self._last = at
        self.view.reader.by_keys = False
        if self._take_bar(at):
            return
        hit = self.action_at(at)
        link = None if hit else self._link_at(at)
        self._pressed = (hit[1] if hit else None, link)
        self._turn_to(at)
        if hit:
            return
        point = self.point_at(at)
        when, where = self._double_at
        third = time.monotonic() - when < 0.4 and (where - at).manhattanLength() < 6
        if point is None:
            return
        if third:
            self._begin(point, "line")
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.view.reader.selection:
            self._dragging, self._unit = True, "letter"
            self.view.reader.select(Selection(self.view.reader.selection.anchor, point))
        else:
            self._begin(point, "letter")

    def _take_bar(self, at: QPoint) -> bool:
        """Hold the bar under the pointer, if there is one."""
        found = self.row_at(at)
        bar = found[0].row.bar_at(found[1]) if found else None
        self._pulled = (found[0].row, bar) if found and bar else None
        if found and bar and bar.aim(found[1].x()):
            self._show_pulled()
        return self._pulled is not None

    def _show_pulled(self) -> None:
        if self._pulled is not None:
            self._pulled[0].touch()
            self.view.refresh()

    def _begin(self, point: Point, unit: str) -> None:
        self._dragging, self._unit = True, unit
        self._origin = self._whole(point)
        self.view.reader.select(Selection(*self._origin))

    def _whole(self, point: Point) -> tuple[Point, Point]:
        """The letter gap, word or line at a point."""
        if self._unit == "letter":
            return point, point
        text = self.view.reader.text_of(point)
        start, end = (word_at if self._unit == "word" else line_at)(text, point.position)
        return point._replace(position=start), point._replace(position=end)

    def double_click(self, event: QMouseEvent) -> None:
        """Select a word; a third click then selects the line."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        if self.action_at(at):
            self.press(event)
            return
        point = self.point_at(at)
        self._double_at = (time.monotonic(), at)
        if point is not None:
            self._begin(point, "word")

    def move(self, event: QMouseEvent) -> None:
        """The pointer moved: drag a selection, or look what lies below."""
        at = event.position().toPoint()
        dx, self._last = at.x() - self._last.x(), at
        if self._pulled is not None and self._pulled[1].pull(dx):
            self._show_pulled()
        elif event.buttons() & Qt.MouseButton.LeftButton and self._dragging:
            outside = at.y() < 0 or at.y() >= self.view.viewport().height()
            if outside and not self._autoscroll.isActive():
                self._autoscroll.start()
            elif not outside:
                self._autoscroll.stop()
            self._drag_to(at)
        elif not event.buttons():
            self.hover(at)

    def _drag_on(self) -> None:
        height = self.view.viewport().height()
        beyond = self._last.y() if self._last.y() < 0 else max(0, self._last.y() - height)
        if not beyond:
            self._autoscroll.stop()
            return
        self.view.scroll_by(max(-200, min(200, beyond)) // 2 + (1 if beyond > 0 else -1))
        self._drag_to(QPoint(self._last.x(), max(0, min(self._last.y(), height - 1))))

    def _drag_to(self, at: QPoint) -> None:
        point = self.point_at(at)
        if point is None or self._origin is None:
            return
        start, end = self._whole(point)
        first, last = self._origin
        if start < first:
            self.view.reader.select(Selection(last, start))
        else:
            self.view.reader.select(Selection(first, max(end, last)))

    def release(self, event: QMouseEvent) -> None:
        """A button went up: what it went down on is done."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        self._autoscroll.stop()
        self._dragging, self._pulled = False, None
        action, link = self._pressed
        self._pressed = (None, None)
        if action is not None:
            hit = self.action_at(at)
            if hit and hit[1].name == action.name:
                self.view.reader.act(*hit)
        elif link is not None and link.allowed and (at - self._down_at).manhattanLength() < 6:
            self.view.link_activated.emit(link)

    def _link_at(self, at: QPoint) -> Link | None:
        found = self.row_at(at)
        return found[0].row.link(found[1]) if found else None

    def _show_link(self, link: Link | None) -> None:
        if link != self._link:
            self._link = link
            self.view.link_hovered.emit(link.url or link.shown if link else "")

    def _turn_to(self, at: QPoint) -> None:
        found = self.row_at(at)
        if found is not None:
            self.view.reader.set_current(found[0].item.message.id)

    def hover(self, at: QPoint) -> None:
        """What is under the pointer shows that it is."""
        view = self.view
        found, hit, link = self.row_at(at), self.action_at(at), self._link_at(at)
        view.reader.set_lit(found[0].item.message.id if found else "", hit[1].name if hit else "")
        self._warm(found[0].row if found else None, found[1] if found else None)
        self._show_link(link)
        hint = found[0].row.hint(found[1]) if found and not hit else ""
        self.view.hint.say(hit[1].words if hit and not hit[1].label and hit[1].run else hint, at)
        is_text = found is not None and isinstance(found[0].row, BlockRow) and not found[0].row.bar_at(found[1])
        shape = Qt.CursorShape.IBeamCursor if is_text else Qt.CursorShape.ArrowCursor
        if hit or (link and link.allowed):
            shape = Qt.CursorShape.PointingHandCursor
        if view.viewport().cursor().shape() != shape:
            view.viewport().setCursor(shape)

    def _warm(self, row: Row | None, inside: QPointF | None) -> None:
        """Tell the row under the pointer, and the one that was."""
        changed = self._hot is not None and self._hot is not row and self._hot.hover(None)
        self._hot = row
        if row is not None and row.hover(inside):
            changed = True
        if changed:
            self.view.refresh()

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self._warm(None, None)
        self.view.reader.set_lit("", "")
        self._show_link(None)
        self.view.hint.say("")

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll: by pixels where the device knows them, else by lines."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # zoom is the window's business
            return
        pixels, angle = event.pixelDelta(), event.angleDelta()
        sideways = pixels.x() or angle.x() / NOTCH * 60
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not sideways:
            sideways, pixels, angle = angle.y() / NOTCH * 60, QPoint(), QPoint()
        at = event.position().toPoint()
        found = self.row_at(at)
        if sideways and abs(sideways) > abs(pixels.y() or angle.y() / 2) and found:
            if found[0].row.wheel(-sideways):
                self.view.refresh()
            return
        lines = QGuiApplication.styleHints().wheelScrollLines()
        exact = pixels.y() if not pixels.isNull() else angle.y() / NOTCH * lines * self.view.page.style.line()
        self._rest -= exact
        whole = int(self._rest)
        self._rest -= whole
        if whole:
            self.view.scroll_by(whole)
            self.hover(at)
        event.accept()

    def menu(self, event: QContextMenuEvent) -> None:
        """A menu is asked for, by mouse or key; what is in it is the window's business."""
        view = self.view
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            found, link = self.row_at(event.pos()), self._link_at(event.pos())
            message_id = found[0].item.message.id if found else ""
            view.menu_requested.emit(message_id, link, event.globalPos())
            return
        box = view.box_of(view.reader.current) or QRect(0, 0, 0, 0)
        view.menu_requested.emit(view.reader.current, None, view.viewport().mapToGlobal(box.topLeft()))
