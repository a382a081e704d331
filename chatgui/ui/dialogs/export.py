"""Writing conversations to files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QRadioButton,
)

from chatgui.core.errors import ChatError
from chatgui.exchange.exporters import FORMATS, by_name
from chatgui.exchange.exporters.base import Options
from chatgui.exchange.exporting import export
from chatgui.exchange.names import safe_name
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, say, words
from chatgui.ui.notices import present

PARTS = (
    ("reasoning", "Reasoning", True),
    ("usage", "Token usage and times", True),
    ("system", "System prompt", True),
    ("branches", "Other versions, beside the shown ones", False),
)


class ExportDialog(Sheet):
    """Format, parts, and where to. The window stays usable while files are written."""

    def __init__(self, context: Context, ids: list[str]) -> None:
        super().__init__(context.window, "Export", (420, 340))
        self._session, self._tasks, self._notices = context.session, context.tasks, context.notices
        self._ids = ids
        self._some = QRadioButton("This conversation" if len(ids) == 1 else f"The {len(ids)} selected conversations")
        self._all = QRadioButton("All conversations")
        group = QButtonGroup(self)
        group.addButton(self._some)
        group.addButton(self._all)
        self._some.setVisible(bool(ids))
        (self._some if ids else self._all).setChecked(True)
        self._format = Combo()
        self._format.setAccessibleName("Format")
        for one in FORMATS:
            self._format.addItem(one.title, one.name)
        form = QFormLayout()
        form.addRow("Format", self._format)
        self._parts = {name: QCheckBox(title) for name, title, _ in PARTS}
        for name, _, default in PARTS:
            self._parts[name].setChecked(default)
        self._state = words()
        say(self._state, "")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._save = self._buttons.addButton("Choose Where…", QDialogButtonBox.ButtonRole.AcceptRole)
        self._save.setProperty("primary", True)
        self._buttons.accepted.connect(self._choose)
        self._buttons.rejected.connect(self.reject)
        self.body.addWidget(self._some)
        self.body.addWidget(self._all)
        self.body.addLayout(form)
        for box in self._parts.values():
            self.body.addWidget(box)
        self.body.addWidget(self._state)
        self.body.addStretch(1)
        self.body.addWidget(self._buttons)

    def options(self) -> Options:
        """What is to go into the files."""
        wanted = {name: box.isChecked() for name, box in self._parts.items()}
        return Options(
            reasoning=wanted["reasoning"], usage=wanted["usage"], timestamps=wanted["usage"], system=wanted["system"],
            branches=wanted["branches"],
        )  # fmt: skip

    def _choose(self) -> None:
        self._tasks.start(self._choose_place())

    async def _choose_place(self) -> None:
        whole = self._all.isChecked()
        ids = [row.id for row in reversed(await self._session.library.summaries())] if whole else self._ids
        exporter = by_name(self._format.currentData())
        chooser = QFileDialog(self, "Export to")
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        if len(ids) == 1:
            title = (await self._session.library.summary(ids[0])).title
            chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            chooser.setDefaultSuffix(exporter.suffix.lstrip("."))
            chooser.selectFile(str(Path(folder) / safe_name(title, exporter.suffix)))
        else:
            chooser.setFileMode(QFileDialog.FileMode.Directory)
            chooser.setDirectory(folder)
        chooser.fileSelected.connect(lambda path: self._start(ids, exporter.name, Path(path)))
        chooser.finished.connect(lambda _: chooser.deleteLater())
        chooser.open()

    def _start(self, ids: list[str], name: str, path: Path) -> None:
        """Closing the dialog meanwhile leaves what was there before."""
        task = self._tasks.start(self.write(ids, name, path))
        self.rejected.connect(task.cancel)

    async def write(self, ids: list[str], name: str, path: Path) -> None:
        """Write these conversations to `path`, saying how far it is."""
        self._save.setEnabled(False)
        say(self._state, "Writing …")
        try:
            written = await export(
                ids, self._session.archive.entry, by_name(name), path, self.options(), progress=self._progress
            )
        except ChatError as error:
            shown = present(error)
            say(self._state, f"{shown.words} {shown.advice}".strip(), "error")
            self._save.setEnabled(True)
            return
        self._notices.say(f"Exported to {written}.")
        self.accept()

    def _progress(self, done: int, total: int) -> None:
        say(self._state, f"Writing … {done} of {total}" if total > 1 else "Writing …")
