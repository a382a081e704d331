"""The library: all conversations, their order, and finding things in them. Every change here can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from chatgui.chat.undo import Step, UndoStack
from chatgui.core.change import Change, LibraryChanged
from chatgui.core.conversation import Hit, Summary
from chatgui.core.errors import UsageError
from chatgui.core.event import Event
from chatgui.store import conversations, search
from chatgui.store.database import Database

SEARCH_S = 0.5  # the longest a search may take
SEARCH_BESIDE_STREAM_S = 0.08  # where it shares the database's thread: so each append is still in time


class Library:
    """The sidebar's verbs. Views hear of every change through the session's `changed`."""

    def __init__(
        self,
        database: Database,
        changed: Event[Change],
        undo: UndoStack,
        fields_changed: Callable[[str, dict[str, Any]], None],
        streaming: Callable[[], bool] = lambda: False,
    ) -> None:
        self._db = database
        self._changed = changed
        self._undo = undo
        self._fields_changed = fields_changed  # an open conversation follows what is changed here
        self._streaming = streaming

    async def summaries(self, query: str = "", *, deleted: bool = False) -> list[Summary]:
        """All conversations (or those in the trash), newest first; with a query, those whose title holds it."""
        rows = await self._db.look(conversations.summaries, deleted)
        wanted = query.casefold().split()
        return [row for row in rows if all(word in row.title.casefold() for word in wanted)] if wanted else rows

    async def summary(self, conversation_id: str) -> Summary:
        """One row. Raises UsageError if there is no such conversation."""
        row = await self._db.call(conversations.summary, conversation_id)
        if row is None:
            raise UsageError(f"There is no conversation “{conversation_id}”.")
        return row

    async def search(self, query: str, *, limit: int = 50, **filters: Any) -> list[Hit]:
        """Where something was said or thought, newest first; see `store.search.search` for the filters.

        It reads beside the writes, and ends at once when it is cancelled. Only on a network drive, where it shares the
        database's thread, it takes less time while an answer streams, and may find less.
        """
        hurried = self._streaming() and not self._db.apart
        filters.setdefault("budget_s", SEARCH_BESIDE_STREAM_S if hurried else SEARCH_S)
        return await self._db.look(search.search, query, limit=limit, **filters)

    async def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        title = " ".join(title.split()) or (await self.summary(conversation_id)).title
        await self._set("Conversation renamed", [conversation_id], title=title)

    async def pin(self, ids: Sequence[str], pinned: bool) -> None:
        """Keep conversations at the top, or no longer."""
        await self._set("Pinned" if pinned else "Unpinned", ids, pinned=pinned)

    async def archive(self, ids: Sequence[str], archived: bool) -> None:
        """Put conversations out of sight, or back."""
        await self._set("Archived" if archived else "Taken out of the archive", ids, archived=archived)

    async def move(self, ids: Sequence[str], folder: str) -> None:
        """Move conversations into a folder (empty: into none)."""
        await self._set("Moved", ids, folder=folder)

    async def tag(self, ids: Sequence[str], tags: Iterable[str]) -> None:
        """Give conversations exactly these tags."""
        await self._set("Tagged", ids, tags=tuple(dict.fromkeys(tags)))

    async def mark_read(self, conversation_id: str, unread: bool = False) -> None:
        """Remember whether there is something unread; nothing to undo."""
        await self._write([conversation_id], {"unread": unread})

    async def delete(self, ids: Sequence[str]) -> None:
        """Put conversations into the trash."""
        now = datetime.now(UTC)
        words = "Conversation deleted" if len(ids) == 1 else f"{len(ids)} conversations deleted"

        async def forth() -> None:
            await self._write(ids, {"deleted": now})

        async def back() -> None:
            await self._write(ids, {"deleted": None})

        await self._undo.do(Step(words, back, forth))

    async def restore(self, ids: Sequence[str]) -> None:
        """Take conversations out of the trash."""
        await self._set("Restored", ids, deleted=None)

    async def purge(self, ids: Sequence[str]) -> None:
        """Delete for ever: the text leaves the database and its log. What it cost stays counted. Not undoable."""
        await self._db.write(conversations.purge, list(ids), durable=True)
        await self._db.call(conversations.forget_freed_pages)
        self._tell(ids)

    async def undo(self) -> str:
        """Take the last change back; says what it was, or nothing."""
        return await self._undo.undo()

    async def redo(self) -> str:
        """Do again what was taken back; says what it was, or nothing."""
        return await self._undo.redo()

    async def _set(self, words: str, ids: Sequence[str], **fields: Any) -> None:
        before = {one: await self.summary(one) for one in ids}

        async def forth() -> None:
            await self._write(ids, fields)

        async def back() -> None:
            for one in ids:
                await self._write([one], {name: getattr(before[one], name) for name in fields})

        await self._undo.do(Step(words, back, forth))

    async def _write(self, ids: Sequence[str], fields: dict[str, Any]) -> None:
        for one in ids:
            await self._db.write(lambda connection, one=one: conversations.set_fields(connection, one, **fields))
            self._fields_changed(one, fields)
        self._tell(ids)

    def _tell(self, ids: Sequence[str]) -> None:
        self._changed.emit(LibraryChanged(ids[0] if len(ids) == 1 else ""))
