"""Bringing files into the real window, as people do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton

from chatgui.ui.attaching.tray import Tray
from chatgui.ui.window import Window
from tests.ui.conftest import until


def of_files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def of_picture(content: bytes, media_type: str = "image/png") -> QMimeData:
    mime = QMimeData()
    mime.setData(media_type, content)
    return mime


def drop(window: Window, mime: QMimeData) -> bool:
    """As a file manager drops it on the transcript."""
    action, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    at = window.stage.rect().center()
    enter = QDragEnterEvent(at, action, mime, button, none)
    QApplication.sendEvent(window.stage, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(window.stage, QDropEvent(QPointF(at), action, mime, button, none))
    return True


def paste(window: Window, mime: QMimeData) -> None:
    window.stage.composer.editor.insertFromMimeData(mime)


def tray(window: Window) -> Tray:
    return window.stage.composer.tray


async def taken(window: Window, count: int = 1) -> None:
    await until(lambda: len(tray(window).attachments) == count and not tray(window).is_reading)


def written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def notice_button(window: Window, text: str) -> Any:
    return next(one for one in window.stage.notices.findChildren(QPushButton) if one.text() == text)
