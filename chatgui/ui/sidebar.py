"""The sidebar: search, new conversation, and every conversation there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.ui import assets
from chatgui.ui.folders import FolderBox, move_menu
from chatgui.ui.search_field import SearchField
from chatgui.ui.sidebar_delegate import RowDelegate
from chatgui.ui.sidebar_model import Row, SidebarModel
from chatgui.ui.theme import Theme

if TYPE_CHECKING:
    from chatgui.core.conversation import Hit, Summary

TYPING_MS = 120  # a search begins when the typing pauses this long


class ConversationList(QListView):
    """The list; Delete deletes, Enter opens, F2 renames."""

    delete_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete acts on the selection."""
        if event.key() == Qt.Key.Key_Delete and self.state() != QAbstractItemView.State.EditingState:
            self.delete_wanted.emit()
            return
        super().keyPressEvent(event)


class Sidebar(QWidget):
    """Shows what it is given and says what is wanted; knows no session."""

    opened = Signal(str, str)  # conversation, message to show (or empty)
    searched = Signal(str)
    new_wanted = Signal()
    settings_wanted = Signal()
    renamed = Signal(str, str)
    delete_wanted = Signal(list)
    pin_wanted = Signal(list, bool)
    archive_wanted = Signal(list, bool)
    move_wanted = Signal(list, str)  # into this folder (empty: into none)
    export_wanted = Signal(list)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Raised")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(200)
        self._current = ""
        self._following = False  # the selection follows the shown conversation; nobody clicked
        self.search = SearchField("Search conversations", "Search")
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(lambda: self.searched.emit(self.search.text().strip()))
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._open_first)
        self._given: tuple[list[Summary], list[Hit]] = ([], [])  # what there is to show, of all folders
        self._folder_of: dict[str, str] = {}  # of the conversations that are in one
        self.folders = FolderBox()
        self.folders.chosen.connect(self._show)
        self.model = SidebarModel(self)
        self.list = self._make_list(theme)
        self.search.down_pressed.connect(self.list.setFocus)
        self._empty = QLabel(self.list.viewport())
        self._empty.setProperty("strength", "3")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._empty.setContentsMargins(16, 24, 16, 0)
        self._empty.hide()
        self._lay_out(theme)

    def _make_list(self, theme: Theme) -> ConversationList:
        view = ConversationList()
        view.setAccessibleName("Conversations")
        view.setModel(self.model)
        view.setItemDelegate(RowDelegate(view, theme))
        view.setMouseTracking(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open_menu)
        view.selectionModel().currentChanged.connect(self._current_changed)
        view.clicked.connect(self._open)
        view.activated.connect(self._open)
        view.delete_wanted.connect(lambda: self.delete_wanted.emit(self.selected()))
        self.model.renamed.connect(self.renamed)
        return view

    def _lay_out(self, theme: Theme) -> None:
        new = QToolButton()
        new.setAccessibleName("New conversation")
        new.setText("New")
        new.setToolTip("New conversation")
        new.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        assets.dress(new, "new", theme.tokens)
        new.clicked.connect(self.new_wanted)
        settings = QToolButton()
        settings.setText("Settings")
        settings.setProperty("words", True)
        settings.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        assets.dress(settings, "settings", theme.tokens)
        settings.clicked.connect(self.settings_wanted)
        top = QHBoxLayout()
        top.setContentsMargins(12, 10, 8, 4)
        top.setSpacing(4)
        top.addWidget(self.search, 1)
        top.addWidget(new)
        foot = QHBoxLayout()
        foot.setContentsMargins(4, 4, 8, 8)
        foot.addWidget(settings)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        between = QHBoxLayout()
        between.setContentsMargins(12, 0, 8, 4)
        between.addWidget(self.folders)
        column.addLayout(between)
        column.addWidget(self.list, 1)
        column.addLayout(foot)

    # What is shown

    def show_rows(self, summaries: list[Summary], hits: list[Hit]) -> None:
        """Show these conversations and hits, those of the chosen folder; scroll place and selection stay."""
        if not self.search.text().strip():
            self._folder_of.clear()  # these are all; what a search leaves out keeps its folder
        self._folder_of.update((one.id, one.folder) for one in summaries if one.folder)
        self._given = (summaries, hits)
        self.folders.offer(set(self._folder_of.values()))
        self._show()

    def _show(self) -> None:
        summaries, hits = self._given
        if folder := self.folders.folder:
            summaries = [one for one in summaries if one.folder == folder]
            hits = [one for one in hits if self._folder_of.get(one.conversation) == folder]
        place = self.list.verticalScrollBar().value()
        several = set(self.selected()) if len(self.list.selectedIndexes()) > 1 else set()
        self._following = True
        if self.model.show(summaries, hits):
            self._mark_current()
            self._select(several)
            self.list.verticalScrollBar().setValue(place)
        self._following = False
        query = self.search.text().strip()
        empty = "" if self.model.total else f"Nothing found for “{query}”." if query else "Conversations appear here."
        self._empty.setText(empty)
        self._empty.setVisible(bool(empty))
        self._empty.setGeometry(self.list.viewport().rect())

    def show_current(self, conversation: str) -> None:
        """Mark the conversation that is open in the window."""
        self._current = conversation
        self._following = True
        self._mark_current()
        self._following = False

    def _mark_current(self) -> None:
        at = self.model.row_of(self._current) if self._current else -1
        selection = self.list.selectionModel()
        if not self.model.reach(at):
            selection.clear()
            return
        index = self.model.index(at)
        if self.list.currentIndex() != index or not selection.isSelected(index):
            self.list.setCurrentIndex(index)

    def _select(self, conversations: set[str]) -> None:
        """Select these again, as far as the view knows of them."""
        selection = self.list.selectionModel()
        for at in range(self.model.rowCount()) if conversations else ():
            if self.model.row(at).conversation in conversations:
                selection.select(self.model.index(at), selection.SelectionFlag.Select)

    def selected(self) -> list[str]:
        """The ids of the selected conversations, in order; the current one if none is."""
        rows = sorted(index.row() for index in self.list.selectedIndexes())
        ids = [self.model.row(at).conversation for at in rows]
        return list(dict.fromkeys(ids)) or ([self._current] if self._current else [])

    def neighbour(self, step: int) -> str:
        """The conversation `step` rows from the shown one, or empty at the end."""
        at = self.model.row_of(self._current) + step
        if 0 <= at < self.model.total:
            return self.model.row(at).conversation
        return ""

    def edit_title(self) -> None:
        """Rename the current row in place."""
        index = self.list.currentIndex()
        if index.isValid():
            self.list.edit(index)

    # What is wanted

    def _current_changed(self, index: QModelIndex, _: QModelIndex) -> None:
        several = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        if QGuiApplication.keyboardModifiers() & several:
            return  # the selection grows; the window stays where it is
        if not self._following and index.isValid() and self.list.hasFocus():
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        several = len(self.list.selectedIndexes()) > 1
        if several:
            return
        row = self.model.row(index.row())
        self.opened.emit(row.conversation, row.hit.message if row.hit else "")

    def _open_first(self) -> None:
        if self.model.total:
            self._open(self.model.index(0))

    def _open_menu(self, place: QPoint) -> None:
        index = self.list.indexAt(place)
        if not index.isValid():
            return
        ids = self.selected()
        row: Row = self.model.row(index.row())
        if row.conversation not in ids:
            ids = [row.conversation]
        pinned = bool(row.summary and row.summary.pinned)
        archived = bool(row.summary and row.summary.archived)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if len(ids) == 1 and row.hit is None:
            menu.addAction("Rename", lambda: self.list.edit(index))
        menu.addAction("Unpin" if pinned else "Pin", lambda: self.pin_wanted.emit(ids, not pinned))
        menu.addAction(
            "Take Out of Archive" if archived else "Archive", lambda: self.archive_wanted.emit(ids, not archived)
        )
        here = {self._folder_of.get(one, "") for one in ids}
        menu.addMenu(
            move_menu(
                menu,
                self.folders.names,
                here.pop() if len(here) == 1 else "",
                lambda to: self.move_wanted.emit(ids, to),
            )
        )
        menu.addAction("Export…", lambda: self.export_wanted.emit(ids))
        menu.addSeparator()
        menu.addAction(
            "Delete" if len(ids) == 1 else f"Delete {len(ids)} Conversations", lambda: self.delete_wanted.emit(ids)
        )
        menu.popup(self.list.viewport().mapToGlobal(place))
