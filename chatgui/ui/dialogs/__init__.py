"""The dialogs. To add one: a file with a class taking a `Context`, and a row in `DIALOGS`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QDialog, QWidget

from chatgui.ui.notices import NoticeBar
from chatgui.ui.tasks import Tasks
from chatgui.ui.theme import Theme

if TYPE_CHECKING:
    from chatgui.chat.session import Session


@dataclass(frozen=True, slots=True)
class Context:
    """What every dialog may use."""

    window: QWidget
    session: Session
    theme: Theme
    tasks: Tasks
    notices: NoticeBar


DIALOGS: tuple[tuple[str, str, str], ...] = (
    ("accounts", "accounts", "AccountsDialog"),
    ("assistants", "assistants", "AssistantsDialog"),
    ("settings", "settings", "SettingsDialog"),
    ("export", "export", "ExportDialog"),
    ("import", "importing", "ImportDialog"),
    ("restore", "restore", "RestoreDialog"),
    ("usage", "usage", "UsageDialog"),
    ("parameters", "parameters", "ParametersDialog"),
    ("trash", "trash", "TrashDialog"),
    ("viewer", "viewer", "ViewerDialog"),
    ("shortcuts", "shortcuts", "ShortcutsDialog"),
    ("about", "about", "AboutDialog"),
)


class Dialogs:
    """Opens dialogs by name, each at most once, never blocking; a dialog's module is imported when it is first wanted."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._open: dict[str, QDialog] = {}

    def open(self, name: str, *arguments: Any) -> QDialog:
        """Show the dialog `name`, or bring it to the front if it is open."""
        if (shown := self._open.get(name)) is not None:
            shown.raise_()
            shown.activateWindow()
            return shown
        module, kind = next((module, kind) for one, module, kind in DIALOGS if one == name)
        made: QDialog = getattr(import_module(f"chatgui.ui.dialogs.{module}"), kind)(self._context, *arguments)
        self._open[name] = made
        made.finished.connect(lambda _: self._closed(name))
        made.show()
        return made

    def close(self, name: str) -> None:
        """Close the dialog `name`, if it is open."""
        if (shown := self._open.get(name)) is not None:
            shown.reject()

    def _closed(self, name: str) -> None:
        self._open.pop(name).deleteLater()
