"""Finding words in the conversation that is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from chatgui.ui import assets
from chatgui.ui.search_field import FilterField
from chatgui.ui.spoken import Spoken
from chatgui.ui.theme import Theme

TYPING_MS = 80


class FindBar(QWidget):
    """A line to type in, where one stands among the hits, and the way to the next."""

    typed = Signal(str)
    offered = Signal(str)  # the words that are in it when it opens
    step_wanted = Signal(int)  # 0: stay at the place found
    closed = Signal(bool)  # whether by Escape: one who has only typed is to be where he was

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Raised")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.line = FilterField(theme, "Find in conversation")
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._tell)
        self.line.textChanged.connect(lambda _: self._typing.start())
        self._spoken = Spoken(self)
        self._where = QLabel()
        self._where.setProperty("strength", "2")
        self._where.setMinimumWidth(90)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self._where)
        for icon, name, hint, act in (
            ("up", "Previous hit", "Previous", lambda: self.step_wanted.emit(-1)),
            ("down", "Next hit", "Next", lambda: self.step_wanted.emit(1)),
            ("close", "Close find", "Close", lambda: self.dismiss(back=False)),
        ):
            button = assets.tool_button(icon, name, theme.tokens, hint)
            button.clicked.connect(act)
            row.addWidget(button)
            self.last = button

    def name(self, where: str) -> None:
        """Say where one finds."""
        self.line.setAccessibleName(f"Find in {where}")
        self.line.setPlaceholderText(f"Find in {where}")

    def open(self, text: str = "") -> None:
        """Show the bar, ready to type."""
        self.show_words(text)
        self.line.take_focus()

    def show_words(self, text: str = "") -> None:
        """Show the bar with these words, or those that were in it, and what they find; the focus stays where it is."""
        if text:
            self.line.setText(text)
        self._typing.stop()
        self.show()
        if self.line.text():
            self.offered.emit(self.line.text())

    def show_place(self, current: int, total: int) -> None:
        """“3 of 17”, “17 found” before the first is gone to, or that there is nothing."""
        found = f"{current} of {total}" if current else f"{total} found"
        words = found if total else "Nothing found" if self.line.text() else ""
        self._where.setText(words)
        self._spoken.say(words if self.line.hasFocus() else "")

    def dismiss(self, *, back: bool = True) -> bool:
        """Close the bar, with or without the way back to where one was; False if it was not open."""
        if self.isHidden():
            return False
        self._typing.stop()
        self.hide()
        self.closed.emit(back)
        return True

    def _tell(self) -> None:
        self._typing.stop()
        self.typed.emit(self.line.text())

    def _enter(self, by: int) -> None:
        """Go on; who is quicker than the search goes to the first place, and the typing leads nowhere any more."""
        if self._typing.isActive():
            self._tell()
            by = min(0, by)
        self.step_wanted.emit(by)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, Shift+Enter back, Escape closes; on a button Enter presses it."""
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QToolButton):
            focused.click()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
