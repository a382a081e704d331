"""Asking for places on this computer: which files are meant, or where one is to be written. The window goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from chatgui.core.attaching import short


def ask_for_files(
    parent: QWidget, title: str, chosen: Callable[[list[Path]], object], *, folder: str = "", kinds: str = ""
) -> None:
    """Ask for files that are there; `kinds` is Qt's filter of names."""
    chooser = _chooser(parent, title, folder, kinds)
    chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
    chooser.filesSelected.connect(lambda paths: chosen([Path(one) for one in paths]))
    chooser.open()


def ask_for_file(
    parent: QWidget, title: str, chosen: Callable[[Path], object], *, folder: str = "", kinds: str = ""
) -> None:
    """Ask for one file that is there."""
    chooser = _chooser(parent, title, folder, kinds)
    chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
    chooser.fileSelected.connect(lambda path: chosen(Path(path)))
    chooser.open()


def ask_for_folder(parent: QWidget, title: str, chosen: Callable[[Path], object], *, folder: str = "") -> None:
    """Ask for a folder to write into."""
    chooser = _chooser(parent, title, folder, "")
    chooser.setFileMode(QFileDialog.FileMode.Directory)
    chooser.fileSelected.connect(lambda path: chosen(Path(path)))
    chooser.open()


def ask_where_to_save(
    parent: QWidget, title: str, name: str, chosen: Callable[[Path], object], *, folder: str = "", kinds: str = ""
) -> None:
    """Ask where to write a file. `name` is offered; its suffix is added where a name is typed without one."""
    chooser = _chooser(parent, title, folder, kinds)
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setDefaultSuffix(Path(name).suffix.lstrip("."))
    chooser.selectFile(name)
    chooser.fileSelected.connect(lambda path: chosen(Path(path)))
    chooser.open()


async def save(path: Path, content: bytes) -> tuple[bool, str]:
    """Write a file whose place was chosen: whether that is done, and in words."""
    try:
        await asyncio.to_thread(path.write_bytes, content)
    except OSError as error:
        return False, f"Not saved: {error.strerror}."
    return True, f"Saved as “{short(path.name)}”."


def _chooser(parent: QWidget, title: str, folder: str, kinds: str) -> QFileDialog:
    chooser = QFileDialog(parent, title, folder, kinds)
    chooser.finished.connect(lambda _: chooser.deleteLater())
    return chooser
