"""Bringing conversations in from files of this and other programs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
)

from chatgui.core.errors import ChatError
from chatgui.core.figures import counted
from chatgui.exchange.importing import Reading, read
from chatgui.ui.choosing import ask_for_files
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Blank, Progress, Sheet, say, words
from chatgui.ui.notices import told
from chatgui.ui.words import full_date, isolated

SHOWN = 200  # skipped things listed by name; more are only counted
LISTED = 5_000  # conversations listed one by one; those beyond come with the rest of their file
CHOICE = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was read."""

    path: Path
    reading: Reading


class ImportDialog(Sheet):
    """Choose files, look at what is in them, take in what is wanted, and hear what came and what did not.

    Files are read in another process; nothing is changed before Import is pressed, and then all of it comes or nothing.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Import", (640, 560))
        self._session, self._tasks, self._theme = context.session, context.tasks, context.theme
        self._files: list[_File] = []
        self._cancelled = False
        self._busy = False
        self.body.addWidget(
            words(
                "Reads exports of chatgui, ChatGPT, Claude, Open WebUI, LibreChat, Cherry Studio, Chatbox, LobeChat and "
                "Jan, and lists of messages as the OpenAI protocol has them. Nothing is overwritten; nothing comes twice."
            )
        )
        self.list = self._make_list()
        self.blank = Blank(self.list)
        self.blank.show_words("Choose files to see what is in them. Nothing comes in before you press Import.")
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setAccessibleName("Report")
        self.report.textChanged.connect(lambda: self.report.setVisible(not self.report.document().isEmpty()))
        self.report.hide()
        self.report.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._state = words()
        self._bar = Progress()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.choose_button = self._buttons.addButton("Choose Files…", QDialogButtonBox.ButtonRole.ActionRole)
        self.import_button = self._buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        self.choose_button.clicked.connect(self._choose)
        self.import_button.clicked.connect(lambda: self._tasks.start(self.take_in()))
        self._buttons.rejected.connect(self.reject)
        self.body.addWidget(self.list, 3)
        self.body.addWidget(self.report, 2)
        for widget in (self._state, self._bar, self._buttons):
            self.body.addWidget(widget)
        self._rest("")

    def _make_list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setAccessibleName("Conversations in the files")
        made.setHeaderLabels(["Conversation", "Messages", "Last changed", ""])
        made.setRootIsDecorated(False)
        made.setUniformRowHeights(True)
        header = made.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        made.itemChanged.connect(lambda *_: self._enable())
        return made

    # Looking

    def _choose(self) -> None:
        ask_for_files(self, "Import", lambda paths: self._tasks.start(self.look(paths)))

    async def look(self, paths: list[Path]) -> None:
        """Read the files and list what could be taken in; one that cannot be read does not keep the others out."""
        self._files.clear()
        self.list.clear()
        self.blank.show_words("")
        self.report.clear()
        here = {row.id for row in await self._session.library.summaries()}
        for path in paths:
            self._begin(f"Reading {isolated(path.name)} …")
            try:
                reading = await asyncio.to_thread(read, path, self._is_cancelled)
            except ChatError as error:
                self.report.appendPlainText(f"{path.name}: {told(error)}")
                continue
            if self._cancelled:
                self._rest("Cancelled. Nothing was changed.")
                return
            self._files.append(_File(path, reading))
            self._tell_found(path, reading)
            self._list(len(self._files) - 1, here)
        found = sum(len(file.reading.entries) for file in self._files)
        self._rest(
            f"{counted(found, 'conversation')} found. Nothing is changed yet." if found else "Nothing was found."
        )

    def _list(self, number: int, here: set[str]) -> None:
        self.list.blockSignals(True)  # Qt's own signature
        for index, one in enumerate(self._files[number].reading.entries.overviews):
            if self.list.topLevelItemCount() == LISTED:
                self.report.appendPlainText(f"    Only the first {LISTED:,} are listed; the others come, too.")
                break
            known = one.id in here
            texts = [
                isolated(one.title) or "Untitled",
                f"{one.messages:,}",
                full_date(one.updated),
                "here already" if known else "",
            ]
            item = QTreeWidgetItem(texts)
            item.setCheckState(0, Qt.CheckState.Checked)
            item.setData(0, CHOICE, (number, index))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.addTopLevelItem(item)
        self.list.blockSignals(False)

    def _tell_found(self, path: Path, reading: Reading) -> None:
        self.report.appendPlainText(f"{path.name}: {reading.format}, {counted(len(reading.entries), 'conversation')}")
        for note in reading.notes:
            self.report.appendPlainText(f"    {note}")
        for skip in reading.skips[:SHOWN]:
            self.report.appendPlainText(f"    Left out {skip.what}: {skip.why}")
        if len(reading.skips) > SHOWN:
            self.report.appendPlainText(f"    … and {len(reading.skips) - SHOWN:,} more")

    # Taking in

    def _unwanted(self) -> set[tuple[int, int]]:
        items = map(self.list.topLevelItem, range(self.list.topLevelItemCount()))
        return {tuple(item.data(0, CHOICE)) for item in items if item and item.checkState(0) != Qt.CheckState.Checked}

    async def take_in(self) -> None:
        """Take in what is checked, each file whole or not at all."""
        unwanted = self._unwanted()
        for number, file in enumerate(self._files):
            wanted = [index for index in range(len(file.reading.entries)) if (number, index) not in unwanted]
            self._begin(f"Importing {isolated(file.path.name)} …", len(wanted))
            try:
                merged = await self._session.archive.merge(
                    file.reading.entries.chosen(wanted), progress=self._progress, cancelled=self._is_cancelled
                )
            except ChatError as error:
                self._rest(f"{file.path.name}: {told(error)}", "" if self._cancelled else "error")
                return
            came = f"{merged.added} added, {merged.grown} grown, {merged.unchanged} already there"
            self.report.appendPlainText(f"{file.path.name}: {came}, {counted(merged.messages, 'message')} in all.")
        self._files.clear()
        self.list.clear()
        self._rest("Done.", "good")

    async def take(self, paths: list[Path]) -> None:
        """Read files and take in all that is in them."""
        await self.look(paths)
        await self.take_in()

    # How far

    def reject(self) -> None:
        """Cancel what is being done, and stay; else close."""
        if self._busy:
            self._cancelled = True
            say(self._state, "Cancelling …")
            return
        super().reject()

    def _is_cancelled(self) -> bool:
        return self._cancelled

    def _begin(self, text: str, total: int = 0) -> None:
        self._busy, self._cancelled = True, False
        self.list.setEnabled(False)
        self._bar.begin(total, still=self._theme.is_still)
        say(self._state, text)
        self._enable()

    def _progress(self, done: int) -> None:
        self._bar.setValue(done)

    def _rest(self, text: str, meaning: str = "") -> None:
        self._busy = False
        self.list.setEnabled(True)
        self._bar.hide()
        say(self._state, text, meaning)
        self._enable()

    def _enable(self) -> None:
        self.choose_button.setEnabled(not self._busy)
        self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("Cancel" if self._busy else "Close")
        found = sum(len(file.reading.entries) for file in self._files)
        self.import_button.setEnabled(not self._busy and found > len(self._unwanted()))
        self._show_next(self.import_button if found else self.choose_button)

    def _show_next(self, primary: QPushButton) -> None:
        """The button of the next step is the one that is meant, also by Enter."""
        for button in (self.choose_button, self.import_button):
            button.setProperty("primary", button is primary)
            button.setDefault(button is primary)
            button.style().polish(button)
