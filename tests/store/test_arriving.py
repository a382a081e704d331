"""What comes at once comes piece by piece: nobody waits for it, nobody sees half of it, and nothing is left of what failed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.conversation import Conversation
from chatgui.core.errors import UsageError
from chatgui.core.message import Attachment
from chatgui.core.messages import Messages
from chatgui.store import backup, conversations, marks, search, search_index, usage, wire
from chatgui.store.arriving import _Piece, arriving, is_left
from chatgui.store.database import Database
from chatgui.store.merging import Merged, merge
from chatgui.store.profile import Profile
from tests.store.samples import NOON, answer, conversation, user

FILE = b"a chart"
SHA = hashlib.sha256(FILE).hexdigest()
PATIENCE_S = 5.0


def talk(words: str, **fields: Any) -> Conversation:
    """A question with a file, and an answer that cost something."""
    made = conversation(f"About {words}", **fields)
    question = user(f"What of {words}?")
    question = replace(question, parts=(*question.parts, Attachment(SHA, "text/plain", "chart.txt", len(FILE))))
    made.extend([question, answer(f"Much of {words}.", question.id)])
    made.tip = list(made.messages)[-1]
    return made


def grown(old: Conversation, words: str) -> Conversation:
    """The same conversation somewhere else, where it went on."""
    made = replace(old, messages=Messages(), updated=datetime(2027, 1, 1, tzinfo=UTC))
    made.extend(old.messages.values())
    made.add(answer(f"And more of {words}.", old.tip))
    return made


def steps(connection: sqlite3.Connection, *incoming: Conversation) -> Iterator[None]:
    for one in incoming:
        yield from merge(connection, Merged(), one, {"tags": ("new",)}, {SHA: FILE})


def everything(connection: sqlite3.Connection) -> dict[str, list[Any]]:
    """Every row of every table of ours."""
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    own = [one for one in tables if not one.startswith(("sqlite_", "search_index", "search_pieces", "search_state"))]
    return {one: sorted(connection.execute(f"SELECT * FROM {one}"), key=repr) for one in own}


def seen(connection: sqlite3.Connection) -> Any:
    """What people see of a library: both lists, what is found, what was spent, what would be exported, every tree."""
    listed = [conversations.summaries(connection, deleted) for deleted in (False, True)]
    trees = [conversations.load(connection, one.id) for rows in listed for one in rows]
    found = [(hit.conversation, hit.message) for hit in search.search(connection, "of", limit=500)]
    asked = [search.titled(connection, "About"), conversations.hidden(connection)]
    names = list(marks.marks(connection))
    return listed, trees, found, usage.totals(connection), usage.totals(connection, "day"), asked, names


def wait_for(path: Path, done: Callable[[sqlite3.Connection], bool]) -> None:
    """Until something is so in a library; who asks from outside leaves its thread at leisure."""
    until = time.monotonic() + PATIENCE_S
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        while not done(connection):
            assert time.monotonic() < until, "not so in time"
            threading.Event().wait(0.02)


def nothing_arrives(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM arrival").fetchone() is None


async def test_others_write_while_it_comes(db: Database) -> None:
    """Steps that end only when another write was done beside them do end."""
    beside: list[str] = []

    def until_another_wrote(connection: sqlite3.Connection) -> Iterator[None]:
        for _ in range(100_000_000):
            if beside:
                return
            yield
        raise AssertionError("nobody else could write")

    async def write() -> None:
        await db.write(conversations.create, conversation("Beside"))
        beside.append("written")

    async with asyncio.timeout(PATIENCE_S), arriving(db) as arrival:
        await asyncio.gather(arrival.take(until_another_wrote), write())


async def test_nothing_is_seen_before_all_is_here_and_then_all_is(db: Database) -> None:
    here, trashed = talk("tides"), talk("moons")
    async with arriving(db) as arrival:
        await arrival.take(lambda connection: steps(connection, here, trashed))
    await db.write(lambda connection: conversations.set_fields(connection, trashed.id, deleted=NOON))
    before = await db.call(seen)
    more = grown(here, "tides")
    async with arriving(db) as arrival:
        await arrival.take(lambda connection: steps(connection, talk("stars"), more, trashed, talk("suns", draft="Hm")))
        assert await db.call(seen) == before
    (listed, trash), trees, found, spent, *_ = await db.call(seen)
    assert {one.title for one in listed} == {"About tides", "About moons", "About stars", "About suns"}
    assert trash == []
    assert {len(tree.messages) for tree in trees if tree.id == here.id} == {3}
    assert next(one for one in listed if one.id == here.id).updated == more.updated
    assert len({conversation_id for conversation_id, message in found if message}) == 4
    assert sum(one.answers for one in spent) == 5
    assert not await db.call(is_left)
    assert await db.call(lambda connection: connection.execute("SELECT * FROM arrived").fetchall()) == []


@pytest.mark.parametrize("how", ["fails", "cancelled"])
async def test_what_failed_or_was_cancelled_leaves_nothing(db: Database, how: str) -> None:
    here, trashed = talk("tides"), talk("moons")
    async with arriving(db) as arrival:
        await arrival.take(lambda connection: steps(connection, here, trashed))
    await db.write(lambda connection: conversations.set_fields(connection, trashed.id, deleted=NOON))
    before = await db.call(everything)
    came = asyncio.Event()

    async def bring() -> None:
        async with arriving(db) as arrival:
            many = [talk(f"star {number}") for number in range(150)]
            await arrival.take(
                lambda connection: steps(connection, *many, grown(here, "tides"), grown(trashed, "moons"))
            )
            assert await db.call(everything) != before
            came.set()
            if how == "fails":
                raise UsageError("Not now.")
            await asyncio.Event().wait()

    task = asyncio.ensure_future(bring())
    if how == "cancelled":
        await came.wait()
        task.cancel()
    with pytest.raises((UsageError, asyncio.CancelledError)):
        await task
    await asyncio.to_thread(wait_for, db.path, nothing_arrives)  # at leisure, if the program is about to end
    after = await db.call(everything)
    for rows in (before, after):
        rows["attachments"] = [row[0] for row in rows["attachments"]]  # wanted again a moment ago
        known = {row[0] for row in rows["messages"]}
        assert {row[0] for row in rows.pop("search_queue")} <= known
        rows.pop("search_words")  # what was here may have been indexed meanwhile
    assert after == before


async def test_steps_that_failed_are_not_taken_for_done(db: Database) -> None:
    """Whoever goes on with them, as a write does that meets a damaged text, is told the same again."""

    def failing(connection: sqlite3.Connection) -> Iterator[None]:
        yield from steps(connection, talk("tides"))
        raise UsageError("Half of it.")

    piece = _Piece(failing)
    for _ in range(2):
        with pytest.raises(UsageError):
            await db.write(piece)


async def test_nothing_is_indexed_before_it_is_shown(db: Database) -> None:
    """So that taking it back costs no more than bringing it."""
    waiting = "SELECT count(*) FROM search_queue"
    async with arriving(db) as arrival:
        await arrival.take(lambda connection: steps(connection, talk("tides")))
        assert not await db.write(search_index.work)
        assert await db.call(lambda connection: connection.execute(waiting).fetchone()) == (2,)
    await db.write(search_index.work)
    assert await db.call(lambda connection: connection.execute(waiting).fetchone()) == (0,)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from chatgui.store.arriving import _complete, arriving
from chatgui.store.database import Database
from tests.store.test_arriving import steps, talk

async def main():
    database = Database(Path(sys.argv[1]))
    await database.open()
    if sys.argv[2] == "beside":
        async with arriving(database):
            print("there", flush=True)
            sys.stdin.read()
    async with arriving(database) as arrival:
        await arrival.take(lambda connection: steps(connection, *(talk(f"star {number}") for number in range(30))))
        if sys.argv[2] == "complete":
            await database.write(_complete, arrival.last, durable=True)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def another(database: Path, how: str, **pipes: Any) -> asyncio.subprocess.Process:
    """Another run of the program that takes something in."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(database), how, env=env, **pipes)


async def test_after_a_kill_nothing_is_seen_and_soon_nothing_is_there(place: Profile) -> None:
    killed = await another(place.database, "coming")
    assert await killed.wait() == -signal.SIGKILL
    database = Database(place.database)
    await database.open()
    assert await database.call(is_left), "the kill came in the middle"
    assert await database.call(conversations.summaries) == []
    await asyncio.to_thread(wait_for, database.path, lambda connection: not any(everything(connection).values()))
    await database.close()


async def test_after_a_kill_at_the_very_end_all_is_there(place: Profile) -> None:
    killed = await another(place.database, "complete")
    assert await killed.wait() == -signal.SIGKILL
    database = Database(place.database)
    await database.open()
    assert len(await database.call(conversations.summaries)) == 30
    assert sum(one.answers for one in await database.call(usage.totals)) == 30
    await database.close()


async def test_after_a_kill_the_next_import_need_not_wait_for_leisure(place: Profile) -> None:
    await (await another(place.database, "coming")).wait()
    database = Database(place.database)
    await database.open()
    async with arriving(database) as arrival:
        await arrival.take(lambda connection: steps(connection, talk("tides")))
    assert [one.title for one in await database.call(conversations.summaries)] == ["About tides"]
    assert await database.call(lambda connection: connection.execute("SELECT count(*) FROM messages").fetchone()) == (
        2,
    )
    await database.close()


async def test_only_one_run_at_a_time_takes_something_in(db: Database) -> None:
    pipe = asyncio.subprocess.PIPE
    other = await another(db.path, "beside", stdin=pipe, stdout=pipe)
    assert other.stdout
    assert await other.stdout.readline() == b"there\n"
    with pytest.raises(UsageError, match="another window"):
        async with arriving(db):
            pytest.fail("two at once")
    other.kill()
    await other.wait()
    async with arriving(db):
        pass


async def test_a_restored_backup_comes_the_same_way(db: Database) -> None:
    """Messages, what was spent, what is in the trash, kept requests: none before all; and a backup made while something
    arrives holds nothing of that."""
    kept, trashed, gone = talk("tides"), talk("moons"), talk("stars")
    async with arriving(db) as arrival:
        await arrival.take(lambda connection: steps(connection, kept, trashed, gone))
    await db.write(lambda connection: conversations.set_fields(connection, trashed.id, deleted=NOON))
    await db.write(lambda connection: wire.save(connection, gone.tip or "", b"as it was"))
    full = await db.call(seen)
    with pytest.raises(UsageError):
        async with arriving(db) as arrival:
            await arrival.take(lambda connection: steps(connection, grown(kept, "tides"), talk("suns")))
            await asyncio.to_thread(backup.daily, db.path, 1)
            raise UsageError("Not those.")
    (copy,) = backup.backups(db.path.parent / "backups")
    await db.write(conversations.purge, [trashed.id, gone.id])
    await db.write(lambda connection: connection.execute("DELETE FROM spending"))
    before = await db.call(seen)

    report = await db.restore(copy)
    assert (report.conversations, report.messages, report.unreadable) == (2, 4, 0)
    after = await db.call(seen)
    assert after != before
    assert after[3:5] == full[3:5]
    assert sorted(map(repr, after[0])) == sorted(map(repr, full[0]))
    assert await db.call(wire.load, gone.tip or "") == b"as it was"
    assert (await db.restore(copy)).messages == 0
    assert await db.call(seen) == after
