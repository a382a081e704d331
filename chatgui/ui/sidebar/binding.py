"""The sidebar and the session's library, kept together: facts change the rows, wishes call verbs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from chatgui.core.change import AccountsChanged, Change, LibraryChanged, SettingsChanged, TurnEnded, TurnStarted
from chatgui.core.conversation import Hit, Summary, in_order
from chatgui.core.message_link import MessageLink
from chatgui.core.query import condition
from chatgui.ui.notices import NoticeBar
from chatgui.ui.sidebar.view import Sidebar
from chatgui.ui.tasks import Tasks

if TYPE_CHECKING:
    from chatgui.chat.session import Session

SOON_MS = 30  # several facts of one moment make one reading of the library
FIRST = 400  # conversations shown while the others are being read
FEW = 5000  # conversations that are read by themselves; for more, the whole list is cheaper


class LibraryBinding(QObject):
    """Shows the library in the sidebar. `open_conversation` is called for what a person chose there."""

    def __init__(
        self,
        session: Session,
        sidebar: Sidebar,
        notices: NoticeBar,
        tasks: Tasks,
        open_conversation: Callable[[str, str, str], None],
    ) -> None:
        super().__init__(sidebar)
        self._session = session
        self._sidebar = sidebar
        self._notices = notices
        self._tasks = tasks
        self.shown = ""  # id of the conversation in the window
        self._reading = 0  # a later reading makes an earlier one worthless
        self._search: asyncio.Task[None] | None = None  # the newest; a newer one ends it
        # what changed while all are being read, so that the reading may not know it; None while they are not
        self._missed: set[str] | None = None
        self._stale: set[str] = set()  # conversations to be read again; the empty id stands for all of them
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(lambda: self._tasks.start(self._catch_up()))
        library = session.library
        sidebar.opened.connect(open_conversation)
        sidebar.searched.connect(self.search)
        sidebar.renamed.connect(lambda one, title: tasks.start(library.rename(one, title)))
        sidebar.pin_wanted.connect(lambda ids, on: tasks.start(library.pin(ids, on)))
        sidebar.archive_wanted.connect(lambda ids, on: tasks.start(self.archive(ids, on)))
        sidebar.move_wanted.connect(lambda ids, folder: tasks.start(self.move(ids, folder)))
        sidebar.tag_wanted.connect(lambda ids, tag, on: tasks.start(self.tag(ids, tag, on)))
        self._unsubscribe = session.changed.subscribe(self._hear)

    def close(self) -> None:
        """Hear no more."""
        self._soon.stop()
        if self._search is not None:
            self._search.cancel()
        self._unsubscribe()

    def search(self, query: str) -> None:
        """Show what holds these words and fulfils these conditions; whatever was searched before is given up."""
        if self._search is not None:
            self._search.cancel()
        self._search = self._tasks.start(self._find(query)) if query else None

    async def _find(self, query: str) -> None:
        if (link := MessageLink.read(query)) is not None:
            await self._find_linked(link)
            return
        library, (kind, name) = self._session.library, self._sidebar.places.place
        asked = f"{condition(kind, name)} {query}" if kind else query
        summaries = await library.summaries(asked)
        hits = await library.search(asked, titles=False)
        self._sidebar.show_found(summaries, hits)
        self._sidebar.model.run(self._session.turns)

    async def _find_linked(self, link: MessageLink) -> None:
        """Offer the message a pasted link leads to. Whether it is still there shows when it is opened."""
        rows = [one for one in await self._session.library.rows([link.conversation]) if not one.deleted]
        hits = [Hit(one.id, link.message, one.title, "The message of this link", one.updated) for one in rows]
        self._sidebar.show_found((), hits)

    def _show_colours(self) -> None:
        """Conversations are marked in the colour of the account that answered."""
        self._sidebar.model.colour({one.name: one.colour for one in self._session.accounts.all() if one.colour})

    def refresh(self) -> None:
        """Draw anew what is known: dates are written otherwise now."""
        self._sidebar.list.viewport().update()

    async def begin(self) -> None:
        """Show the newest conversations now, and all of them as soon as they are read."""
        self._show_colours()
        first = await self._session.library.summaries(limit=FIRST)
        self._show(in_order(first, "changed"), "changed")
        if len(first) == FIRST or self._order != "changed":
            self._tasks.start(self.read())

    async def read(self) -> None:
        """Read the library and show it, unless a later reading began meanwhile."""
        self._reading += 1
        mine, order = self._reading, self._order
        self._missed = self._missed or set()
        everything = await self._session.library.ordered(order)
        if mine != self._reading:
            return
        self._show(everything, order)
        missed, self._missed = self._missed, None
        if missed:
            await self._read_again(missed)

    @property
    def _order(self) -> str:
        return self._session.settings.conversation_order

    def _show(self, summaries: list[Summary], order: str) -> None:
        self._sidebar.show_rows(summaries, order)
        self._sidebar.model.run(self._session.turns)

    def show(self, conversation: str) -> None:
        """This conversation is in the window now, and so is read."""
        self.shown = conversation
        summary = self.summary(conversation)
        if summary is not None and summary.unread:
            self._tasks.start(self._session.library.set_unread(conversation, False))

    def summary(self, conversation: str) -> Summary | None:
        """The row of a conversation as it was last read."""
        return self._sidebar.listing.get(conversation)

    def known(self) -> list[Summary]:
        """All conversations as last read, newest first."""
        return self._sidebar.listing.newest()

    async def everything(self) -> list[Summary]:
        """All conversations, newest first, with what changed a moment ago."""
        await self._catch_up()
        return self.known()

    def _hear(self, change: Change) -> None:
        match change:
            case LibraryChanged(conversation):
                self._mark_stale(conversation)
            case SettingsChanged(names) if "conversation_order" in names:
                self._sidebar.arrange(self._order)
            case AccountsChanged():
                self._show_colours()
            case TurnStarted():
                self._sidebar.model.run(self._session.turns)
            case TurnEnded(conversation):
                self._sidebar.model.run(self._session.turns)
                if conversation != self.shown:
                    self._tasks.start(self._session.library.set_unread(conversation, True))
                self._mark_stale(conversation)
            case _:
                pass

    def _mark_stale(self, conversation: str) -> None:
        self._stale.add(conversation)
        if not self._soon.isActive():  # else a steady flow would put it off for ever
            self._soon.start()

    async def _catch_up(self) -> None:
        """Read what changed: the few conversations that are named, or all."""
        stale, self._stale = self._stale, set()
        if "" in stale or len(stale) > FEW:
            await self.read()
        elif stale:
            if self._missed is not None:
                self._missed |= stale
            await self._read_again(stale)
        if stale and self._sidebar.query:
            self.search(self._sidebar.query)

    async def _read_again(self, conversations: set[str]) -> None:
        found = await self._session.library.rows(conversations)
        changed = [summary for summary in found if not summary.deleted]
        gone = conversations - {summary.id for summary in changed}
        self._sidebar.change_rows(changed, gone)
        self._sidebar.model.run(self._session.turns)

    async def delete(self, ids: list[str]) -> None:
        """Delete, and offer to take it back."""
        if ids:
            await self._session.library.delete(ids)
            words = "Conversation deleted." if len(ids) == 1 else f"{len(ids)} conversations deleted."
            self._say_done(words)

    async def archive(self, ids: list[str], archived: bool) -> None:
        """Archive, and offer to take it back."""
        if ids:
            await self._session.library.archive(ids, archived)
            words = "Moved to the archive." if archived else "Taken out of the archive."
            self._say_done(words)

    async def move(self, ids: list[str], folder: str) -> None:
        """Move into a folder (empty: into none), and offer to take it back."""
        if ids:
            await self._session.library.move(ids, folder)
            words = f"Moved to “{folder}”." if folder else "Taken out of the folder."
            self._say_done(words)

    async def tag(self, ids: list[str], tag: str, on: bool) -> None:
        """Give conversations a tag or take it from them, and offer to take that back."""
        await self._session.library.tag(ids, tag, on)
        words = f"Tagged “{tag}”." if on else f"Tag “{tag}” taken off."
        self._say_done(words)

    def _say_done(self, words: str) -> None:
        self._notices.say(words, [("Undo", lambda: self._tasks.start(self._session.library.undo()))])
