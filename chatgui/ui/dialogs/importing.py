"""Bringing conversations in from files of this and other programs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QPlainTextEdit

from chatgui.core.errors import ChatError
from chatgui.exchange.importing import Reading, read
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, words
from chatgui.ui.notices import present

SHOWN = 200  # skipped things listed by name; more are only counted


class ImportDialog(Sheet):
    """Choose files, read them off the window's thread, take them in, and say what came and what did not."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Import", (520, 380))
        self._session, self._tasks = context.session, context.tasks
        self.body.addWidget(
            words("Reads exports of chatgui and of other chat programs. Nothing is overwritten; nothing comes twice.")
        )
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setAccessibleName("Report")
        self.report.setPlaceholderText("Nothing was imported yet.")
        self.report.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._files = self._buttons.addButton("Choose Files…", QDialogButtonBox.ButtonRole.ActionRole)
        self._files.clicked.connect(self._choose)
        self._buttons.rejected.connect(self.reject)
        self.body.addWidget(self.report, 1)
        self.body.addWidget(self._buttons)

    def _choose(self) -> None:
        chooser = QFileDialog(self, "Import")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
        chooser.filesSelected.connect(lambda paths: self._tasks.start(self.take([Path(path) for path in paths])))
        chooser.finished.connect(lambda _: chooser.deleteLater())
        chooser.open()

    async def take(self, paths: list[Path]) -> None:
        """Read and take in each file; one that cannot be read does not keep the others out."""
        self._files.setEnabled(False)
        for path in paths:
            try:
                reading = await asyncio.to_thread(read, path)
                merged = await self._session.archive.merge(reading.entries)
                told = f"{merged.added} added, {merged.grown} grown, {merged.unchanged} already there"
            except ChatError as error:
                shown = present(error)
                self.report.appendPlainText(f"{path.name}: {shown.words} {shown.advice}".strip())
                continue
            self.report.appendPlainText(f"{path.name}: {told}")
            self._tell_skipped(reading)
        self._files.setEnabled(True)

    def _tell_skipped(self, reading: Reading) -> None:
        for note in reading.notes:
            self.report.appendPlainText(f"    {note}")
        for skip in reading.skips[:SHOWN]:
            self.report.appendPlainText(f"    Skipped {skip.what}: {skip.why}")
        if len(reading.skips) > SHOWN:
            self.report.appendPlainText(f"    … and {len(reading.skips) - SHOWN} more")
