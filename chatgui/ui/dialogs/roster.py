"""The left side of a window that keeps a list of things: the list in its order, and what is done with its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.ui.dialogs.parts import say, words

NEW = ""  # id of the row of something that is being made
WIDTH = 220


@dataclass(frozen=True, slots=True)
class Item:
    """One row: its id, what it is called, and a mark before it if it has one."""

    id: str
    title: str
    mark: QIcon = field(default_factory=QIcon, compare=False)


class _List(QListWidget):
    """Rows are dragged to another place, or moved there with Alt and an arrow; Delete removes."""

    remove_wanted = Signal()
    move_wanted = Signal(int)  # rows further down

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that act on the chosen row."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and key in steps:
            self.move_wanted.emit(steps[key])
        elif key == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        else:
            super().keyPressEvent(event)


class Roster(QWidget):
    """The list and its buttons. It shows what it is given and says what is wanted; `what` names the rows (“account”)."""

    chosen = Signal()  # another row is the current one
    add_wanted = Signal()
    remove_wanted = Signal()
    moved = Signal(str, int)  # id, and the place it is wanted at

    def __init__(self, name: str, what: str) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.list = _List()
        self.list.setAccessibleName(name)
        self.list.setAccessibleDescription(f"Alt and an arrow move the chosen {what} up or down")
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(lambda _now, _before: self._choose())
        self.list.remove_wanted.connect(self._remove)
        self.list.move_wanted.connect(self.move_by)
        self.list.model().rowsMoved.connect(self._dragged)
        self.add_button = QPushButton("Add")
        self.add_button.clicked.connect(self.add_wanted)
        self.remove_button = QPushButton("Remove")
        self.remove_button.clicked.connect(self._remove)
        self.more_button = QPushButton("More")
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._enable_menu)
        self.more_button.setMenu(self.menu)
        self._of_a_row: list[QAction] = []
        self._moves: list[tuple[QAction, int]] = []
        self._shown: list[Item] = []
        buttons = QHBoxLayout()
        for button in (self.add_button, self.remove_button, self.more_button):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """The list was filled before it had its style: only now are its rows as high as they are drawn."""
        super().showEvent(event)
        self.list.doItemsLayout()

    @property
    def current(self) -> str:
        """Id of the chosen row; `NEW` for what is being made."""
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else NEW

    @property
    def shown(self) -> list[Item]:
        """The rows but for what is being made."""
        return [one for one in self._shown if one.id != NEW]

    @property
    def place(self) -> int:
        """Where the chosen row stands, from 0."""
        return self.list.currentRow()

    def fill(self, items: Sequence[Item], select: str) -> None:
        """Show these rows, one of them chosen; `chosen` is told once, at the end."""
        self.list.blockSignals(True)
        self.list.clear()
        self._shown = list(items)
        for one in items:
            item = QListWidgetItem(one.title)
            item.setToolTip(one.title)
            item.setIcon(one.mark)
            item.setData(Qt.ItemDataRole.UserRole, one.id)
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
            self.list.addItem(item)
        ids = [one.id for one in items]
        self.list.setCurrentRow(ids.index(select) if select in ids else 0)
        self.list.blockSignals(False)
        self._choose()

    def move_by(self, step: int) -> None:
        """Ask for the chosen row to stand further down (or up, if negative)."""
        at = self.place + step
        if self.current != NEW and 0 <= at < len(self.shown):
            self.moved.emit(self.current, at)

    def _dragged(self, _from: QModelIndex, first: int, _last: int, _to: QModelIndex, before: int) -> None:
        item = self.list.item(before if before < first else before - 1)
        if item is not None:
            self.moved.emit(str(item.data(Qt.ItemDataRole.UserRole)), self.list.row(item))

    # The menu

    def add_act(self, text: str, act: Callable[[], object]) -> QAction:
        """A row of the menu that acts on the chosen row."""
        made = self.menu.addAction(text, act)
        self._of_a_row.append(made)
        return made

    def add_moves(self) -> None:
        """The rows of the menu that move the chosen one."""
        for text, step in (("Move Up", -1), ("Move Down", 1)):
            self._moves.append((self.add_act(text, partial(self.move_by, step)), step))

    def _enable_menu(self) -> None:
        for one in self._of_a_row:
            one.setEnabled(self.current != NEW)
        for one, step in self._moves:
            one.setEnabled(self.current != NEW and 0 <= self.place + step < len(self.shown))

    def _choose(self) -> None:
        self.remove_button.setEnabled(self.current != NEW)
        self.chosen.emit()

    def _remove(self) -> None:
        if self.current != NEW:
            self.remove_wanted.emit()


def beside(roster: Roster, area: QWidget, bar: QWidget) -> QHBoxLayout:
    """The list, and beside it the form of what is chosen there, above the form's buttons."""
    right = QVBoxLayout()
    right.addWidget(area, 1)
    right.addWidget(bar)
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(roster)
    row.addLayout(right, 1)
    return row


class Foot(QWidget):
    """One line under all: what was done, and the way back."""

    undo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.note = words()
        self.undo_button = QPushButton("Undo")
        self.undo_button.clicked.connect(self.undo_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.note, 1000)
        row.addStretch(1)
        row.addWidget(self.undo_button)
        self.say("")

    def say(self, text: str, meaning: str = "", *, undo: bool = False) -> None:
        """Say this, with a button that takes it back if `undo`."""
        say(self.note, text, meaning)
        self.undo_button.setVisible(undo)
