"""The command palette: every conversation and every action under one field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from chatgui.core.message_link import MessageLink, is_meant
from chatgui.ui import actions
from chatgui.ui.going import NO_LINK
from chatgui.ui.picking.search_popup import PickModel, SearchPopup
from chatgui.ui.theme import Theme
from chatgui.ui.words import day

if TYPE_CHECKING:
    from chatgui.core.conversation import Summary

WIDTH, HEIGHT, TOP = 560, 460, 72
MOST = 60  # conversations shown; who wants another types on
RECENT = 6  # conversations shown while nothing is typed
ITSELF = "palette"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row; `run` does what it says, a heading has none."""

    words: str
    facts: str = ""
    run: Callable[[], None] | None = None
    starred: bool | None = None  # nothing here is starred, nor has a colour
    colour: str = ""

    @property
    def heading(self) -> bool:
        """Whether it only names what follows."""
        return self.run is None


class Palette(SearchPopup):
    """Over the window's upper half. Actions come from `actions.ROWS`, conversations from what the sidebar has read."""

    opened = Signal(str)  # conversation
    linked = Signal(str)  # a link to a message was pasted, and chosen

    def __init__(self, window: QWidget, theme: Theme, made: Mapping[str, QAction]) -> None:
        self._model = PickModel()
        super().__init__(
            window, theme, self._model, search="Command palette", listed="Commands and conversations",
            hint="Go to a conversation, or do something",
        )  # fmt: skip
        self._model.setParent(self)
        self.setAccessibleName("Command palette")
        self._actions = made
        self._conversations: Sequence[Summary] = ()
        self._keys: list[str] = []  # what each is found by
        self._ways: list[Entry] = []  # new conversations with an assistant

    def open_over(
        self, conversations: Sequence[Summary], assistants: Iterable[tuple[str, Callable[[], None]]] = ()
    ) -> None:
        """Open with these conversations, newest first, and assistants by name with what begins a conversation with one."""
        self._ways = [Entry(f"New Conversation with {name}", "Assistant", begin) for name, begin in assistants]
        self.offer(conversations)
        self.open_at(QPoint((self._window.width() - self.width()) // 2, TOP), self.search)

    def offer(self, conversations: Sequence[Summary]) -> None:
        """Take other conversations; what was typed stays."""
        self._conversations = conversations
        self._keys = [_key(one) for one in conversations]
        self.narrow(self.search.text())

    def narrow(self, typed: str) -> None:
        """Show what holds every word of `typed`. Actions first: they are few, conversations may be very many."""
        if is_meant(typed):
            self._offer_link(typed)
            return
        wanted = typed.casefold().split()
        found = list(islice(self._matching(wanted), MOST if wanted else RECENT))
        parts = [("Actions", self._doable(wanted)), ("Conversations", [self._entry(one) for one in found])]
        rows: list[Entry] = []
        for heading, entries in parts if wanted else reversed(parts):
            if entries:
                rows += [Entry(heading), *entries]
        self._model.show(rows or [Entry(f"Nothing found for “{typed.strip()}”.")])
        self.select(1 if rows else -1)
        self._fit()

    def _offer_link(self, typed: str) -> None:
        """What was pasted is a link to a message, or is meant to be one."""
        link = MessageLink.read(typed)
        if link is not None:
            title = next((one.title for one in self._conversations if one.id == link.conversation), "")
            self._model.show([Entry("Go to Message", title, lambda: self.linked.emit(typed))])
        else:
            self._model.show([Entry(NO_LINK)])
        self.select(0 if link is not None else -1)
        self._fit()

    def _fit(self) -> None:
        """As tall as its rows, and no taller than there is room for."""
        around = self.sizeHint().height() - self.list.sizeHint().height() + 2 * self.list.frameWidth()
        rows = self._model.rowCount() * self.list.sizeHintForRow(0)
        width, height = min(WIDTH, self._window.width() - 32), min(HEIGHT, self._window.height() - TOP - 16)
        self.resize(width, min(height, around + rows))

    def _matching(self, wanted: list[str]) -> Iterable[Summary]:
        pairs = zip(self._keys, self._conversations, strict=True)
        return (one for key, one in pairs if all(word in key for word in wanted))

    def _doable(self, wanted: list[str]) -> list[Entry]:
        """The enabled actions that match, those whose words begin so first."""
        entries = []
        for row in actions.ROWS:
            key = f"{row.text} {row.menu}".casefold()
            if row.id != ITSELF and self._actions[row.id].isEnabled() and all(word in key for word in wanted):
                action = self._actions[row.id]
                entries.append(Entry(row.text, actions.shown_keys(action.shortcuts()), action.trigger))
        if wanted:  # they may be many: only who types for one sees them
            entries += [one for one in self._ways if all(word in one.words.casefold() for word in wanted)]
        first = wanted[0] if wanted else ""
        return sorted(entries, key=lambda entry: not entry.words.casefold().startswith(first))

    def _entry(self, one: Summary) -> Entry:
        tags = " ".join(f"#{tag}" for tag in one.tags)
        facts = " · ".join(fact for fact in (one.folder, tags, day(one.updated)) if fact)
        return Entry(one.title, facts, lambda: self.opened.emit(one.id))

    def choose(self, at: int) -> None:
        """Close, then do it: a dialog that opens must not lie under the palette."""
        entry = self._model.pick_row(at)
        if isinstance(entry, Entry) and entry.run is not None:
            self.hide()
            entry.run()


def _key(one: Summary) -> str:
    """Title, folder and tags."""
    if not (one.folder or one.tags):
        return one.title.casefold()
    return f"{one.title} {one.folder} {' '.join(f'#{tag}' for tag in one.tags)}".casefold()
