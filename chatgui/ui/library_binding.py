"""The sidebar and the session's library, kept together: facts change the rows, wishes call verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from chatgui.core.change import Change, LibraryChanged, TurnEnded, TurnStarted
from chatgui.core.conversation import Summary
from chatgui.core.errors import UsageError
from chatgui.ui.notices import NoticeBar
from chatgui.ui.sidebar import Sidebar
from chatgui.ui.tasks import Tasks

if TYPE_CHECKING:
    from chatgui.chat.session import Session

SOON_MS = 30  # several facts of one moment make one reading of the library
FEW = 20  # conversations that are read one by one; for more, the whole list is cheaper


class LibraryBinding(QObject):
    """Shows the library in the sidebar. `open_conversation` is called for what a person chose there."""

    def __init__(
        self,
        session: Session,
        sidebar: Sidebar,
        notices: NoticeBar,
        tasks: Tasks,
        open_conversation: Callable[[str, str], None],
    ) -> None:
        super().__init__(sidebar)
        self._session = session
        self._sidebar = sidebar
        self._notices = notices
        self._tasks = tasks
        self.shown = ""  # id of the conversation in the window
        self._query = ""
        self._reading = 0  # a later reading makes an earlier one worthless
        self._summaries: dict[str, Summary] = {}
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
        self._unsubscribe = session.changed.subscribe(self._hear)

    def close(self) -> None:
        """Hear no more."""
        self._soon.stop()
        self._unsubscribe()

    def search(self, query: str) -> None:
        """Show what holds these words; empty shows everything."""
        self._query = query
        self.refresh()

    def refresh(self) -> None:
        """Read the library again and show it."""
        self._tasks.start(self.read())

    async def read(self) -> None:
        """Read the library and show it, unless a later reading began meanwhile."""
        self._reading += 1
        mine, query, library = self._reading, self._query, self._session.library
        summaries = await library.summaries(query)
        hits = await library.search(query) if query else []
        if mine == self._reading:
            self._summaries = {summary.id: summary for summary in summaries}
            self._sidebar.show_rows(summaries, hits)
            self._sidebar.model.run(self._session.turns)

    def show(self, conversation: str) -> None:
        """This conversation is in the window now, and so is read."""
        self.shown = conversation
        summary = self._summaries.get(conversation)
        if summary is not None and summary.unread:
            self._tasks.start(self._session.library.mark_read(conversation))

    def summary(self, conversation: str) -> Summary | None:
        """The row of a conversation as it was last read."""
        return self._summaries.get(conversation)

    def known(self) -> list[Summary]:
        """All conversations as last read, newest first; while the sidebar shows a search, only what it found."""
        return list(self._summaries.values())

    async def everything(self) -> list[Summary]:
        """All conversations, newest first, whatever the sidebar shows."""
        if self._query:
            return await self._session.library.summaries()
        await self._catch_up()
        return self.known()

    def _hear(self, change: Change) -> None:
        match change:
            case LibraryChanged(conversation):
                self._mark_stale(conversation)
            case TurnStarted():
                self._sidebar.model.run(self._session.turns)
            case TurnEnded(conversation):
                self._sidebar.model.run(self._session.turns)
                if conversation != self.shown:
                    self._tasks.start(self._session.library.mark_read(conversation, unread=True))
                self._mark_stale(conversation)
            case _:
                pass

    def _mark_stale(self, conversation: str) -> None:
        self._stale.add(conversation)
        self._soon.start()

    async def _catch_up(self) -> None:
        """Read what changed: the few conversations that are named, or all."""
        stale, self._stale = self._stale, set()
        if self._query or "" in stale or len(stale) > FEW:
            await self.read()
            return
        for conversation in stale:
            try:
                summary = await self._session.library.summary(conversation)
            except UsageError:
                self._summaries.pop(conversation, None)
                continue
            if summary.deleted:
                self._summaries.pop(conversation, None)
            else:
                self._summaries[conversation] = summary
        if not self._query:
            newest_first = sorted(self._summaries.values(), key=lambda one: one.updated, reverse=True)
            self._summaries = {summary.id: summary for summary in newest_first}
            self._sidebar.show_rows(newest_first, [])
            self._sidebar.model.run(self._session.turns)

    async def delete(self, ids: list[str]) -> None:
        """Delete, and offer to take it back."""
        if ids:
            await self._session.library.delete(ids)
            words = "Conversation deleted." if len(ids) == 1 else f"{len(ids)} conversations deleted."
            self._notices.say(words, [("Undo", lambda: self._tasks.start(self._session.library.undo()))])

    async def archive(self, ids: list[str], archived: bool) -> None:
        """Archive, and offer to take it back."""
        if ids:
            await self._session.library.archive(ids, archived)
            words = "Moved to the archive." if archived else "Taken out of the archive."
            self._notices.say(words, [("Undo", lambda: self._tasks.start(self._session.library.undo()))])

    async def move(self, ids: list[str], folder: str) -> None:
        """Move into a folder (empty: into none), and offer to take it back."""
        if ids:
            await self._session.library.move(ids, folder)
            words = f"Moved to “{folder}”." if folder else "Taken out of the folder."
            self._notices.say(words, [("Undo", lambda: self._tasks.start(self._session.library.undo()))])
