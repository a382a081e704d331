"""The library on its way out and in: what exporters are given, and what importers bring."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from chatgui.core.change import AccountsChanged, Change, LibraryChanged
from chatgui.core.conversation import Unsent
from chatgui.core.errors import UsageError
from chatgui.core.event import Event
from chatgui.core.figures import counted
from chatgui.core.message import Attachment
from chatgui.exchange.codec import Entry, Shelf
from chatgui.store import attachments, backup, conversations
from chatgui.store.arriving import arriving
from chatgui.store.database import Database
from chatgui.store.merging import Merged, merge
from chatgui.store.profile import backups_of
from chatgui.store.salvage import Report

READ_S = 0.03  # seconds of reading conversations between two writings of what was read


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

        It comes piece by piece, so that nothing else waits for it, and is seen when all of it is here. `progress` is told
        how many are done. When `cancelled`, asked for each on another thread, says so, nothing is taken in, and that is a
        UsageError; so is an import beside one of another run of the program.
        """
        merged, coming = Merged(), iter(entries)
        ids: list[str] = []

        def look() -> None:
            if cancelled():
                raise UsageError("The import was cancelled.", advice="Nothing was changed.")

        def steps(connection: Any, some: Iterable[Entry]) -> Iterator[None]:
            for _ in _merge(connection, merged, some):
                look()
                yield

        async with arriving(self._db) as arrival:
            while some := await asyncio.to_thread(_some, coming):
                ids += [entry.conversation.id for entry in some]
                await arrival.take(partial(steps, some=some))
                if progress is not None:
                    progress(len(ids))
                look()
        self._forget(ids)
        self._changed.emit(LibraryChanged())
        return merged

    async def copies(self) -> list[Copy]:
        """The backups there are, newest first."""
        return await asyncio.to_thread(_copies, backups_of(self._db.path))

    async def restore(self, copy: Copy, progress: Callable[[int, int], object] = lambda *_: None) -> str:
        """Take in what a backup holds and the library lacks; says in words what came. `progress` is told how far it is, and
        of how much. Raises StoreError."""
        report = await self._db.restore(copy.path, progress)
        both = [
            *await self._db.look(conversations.summaries, False),
            *await self._db.look(conversations.summaries, True),
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
    came = [counted(count, word) for count, word in counts if count]
    lost = f" {report.unreadable:,} pieces of the backup could not be read." if report.unreadable else ""
    if not came:
        return f"Everything in this backup is already here.{lost}"
    return f"Brought back: {', '.join(came)}.{lost}"


def _entry(connection: Any, conversation_id: str) -> Entry:
    conversation = conversations.load(connection, conversation_id)
    summary = conversations.summary(connection, conversation_id)
    if conversation is None or summary is None:
        raise UsageError(f"There is no conversation “{conversation_id}”.")
    unsent = sum((*conversation.edits.values(), conversation.unsent), Unsent())  # in files there is but the draft
    conversation.draft, conversation.draft_attachments, conversation.edits = unsent.text, unsent.attachments, {}
    parts = [part for message in conversation.messages.values() for part in message.parts]
    wanted = {part.sha256 for part in (*parts, *conversation.draft_attachments) if isinstance(part, Attachment)}
    return Entry(conversation, Shelf.of(summary), attachments.load(connection, sorted(wanted)))


def _some(entries: Iterator[Entry]) -> list[Entry]:
    """A few of them, so that a large library is never in memory whole; none at the end. Making one may take its time."""
    until = time.monotonic() + READ_S
    some = []
    for entry in entries:
        some.append(entry)
        if time.monotonic() > until:
            break
    return some


def _merge(connection: Any, merged: Merged, entries: Iterable[Entry]) -> Iterator[None]:
    for entry in entries:
        shelf = entry.shelf
        fields = {"pinned": shelf.pinned, "archived": shelf.archived, "folder": shelf.folder, "tags": shelf.tags}
        yield from merge(connection, merged, entry.conversation, fields, entry.attachments)
        yield
