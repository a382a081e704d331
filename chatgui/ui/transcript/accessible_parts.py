"""What a screen reader meets within the transcript: messages, blocks of code, usage lines, and what can be done with them.

`interface_cast` must return a `VoidPtr`: None or a number crashes. Whoever is registered must be kept alive, and taken
out with `retire` before it is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
    QAccessibleTextInterface,
)

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


class Deeds(QAccessibleActionInterface):
    """What assistive technology may do with something: give it the focus, and press it if it can be."""

    def __init__(self, focus: Callable[[], None], press: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._deeds = {QAccessibleActionInterface.setFocusAction(): focus}
        if press is not None:
            self._deeds = {QAccessibleActionInterface.pressAction(): press, **self._deeds}

    def actionNames(self) -> list[str]:
        return list(self._deeds)

    def doAction(self, name: str) -> None:
        if name in self._deeds:
            QTimer.singleShot(0, self._deeds[name])  # not within the call of the assistive technology

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
        self.deeds: Deeds | None = None
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
        state.invisible = not self.view.isVisible()
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
            QAccessible.InterfaceType.ActionInterface: self.deeds,
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
