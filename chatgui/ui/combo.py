"""A combo box that a screen reader can name in full: the list it opens and its editor are called what the box is called, and
the box, whose own name is what is chosen (on Linux), has a label that says so."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QShowEvent
from PySide6.QtWidgets import QComboBox, QLabel, QStyledItemDelegate, QWidget


class Combo(QComboBox):
    """Qt leaves the list and the editor without a name, though they can be focused."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(QStyledItemDelegate(self))  # the only one that follows the style sheet
        self._label: QLabel | None = None  # for who cannot see what stands beside the box

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._pass_on(name)
        if self._label is not None:
            self._label.setText(name)

    def _pass_on(self, name: str) -> None:
        self.view().setAccessibleName(name)
        if (line := self.lineEdit()) is not None:
            line.setAccessibleName(name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        spoken = QAccessible.queryAccessibleInterface(self)
        if spoken is not None and not self.accessibleName():  # its name is its label's
            self._pass_on(spoken.text(QAccessible.Text.Name))
        labelled = spoken is not None and any(how == QAccessible.RelationFlag.Label for _, how in spoken.relations())
        if self.accessibleName() and not labelled:
            self._label = QLabel(self.accessibleName(), self.parentWidget())
            self._label.setBuddy(self)
            self._label.hide()
