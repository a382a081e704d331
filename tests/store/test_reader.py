"""Looking things up beside the writes: what takes long delays no write, sees one moment, and is interrupted."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
import threading

import pytest

from chatgui.core.errors import StoreError
from chatgui.store import conversations, places
from chatgui.store.database import Database
from chatgui.store.profile import Profile
from tests.store.samples import conversation

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def endless(began: threading.Event, connection: sqlite3.Connection) -> None:
    """A question that is never answered."""
    connection.execute("SELECT count(*) FROM conversations").fetchone()
    began.set()
    connection.execute(ENDLESS).fetchone()


async def test_looking_delays_no_write_and_is_interrupted_when_nobody_waits_any_more(db: Database) -> None:
    assert db.apart
    began = threading.Event()
    looking = asyncio.ensure_future(db.look(functools.partial(endless, began)))
    await asyncio.to_thread(began.wait)
    await db.write(conversations.create, conversation("meanwhile"), durable=True)
    later = asyncio.ensure_future(db.look(conversations.summaries))
    looking.cancel()
    assert [row.title for row in await later] == ["meanwhile"]


async def test_an_interrupt_between_two_statements_is_not_forgotten(db: Database) -> None:
    began, go_on = threading.Event(), threading.Event()

    def between(connection: sqlite3.Connection) -> None:
        began.set()
        go_on.wait()
        connection.execute(ENDLESS).fetchone()

    looking = asyncio.ensure_future(db.look(between))
    await asyncio.to_thread(began.wait)
    looking.cancel()
    await asyncio.sleep(0)
    go_on.set()
    assert await db.look(conversations.summaries) == []


async def test_what_nobody_waits_for_is_not_begun(db: Database) -> None:
    began, asked = threading.Event(), []
    first = asyncio.ensure_future(db.look(functools.partial(endless, began)))
    second = asyncio.ensure_future(db.look(lambda _: asked.append("second")))
    await asyncio.to_thread(began.wait)
    second.cancel()
    await asyncio.sleep(0)
    first.cancel()
    assert await db.look(lambda _: asked.append("third")) is None
    assert asked == ["third"]


async def test_looking_sees_what_was_written_before_and_keeps_no_moment(db: Database) -> None:
    for number in range(3):
        await db.write(conversations.create, conversation(str(number)))
        left_half_read = await db.look(lambda connection: next(connection.execute("SELECT seq FROM conversations")))
        assert left_half_read == (1,)
        assert len(await db.look(conversations.summaries)) == number + 1
    await db.forget()
    assert db.path.with_name("chatgui.db-wal").stat().st_size == 0


async def test_looking_changes_nothing(db: Database) -> None:
    with pytest.raises(StoreError):
        await db.look(conversations.create, conversation())


async def test_closing_ends_what_is_being_looked_up_and_leaves_one_file(place: Profile) -> None:
    database = Database(place.database)
    await database.open()
    began = threading.Event()
    looking = asyncio.ensure_future(database.look(functools.partial(endless, began)))
    await asyncio.to_thread(began.wait)
    await database.close()
    with pytest.raises(StoreError):
        await looking
    assert not place.database.with_name("chatgui.db-wal").exists()


async def test_looking_goes_on_in_the_file_that_was_put_back(place: Profile) -> None:
    database = Database(place.database)
    await database.open()
    await database.write(conversations.create, conversation("before"))
    assert len(await database.look(conversations.summaries)) == 1
    for path in place.path.glob("chatgui.db*"):
        path.unlink()
    database._looked = 0.0  # as if it had not looked for a while
    await database.write(conversations.create, conversation("after"))
    assert [row.title for row in await database.look(conversations.summaries)] == ["after", "before"]
    await database.close()


async def test_on_a_network_drive_looking_shares_the_thread(place: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "on_network", lambda _: True)
    database = Database(place.database)
    await database.open()
    await database.write(conversations.create, conversation())
    assert not database.apart
    assert len(await database.look(conversations.summaries)) == 1
    await database.close()
