"""The rows of the sidebar: conversations by date, and below them what a search found inside messages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from chatgui.ui.words import day, full_date

if TYPE_CHECKING:
    from chatgui.core.conversation import Hit, Summary

STEP = 400  # rows given to the view at a time: it asks for more when scrolled to its end

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
    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._shown = 0
        self._running: frozenset[str] = frozenset()

    def show(self, summaries: Sequence[Summary], hits: Sequence[Hit] = ()) -> bool:
        """Replace the rows. True if rows moved, came or went; False if only their looks changed."""
        rows = _conversation_rows(summaries) + _hit_rows(hits)
        same = [_key(row) for row in rows] == [_key(row) for row in self._rows]
        if same:
            changed = [at for at, (new, old) in enumerate(zip(rows, self._rows, strict=True)) if new != old]
            self._rows = rows
            for at in changed:
                if at < self._shown:
                    self.dataChanged.emit(self.index(at), self.index(at))
            return False
        self.beginResetModel()
        self._rows = rows
        self._shown = min(max(self._shown, STEP), len(rows))
        self.endResetModel()
        return True

    def run(self, conversations: Collection[str]) -> None:
        """Mark the conversations in which an answer is being written."""
        running = frozenset(conversations)
        changed, self._running = running ^ self._running, running
        for at in range(self._shown):
            if self._rows[at].conversation in changed:
                self.dataChanged.emit(self.index(at), self.index(at))

    def row_of(self, conversation: str) -> int:
        """Where a conversation stands, or -1. It is brought into view's reach."""
        for at, row in enumerate(self._rows):
            if row.conversation == conversation and row.hit is None:
                while at >= self._shown:
                    self.fetchMore(QModelIndex())
                return at
        return -1

    def row(self, at: int) -> Row:
        """The row at a place."""
        return self._rows[at]

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Rows the view knows of."""
        return 0 if parent.isValid() else self._shown

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there are rows the view does not know of."""
        return not parent.isValid() and self._shown < len(self._rows)

    def fetchMore(self, parent: Index) -> None:
        """Show the next step of rows."""
        more = min(STEP, len(self._rows) - self._shown)
        if more <= 0 or parent.isValid():
            return
        self.beginInsertRows(QModelIndex(), self._shown, self._shown + more - 1)
        self._shown += more
        self.endInsertRows()

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Conversations can be renamed in place; hits cannot."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self._rows[index.row()].hit is None:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title for people and screen readers, the row itself for the delegate."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole | Qt.ItemDataRole.AccessibleTextRole:
                return row.title
            case self.RowRole:
                return row
            case self.MarkRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return self._mark(row)
            case Qt.ItemDataRole.ToolTipRole:
                return _tool_tip(row)
            case _:
                return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A new title was typed; the session is asked, and the row changes when it says so."""
        row = self._rows[index.row()]
        title = " ".join(str(value).split())
        if role == Qt.ItemDataRole.EditRole and title and title != row.title:
            self.renamed.emit(row.conversation, title)
            return True
        return False

    def _mark(self, row: Row) -> str:
        """How the conversation stands, in a word; empty if there is nothing to say."""
        if row.summary is None:
            return ""
        if row.conversation in self._running:
            return "running"
        if row.summary.unread:
            return "unread"
        return row.summary.state if row.summary.state in ("failed", "interrupted") else ""


def _key(row: Row) -> tuple[str, str, str]:
    return row.conversation, row.hit.message if row.hit else "", row.heading


def _conversation_rows(summaries: Sequence[Summary]) -> list[Row]:
    pinned = [one for one in summaries if one.pinned and not one.archived]
    others = [one for one in summaries if not one.pinned and not one.archived]
    archived = [one for one in summaries if one.archived]
    grouped = [
        *(("Pinned", one) for one in pinned),
        *((day(one.updated), one) for one in others),
        *(("Archive", one) for one in archived),
    ]
    rows: list[Row] = []
    last = ""
    for group, summary in grouped:
        rows.append(Row(summary.id, summary.title, group if group != last else "", summary))
        last = group
    return rows


def _hit_rows(hits: Sequence[Hit]) -> list[Row]:
    return [
        Row(hit.conversation, hit.title, "Found in messages" if at == 0 else "", hit=hit) for at, hit in enumerate(hits)
    ]


def _tool_tip(row: Row) -> str:
    if row.hit is not None:
        return f"{row.title}\n{full_date(row.hit.created)}"
    summary = row.summary
    if summary is None:
        return row.title
    said = f"{summary.messages} message{'' if summary.messages == 1 else 's'}"
    model = f"\n{summary.account} · {summary.model}" if summary.model else ""
    return f"{row.title}\n{full_date(summary.updated)}\n{said}{model}"
