"""The library: all conversations, their order, and finding things in them. Every change here can be undone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeAlias

from chatgui.chat.undo import Step, UndoStack
from chatgui.core.change import Change, LibraryChanged
from chatgui.core.conversation import Hit, Summary, in_order
from chatgui.core.errors import UsageError
from chatgui.core.event import Event
from chatgui.core.message import Message
from chatgui.core.query import parse
from chatgui.store import conversations, search
from chatgui.store.database import Database

Fields: TypeAlias = dict[str, Any]  # of a conversation, by name

SEARCH_S = 0.5  # the longest a search may take
END, LONG = 60, 3_000  # messages: as many fill any window; more than so many take a moment to read
MOST_TITLES = 400  # conversations a query shows by their title
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

    async def summaries(self, query: str = "", *, deleted: bool = False, limit: int = -1) -> list[Summary]:
        """All conversations (or those in the trash), newest first, at most `limit` if that is not negative.

        With a query, the newest of those whose title holds its words and that fulfil its conditions (see `core.query`).
        """
        if not query:
            return await self._db.look(conversations.summaries, deleted, limit)
        asked = parse(query)
        if asked.empty or asked.of_messages:
            return []
        return await self._db.look(
            search.titled, asked.words, whole_words=asked.whole_words, limit=limit if limit >= 0 else MOST_TITLES,
            folder=asked.folder, tag=asked.tag, account=asked.account, model=asked.model,
            since=asked.since, until=asked.until,
        )  # fmt: skip

    async def ordered(self, order: str) -> list[Summary]:
        """All conversations in one of `core.conversation.ORDERS`."""
        return await self._db.look(lambda connection: in_order(conversations.summaries(connection), order))

    async def summary(self, conversation_id: str) -> Summary:
        """One row. Raises UsageError if there is no such conversation."""
        row = await self._db.call(conversations.summary, conversation_id)
        if row is None:
            raise UsageError(f"There is no conversation “{conversation_id}”.")
        return row

    async def end_of(self, conversation_id: str) -> list[Message]:
        """The last messages of a very long conversation, which are there at once; nothing of one that is read as fast."""
        return await self._db.look(conversations.end, conversation_id, END, LONG)

    async def rows(self, ids: Collection[str]) -> list[Summary]:
        """The rows of these conversations, in the trash or not; those that are gone are left out."""
        return await self._db.look(conversations.summaries_of, ids)

    async def search(self, query: str, *, limit: int = 50, **filters: Any) -> list[Hit]:
        """Where something was said or thought, newest first: words, and conditions such as `role:user`.

        `core.query` says which; `filters` (see `store.search.search`) come before them. It reads beside the writes, and
        ends at once when it is cancelled. Only on a network drive, where it shares the database's thread, it takes less
        time while an answer streams, and may find less.
        """
        hurried = self._streaming() and not self._db.apart
        asked = asdict(parse(query))
        words = asked.pop("words")
        given = {name: value for name, value in filters.items() if value is not None}
        return await self._db.look(
            search.search, words, limit=limit,
            **{"budget_s": SEARCH_BESIDE_STREAM_S if hurried else SEARCH_S, **asked, **given},
        )  # fmt: skip

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

    async def tag(self, ids: Sequence[str], tag: str, tagged: bool) -> None:
        """Give conversations one tag more, or take it from them; their other tags stay."""
        before = {row.id: {"tags": row.tags} for row in await self._rows_of(ids)}
        after: dict[str, Fields] = {}
        for one, fields in before.items():
            others = tuple(other for other in fields["tags"] if other != tag)
            after[one] = {"tags": (*others, tag) if tagged else others}
        await self._change("Tagged" if tagged else "Tag taken off", before, after)

    async def set_unread(self, conversation_id: str, unread: bool) -> None:
        """Remember whether there is something unread; nothing to undo."""
        await self._write({conversation_id: {"unread": unread}})

    async def delete(self, ids: Sequence[str]) -> None:
        """Put conversations into the trash."""
        words = "Conversation deleted" if len(ids) == 1 else f"{len(ids)} conversations deleted"
        await self._set(words, ids, deleted=datetime.now(UTC))

    async def restore(self, ids: Sequence[str]) -> None:
        """Take conversations out of the trash."""
        await self._set("Restored", ids, deleted=None)

    async def purge(self, ids: Sequence[str]) -> None:
        """Delete for ever: the text leaves the database and its log. What it cost stays counted. Not undoable."""
        await self._db.write(conversations.purge, list(ids), durable=True)
        await self._db.forget()
        self._tell(ids)

    async def deleted_messages(self) -> int:
        """How many messages were deleted from conversations that are not in the trash; they are kept until purged."""
        return len(await self._db.look(conversations.hidden))

    async def purge_messages(self) -> None:
        """Delete those for ever. Not undoable, and nothing that was done before can be undone any more."""
        seqs = await self._db.look(conversations.hidden)
        self._undo.forget()
        await self._db.write(conversations.purge_hidden, seqs, durable=True)
        await self._db.forget()

    async def forgotten(self) -> None:
        """Until nothing that was purged is left in old pages of the database; seconds for a large one."""
        while not await self._db.forget():  # noqa: ASYNC110 - whoever reads from the log tells nobody when it ends
            await asyncio.sleep(0.05)

    async def undo(self) -> str:
        """Take the last change back; says what it was, or nothing."""
        return await self._undo.undo()

    async def redo(self) -> str:
        """Do again what was taken back; says what it was, or nothing."""
        return await self._undo.redo()

    async def _rows_of(self, ids: Sequence[str]) -> list[Summary]:
        """Their rows, in order. Raises UsageError if one is gone."""
        found = {row.id: row for row in await self.rows(ids)}
        for one in ids:
            if one not in found:
                raise UsageError(f"There is no conversation “{one}”.")
        return [found[one] for one in ids]

    async def _set(self, words: str, ids: Sequence[str], **fields: Any) -> None:
        before = {row.id: {name: getattr(row, name) for name in fields} for row in await self._rows_of(ids)}
        await self._change(words, before, dict.fromkeys(before, fields))

    async def _change(self, words: str, before: dict[str, Fields], after: dict[str, Fields]) -> None:
        await self._undo.do(Step(words, lambda: self._write(before), lambda: self._write(after)))

    async def _write(self, values: dict[str, Fields]) -> None:
        """All of them, or none."""

        def write(connection: Any) -> None:
            for one, fields in values.items():
                conversations.set_fields(connection, one, **fields)

        await self._db.write(write)
        for one, fields in values.items():
            self._fields_changed(one, fields)
        self._tell(list(values))

    def _tell(self, ids: Sequence[str]) -> None:
        for one in ids:
            self._changed.emit(LibraryChanged(one))
