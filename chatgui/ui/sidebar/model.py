"""The rows of the sidebar: conversations by date, and below them what a search found inside messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from chatgui.core.figures import counted
from chatgui.ui.words import day, full_date

if TYPE_CHECKING:
    from chatgui.core.conversation import Hit, Summary

DRAGGED = "application/x-chatgui-conversations"  # what is carried by the mouse: identifiers, one a line
STEP = 400  # rows given to the view at a time: it asks for more when scrolled to its end
FAR = 2000

Index: TypeAlias = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a conversation, or a place in one. `heading` stands above the first row of its group."""

    conversation: str
    title: str
    heading: str = ""
    summary: Summary | None = None
    hit: Hit | None = None


class SidebarModel(QAbstractListModel):
    """Holds all rows, shows them in steps, so that any number costs the view nothing."""

    RowRole = Qt.ItemDataRole.UserRole
    MarkRole = Qt.ItemDataRole.UserRole + 1
    ColourRole = Qt.ItemDataRole.UserRole + 2
    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: Sequence[Summary | Hit] = ()
        self._conversations = 0  # so many entries are conversations; places in them follow
        self._shown = 0
        self._running: frozenset[str] = frozenset()
        self._order = "changed"
        self._colours: Mapping[str, str] = {}

    def show(self, summaries: Sequence[Summary], hits: Sequence[Hit] = (), order: str = "changed") -> bool:
        """Replace the rows, which come in this order. True if rows in sight moved, came or went; False if only their
        looks changed.
        """
        before, keys = self._entries[: self._shown], self._keys()
        total = len(self._entries)
        self._entries = [*summaries, *hits] if hits else summaries
        self._conversations = len(summaries)
        self._order = order
        if len(self._entries) == total and self._keys() == keys:
            for at, (new, old) in enumerate(zip(self._entries, before, strict=False)):
                if new != old:
                    self.dataChanged.emit(self.index(at), self.index(at))
            return False
        self.beginResetModel()
        self._shown = min(max(self._shown, STEP), len(self._entries))
        self.endResetModel()
        return True

    def _keys(self) -> list[tuple[str, str, str]]:
        """What must be the same for the view to stay as it is, of the rows it knows."""
        rows = (self.row(at) for at in range(min(self._shown, len(self._entries))))
        return [(row.conversation, row.hit.message if row.hit else "", row.heading) for row in rows]

    def run(self, conversations: Collection[str]) -> None:
        """Mark the conversations in which an answer is being written."""
        running = frozenset(conversations)
        changed, self._running = running ^ self._running, running
        for at in range(self._shown):
            if self.row(at).conversation in changed:
                self.dataChanged.emit(self.index(at), self.index(at))

    def colour(self, accounts: Mapping[str, str]) -> None:
        """The colours of accounts, by their names; those without one are left out."""
        if accounts != self._colours:
            self._colours = dict(accounts)
            if self._shown:
                self.dataChanged.emit(self.index(0), self.index(self._shown - 1))

    def row_of(self, conversation: str) -> int:
        """Where a conversation stands, or -1."""
        return next(
            (at for at in range(self._conversations) if cast("Summary", self._entries[at]).id == conversation), -1
        )

    def reach(self, at: int) -> bool:
        """Let the view know of the row at this place, unless it is so far down that laying all out would be felt."""
        if self._shown <= at < min(self._shown + FAR, len(self._entries)):
            self._reach(at + 1)
        return 0 <= at < self._shown

    def row(self, at: int) -> Row:
        """The row at a place."""
        entry, heading = self._entries[at], self._group(at)
        if at and self._group(at - 1) == heading:
            heading = ""
        if at >= self._conversations:
            hit = cast("Hit", entry)
            return Row(hit.conversation, hit.title, heading, hit=hit)
        summary = cast("Summary", entry)
        return Row(summary.id, summary.title, heading, summary)

    def _group(self, at: int) -> str:
        if at >= self._conversations:
            return "Found in messages"
        summary = cast("Summary", self._entries[at])
        if summary.archived or summary.pinned:
            return "Archive" if summary.archived else "Pinned"
        return "By title" if self._order == "title" else day(getattr(summary, _MOMENTS[self._order]))

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._entries)

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Rows the view knows of."""
        return 0 if parent.isValid() else self._shown

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there are rows the view does not know of."""
        return not parent.isValid() and self._shown < len(self._entries)

    def fetchMore(self, parent: Index) -> None:
        """Show the next step of rows."""
        if not parent.isValid():
            self._reach(min(self._shown + STEP, len(self._entries)))

    def _reach(self, count: int) -> None:
        """Let the view know of at least so many rows."""
        if count > self._shown:
            self.beginInsertRows(QModelIndex(), self._shown, count - 1)
            self._shown = count
            self.endInsertRows()

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Conversations can be renamed in place; hits cannot."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        if index.row() < self._conversations:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title for people and screen readers, the row itself for the delegate."""
        if not index.isValid():
            return None
        row = self.row(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole | Qt.ItemDataRole.AccessibleTextRole:
                return row.title
            case self.RowRole:
                return row
            case self.MarkRole:
                return self._mark(row)
            case self.ColourRole:
                return self._colours.get(row.summary.account, "") if row.summary is not None else ""
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return ", ".join(one for one in (self._mark(row), *_facts(row), self._coloured(row)) if one)
            case Qt.ItemDataRole.ToolTipRole:
                return _tool_tip(row)
            case _:
                return None

    def mimeTypes(self) -> list[str]:
        """What dragged rows are carried as."""
        return [DRAGGED]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The conversations of these rows, to be carried by the mouse."""
        carried = QMimeData()
        carried.setData(DRAGGED, "\n".join(self.row(one.row()).conversation for one in indexes).encode())
        return carried

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A new title was typed; the session is asked, and the row changes when it says so."""
        row = self.row(index.row())
        title = " ".join(str(value).split())
        if role == Qt.ItemDataRole.EditRole and title and title != row.title:
            self.renamed.emit(row.conversation, title)
            return True
        return False

    def _coloured(self, row: Row) -> str:
        """The account a dot stands for."""
        return row.summary.account if row.summary is not None and row.summary.account in self._colours else ""

    def _mark(self, row: Row) -> str:
        """How the conversation stands, in a word; empty if there is nothing to say."""
        if row.summary is None:
            return ""
        if row.conversation in self._running:
            return "running"
        if row.summary.unread:
            return "unread"
        return row.summary.state if row.summary.state in ("failed", "interrupted") else ""


_MOMENTS = {"changed": "updated", "created": "created"}


def _facts(row: Row) -> list[str]:
    """What else a screen reader says of a row."""
    summary = row.summary
    if summary is None:
        return [row.heading, row.hit.snippet] if row.hit is not None else []
    flags = [word for word in ("pinned", "archived") if getattr(summary, word)]
    folder = [f"in {summary.folder}"] if summary.folder else []
    heading = [row.heading] if row.heading.lower() not in flags else []
    return [*heading, *flags, *folder, *(f"tag {tag}" for tag in summary.tags)]


def _tool_tip(row: Row) -> str:
    if row.hit is not None:
        return f"{row.title}\n{full_date(row.hit.created)}"
    summary = row.summary
    if summary is None:
        return row.title
    said = counted(summary.messages, "message")
    model = f"\n{summary.account} · {summary.model}" if summary.model else ""
    return f"{row.title}\n{full_date(summary.updated)}\n{said}{model}"
