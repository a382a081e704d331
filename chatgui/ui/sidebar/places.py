"""Folders and tags in the sidebar: which one is shown, and the menus that move and tag conversations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QInputDialog, QMenu, QWidget

from chatgui.ui.combo import Combo
from chatgui.ui.sidebar.listing import EVERYWHERE, Place

ALL = "All conversations"


class PlaceBox(Combo):
    """Chooses the folder or tag that is shown; out of sight while there is none."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Folder or tag")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._offered: list[tuple[Place, int]] = []
        self.addItem(ALL, EVERYWHERE)
        self.currentIndexChanged.connect(lambda _: self.chosen.emit())
        self.hide()

    def names(self, kind: str) -> list[str]:
        """The folders (`folder`) or tags (`tag`) there are, in order."""
        return [name for (its_kind, name), _ in self._offered if its_kind == kind]

    @property
    def place(self) -> Place:
        """What is shown."""
        kind, name = self.currentData() or EVERYWHERE
        return str(kind), str(name)

    def offer(self, places: Mapping[Place, int]) -> None:
        """Offer these, with how many conversations each holds; the shown one stays if it is there. Emits nothing."""
        offered = sorted(places.items(), key=lambda one: (one[0][0], one[0][1].casefold(), one[0][1]))
        self.setVisible(bool(offered))
        if offered == self._offered:
            return
        self._offered = offered
        shown = self.place
        self.blockSignals(True)
        self.clear()
        self.addItem(ALL, EVERYWHERE)
        for place, count in offered:
            self.addItem(f"{'#' if place[0] == 'tag' else ''}{place[1]}  ({count:,})", place)
        self.setCurrentIndex(next((at for at in range(self.count()) if self.itemData(at) == shown), 0))
        self.blockSignals(False)


def move_menu(parent: QWidget, names: Collection[str], here: str, move: Callable[[str], None]) -> QMenu:
    """“Move to Folder”: the folders there are, a new one, and none. `here` is where the conversations are now."""
    menu = QMenu("Move to Folder", parent)
    for name in names:
        action = menu.addAction(_plain(name), partial(move, name))
        action.setEnabled(name != here)
    if names:
        menu.addSeparator()
    menu.addAction("New Folder…", lambda: ask_folder(parent, move))
    if here:
        menu.addAction("Take Out of Folder", lambda: move(""))
    return menu


def tag_menu(
    parent: QWidget, names: Collection[str], worn: Collection[str], change: Callable[[str, bool], None]
) -> QMenu:
    """“Tags”: each tag there is, checked if all the conversations have it, and a new one. `change` gives or takes one."""
    menu = QMenu("Tags", parent)
    for name in names:
        action = menu.addAction(_plain(name))
        action.setCheckable(True)
        action.setChecked(name in worn)
        action.toggled.connect(partial(change, name))
    if names:
        menu.addSeparator()
    menu.addAction("New Tag…", lambda: ask_name(parent, "New Tag", "Name of the tag", "Add", partial(_give, change)))
    return menu


def _give(change: Callable[[str, bool], None], name: str) -> None:
    change(name, True)


def ask_folder(parent: QWidget, move: Callable[[str], None]) -> None:
    """Ask for the name of a new folder, and move there."""
    ask_name(parent, "New Folder", "Name of the folder", "Move", move)


def ask_name(parent: QWidget, title: str, label: str, button: str, take: Callable[[str], None]) -> None:
    """Ask for a name; an empty one is none."""
    dialog = QInputDialog(parent.window())
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setOkButtonText(button)
    dialog.textValueSelected.connect(lambda name: take(" ".join(name.split())) if name.strip() else None)
    dialog.finished.connect(lambda _: dialog.deleteLater())
    dialog.open()


def _plain(name: str) -> str:
    """A name in a menu, where `&` would underline a letter."""
    return name.replace("&", "&&")
