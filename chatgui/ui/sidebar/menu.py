"""The menus of the sidebar: what can be done with conversations, and what a search can be narrowed to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from chatgui.core.query import condition
from chatgui.ui.menus import ContextMenu
from chatgui.ui.sidebar.places import ask_folder, ask_name, move_menu, tag_menu

if TYPE_CHECKING:
    from chatgui.core.conversation import Summary
    from chatgui.ui.sidebar.view import Sidebar

MOST_TARGETS = 8  # folders that can be dropped on: the fullest ones; the menu has them all


def conversation_menu(sidebar: Sidebar, chosen: Sequence[Summary], rename: Callable[[], None] | None) -> QMenu:
    """What can be done with these conversations."""
    ids = [one.id for one in chosen]
    pinned, archived = (all(getattr(one, name) for one in chosen) for name in ("pinned", "archived"))
    menu = ContextMenu(sidebar)
    if rename is not None:
        menu.do("Rename", rename, "rename")
    menu.do("Unpin" if pinned else "Pin", lambda: sidebar.pin_wanted.emit(ids, not pinned), "pin")
    words = "Take Out of Archive" if archived else "Archive"
    menu.do(words, lambda: sidebar.archive_wanted.emit(ids, not archived), "archive")
    menu.line()
    menu.addMenu(folder_menu(sidebar, menu, chosen))
    menu.addMenu(tags_menu(sidebar, menu, chosen))
    menu.do("Duplicate", lambda: sidebar.duplicate_wanted.emit(ids), "duplicate")
    menu.do("Export…", lambda: sidebar.export_wanted.emit(ids), "export")
    menu.line()
    words = "Delete" if len(ids) == 1 else f"Delete {len(ids)} Conversations"
    menu.do(words, lambda: sidebar.delete_wanted.emit(ids), keys=QKeySequence(Qt.Key.Key_Delete))
    return menu


def place_menu(sidebar: Sidebar) -> QMenu | None:
    """What can be done with the folder or tag that is shown; None where everything is."""
    kind, name = sidebar.places.place
    if not name:
        return None
    ids = [one.id for one in sidebar.listing.rows]
    menu = ContextMenu(sidebar)
    if kind == "folder":
        rename = partial(ask_name, sidebar, "Rename Folder", f"New name of “{name}”", "Rename")
        menu.do("Rename Folder…", lambda: rename(lambda to: sidebar.move_wanted.emit(ids, to)))
        menu.do("Take Everything Out", lambda: sidebar.move_wanted.emit(ids, ""))
    else:
        menu.do("Take Tag from All", lambda: sidebar.tag_wanted.emit(ids, name, False))
    menu.line()
    menu.do("Archive All", lambda: sidebar.archive_wanted.emit(ids, True))
    menu.do("Export All…", lambda: sidebar.export_wanted.emit(ids))
    return menu


def folder_menu(sidebar: Sidebar, parent: QWidget, chosen: Sequence[Summary]) -> QMenu:
    """Where these conversations can be moved."""
    ids, here = [one.id for one in chosen], {one.folder for one in chosen}
    only = here.pop() if len(here) == 1 else ""
    return move_menu(parent, sidebar.places.names("folder"), only, lambda to: sidebar.move_wanted.emit(ids, to))


def tags_menu(sidebar: Sidebar, parent: QWidget, chosen: Sequence[Summary]) -> QMenu:
    """Which tags these conversations have, and could have."""
    ids = [one.id for one in chosen]
    worn = set.intersection(*(set(one.tags) for one in chosen)) if chosen else set()
    return tag_menu(parent, sidebar.places.names("tag"), worn, lambda name, on: sidebar.tag_wanted.emit(ids, name, on))


def targets(sidebar: Sidebar, chosen: Sequence[Summary]) -> list[tuple[str, Callable[[], None]]]:
    """Where these conversations can be dropped: what each place says, and what dropping there does."""
    ids = [one.id for one in chosen]
    here = {one.folder for one in chosen}
    found: list[tuple[str, Callable[[], None]]] = []
    if not all(one.pinned for one in chosen):
        found.append(("Pin", lambda: sidebar.pin_wanted.emit(ids, True)))
    if any(one.pinned for one in chosen):
        found.append(("Unpin", lambda: sidebar.pin_wanted.emit(ids, False)))
    if here != {""}:
        found.append(("Take out of the folder", lambda: sidebar.move_wanted.emit(ids, "")))
    counted = sidebar.listing.places
    folders = [name for name in sidebar.places.names("folder") if here != {name}]
    fullest = set(sorted(folders, key=lambda name: -counted["folder", name])[:MOST_TARGETS])
    found += [
        (f"Move to “{name}”", partial(sidebar.move_wanted.emit, ids, name)) for name in folders if name in fullest
    ]
    found.append(("Move to a new folder …", lambda: ask_folder(sidebar, lambda to: sidebar.move_wanted.emit(ids, to))))
    if not all(one.archived for one in chosen):
        found.append(("Archive", lambda: sidebar.archive_wanted.emit(ids, True)))
    return found


def filter_menu(
    parent: QWidget, models: Sequence[str], accounts: Sequence[str], places: Sequence[tuple[str, str]],
    add: Callable[[str], None],
) -> QMenu:  # fmt: skip
    """Conditions a search can have; choosing one writes it into the search line as it could be typed."""
    menu = QMenu("Conditions", parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for words, typed in _PLAIN:
        _add(menu, words, typed, add)
    dates = menu.addMenu("Date")
    for words, typed in _DATES:
        _add(dates, words, typed.format(year=date.today().year), add)  # noqa: DTZ011 - days are the reader's own
    for title, name, values in (
        ("Model", "model", models),
        ("Account", "account", accounts),
        ("Folder", "folder", [one for kind, one in places if kind == "folder"]),
        ("Tag", "tag", [one for kind, one in places if kind == "tag"]),
    ):
        if values:
            inner = menu.addMenu(title)
            for value in values:
                _add(inner, value.replace("&", "&&"), condition(name, value), add)
    return menu


_PLAIN = (
    ("Said by Me", "role:user"),
    ("Said by the Model", "role:assistant"),
    ("With Code", "has:code"),
    ("Whole Words Only", "match:words"),
)
_DATES = (
    ("Today", "on:today"),
    ("Yesterday", "on:yesterday"),
    ("Last 7 Days", "after:7d"),
    ("Last 30 Days", "after:30d"),
    ("This Year", "on:{year}"),
    ("Before This Year", "before:{year}"),
)


def _add(menu: QMenu, words: str, typed: str, add: Callable[[str], None]) -> None:
    action = menu.addAction(f"{words}\t{typed.replace('&', '&&')}")  # the typed form stands where a shortcut would
    action.triggered.connect(lambda _=False: add(typed))
