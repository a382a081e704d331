"""Restoring from a backup: what a daily copy holds and the library lacks comes back; nothing here is changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton

from chatgui.chat.archive import Copy
from chatgui.core.attaching import in_bytes
from chatgui.core.errors import ChatError
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Blank, Progress, Sheet, say, words
from chatgui.ui.notices import told
from chatgui.ui.words import full_date


class RestoreDialog(Sheet):
    """The copies there are, newest first, and one button."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Restore", (520, 420))
        self._session, self._tasks, self._theme = context.session, context.tasks, context.theme
        self._copies: list[Copy] = []
        self.list = QListWidget()
        self.list.setAccessibleName("Backups")
        self.list.itemSelectionChanged.connect(self._enable)
        self.blank = Blank(self.list)
        self.told = words()
        self.button = QPushButton("Restore")
        self.button.setProperty("primary", True)
        self.button.clicked.connect(lambda: self._tasks.start(self.restore()))
        self.bar = Progress()
        self.bar.hide()
        row = QHBoxLayout()
        row.addWidget(self.told, 1000)
        row.addStretch(1)
        row.addWidget(self.button)
        self.body.addWidget(
            words("Brings back what a backup holds and is missing here. Nothing that is here is changed.")
        )
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.bar)
        self.body.addLayout(row)
        self._enable()
        self.start(self._tasks, self._read())

    async def _read(self) -> None:
        self._copies = await self._session.archive.copies()
        for copy in self._copies:
            size = in_bytes(copy.size)
            before = " · before an update" if copy.before_update else ""
            item = QListWidgetItem(f"{full_date(copy.made)} · {size}{before}")
            item.setData(Qt.ItemDataRole.ToolTipRole, copy.path.name)
            self.list.addItem(item)
        if self._copies:
            self.list.setCurrentRow(0)
        else:
            kept = self._session.settings.backups
            self.blank.show_words(
                "There are no backups yet." + ("" if kept else " Settings, “Backups kept”, turns them on.")
            )

    def _enable(self) -> None:
        self.button.setEnabled(bool(self.list.selectedItems()))

    async def restore(self) -> None:
        """Take in the selected copy and say what came."""
        self.button.setEnabled(False)
        self.list.setEnabled(False)
        say(self.told, "Restoring …")
        self.bar.begin(0, still=self._theme.is_still)
        try:
            copy = self._copies[self.list.currentRow()]
            words, meaning = await self._session.archive.restore(copy, self._progress), "good"
        except ChatError as error:
            words, meaning = told(error), "error"
        self.bar.hide()
        say(self.told, words, meaning)
        self.list.setEnabled(True)
        self._enable()

    def _progress(self, done: int, total: int) -> None:
        if total > 0:
            self.bar.setRange(0, total)
            self.bar.setValue(done)
