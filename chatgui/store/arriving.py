"""Much that comes at once, from an import or a backup: all of it or nothing, and nobody waits for it.

    async with arriving(database) as arrival:
        await arrival.take(lambda connection: merge(connection, …))

It comes in short transactions, between which everything else is written as ever, and stays hidden until the end of the
`async with`. Left by an exception, all of it is taken back. When the program ends meanwhile, or is killed, that is done
later, at leisure, since nobody sees it; if all was here by then, it is shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from chatgui.core.errors import StoreError, StoreState, UsageError
from chatgui.store import attachments, conversations, search_index

if TYPE_CHECKING:
    from chatgui.store.database import Database

PIECE_S = 0.02  # so long one transaction takes, about; a running answer's text waits for one of them at most
_FEW = 100  # rows between two looks at the clock

Steps: TypeAlias = Callable[[sqlite3.Connection], Iterator[None]]


class Arrival:
    """What is coming in, in several transactions. `last` is done in the one that makes it complete."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self.last: Callable[[sqlite3.Connection], object] = lambda _: None
        self.told: Callable[[], object] = lambda: None  # called after each of them

    async def take(self, steps: Steps) -> None:
        """Go through `steps(connection)`, in transactions that end between two of them. What it adds must be hidden."""
        piece = _Piece(steps)
        while not await self._db.write(piece, spare=False):
            self.told()


class _Piece:
    """As much of the steps as there is time for; whether they are at their end."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._at: Iterator[None] | None = None
        self._failed: BaseException | None = None

    def __call__(self, connection: sqlite3.Connection) -> bool:
        if self._failed is not None:  # steps that failed cannot be gone on with
            raise self._failed
        deadline = time.monotonic() + PIECE_S
        try:
            if self._at is None:
                self._at = self._steps(connection)
            for _ in self._at:
                if time.monotonic() > deadline:
                    return False
        except BaseException as error:
            self._failed = error
            raise
        return True


@contextlib.asynccontextmanager
async def arriving(database: Database) -> AsyncIterator[Arrival]:
    """See above. Raises UsageError while another run of the program takes something in."""
    async with database.arriving:
        await _settled(database)
        await database.write(_begin)
        arrival = Arrival(database)
        try:
            yield arrival
            await database.write(_complete, arrival.last, durable=True)
        except asyncio.CancelledError:  # the program ends: it shall not wait
            raise
        except BaseException as error:
            with contextlib.suppress(StoreError):  # then it is done at leisure, or after the next start
                await _settled(database)
            if isinstance(error, StoreError) and error.state is StoreState.DISK_FULL:
                raise _no_room() from error
            raise
        await _settled(database)


def _no_room() -> StoreError:
    words = "The disk has no room for what was to come in."
    return StoreError(StoreState.DISK_FULL, words, advice="Nothing was changed. Make room, and try again.")


async def _settled(database: Database) -> None:
    while not await database.write(settle, PIECE_S):
        pass


def _begin(connection: sqlite3.Connection) -> None:
    made = connection.execute("INSERT INTO arrival (one, owner) VALUES (1, run_id()) ON CONFLICT DO NOTHING")
    if not made.rowcount:
        raise UsageError(
            "The program is taking something in already, in another window.", advice="Wait until it is done."
        )


def _complete(connection: sqlite3.Connection, last: Callable[[sqlite3.Connection], object]) -> None:
    last(connection)
    connection.execute("UPDATE arrival SET complete = 1")


# ---------------------------------------------------------------------------------------------------- what is hidden


def hide_conversation(connection: sqlite3.Connection, seq: int) -> None:
    """A conversation that was just put in is part of what arrives."""
    connection.execute("UPDATE conversations SET deleted = -coalesce(deleted, 1) WHERE seq = ?", (seq,))
    connection.execute("INSERT INTO arrived (conversation, fresh) VALUES (?, 1)", (seq,))


def hide_message(connection: sqlite3.Connection, conversation: int, seq: int) -> None:
    """A message that was just put into a conversation of the library is part of what arrives."""
    connection.execute("UPDATE messages SET deleted = -coalesce(deleted, 1) WHERE seq = ?", (seq,))
    connection.execute("INSERT OR IGNORE INTO arrived (conversation, fresh) VALUES (?, 0)", (conversation,))


def bring_up(connection: sqlite3.Connection, conversation: int, updated: int, tip: str | None) -> None:
    """When all is here, a conversation of the library is as new as this, out of the trash, and shows something."""
    connection.execute(
        "INSERT INTO arrived VALUES (?, 0, ?, ?)"
        " ON CONFLICT DO UPDATE SET updated = max(coalesce(updated, 0), excluded.updated), tip = coalesce(tip, excluded.tip)",
        (conversation, updated, tip),
    )


# ---------------------------------------------------------------------------------------------------- the end of it


def is_left(connection: sqlite3.Connection, complete: bool = False) -> bool:
    """Whether there is something nobody brings any more, this run having nothing under way; only if it is `complete`."""
    query = "SELECT complete FROM arrival WHERE owner = run_id() OR NOT run_alive(owner)"
    row = connection.execute(query).fetchone()
    return row is not None and row[0] >= complete


def settle_all(connection: sqlite3.Connection) -> None:
    """End what is left, however long it takes: before anybody looks. Outside a transaction."""
    while is_left(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            settle(connection, PIECE_S)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def settle(connection: sqlite3.Connection, budget_s: float) -> bool:
    """Show what came if it is complete, else take it back, for about so long; whether there is nothing more to do."""
    if not is_left(connection):
        return True
    deadline = time.monotonic() + budget_s
    end = _show if is_left(connection, complete=True) else _take_back
    while (
        row := connection.execute("SELECT conversation, fresh, updated, tip FROM arrived LIMIT 1").fetchone()
    ) is not None:
        if end(connection, *row):
            connection.execute("DELETE FROM arrived WHERE conversation = ?", (row[0],))
        if time.monotonic() > deadline:
            return False
    change = "UPDATE spending SET at = -at" if end is _show else "DELETE FROM spending"
    some = f"{change} WHERE message IN (SELECT message FROM spending WHERE at < 0 LIMIT {_FEW})"  # noqa: S608
    while connection.execute(some).rowcount:
        if time.monotonic() > deadline:
            return False
    connection.execute("DELETE FROM arrival")
    return True


def _show(connection: sqlite3.Connection, conversation: int, fresh: int, updated: int | None, tip: str | None) -> bool:
    shown = connection.execute(
        "UPDATE messages SET deleted = nullif(-deleted, 1) WHERE seq IN"
        " (SELECT seq FROM messages WHERE conversation = ? AND deleted < 0 LIMIT ?)",
        (conversation, _FEW),
    ).rowcount
    if shown == _FEW:
        return False
    if updated is not None:
        connection.execute(
            "UPDATE conversations SET updated = max(updated, ?), tip = coalesce(tip, ?), deleted = NULL WHERE seq = ?",
            (updated, tip, conversation),
        )
    else:
        connection.execute(
            "UPDATE conversations SET deleted = nullif(-deleted, 1) WHERE seq = ? AND deleted < 0", (conversation,)
        )
    if not fresh or updated is not None:
        conversations.count(connection, conversation)
    return True


def _take_back(connection: sqlite3.Connection, conversation: int, fresh: int, *_: object) -> bool:
    mine = "conversation = ?" if fresh else "conversation = ? AND deleted < 0"
    rows = connection.execute(f"SELECT seq FROM messages WHERE {mine} LIMIT {_FEW}", (conversation,)).fetchall()  # noqa: S608
    named: set[str] = set()
    for (seq,) in rows:
        named |= attachments.named_by(connection, seq)
        search_index.never_mind(connection, seq)  # nothing is indexed before it is shown
    connection.executemany("DELETE FROM messages WHERE seq = ?", rows)
    gone = len(rows) < _FEW
    if gone and fresh:
        named |= attachments.named_in(connection, conversation)
        connection.execute("DELETE FROM conversations WHERE seq = ?", (conversation,))
    attachments.forget(connection, named)
    return gone
