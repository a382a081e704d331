"""Fields one searches by: named, with a clear button that has a name too and follows the theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton

from chatgui.ui import assets
from chatgui.ui.theme import Theme


class FilterField(QLineEdit):
    """A line whose `hint` shows while it is empty (default: its name)."""

    def __init__(self, theme: Theme, name: str, hint: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(hint or name)
        self.setClearButtonEnabled(True)
        for clear in self.findChildren(QAction):
            assets.dress(clear, "close", theme.tokens)
        for button in self.findChildren(QToolButton):
            button.setAccessibleName("Clear")

    def take_focus(self) -> None:
        """Go there, with what is in it selected. In this order: a screen reader that hears of the caret before it hears of the
        focus says nothing of where one is."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # other reasons select at once
        if self.text():
            self.selectAll()


class SearchField(FilterField):
    """Escape empties it before it does anything else, the Down key goes on to what was found."""

    down_pressed = Signal()

    def event(self, event: QEvent) -> bool:
        """While there is something to empty, Escape is the field's, and no shortcut's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._empties(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties, Down goes on; the rest is typing."""
        if self._empties(event):
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _empties(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and bool(self.text())
