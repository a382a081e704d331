"""The context menus of what was said and thought: of a link, an image, code, a table, the selection, and the message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence

from chatgui.core.message import Message, Role, State
from chatgui.ui.menus import ContextMenu
from chatgui.ui.transcript.links import Link
from chatgui.ui.transcript.offers import image_at, offers_at
from chatgui.ui.transcript.view import TranscriptView

# Made into sequences only where they are used: before there is a QApplication, Qt crashes at that.
Key = QKeySequence.StandardKey

Keep = Callable[[QImage], object]  # asks where to save an image, and does


@dataclass(frozen=True, slots=True)
class Asked:
    """What a menu is asked for: the message, whether it is the newest, its place among its versions and their number."""

    message: Message
    newest: bool
    position: int = 0
    versions: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be done with a message: words, the transcript's action, when, and the window's action like it."""

    text: str
    action: str
    when: Callable[[Asked], bool] = lambda _: True
    like: str = ""
    group: int = 0  # a line stands between groups


def _is_answer(asked: Asked) -> bool:
    return asked.message.role is Role.ASSISTANT


def _is_cut(asked: Asked) -> bool:
    cut = asked.message.state in (State.STOPPED, State.INTERRUPTED) or asked.message.finish_reason == "length"
    return _is_answer(asked) and cut


ENTRIES: tuple[Entry, ...] = (
    Entry("Copy Message", "copy"),
    Entry("Copy as Markdown", "copy_markdown"),
    Entry("Copy Link to Message", "copy_link"),
    Entry("Quote", "quote"),
    Entry("Edit", "edit", lambda asked: asked.message.role is Role.USER, group=1),
    Entry("Edit Answer", "edit", _is_answer, group=1),
    Entry("Answer Again", "regenerate", like="regenerate", group=1),
    Entry("Continue Answer", "continue", _is_cut, like="resume", group=1),
    Entry("Previous Version", "previous_branch", lambda asked: asked.position > 0, group=1),
    Entry("Next Version", "next_branch", lambda asked: asked.position + 1 < asked.versions, group=1),
    Entry("Go On from Here", "branch", lambda asked: _is_answer(asked) and not asked.newest, group=1),
    Entry("Fork to New Conversation", "fork", group=1),
    Entry("Show Reasoning", "show_reasoning", lambda asked: _is_answer(asked) and asked.message.reasoned, group=2),
    Entry("Request Details", "request", _is_answer, group=2),
    Entry("Delete Message", "delete", group=3),
)


def open_menu(
    view: TranscriptView, asked: Asked | None, link: Link | None, place: QPoint, *, keep: Keep
) -> ContextMenu:
    """Offer what can be done with a message and with what lies at `place` in it."""
    menu = ContextMenu(view)
    _add_under(menu, view, link, place, keep)
    group = 0
    for entry in ENTRIES if asked is not None else ():
        if asked is None or not entry.when(asked):
            continue
        if entry.group != group:
            menu.line()
        group = entry.group
        like = entry.like if asked.newest else ""  # the window's action is about the newest
        menu.do(entry.text, partial(view.do, asked.message.id, entry.action), like)
    _add_all(menu, view, place)
    return menu


def open_thought_menu(
    view: TranscriptView, message_id: str, link: Link | None, place: QPoint, *, keep: Keep, go: Callable[[str], object]
) -> ContextMenu:
    """The same in the reasoning pane; `go` shows the answer that was thought about."""
    menu = ContextMenu(view)
    _add_under(menu, view, link, place, keep)
    if message_id:
        menu.do("Copy Reasoning", partial(view.do, message_id, "copy"))
        menu.do("Quote", partial(view.do, message_id, "quote"))
        menu.line()
        menu.do("Go to Answer", partial(go, message_id))
    _add_all(menu, view, place)
    return menu


def _add_all(menu: ContextMenu, view: TranscriptView, place: QPoint) -> None:
    menu.line()
    menu.do("Select All", view.select_all, keys=QKeySequence(Key.SelectAll))
    menu.popup(place)


def _add_under(menu: ContextMenu, view: TranscriptView, link: Link | None, place: QPoint, keep: Keep) -> None:
    """What lies under the pointer comes first: the link, the image, the block, then the selection."""
    if link is not None and link.allowed:
        menu.do("Open Link", partial(view.link_activated.emit, link))
        menu.do("Copy Link", partial(QGuiApplication.clipboard().setText, link.url))
        menu.line()
    if (image := image_at(view, place)) is not None:
        menu.do("Copy Image", partial(QGuiApplication.clipboard().setImage, image))
        menu.do("Save Image As…", partial(keep, image))
        menu.line()
    for words, act in offers_at(view, place):
        menu.do(words, act)
    menu.line()
    if view.has_selection:
        menu.do("Copy Selection", view.copy, keys=QKeySequence(Key.Copy))
        menu.line()
