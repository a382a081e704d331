"""What the reader points at, has turned to and has selected, and what they do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QMimeData, QRectF
from PySide6.QtGui import QCursor

from chatgui.ui.transcript import copying
from chatgui.ui.transcript.gathering import Gathering
from chatgui.ui.transcript.rows import Action
from chatgui.ui.transcript.selection import Point, Selection

if TYPE_CHECKING:
    from chatgui.ui.transcript.page import Page
    from chatgui.ui.transcript.view import TranscriptView


class Reader:
    """The state of the reader's attention. Messages are named by their ids, actions by their names; empty for none."""

    def __init__(self, view: TranscriptView) -> None:
        self.view = view
        self.lit = ""  # the message under the pointer
        self.hovered = ""  # the action under the pointer
        self.current = ""  # the message turned to; it has the keyboard focus if the view has
        self.focused = ""  # the action with the keyboard focus
        self.by_keys = False  # whether they move about by the keyboard, and want to see where the focus is
        self.selection: Selection | None = None
        self._gathering: Gathering | None = None  # what is being copied

    @property
    def page(self) -> Page:
        """The page read."""
        return self.view.page

    def set_lit(self, message_id: str, action: str) -> None:
        """The pointer is over this message and this action of it."""
        if (message_id, action) == (self.lit, self.hovered):
            return
        before, self.lit, self.hovered = self.lit, message_id, action
        for placed in self.page.placed:
            if placed.row.start < 0 and placed.item.message.id in {before, message_id}:
                self.view.viewport().update(0, placed.y, self.view.viewport().width(), placed.height)

    def set_current(self, message_id: str) -> None:
        """The reader turned to this message."""
        if message_id != self.current:
            self.current = message_id
            self.focus("")
            self.view.turn_selected.emit(message_id)
            self.view.viewport().update()

    def focus(self, action: str) -> None:
        """The keyboard is on this action of the current message, or on the message itself."""
        self.focused = action
        if self.view.accessible is not None and self.view.hasFocus():
            self.view.accessible.tell_focus()
        self.view.viewport().update()

    def text_of(self, point: Point) -> str:
        """The plain text of the block a point is in."""
        item = self.page.item(point.message)
        return item.rows[item.row_at(point.start)].text if item.body else ""

    def end_point(self, *, last: bool) -> Point | None:
        """The first or the last place of all text."""
        order = range(len(self.view.messages) - 1, -1, -1) if last else range(len(self.view.messages))
        for index in order:
            body = self.page.item(index).body
            if body:
                row = body[-1 if last else 0]
                return Point(index, row.start, len(row.text) if last else 0)
        return None

    def select(self, selection: Selection | None) -> None:
        """Select this; None or an empty one selects nothing (and leaves a caret to go on from)."""
        had = self.has_selection
        if selection != self.selection:
            self.selection = selection
            self.view.viewport().update()
        if self.has_selection != had:
            self.view.selection_changed.emit(self.has_selection)

    @property
    def has_selection(self) -> bool:
        """Whether any text is selected."""
        return self.selection is not None and not self.selection.is_empty

    def select_all(self) -> None:
        """Select the text of all messages."""
        first, last = self.end_point(last=False), self.end_point(last=True)
        if first is not None and last is not None:
            self.select(Selection(first, last))

    def copy(self) -> None:
        """Put what is selected on the clipboard; without a selection, the message with the focus."""
        if self._gathering is not None and shiboken6.isValid(self._gathering):
            self._gathering.end()
        if self.selection is not None and copying.is_much(self.page, self.selection):
            self._gathering = Gathering(self.view, self.selection)
        elif (mime := self.taken()) is not None:
            copying.put(mime)

    def taken(self) -> QMimeData | None:
        """What `copy` puts on the clipboard."""
        if self.selection is not None and not self.selection.is_empty:
            return copying.selected(self.page, self.selection)
        index = self.view.index_of(self.current) if self.current else None
        return copying.whole(self.page.item(index)) if index is not None else None

    def act(self, message_id: str, action: Action) -> None:
        """Do what a person chose: what the view can do itself, it does; the rest is told to others."""
        index = self.view.index_of(message_id)
        if action.run is not None:
            action.run()
            self.view.refresh(anew=True)
        elif index is None:
            return
        elif action.name in {"copy", "copy_markdown"}:
            item = self.page.item(index)
            as_markdown = action.name == "copy_markdown"
            copying.put(copying.plain(item.context.facet.text(item.message)) if as_markdown else copying.whole(item))
        elif action.name == "quote":
            self.view.quote_requested.emit(self.quotation(message_id))
        elif action.name == "more":
            self.view.menu_requested.emit(message_id, None, QCursor.pos())
        else:
            self.view.action_requested.emit(message_id, action.name)

    def do(self, message_id: str, name: str) -> None:
        """Do something with a message by the action's name."""
        index = self.view.index_of(message_id)
        if index is None:
            return
        chrome = (row for row in self.page.item(index).rows if row.start < 0)  # what a block offers, it does itself
        offered = [action for row in chrome for action in row.actions() if action.name == name]
        self.act(message_id, offered[0] if offered else Action(name, "", "", QRectF()))

    def quotation(self, message_id: str) -> str:
        """What is selected, else the whole message, as a Markdown quote."""
        taken = copying.selected(self.page, self.selection) if self.selection and not self.selection.is_empty else None
        if taken is not None:
            return copying.quoted(bytes(taken.data("text/markdown").data()).decode() or taken.text())
        index = self.view.index_of(message_id)
        return copying.quoted(self.page.facet.text(self.view.messages[index])) if index is not None else ""
