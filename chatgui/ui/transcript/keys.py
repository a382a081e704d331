"""What the keyboard does to a transcript: scrolling, selecting, walking over messages and their actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence

from chatgui.ui.transcript.accessible_live import say_selected
from chatgui.ui.transcript.letters import next_letter, previous_letter
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.places import Place
from chatgui.ui.transcript.rows import Action, Row
from chatgui.ui.transcript.selection import Point, Selection, next_word, previous_word

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView

Standard = QKeySequence.StandardKey
SELECTING = (
    (Standard.SelectNextChar, "right"), (Standard.SelectPreviousChar, "left"), (Standard.SelectNextWord, "word_right"),
    (Standard.SelectPreviousWord, "word_left"), (Standard.SelectNextLine, "down"), (Standard.SelectPreviousLine, "up"),
    (Standard.SelectStartOfLine, "line_start"), (Standard.SelectEndOfLine, "line_end"),
    (Standard.SelectNextPage, "page_down"), (Standard.SelectPreviousPage, "page_up"),
    (Standard.SelectStartOfDocument, "start"), (Standard.SelectEndOfDocument, "end"),
)  # fmt: skip

NEAR = 12  # rows beyond those in sight that Tab reaches; they come into sight, and then the next
SIDEWAYS = 60  # pixels at 100 %


class Keys:
    """Turns key presses into what the view can do."""

    def __init__(self, view: TranscriptView) -> None:
        self.view = view

    def press(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        view = self.view
        if event.matches(Standard.Copy):
            view.reader.copy()
        elif event.matches(Standard.SelectAll):
            view.reader.select_all()
        elif move := next((move for key, move in SELECTING if event.matches(key)), ""):
            self._extend(move)
        else:
            return self._plain(event)
        return True

    def _plain(self, event: QKeyEvent) -> bool:
        view, key, modifiers = self.view, event.key(), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        line, page = round(view.page.style.line()), max(40, view.page.height - round(2 * view.page.style.line()))
        if control and key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._walk(1 if key == Qt.Key.Key_Down else -1)
        elif modifiers & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier) and not control:
            return False
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and view.reader.focused:
            self._do_focused()
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down} and not control:
            view.scroll_by(line if key == Qt.Key.Key_Down else -line)
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right} and not modifiers:
            return self._sideways(SIDEWAYS if key == Qt.Key.Key_Right else -SIDEWAYS)
        elif key == Qt.Key.Key_PageDown or (key == Qt.Key.Key_Space and not modifiers):
            view.scroll_by(page)
        elif key in {Qt.Key.Key_PageUp, Qt.Key.Key_Space}:
            view.scroll_by(-page)
        elif key == Qt.Key.Key_Home:
            view.to_start()
        elif key == Qt.Key.Key_End:
            view.follow()
        elif key == Qt.Key.Key_Escape and (view.reader.selection is not None or view.reader.focused):
            view.reader.focus("")
            view.reader.select(None)
        else:
            return False
        return True

    def _sideways(self, by: int) -> bool:
        """Scroll what is wider than the pane: of the message with the focus, else of any, what stands nearest the middle."""
        view = self.view
        middle = view.page.height / 2
        near = sorted(view.page.placed, key=lambda one: abs(one.y + one.height / 2 - middle))
        mine = [one for one in near if one.item.message.id == view.reader.current]
        moved = any(one.row.wheel(view.page.style.px(by)) for one in (*mine, *near))
        if moved:
            view.refresh()
        return moved

    # messages and their actions

    def _walk(self, step: int) -> None:
        """Move the focus to the message above or below."""
        view = self.view
        view.reader.by_keys = True
        messages = view.messages
        if not messages:
            return
        at = view.index_of(view.reader.current) if view.reader.current else None
        if at is None:
            at = view.page.placed[-1].index if view.page.placed else len(messages) - 1
        else:
            at = max(0, min(len(messages) - 1, at + step))
        view.reader.set_current(messages.id(at))
        self._show_message(at)

    def _show_message(self, index: int) -> None:
        """Bring a message into sight, moving no more than needed."""
        view = self.view
        message_id = view.messages.id(index)
        box = view.box_of(message_id)
        if box is None or box.top() < 0 or box.top() > view.page.height - 60:
            view.page.go(Place(message_id, -1, 0))
            view.page.scroll(-round(view.page.style.px(8)))
        view.refresh(anew=True)

    def _show_focused(self) -> None:
        """Bring the action with the focus into sight."""
        page, reader = self.view.page, self.view.reader
        index = self.view.index_of(reader.current)
        if index is None:
            return
        for row in self._near(page.item(index)):
            for action in (*row.links(), *row.actions()):
                if action.name == reader.focused:
                    self._bring(row, round(action.rect.top()), round(action.rect.bottom()))
                    self.view.refresh(anew=True)
                    return

    def _bring(self, row: Row, top: int, bottom: int) -> None:
        """Show this part of a row of the focused message, moving no more than needed."""
        page = self.view.page
        placed = next((one for one in page.placed if one.row is row), None)
        if placed is not None:
            over = placed.y + bottom - page.height
            page.scroll(over if over > 0 else min(0, placed.y + top))
        else:
            beyond = row.start if row.start >= 0 else 1 << 40  # what is below the text stands below its last row
            page.go(Place(self.view.reader.current, beyond, top - page.height // 2))
            page.scroll(0)

    def actions(self) -> list[Action]:
        """What can be done with the message that has the focus, in reading order."""
        view = self.view
        index = view.index_of(view.reader.current)
        if index is None:
            return []
        item = view.page.item(index)
        return [a for row in self._near(item) for a in (*row.links(), *row.actions()) if a.name]

    def _near(self, item: Item) -> list[Row]:
        """The rows of a message in sight and a few beyond, laid out, and its lines of chrome: of a long one, not all."""
        seen = {id(placed.row) for placed in self.view.page.placed}
        at = [number for number, row in enumerate(item.rows) if id(row) in seen] or [0]
        near = range(at[0] - NEAR, at[-1] + NEAR + 1)
        for number in near:
            if 0 <= number < len(item.rows):
                item.lay(number)
        return [row for number, row in enumerate(item.rows) if number in near or row.start < 0]

    def tab(self, *, forward: bool) -> bool:
        """Move on among the actions of the focused message; False where the focus is to leave the transcript."""
        view, names = self.view, [action.name for action in self.actions()]
        if not view.hasFocus() or not names:
            return False
        at = names.index(view.reader.focused) if view.reader.focused in names else (-1 if forward else len(names))
        if not forward and not view.reader.focused:
            return False
        view.reader.by_keys = True
        at += 1 if forward else -1
        if not 0 <= at < len(names):
            was = view.reader.focused
            view.reader.focus("")
            return not forward and was != ""
        view.reader.focus(names[at])
        self._show_focused()
        return True

    def _do_focused(self) -> None:
        view = self.view
        action = next((one for one in self.actions() if one.name == view.reader.focused), None)
        if action is not None:
            view.reader.act(view.reader.current, action)

    def focus_in(self, event: QFocusEvent) -> None:
        """By Tab one arrives at the message last seen."""
        view = self.view
        reasons = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason}
        if event.reason() in reasons:
            view.reader.by_keys = True
        if event.reason() in reasons and view.page.placed and view.index_of(view.reader.current) is None:
            view.reader.set_current(view.page.placed[-1].item.message.id)
        if view.accessible is not None:  # after Qt has told that the whole view has the focus
            QTimer.singleShot(0, view.accessible.tell_focus)

    # selecting

    def _extend(self, move: str) -> None:
        view = self.view
        selection = view.reader.selection
        if selection is None:
            point = self._first_seen()
            if point is None:
                return
            selection = Selection(point, point)
        caret = self._moved(selection.caret, move)
        extended = Selection(selection.anchor, caret)
        view.reader.select(extended)
        say_selected(view, selection, extended)
        if move not in {"start", "end"} or view.page.placed:
            view.reveal(caret, share=0.1 if caret < selection.caret else 0.9)

    def _first_seen(self) -> Point | None:
        """Where selecting begins: in the message with the focus, if it is in sight."""
        current = self.view.reader.current if self.view.reader.by_keys else ""
        for placed in sorted(self.view.page.placed, key=lambda one: one.item.message.id != current):
            if placed.row.start >= 0 and placed.y + placed.height > 0 and placed.row.text:
                return Point(placed.index, placed.row.start, 0)
        return None

    def _moved(self, caret: Point, move: str) -> Point:
        view = self.view
        text = view.reader.text_of(caret)
        match move:
            case "right" | "word_right":
                if caret.position >= len(text):
                    return self._beside(caret, 1)
                at = next_letter(text, caret.position) if move == "right" else next_word(text, caret.position)
                return caret._replace(position=at)
            case "left" | "word_left":
                if caret.position <= 0:
                    return self._beside(caret, -1)
                at = previous_letter(text, caret.position) if move == "left" else previous_word(text, caret.position)
                return caret._replace(position=at)
            case "start" | "end":
                return view.reader.end_point(last=move == "end") or caret
            case _:
                return self._vertically(caret, move)

    def _beside(self, caret: Point, step: int) -> Point:
        """The nearest end of the block before or after."""
        page, index, start = self.view.page, caret.message, caret.start
        while 0 <= index < len(page):
            item = page.item(index)
            at = item.row_at(start) - item.first
            order = range(at, len(item.body)) if step > 0 else range(min(at, len(item.body) - 1), -1, -1)
            beside = (item.body[n] for n in order if (item.body[n].start - start) * step > 0)
            row = next((row for row in beside if row.text), None)
            if row is not None:
                return Point(index, row.start, 0 if step > 0 else len(row.text))
            index += step
            start = -1 if step > 0 else 1 << 62
        return caret

    def _vertically(self, caret: Point, move: str) -> Point:
        """The place a line, a page or to the line's end from the caret."""
        page = self.view.page
        item = page.item(caret.message)
        row = item.rows[item.row_at(caret.start)]
        row.layout(page.measure)
        box = row.caret_rect(caret.position)
        if move in {"line_start", "line_end"}:
            x = 0.0 if move == "line_start" else float(page.measure.pane)
            return caret._replace(position=row.position_at(QPointF(x, box.center().y())))
        lines = {"down": 1, "up": -1, "page_down": page.height / box.height(), "page_up": -page.height / box.height()}[
            move
        ]
        y = box.center().y() + lines * box.height()
        if row.space <= y < row.height:
            return caret._replace(position=row.position_at(QPointF(box.left(), y)))
        beside = self._beside(caret, 1 if lines > 0 else -1)
        item = page.item(beside.message)
        other = item.rows[item.row_at(beside.start)]
        if other is row:
            return beside
        other.layout(page.measure)
        top = other.space + 1.0 if lines > 0 else other.height - 2.0
        return beside._replace(position=other.position_at(QPointF(box.left(), top)))
