"""What a screen reader meets within the transcript: messages, blocks of code, usage lines, and what can be done with them.

`interface_cast` must return a `VoidPtr`: None or a number crashes. Whoever is registered must be kept alive, and taken
out with `retire` before it is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleStateChangeEvent,
    QAccessibleTextInterface,
)

from chatgui.core.message import Message, State
from chatgui.ui.transcript.accessible_live import tell
from chatgui.ui.transcript.chrome import FooterRow, speaker, spoken_state, when
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.notice import NoticeRow
from chatgui.ui.transcript.rows import Action, BlockRow, Row

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView


def pointer(interface: Any) -> Any:
    """An interface as the void pointer `interface_cast` has to return; None as the null pointer."""
    return shiboken6.VoidPtr(shiboken6.getCppPointer(interface)[0] if interface is not None else 0)


class Readable(QAccessibleTextInterface):
    """Plain text that can be read, piece by piece."""

    def __init__(self, text: Callable[[], str], box: Callable[[int], QRect], at: Callable[[QPoint], int]) -> None:
        super().__init__()
        self._text, self._box, self._at = text, box, at

    def text(self, start: int, end: int) -> str:
        return self._text()[start : end if end >= 0 else None]

    def characterCount(self) -> int:
        return len(self._text())

    def characterRect(self, offset: int) -> QRect:
        return self._box(offset)

    def offsetAtPoint(self, point: QPoint) -> int:
        return self._at(point)

    def cursorPosition(self) -> int:
        return -1

    def setCursorPosition(self, position: int) -> None:
        """There is no caret to set."""

    def selectionCount(self) -> int:
        return 0

    def addSelection(self, start: int, end: int) -> None:
        """Selecting is for the mouse and the keyboard."""

    def removeSelection(self, index: int) -> None:
        """There is none."""

    def setSelection(self, index: int, start: int, end: int) -> None:
        """There is none."""

    def scrollToSubstring(self, start: int, end: int) -> None:
        """What is exposed is in sight."""


class Press(QAccessibleActionInterface):
    """One thing to do."""

    def __init__(self, press: Callable[[], None]) -> None:
        super().__init__()
        self._press = press

    def actionNames(self) -> list[str]:
        return [QAccessibleActionInterface.pressAction()]

    def doAction(self, name: str) -> None:
        if name == QAccessibleActionInterface.pressAction():
            QTimer.singleShot(0, self._press)  # not within the call of the assistive technology

    def keyBindingsForAction(self, name: str) -> list[str]:
        return []


class Part(QAccessibleInterface):
    """Something within the transcript that is no widget."""

    def __init__(self, parent: QAccessibleInterface, view: TranscriptView, kind: QAccessible.Role) -> None:
        super().__init__()
        self.view = view
        self.above = parent
        self.kind = kind
        self.parts: list[Part] = []
        self.readable: Readable | None = None
        self.press: Press | None = None
        self.name = ""
        self.description = ""

    def isValid(self) -> bool:
        return bool(shiboken6.isValid(self.view))

    def object(self) -> QObject | None:  # type: ignore[override]  # the stubs do not know that there may be none
        return None

    def window(self) -> Any:
        return self.view.window().windowHandle()

    def parent(self) -> QAccessibleInterface:
        return self.above

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        return self.parts[index] if 0 <= index < len(self.parts) else None

    def childCount(self) -> int:
        return len(self.parts)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((n for n, part in enumerate(self.parts) if same(part, child)), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        return next((part for part in self.parts if part.rect().contains(x, y)), None)

    def role(self) -> QAccessible.Role:
        return self.kind

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.readOnly = True
        state.offscreen = self.box().isEmpty()
        state.multiLine = self.readable is not None
        return state

    def text(self, which: QAccessible.Text) -> str:
        if which == QAccessible.Text.Name:
            return self.name
        return self.description if which == QAccessible.Text.Description else ""

    def setText(self, which: QAccessible.Text, text: str) -> None:
        """Nothing here can be renamed."""

    def inside(self) -> list[Part]:
        """Its parts, as they are now."""
        return self.parts

    def is_action(self, name: str) -> bool:
        """Whether it is the action of this name."""
        return False

    def box(self) -> QRect:
        """Where it is in the viewport."""
        return QRect()

    def rect(self) -> QRect:
        box = self.box()
        return QRect(self.view.viewport().mapToGlobal(box.topLeft()), box.size())

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        wanted = {
            QAccessible.InterfaceType.TextInterface: self.readable,
            QAccessible.InterfaceType.ActionInterface: self.press,
        }
        return pointer(wanted.get(kind))

    def retire(self) -> None:
        """Take it and its parts out of the registry, so that they may be dropped."""
        for part in self.parts:
            part.retire()
        self.parts = []
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(self))


def same(one: QAccessibleInterface, other: QAccessibleInterface) -> bool:
    """Whether two wrappers are of the same interface."""
    return bool(shiboken6.getCppPointer(one)[0] == shiboken6.getCppPointer(other)[0])


class RowPart(Part):
    """A row of its own: a block of code, the usage line, a notice."""

    def __init__(self, parent: MessagePart, row: Row, kind: QAccessible.Role, name: str) -> None:
        super().__init__(parent, parent.view, kind)
        self.row = row
        self.name = name
        self.readable = Readable(lambda: row.text or name, lambda _: self.rect(), lambda _: 0)

    def box(self) -> QRect:
        measure = self.view.page.measure
        for placed in self.view.page.placed:
            if placed.row is self.row:
                return QRect(measure.left, placed.y, measure.width, placed.height)
        return QRect()


class ActionPart(RowPart):
    """Something that can be done with a message."""

    def __init__(
        self, parent: MessagePart, row: Row, action: Action, kind: QAccessible.Role = QAccessible.Role.Button
    ) -> None:
        super().__init__(parent, row, kind, action.words)
        self.readable = None
        self.action = action
        self.message_id = parent.message_id
        self.press = Press(lambda: self.view.reader.act(parent.message_id, action))

    def is_action(self, name: str) -> bool:
        return name == self.action.name

    def state(self) -> QAccessible.State:
        state = super().state()
        state.readOnly = False
        state.focusable = True
        state.focused = self.is_action(self.view.reader.focused) and self.message_id == self.view.reader.current
        return state

    def box(self) -> QRect:
        inside = self.action.rect.toAlignedRect()
        row = super().box()
        return inside.translated(row.topLeft()) if row.isValid() else row


class MessagePart(Part):
    """A message in sight, or near."""

    def __init__(self, parent: QAccessibleInterface, view: TranscriptView, message: Message) -> None:
        super().__init__(parent, view, QAccessible.Role.ListItem)
        self.message = message
        self.message_id = message.id
        self.name, self.description = speaker(message), described(message)
        self.readable = Readable(lambda: self.item.text if self.item else "", self._character_box, self._offset_at)
        self._made_of = (-1, 0, 0)  # rows when the parts were made, how many were laid out, how often they had changed

    def renew(self, message: Message) -> None:
        """The message is another version of itself: who has it in hand keeps it, and is told what is different."""
        if message is self.message:
            return
        was_busy = self.message.state is State.STREAMING
        self.message = message
        for event, name, now in (
            (QAccessible.Event.NameChanged, "name", speaker(message)),
            (QAccessible.Event.DescriptionChanged, "description", described(message)),
        ):
            if getattr(self, name) != now:
                setattr(self, name, now)
                tell(QAccessibleEvent(self, event))
        if was_busy != (message.state is State.STREAMING):
            changed = QAccessible.State()
            changed.busy = True
            tell(QAccessibleStateChangeEvent(self, changed))

    @property
    def item(self) -> Item | None:
        """The message as rows; None once it is not shown any more."""
        index = self.view.index_of(self.message_id)
        return self.view.page.item(index) if index is not None else None

    def sync(self) -> None:
        """Make the parts if the rows are others now."""
        item = self.item
        if item is None:
            return
        laid = sum(row.height > 0 for row in item.rows)  # before that, a row has no actions
        now = (len(item.rows), laid, sum(row.refreshed for row in item.body))
        if now != self._made_of:
            self._made_of = now
            gone, self.parts = self.parts, list(self._inside(item))
            for part in gone:
                QTimer.singleShot(0, part.retire)  # somebody may be asking it just now

    def inside(self) -> list[Part]:
        self.sync()
        return self.parts

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        self.sync()
        return super().child(index)

    def childCount(self) -> int:
        self.sync()
        return super().childCount()

    def _inside(self, item: Item) -> list[Part]:
        parts: list[Part] = []
        for row in item.rows:
            if isinstance(row, BlockRow) and row.source.kind == "code":
                language = row.source.info.split(" ")[0]
                parts.append(RowPart(self, row, QAccessible.Role.Section, f"Code, {language}" if language else "Code"))
            elif isinstance(row, FooterRow):
                parts.append(RowPart(self, row, QAccessible.Role.StaticText, row.spoken))
            elif isinstance(row, NoticeRow):
                parts.append(RowPart(self, row, QAccessible.Role.StaticText, row.words))
            if row.height:
                parts += [ActionPart(self, row, link, QAccessible.Role.Link) for link in row.links()]
                parts += [ActionPart(self, row, action) for action in row.actions() if action.name]
        return parts

    def state(self) -> QAccessible.State:
        state = super().state()
        state.offscreen = False  # the list can be read on beyond what is in sight
        state.focusable = True
        state.selectable = True
        is_current = self.message_id == self.view.reader.current
        state.selected = is_current
        state.focused = is_current and self.view.hasFocus()
        state.busy = self.message.state is State.STREAMING
        return state

    def box(self) -> QRect:
        return self.view.box_of(self.message_id) or QRect()

    def _body(self) -> Sequence[BlockRow]:
        item = self.item
        return item.body if item is not None else ()

    def _character_box(self, offset: int) -> QRect:
        for row in self._body():
            if offset <= len(row.text):
                for placed in self.view.page.placed:
                    if placed.row is row:
                        caret = row.caret_rect(offset).toAlignedRect()
                        caret.translate(self.view.page.measure.left, placed.y)
                        return QRect(self.view.viewport().mapToGlobal(caret.topLeft()), caret.size())
                return QRect()
            offset -= len(row.text) + 2
        return QRect()

    def _offset_at(self, at: QPoint) -> int:
        inside = self.view.viewport().mapFromGlobal(at)
        before = 0
        for row in self._body():
            for placed in self.view.page.placed:
                if placed.row is row and placed.y <= inside.y() < placed.y + placed.height:
                    left = self.view.page.measure.left
                    return before + row.position_at(QPointF(inside.x() - left, inside.y() - placed.y))
            before += len(row.text) + 2
        return -1


def described(message: Message) -> str:
    """How a message stands, and since when."""
    failure = message.failure.message if message.failure else ""
    return ", ".join(filter(None, (spoken_state(message), failure, when(message.created))))
