"""The trash: conversations that were deleted, with the day, and the way back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton

from chatgui.chat.archive import Copy
from chatgui.core.change import Change, LibraryChanged
from chatgui.core.conversation import Summary
from chatgui.core.figures import counted
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Blank, Sheet, say, words
from chatgui.ui.words import full_date, isolated

MESSAGES = "messages"  # stands for the deleted messages of conversations that are still there


class TrashDialog(Sheet):
    """Restore what was deleted, or delete it for ever, which is the only thing that cannot be undone: it asks twice."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Trash", (520, 460))
        self._session, self._tasks = context.session, context.tasks
        self.list = QListWidget()
        self.list.setAccessibleName("Deleted conversations")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.itemSelectionChanged.connect(self._enable)
        self.blank = Blank(self.list)
        self._words = words()
        self.restore_button = QPushButton("Restore")
        self.restore_button.setProperty("primary", True)
        self.restore_button.clicked.connect(lambda: self._tasks.start(self._session.library.restore(self.selected())))
        self.purge_button = QPushButton("Delete for Ever")
        self.purge_button.clicked.connect(self._purge)
        self._sure: tuple[list[str], bool] | None = None  # for what the button was pressed once
        self._purged = ""  # what is to be said once the list is shown anew
        row = QHBoxLayout()
        row.addWidget(self._words, 1000)
        row.addStretch(1)
        row.addWidget(self.purge_button)
        row.addWidget(self.restore_button)
        self.body.addWidget(self.list, 1)
        self.body.addLayout(row)
        unsubscribe = self._session.changed.subscribe(self._hear)
        self.finished.connect(lambda _: unsubscribe())
        self._refresh()

    def selected(self) -> list[str]:
        """The ids of the selected conversations."""
        ids = (str(item.data(Qt.ItemDataRole.UserRole)) for item in self.list.selectedItems())
        return [one for one in ids if one != MESSAGES]

    def _messages_chosen(self) -> bool:
        return any(item.data(Qt.ItemDataRole.UserRole) == MESSAGES for item in self.list.selectedItems())

    def _hear(self, change: Change) -> None:
        if isinstance(change, LibraryChanged):
            self._refresh()

    def _refresh(self) -> None:
        self.read(self._tasks, self._read())

    async def _read(self) -> None:
        library = self._session.library
        self._show(await library.summaries(deleted=True), await library.deleted_messages())

    def _show(self, rows: list[Summary], messages: int) -> None:
        self.list.clear()
        if messages:
            words = f"{counted(messages, 'message')} deleted in conversations that are still there"
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, MESSAGES)
            item.setToolTip("Undo brings them back, for as long as the program runs.")
            self.list.addItem(item)
        for row in rows:
            when = f" · deleted {full_date(row.deleted)}" if row.deleted else ""
            item = QListWidgetItem(f"{isolated(row.title)}{when}")
            item.setData(Qt.ItemDataRole.UserRole, row.id)
            self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(self.list.count() - len(rows) if rows else 0)
        self._enable()
        say(self._words, self._purged)
        self.blank.show_words("" if self.list.count() else "The trash is empty.")
        self._purged = ""

    def _enable(self) -> None:
        self._sure = None
        self.restore_button.setEnabled(bool(self.selected()))
        self.purge_button.setEnabled(bool(self.selected()) or self._messages_chosen())
        say(self._words, "")

    def _purge(self) -> None:
        chosen = (self.selected(), self._messages_chosen())
        if self._sure == chosen:
            self._tasks.start(self._delete_for_ever(*chosen))
            return
        self._sure = chosen
        forgets = " Nor can anything that was done before." if chosen[1] else ""
        say(self._words, f"This cannot be undone.{forgets} Press again to delete for ever.", "warning")

    async def _delete_for_ever(self, ids: list[str], messages: bool) -> None:
        library = self._session.library
        self._purged = _still_in(await self._session.archive.copies())
        if messages:
            await library.purge_messages()
        if ids:
            await library.purge(ids)
        else:
            self._refresh()


def _still_in(copies: list[Copy]) -> str:
    """What to say of the backups, which hold what was deleted until they are replaced."""
    if not copies:
        return ""
    newest, oldest = (full_date(one.made) for one in (copies[0], copies[-1]))
    which = f"The backup of {newest}" if len(copies) == 1 else f"The {len(copies)} backups from {oldest} to {newest}"
    return f"{which} may still hold it, until newer ones replace {'it' if len(copies) == 1 else 'them'}."
