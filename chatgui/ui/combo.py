"""A combo box that a screen reader can name in full: the list it opens is called what the box is called."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QShowEvent
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QWidget


class Combo(QComboBox):
    """Qt leaves the list without a name, though it can be focused."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(QStyledItemDelegate(self))  # the only one that follows the style sheet

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.view().setAccessibleName(name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        spoken = QAccessible.queryAccessibleInterface(self)
        if spoken is not None and not self.accessibleName():  # its name is its label's
            self.view().setAccessibleName(spoken.text(QAccessible.Text.Name))
