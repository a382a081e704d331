"""A pane in a window of its own, until that is closed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget


class Detached(QWidget):
    """Holds `pane` at the size it had. It belongs to the window of `parent` and goes with it."""

    closed = Signal()

    def __init__(self, pane: QWidget, title: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(title)
        self.setGeometry(_beside(parent.window(), pane))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(pane)
        pane.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Whoever detached the pane takes it back."""
        self.closed.emit()
        super().closeEvent(event)


def _beside(window: QWidget, pane: QWidget) -> QRect:
    """Beside the window it leaves where the screen has room for that, else where it stood: never over the conversations."""
    place = QRect(pane.mapToGlobal(QPoint()), pane.size())
    beyond = window.frameGeometry().right() + 1
    if beyond + place.width() <= window.screen().availableGeometry().right():
        place.moveLeft(beyond)
    return place
