"""The trash: conversations that were deleted, with the day, and the way back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton

from chatgui.core.change import Change, LibraryChanged
from chatgui.core.conversation import Summary
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, say, words
from chatgui.ui.words import full_date, isolated


class TrashDialog(Sheet):
    """Restore what was deleted, or delete it for ever, which is the only thing that cannot be undone: it asks twice."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Trash", (520, 460))
        self._session, self._tasks = context.session, context.tasks
        self.list = QListWidget()
        self.list.setAccessibleName("Deleted conversations")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.itemSelectionChanged.connect(self._enable)
        self._words = words()
        self.restore_button = QPushButton("Restore")
        self.restore_button.setProperty("primary", True)
        self.restore_button.clicked.connect(lambda: self._tasks.start(self._session.library.restore(self.selected())))
        self.purge_button = QPushButton("Delete for Ever")
        self.purge_button.clicked.connect(self._purge)
        self._sure: list[str] = []  # ids for which the button was pressed once
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
        return [str(item.data(Qt.ItemDataRole.UserRole)) for item in self.list.selectedItems()]

    def _hear(self, change: Change) -> None:
        if isinstance(change, LibraryChanged):
            self._refresh()

    def _refresh(self) -> None:
        self.start(self._tasks, self._read())

    async def _read(self) -> None:
        self._show(await self._session.library.summaries(deleted=True))

    def _show(self, rows: list[Summary]) -> None:
        self.list.clear()
        for row in rows:
            when = f" · deleted {full_date(row.deleted)}" if row.deleted else ""
            item = QListWidgetItem(f"{isolated(row.title)}{when}")
            item.setData(Qt.ItemDataRole.UserRole, row.id)
            self.list.addItem(item)
        if rows:
            self.list.setCurrentRow(0)
        self._enable()
        say(self._words, "" if rows else "The trash is empty.")

    def _enable(self) -> None:
        self._sure = []
        for button in (self.restore_button, self.purge_button):
            button.setEnabled(bool(self.selected()))
        say(self._words, "")

    def _purge(self) -> None:
        if self._sure == self.selected():
            self._tasks.start(self._session.library.purge(self._sure))
            return
        self._sure = self.selected()
        say(self._words, "This cannot be undone. Press again to delete for ever.", "warning")
