"""Writing conversations to files."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QMessageBox,
    QRadioButton,
    QVBoxLayout,
)

from chatgui.core.errors import ChatError, UsageError
from chatgui.exchange.exporters import FORMATS, by_name
from chatgui.exchange.exporters.base import Exporter, Options
from chatgui.exchange.exporting import export, file_names
from chatgui.exchange.names import safe_name
from chatgui.ui.choosing import ask_for_folder, ask_where_to_save
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.export_preview import ExportPreview
from chatgui.ui.dialogs.parts import Progress, Sheet, heading, say, words
from chatgui.ui.notices import told

PARTS = (
    ("reasoning", "Reasoning", True),
    ("usage", "Token usage and cost", True),
    ("timestamps", "Dates and times", True),
    ("system", "System prompt", True),
    ("branches", "Other versions, beside the shown ones", False),
    ("front_matter", "Front matter (title, dates, tags) for note programs", False),
)
SETTLE_MS = 120  # after the last change, before a preview is made
CAPTIONS = {
    "html": "The first page, about as a browser shows it.",
    "docx": "The first page, about as a word processor shows it.",
    "pdf": "The first page.",
}
LINES = "The beginning of the file."


class ExportDialog(Sheet):
    """What, as which format, with which parts, and a preview. The window stays usable while files are written."""

    def __init__(self, context: Context, ids: list[str]) -> None:
        super().__init__(context.window, "Export", (860, 600))
        self._session, self._tasks, self._notices = context.session, context.tasks, context.notices
        self._theme = context.theme
        self._ids = ids
        self._writing: asyncio.Task[None] | None = None
        self._previewing: asyncio.Task[None] | None = None
        self._some = QRadioButton("This conversation" if len(ids) == 1 else f"The {len(ids)} selected conversations")
        self._all = QRadioButton("All conversations")
        self._whole = QButtonGroup(self)
        for button in (self._some, self._all):
            self._whole.addButton(button)
        self._some.setVisible(bool(ids))
        (self._some if ids else self._all).setChecked(True)
        self._one_file = QCheckBox("In one file")
        self._format = Combo()
        self._format.setAccessibleName("Format")
        for one in FORMATS:
            self._format.addItem(one.title, one.name)
        self._parts = {name: QCheckBox(title) for name, title, _ in PARTS}
        for name, _, default in PARTS:
            self._parts[name].setChecked(default)
        self.preview = ExportPreview()
        self._caption = words(strength="3")
        self._state = words()
        self._bar = Progress()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._save = self._buttons.addButton("Choose Where…", QDialogButtonBox.ButtonRole.AcceptRole)
        self._save.setProperty("primary", True)
        self._arrange()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._preview)
        self._follow()

    def _arrange(self) -> None:
        form = QFormLayout()
        form.addRow("Format", self._format)
        left = QVBoxLayout()
        left.setSpacing(8)
        for widget in (self._some, self._all, self._one_file):
            left.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        left.addSpacing(8)
        left.addLayout(form)
        left.addSpacing(8)
        left.addWidget(heading("With"))
        for box in self._parts.values():
            left.addWidget(box)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self.preview, 1)
        right.addWidget(self._caption)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addLayout(left)
        middle.addLayout(right, 1)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self._state)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._buttons)
        say(self._state, "")
        self._bar.hide()

    def _follow(self) -> None:
        self._buttons.accepted.connect(lambda: self._tasks.start(self._choose_place()))
        self._buttons.rejected.connect(self.reject)
        self.finished.connect(lambda _: self._stop_preview())
        self._format.currentIndexChanged.connect(self._chosen)
        self._whole.buttonToggled.connect(self._chosen)
        for box in self._parts.values():
            box.toggled.connect(self._chosen)
        self._chosen()

    @property
    def _exporter(self) -> Exporter:
        return by_name(self._format.currentData())

    def options(self) -> Options:
        """What is to go into the files."""
        return replace(Options(), **{name: box.isChecked() for name, box in self._parts.items()})  # type: ignore[arg-type]  # names of PARTS

    def _chosen(self, *_: object) -> None:
        heeds = self._exporter.heeds
        for name, box in self._parts.items():
            box.setEnabled(name in heeds)
        self._parts["front_matter"].setVisible("front_matter" in heeds)
        self._one_file.setVisible(self._all.isChecked() or len(self._ids) > 1)
        self._settle.start()

    # The preview

    def _preview(self) -> None:
        self._stop_preview()
        self._previewing = self._tasks.start(self._show_preview())

    def _stop_preview(self) -> None:
        self._settle.stop()
        if self._previewing is not None:
            self._previewing.cancel()

    async def _show_preview(self) -> None:
        exporter = self._exporter
        ids = self._ids if self._some.isChecked() else [row.id for row in await self._session.library.summaries()]
        if not ids:
            self._caption.setText("There is no conversation yet.")
            return
        try:
            entry = await self._session.archive.entry(ids[0])
        except UsageError:  # deleted meanwhile, or nothing was said in it yet
            self._caption.setText("There is nothing to show of this conversation.")
            return
        await self.preview.show_export(exporter, entry, self.options())
        shown = CAPTIONS.get(exporter.name, LINES)
        self._caption.setText(shown if len(ids) == 1 else f"{shown} {entry.conversation.title}")

    # Where, and writing

    async def _choose_place(self) -> None:
        whole = self._all.isChecked()
        ids = [row.id for row in reversed(await self._session.library.summaries())] if whole else self._ids
        if not ids:
            say(self._state, "There is no conversation to export.", "warning")
            return
        exporter = self._exporter

        def write(path: Path) -> None:
            self._tasks.start(self._ask_and_write(ids, exporter, path))

        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        if len(ids) == 1 or self._one_file.isChecked():
            title = (await self._session.library.summary(ids[0])).title if len(ids) == 1 else "Conversations"
            ask_where_to_save(self, "Export to", safe_name(title, exporter.suffix), write, folder=folder)
        else:
            ask_for_folder(self, "Export to", write, folder=folder)

    async def _ask_and_write(self, ids: list[str], exporter: Exporter, path: Path) -> None:
        """Files in a folder that have the names of ours are replaced only after a question."""
        there = 0
        if path.suffix.lower() != exporter.suffix:
            rows = {row.id: row.title for row in await self._session.library.summaries()}
            names = file_names([rows.get(one, "") for one in ids], exporter)
            there = await asyncio.to_thread(lambda: sum((path / name).exists() for name in names))
        if not there:
            self._start(ids, exporter, path)
            return
        box = QMessageBox(self)
        box.setWindowTitle("Export")
        box.setText(f"{there:,} of the files are there already." if there > 1 else "One of the files is there already.")
        box.setInformativeText("Replacing keeps nothing of the old ones.")
        yes = box.addButton("Replace", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        yes.clicked.connect(lambda: self._start(ids, exporter, path))
        box.finished.connect(lambda _: box.deleteLater())
        box.open()

    def _start(self, ids: list[str], exporter: Exporter, path: Path) -> None:
        self._writing = self._tasks.start(self.write(ids, exporter.name, path))

    def reject(self) -> None:
        """Cancel the writing, if there is any, and stay; else close. What was there before is there still."""
        if self._writing is not None and not self._writing.done():
            self._writing.cancel()
            return
        super().reject()

    async def write(self, ids: list[str], name: str, path: Path) -> None:
        """Write these conversations to `path`, saying how far it is."""
        self._busy(len(ids))
        try:
            written = await export(
                ids, self._session.archive.entry, by_name(name), path, self.options(),
                progress=self._progress, page=self._page,
            )  # fmt: skip
        except ChatError as error:
            self._idle(told(error), "error")
        except asyncio.CancelledError:
            self._idle("Cancelled. Nothing was written.")
            raise
        else:
            self._notices.say(f"Exported to {written}.")
            self.accept()

    def _busy(self, total: int) -> None:
        self._save.setEnabled(False)
        self._bar.begin(total if total > 1 else 0, still=self._theme.is_still)
        say(self._state, "Writing …")

    def _idle(self, text: str, meaning: str = "") -> None:
        self._save.setEnabled(True)
        self._bar.hide()
        say(self._state, text, meaning)

    def _progress(self, done: int, total: int) -> None:
        self._bar.setValue(done)
        if total > 1:
            say(self._state, f"Writing … {done:,} of {total:,}")

    def _page(self, number: int) -> None:
        if self._bar.isVisible():
            say(self._state, f"Writing … page {number:,}")
