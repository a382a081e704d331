"""The context menu of a message."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from chatgui.core.message import Message, Role
from chatgui.ui.transcript.links import Link
from chatgui.ui.transcript.view import TranscriptView

# text, action of the transcript, for whom (None: everybody's messages), whether a line stands above
ENTRIES: tuple[tuple[str, str, Role | None, bool], ...] = (
    ("Copy", "copy", None, False),
    ("Copy as Markdown", "copy_markdown", None, False),
    ("Quote", "quote", None, False),
    ("Edit", "edit", Role.USER, True),
    ("Answer Again", "regenerate", None, True),
    ("Show Reasoning", "show_reasoning", Role.ASSISTANT, False),
    ("Request Details", "request", Role.ASSISTANT, False),
    ("Delete", "delete", None, True),
)


def open_menu(view: TranscriptView, message: Message | None, link: Link | None, place: QPoint) -> QMenu:
    """Offer what can be done with a message and with a link in it."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if link is not None and link.allowed:
        menu.addAction("Open Link", lambda: view.link_activated.emit(link))
        menu.addAction("Copy Link", lambda: QGuiApplication.clipboard().setText(link.url))
        menu.addSeparator()
    if view.has_selection:
        menu.addAction("Copy Selection", view.copy)
        menu.addSeparator()
    if message is not None:
        _add_entries(menu, view, message)
    menu.addSeparator()
    menu.addAction("Select All", view.select_all)
    menu.popup(place)
    return menu


def _add_entries(menu: QMenu, view: TranscriptView, message: Message) -> None:
    for text, action, role, line in ENTRIES:
        if role is not None and role is not message.role:
            continue
        if action == "show_reasoning" and not message.reasoned:
            continue
        if line:
            menu.addSeparator()
        menu.addAction(text, partial(view.do, message.id, action))
