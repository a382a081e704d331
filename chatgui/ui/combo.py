"""A combo box that a screen reader can name in full: the list it opens and its editor are called what the box is called."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QShowEvent
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QWidget


class Combo(QComboBox):
    """Qt leaves the list and the editor without a name, though they can be focused."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(QStyledItemDelegate(self))  # the only one that follows the style sheet

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._pass_on(name)

    def _pass_on(self, name: str) -> None:
        self.view().setAccessibleName(name)
        if (line := self.lineEdit()) is not None:
            line.setAccessibleName(name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        spoken = QAccessible.queryAccessibleInterface(self)
        if spoken is not None and not self.accessibleName():  # its name is its label's
            self._pass_on(spoken.text(QAccessible.Text.Name))
