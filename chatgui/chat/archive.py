"""The library on its way out and in: what exporters are given, and what importers bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from chatgui.core.change import Change, LibraryChanged
from chatgui.core.errors import UsageError
from chatgui.core.event import Event
from chatgui.core.message import Attachment
from chatgui.exchange.codec import Entry, Shelf
from chatgui.store import attachments, conversations
from chatgui.store.database import Database
from chatgui.store.merging import Merged, merge


class Archive:
    """Whole conversations, with their files and their place in the library."""

    def __init__(self, database: Database, changed: Event[Change], forget: Callable[[Iterable[str]], None]) -> None:
        self._db = database
        self._changed = changed
        self._forget = forget  # conversations in memory that are no longer what is kept

    async def entry(self, conversation_id: str) -> Entry:
        """A conversation as it is kept, an answer still being written as far as it is saved. Raises UsageError."""
        return await self._db.call(_entry, conversation_id)

    async def merge(self, entries: Iterable[Entry]) -> Merged:
        """Take conversations in: all of them or, if anything fails, none. Nothing is overwritten, nothing comes twice."""
        merged, ids = await self._db.write(_merge, entries, durable=True)
        self._forget(ids)
        self._changed.emit(LibraryChanged())
        return merged


def _entry(connection: Any, conversation_id: str) -> Entry:
    conversation = conversations.load(connection, conversation_id)
    summary = conversations.summary(connection, conversation_id)
    if conversation is None or summary is None:
        raise UsageError(f"There is no conversation “{conversation_id}”.")
    parts = [part for message in conversation.messages.values() for part in message.parts]
    wanted = {part.sha256 for part in parts if isinstance(part, Attachment)}
    return Entry(conversation, Shelf.of(summary), attachments.load(connection, sorted(wanted)))


def _merge(connection: Any, entries: Iterable[Entry]) -> tuple[Merged, list[str]]:
    """One by one, so that a large library is never in memory whole; the identifiers of all."""
    merged, ids = Merged(), []
    for entry in entries:
        ids.append(entry.conversation.id)
        shelf = entry.shelf
        fields = {"pinned": shelf.pinned, "archived": shelf.archived, "folder": shelf.folder, "tags": shelf.tags}
        merge(connection, merged, entry.conversation, fields, entry.attachments)
    return merged, ids
