"""The library on its way out and in: what exporters are given, and what importers bring."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chatgui.core.change import AccountsChanged, Change, LibraryChanged
from chatgui.core.errors import UsageError
from chatgui.core.event import Event
from chatgui.core.message import Attachment
from chatgui.exchange.codec import Entry, Shelf
from chatgui.store import attachments, backup, conversations
from chatgui.store.database import Database
from chatgui.store.merging import Merged, merge
from chatgui.store.salvage import Report

TOLD_EVERY = 20  # conversations between two words about how far an import is


@dataclass(frozen=True, slots=True)
class Copy:
    """One backup: when it was made, its size in bytes, and whether it was made before an update changed the library."""

    path: Path
    made: datetime
    size: int
    before_update: bool


class Archive:
    """Whole conversations, with their files and their place in the library."""

    def __init__(
        self, database: Database, changed: Event[Change], forget: Callable[[Iterable[str]], None],
        reread: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:  # fmt: skip
        self._db = database
        self._reread = reread  # what else is in memory, and comes with a backup
        self._changed = changed
        self._forget = forget  # conversations in memory that are no longer what is kept

    async def entry(self, conversation_id: str) -> Entry:
        """A conversation as it is kept, an answer still being written as far as it is saved. Raises UsageError."""
        return await self._db.call(_entry, conversation_id)

    async def merge(
        self, entries: Iterable[Entry], *, progress: Callable[[int], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Merged:  # fmt: skip
        """Take conversations in: all of them or, if anything fails, none. Nothing is overwritten, nothing comes twice.

        `progress` is told how many are done. When `cancelled`, asked for each on another thread, says so, nothing is taken
        in, and that is a UsageError.
        """
        loop = asyncio.get_running_loop()

        def watched() -> Iterator[Entry]:
            for done, entry in enumerate(entries):
                if cancelled():
                    raise UsageError("The import was cancelled.", advice="Nothing was changed.")
                if progress is not None and done % TOLD_EVERY == 0:
                    loop.call_soon_threadsafe(progress, done)
                yield entry

        merged, ids = await self._db.write(_merge, watched(), durable=True)
        self._forget(ids)
        self._changed.emit(LibraryChanged())
        return merged

    async def copies(self) -> list[Copy]:
        """The backups there are, newest first."""
        return await asyncio.to_thread(_copies, self._db.path.parent / "backups")

    async def restore(self, copy: Copy) -> str:
        """Take in what a backup holds and the library lacks; says in words what came. Raises StoreError."""
        report = await self._db.restore(copy.path)
        both = [
            *await self._db.call(conversations.summaries, False),
            *await self._db.call(conversations.summaries, True),
        ]
        self._forget(one.id for one in both)
        for read in self._reread:
            await read()
        self._changed.emit(LibraryChanged())
        self._changed.emit(AccountsChanged())
        return _told(report)


def _copies(folder: Path) -> list[Copy]:
    found = []
    for path in backup.backups(folder):
        seen = path.stat()
        made = datetime.fromtimestamp(seen.st_mtime, UTC)
        found.append(Copy(path, made, seen.st_size, path.name.startswith("before-version-")))
    return found


def _told(report: Report) -> str:
    counts = ((report.conversations, "conversation"), (report.messages, "message"), (report.accounts, "account"))
    came = [f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    lost = f" {report.unreadable:,} pieces of the backup could not be read." if report.unreadable else ""
    if not came:
        return f"Everything in this backup is already here.{lost}"
    return f"Brought back: {', '.join(came)}.{lost}"


def _entry(connection: Any, conversation_id: str) -> Entry:
    conversation = conversations.load(connection, conversation_id)
    summary = conversations.summary(connection, conversation_id)
    if conversation is None or summary is None:
        raise UsageError(f"There is no conversation “{conversation_id}”.")
    parts = [part for message in conversation.messages.values() for part in message.parts]
    wanted = {part.sha256 for part in (*parts, *conversation.draft_attachments) if isinstance(part, Attachment)}
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
