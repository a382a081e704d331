"""Folders in the sidebar: which one is shown, and moving into one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QInputDialog, QMenu, QWidget

ALL = "All conversations"


class FolderBox(QComboBox):
    """Chooses the folder that is shown; out of sight while there is none."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Folder")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.addItem(ALL, "")
        self.currentIndexChanged.connect(lambda _: self.chosen.emit())
        self.hide()

    @property
    def names(self) -> list[str]:
        """The folders there are, in order."""
        return [str(self.itemData(at)) for at in range(1, self.count())]

    @property
    def folder(self) -> str:
        """The shown folder; empty for all conversations."""
        return str(self.currentData() or "")

    def offer(self, folders: Collection[str]) -> None:
        """Offer these; the shown one stays if it is still there. Says nothing: who offers shows."""
        names = sorted(set(folders), key=lambda name: (name.casefold(), name))
        self.setVisible(bool(names))
        if names == self.names:
            return
        shown = self.folder
        self.blockSignals(True)
        self.clear()
        self.addItem(ALL, "")
        for name in names:
            self.addItem(name, name)
        self.setCurrentIndex(max(self.findData(shown), 0))
        self.blockSignals(False)


def move_menu(parent: QWidget, names: Collection[str], here: str, move: Callable[[str], None]) -> QMenu:
    """“Move to Folder”: the folders there are, a new one, and none. `here` is where the conversations are now."""
    menu = QMenu("Move to Folder", parent)
    for name in names:
        action = menu.addAction(name.replace("&", "&&"), partial(move, name))
        action.setEnabled(name != here)
    if names:
        menu.addSeparator()
    menu.addAction("New Folder…", lambda: _ask(parent, move))
    if here:
        menu.addAction("Take Out of Folder", lambda: move(""))
    return menu


def _ask(parent: QWidget, move: Callable[[str], None]) -> None:
    dialog = QInputDialog(parent.window())
    dialog.setWindowTitle("New Folder")
    dialog.setLabelText("Name of the folder")
    dialog.setOkButtonText("Move")
    dialog.textValueSelected.connect(lambda name: move(" ".join(name.split())) if name.strip() else None)
    dialog.finished.connect(lambda _: dialog.deleteLater())
    dialog.open()
