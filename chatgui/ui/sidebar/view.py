"""The sidebar: search, new conversation, and every conversation there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from chatgui.core.message_link import MessageLink
from chatgui.core.query import with_condition
from chatgui.ui import assets
from chatgui.ui.going import UNKNOWN
from chatgui.ui.search_field import SearchField
from chatgui.ui.sidebar.conversation_list import ConversationList, DropShelf
from chatgui.ui.sidebar.listing import Listing
from chatgui.ui.sidebar.menu import conversation_menu, filter_menu, folder_menu, place_menu, tags_menu, targets
from chatgui.ui.sidebar.model import SidebarModel
from chatgui.ui.sidebar.places import PlaceBox
from chatgui.ui.spoken import Spoken
from chatgui.ui.theme import Theme

if TYPE_CHECKING:
    from chatgui.core.conversation import Hit, Summary

MOST_OFFERED = 30  # models or accounts a menu offers
TYPING_MS = 120  # a search begins when the typing pauses this long


class Sidebar(QWidget):
    """Shows what it is given and says what is wanted; knows no session."""

    opened = Signal(str, str, str)  # conversation, message to show (or empty), words that were found in it
    searched = Signal(str)
    new_wanted = Signal()
    settings_wanted = Signal()
    renamed = Signal(str, str)
    delete_wanted = Signal(list)
    pin_wanted = Signal(list, bool)
    archive_wanted = Signal(list, bool)
    move_wanted = Signal(list, str)  # into this folder (empty: into none)
    tag_wanted = Signal(list, str, bool)  # give this tag, or take it
    export_wanted = Signal(list)
    duplicate_wanted = Signal(list)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Raised")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(200)
        self._current = ""
        self._following = False  # the selection follows the shown conversation; nobody clicked
        self.search = SearchField(theme, "Search conversations", "Search")
        self.listing = Listing()
        self._order = "changed"
        self._found: tuple[Sequence[Summary], Sequence[Hit]] | None = None  # what a search found, while it is shown
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._search)
        self._spoken = Spoken(self.search)
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(self._open_first)
        self.filter_button = QToolButton()
        self.filter_button.setAccessibleName("Search conditions")
        self.filter_button.setToolTip("Narrow the search: by role, model, date, tag …")
        self.filter_button.clicked.connect(self._open_filters)
        self.places = PlaceBox()
        self.places.chosen.connect(self._narrow)
        self.places.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.places.customContextMenuRequested.connect(self._open_place_menu)
        self.model = SidebarModel(self)
        self.list = self._make_list(theme)
        self.search.down_pressed.connect(self._go_down)
        self._shelf = DropShelf(self.list)
        self._empty = QLabel(self.list.viewport())
        self._empty.setProperty("strength", "3")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._empty.setContentsMargins(16, 24, 16, 0)
        self._empty.hide()
        self._lay_out(theme)

    def _make_list(self, theme: Theme) -> ConversationList:
        view = ConversationList(self.model, theme)
        view.customContextMenuRequested.connect(self._open_menu)
        view.selectionModel().currentChanged.connect(self._current_changed)
        view.clicked.connect(self._open)
        view.activated.connect(self._open)
        view.delete_wanted.connect(lambda: self.delete_wanted.emit(self.selected()))
        view.dragging.connect(self._show_targets)
        self.model.renamed.connect(self.renamed)
        return view

    def _make_edge(self) -> QWidget:
        """A hair below the list while there is more of it than is seen: a row cut in half runs into nothing."""
        hair = QFrame()
        hair.setObjectName("Hair")
        hair.setFixedHeight(1)
        policy = hair.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        hair.setSizePolicy(policy)
        hair.hide()
        self.list.verticalScrollBar().rangeChanged.connect(lambda _, most: hair.setVisible(most > 0))
        return hair

    def _lay_out(self, theme: Theme) -> None:
        new = assets.tool_button("new", "New conversation", theme.tokens)
        new.clicked.connect(self.new_wanted)
        assets.dress(self.filter_button, "filter", theme.tokens)
        settings = QToolButton()
        settings.setText("Settings")
        settings.setObjectName("Settings")
        settings.setProperty("words", True)
        settings.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        assets.dress(settings, "settings", theme.tokens)
        settings.clicked.connect(self.settings_wanted)
        top = QHBoxLayout()
        top.setContentsMargins(12, 10, 8, 4)
        top.setSpacing(4)
        top.addWidget(self.search, 1)
        top.addWidget(self.filter_button)
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
        between.addWidget(self.places)
        column.addLayout(between)
        column.addWidget(self.list, 1)
        column.addWidget(self._make_edge())
        column.addLayout(foot)

    # What is shown

    def show_rows(self, summaries: Sequence[Summary], order: str = "changed") -> None:
        """These are all conversations, in this order."""
        self._order = order
        self.listing.fill(summaries, order)
        self._show()

    def change_rows(self, changed: Iterable[Summary], gone: Iterable[str] = ()) -> None:
        """These conversations are new or have changed, and those are no longer there."""
        self.listing.change(changed, gone)
        self._show()

    def arrange(self, order: str) -> None:
        """Show them in another order."""
        self._order = order
        self.listing.arrange(order)
        self._show()

    def show_found(self, summaries: Sequence[Summary], hits: Sequence[Hit]) -> None:
        """Show what a search found, as long as there is something in the search line."""
        if self.query:
            self._found = (summaries, hits)
            self._show()

    @property
    def query(self) -> str:
        """What stands in the search line."""
        return self.search.text().strip()

    def _narrow(self) -> None:
        self.listing.narrow(self.places.place)
        if self.query:
            self._search()
        else:
            self._show()

    def _show(self) -> None:
        """Show the rows there are; scroll place and selection stay."""
        self.places.offer(self.listing.places)
        summaries, hits = self._found or (self.listing.rows, ())
        place = self.list.verticalScrollBar().value()
        several = set(self.selected()) if len(self.list.selectedIndexes()) > 1 else set()
        self._following = True
        if self.model.show(summaries, hits, self._order if self._found is None else "changed"):
            self._mark_current()
            self._select(several)
            self.list.verticalScrollBar().setValue(place)
        self._following = False
        nothing = "Conversations appear here."
        if self._found:
            linked = MessageLink.read(self.query)
            nothing = UNKNOWN if linked else f"Nothing found for “{self.query}”."
        self._empty.setText("" if self.model.total else nothing)
        self._spoken.say((self._empty.text() or f"{self.model.total:,} found") if self._found else "")
        self._empty.setVisible(not self.model.total)
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

    # Searching

    def _typed(self) -> None:
        self._typing.start()
        if not self.query and self._found is not None:  # everything is at hand
            self._found = None
            self._show()

    def _search(self) -> None:
        self._typing.stop()
        self.searched.emit(self.query)

    def _open_filters(self) -> None:
        known = self.listing.newest()
        models = list(dict.fromkeys(one.model for one in known if one.model))[:MOST_OFFERED]
        accounts = list(dict.fromkeys(one.account for one in known if one.account))[:MOST_OFFERED]
        menu = filter_menu(self, models, accounts, list(self.listing.places), self._add_condition)
        menu.popup(self.filter_button.mapToGlobal(self.filter_button.rect().bottomLeft()))

    def _add_condition(self, typed: str) -> None:
        self.search.setText(f"{with_condition(self.search.text(), typed)} ")
        self.search.setFocus()

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
        self.opened.emit(row.conversation, row.hit.message if row.hit else "", _found_words(row.hit))

    def _go_down(self) -> None:
        """From the search to the first row. It is current before the list has the focus: a screen reader says it then."""
        if self.model.total:
            self.list.setCurrentIndex(self.model.index(0))
        self.list.setFocus()
        self._open_first()

    def _open_first(self) -> None:
        if self.model.total:
            self._open(self.model.index(0))

    def _known(self, ids: Iterable[str]) -> list[Summary]:
        return [one for one in map(self.listing.get, ids) if one is not None]

    def _open_menu(self, place: QPoint) -> None:
        index = self.list.indexAt(place)
        if not index.isValid():
            return
        row = self.model.row(index.row())
        ids = self.selected()
        chosen = self._known(ids if row.conversation in ids else [row.conversation])
        if chosen:
            renames = len(chosen) == 1 and row.hit is None
            menu = conversation_menu(self, chosen, (lambda: self.list.edit(index)) if renames else None)
            menu.popup(self.list.viewport().mapToGlobal(place))

    def _open_place_menu(self, at: QPoint) -> None:
        if (menu := place_menu(self)) is not None:
            menu.popup(self.places.mapToGlobal(at))

    def open_folders(self, ids: Iterable[str]) -> None:
        """Offer the folders these conversations can be moved to."""
        if chosen := self._known(ids):
            self._pop_up(folder_menu(self, self, chosen))

    def open_tags(self, ids: Iterable[str]) -> None:
        """Offer the tags these conversations have and could have."""
        if chosen := self._known(ids):
            self._pop_up(tags_menu(self, self, chosen))

    def _pop_up(self, menu: QMenu) -> None:
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row = self.list.visualRect(self.list.currentIndex())
        menu.popup(self.list.viewport().mapToGlobal(row.bottomLeft() if row.isValid() else QPoint(12, 12)))

    def _show_targets(self, dragging: bool) -> None:
        if dragging:
            self._shelf.offer(targets(self, self._known(self.selected())))
        else:
            self._shelf.hide()


def _found_words(hit: Hit | None) -> str:
    """The first words a search found, as they are written there."""
    return hit.snippet[slice(*hit.marks[0])] if hit is not None and hit.marks else ""
