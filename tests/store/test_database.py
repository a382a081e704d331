"""The database's thread, its failures in words, and its versions."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from chatgui.core.errors import StoreError, StoreState
from chatgui.store import border, connecting, conversations, schema
from chatgui.store.ballast import SIZE, Ballast
from chatgui.store.database import Database
from chatgui.store.profile import Profile
from tests.store.samples import conversation, user

VERSIONS = sorted((Path(__file__).parent / "versions").glob("*.sql"))


async def test_calls_run_in_order_and_see_what_was_written(db: Database) -> None:
    talk = conversation()
    write = asyncio.ensure_future(db.write(conversations.create, talk))
    read = asyncio.ensure_future(db.call(conversations.summaries))
    assert [row.id for row in await read] == [talk.id]
    assert write.done()


async def test_a_failing_write_leaves_nothing_behind(db: Database) -> None:
    def half(connection: sqlite3.Connection) -> None:
        conversations.create(connection, conversation())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await db.write(half)
    assert await db.call(conversations.summaries) == []


async def test_a_cancelled_wait_does_not_undo_the_write(db: Database) -> None:
    task = asyncio.ensure_future(db.write(conversations.create, conversation()))
    await asyncio.sleep(0)
    task.cancel()
    assert len(await db.call(conversations.summaries)) == 1


async def test_durable_writes_are_synced_and_others_are_not(db: Database) -> None:
    def level(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA synchronous").fetchone()[0])

    assert await db.write(level, durable=True) == 2
    assert await db.write(level) == 1
    assert await db.write(level, durable=True) == 2


async def test_the_first_opening_says_so_once(place: Profile) -> None:
    for created in (True, False, False):
        database = Database(place.database)
        await database.open()
        assert database.created is created
        assert not database.unclean
        await database.close()


async def test_a_closed_database_says_so(place: Profile) -> None:
    database = Database(place.database)
    await database.open()
    await database.close()
    await database.close()
    with pytest.raises(StoreError, match="closed"):
        await database.call(conversations.summaries)


async def test_everything_is_private_from_birth(place: Profile) -> None:
    before = os.umask(0o022)
    try:
        database = Database(place.database)
        await database.open()
        await database.write(conversations.create, conversation())
        for path in [place.path, *place.path.rglob("*")]:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        await database.close()
    finally:
        os.umask(before)


async def test_two_processes_share_a_library(place: Profile, db: Database) -> None:
    other = Database(place.database)
    await other.open()
    await other.write(conversations.create, conversation("from the other"))
    assert [row.title for row in await db.call(conversations.summaries)] == ["from the other"]
    await other.close()


async def test_a_run_that_died_is_noticed_once(place: Profile) -> None:
    code = (
        "import asyncio, os, sys, pathlib; from chatgui.store.database import Database\n"
        "async def main():\n    await Database(pathlib.Path(sys.argv[1])).open(); os._exit(1)\nasyncio.run(main())"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(place.database))
    assert await process.wait() == 1
    for unclean in (True, False):
        database = Database(place.database)
        await database.open()
        assert database.unclean is unclean
        await database.close()


# ------------------------------------------------------------------------------------------------ in bad places


async def test_a_library_of_a_newer_version_is_read_and_not_touched(place: Profile) -> None:
    database = Database(place.database)
    await database.open()
    await database.write(conversations.create, conversation("from the future"))
    newer = schema.newest() + 2
    await database.call(lambda connection: connection.execute(f"PRAGMA user_version = {newer}"))
    await database.close()
    contents = place.database.read_bytes()
    database = Database(place.database)
    await database.open()
    assert database.refuses is not None
    assert f"({newer} > {schema.newest()})" in database.refuses.message
    assert len(await database.call(conversations.summaries)) == 1
    with pytest.raises(StoreError) as caught:
        await database.write(conversations.create, conversation())
    assert caught.value.state is StoreState.NEWER
    await database.close()
    assert place.database.read_bytes() == contents


async def test_a_locked_library_says_so_and_goes_on_later(place: Profile, db: Database) -> None:
    await db.call(lambda connection: connection.execute("PRAGMA busy_timeout = 50"))
    holder = sqlite3.connect(place.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as caught:
        await db.write(conversations.create, conversation())
    assert caught.value.state is StoreState.LOCKED
    holder.execute("COMMIT")
    holder.close()
    await db.write(conversations.create, conversation())


async def test_a_full_disk_costs_the_reserve_and_not_the_text(db: Database, place: Profile) -> None:
    told: list[StoreError | None] = []
    db.trouble.subscribe(told.append)
    ballast = place.path / "ballast"
    await db.call(lambda connection: None)  # behind the laying in of the reserve
    assert ballast.stat().st_size == SIZE
    pages = await db.call(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    failures = iter([True, False])

    def full_once(connection: sqlite3.Connection) -> None:
        size = pages if next(failures) else pages + 10_000
        connection.execute(f"PRAGMA max_page_count = {size}")
        conversations.create(connection, conversation("x" * 100_000))

    await db.write(full_once, durable=True)
    assert [one and one.state for one in told] == [StoreState.DISK_FULL]
    assert not ballast.exists()
    assert len(await db.call(conversations.summaries)) == 1


async def test_without_a_reserve_a_full_disk_is_an_error_that_leaves_what_there_was(db: Database) -> None:
    await db.write(conversations.create, conversation("kept"))
    db._ballast.drop()

    def full(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        conversations.create(connection, conversation("x" * 100_000))

    with pytest.raises(StoreError) as caught:
        await db.write(full)
    assert caught.value.state is StoreState.DISK_FULL
    assert caught.value.advice
    assert [row.title for row in await db.call(conversations.summaries)] == ["kept"]


def test_the_reserve_comes_back_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ballast = Ballast(tmp_path / "ballast")
    ballast.fill()
    assert ballast.drop()
    assert not ballast.drop()
    assert not ballast.refill(), "not at once"
    monkeypatch.setattr("chatgui.store.ballast._REFILL_EVERY", 0.0)
    assert ballast.refill()
    assert not ballast.refill(), "told once"


@pytest.mark.parametrize("suffix", ["", "-wal"])
async def test_a_library_taken_away_while_the_program_runs_is_written_again(
    db: Database, place: Profile, suffix: str
) -> None:
    told: list[StoreError | None] = []
    db.trouble.subscribe(told.append)
    await db.write(conversations.create, conversation("first"))
    place.database.with_name(place.database.name + suffix).unlink()
    db._looked = 0.0
    await db.write(conversations.create, conversation("second"))
    assert [one and one.message for one in told] == [
        "The database file was removed while the program ran. It has been written again."
    ]
    await db.close()
    again = Database(place.database)
    await again.open()
    assert {row.title for row in await again.call(conversations.summaries)} == {"first", "second"}
    await again.close()


def test_a_profile_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be used"):
        Profile(tmp_path / "file" / "profile")


def test_two_profiles_have_two_names_in_the_keyring(tmp_path: Path) -> None:
    assert Profile(tmp_path / "a").service != Profile(tmp_path / "b").service


# ------------------------------------------------------------------------------------------------ versions


def test_the_newest_version_is_pinned() -> None:
    """A change of the schema is a new file in migrations/, a new fixture in versions/, and this number."""
    assert schema.newest() == 11
    assert [int(path.stem) for path in VERSIONS] == list(range(1, schema.newest() + 1))


def _lay_down(fixture: Path, database: Path) -> int:
    with sqlite3.connect(database) as connection:
        for statement in schema.statements(fixture.read_text("utf-8")):
            connection.execute(statement)
    connection.close()
    return int(fixture.stem)


@pytest.mark.parametrize("fixture", VERSIONS, ids=lambda path: path.stem)
async def test_every_old_version_opens_and_shows_its_talks(place: Profile, fixture: Path) -> None:
    version = _lay_down(fixture, place.database)
    database = Database(place.database)
    await database.open()
    (row,) = await database.call(conversations.summaries)
    assert (row.title, row.messages, row.account) == ("A first talk", 2, "Demo")
    loaded = await database.call(conversations.load, row.id)
    assert loaded is not None
    assert [message.text for message in loaded.branch()] == ["Why is the sky blue?", "Because of Rayleigh scattering."]
    assert all(message.failure is None for message in loaded.messages.values())
    await database.close()
    copies = list(place.backups.glob(f"before-version-{version + 1}-*.db"))
    assert len(copies) == (version < schema.newest()), "a copy is made before a migration, and only then"


@pytest.mark.parametrize("fails_at", range(1, 12))
def test_a_migration_that_fails_at_any_statement_leaves_the_old_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    steps = schema.steps()
    path = tmp_path / "chatgui.db"
    path.touch()
    with connecting.connect(path) as connection:
        schema.migrate(connection, upto=1)
        conversations_before = connection.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
        number, name, script = steps[1]
        broken = list(schema.statements(script))
        broken.insert(min(fails_at, len(broken)), "INSERT INTO nowhere VALUES (1);")
        monkeypatch.setattr(schema, "steps", lambda: [steps[0], (number, name, "".join(broken))])
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            schema.migrate(connection)
        assert schema.version(connection) == 1
        assert connection.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall() == conversations_before
        monkeypatch.setattr(schema, "steps", lambda: steps)
        assert name in schema.migrate(connection)
    connection.close()


def test_statements_are_split_at_their_ends_only() -> None:
    script = (
        "CREATE TABLE a (x); -- a comment; with a semicolon\nINSERT INTO a VALUES ('; it''s');\n"
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;\n-- the end\n"
    )
    assert [one.strip().split(" ")[0] for one in schema.statements(script)] == ["CREATE", "--", "CREATE"]


def test_every_state_has_words_and_advice() -> None:
    for state in StoreState:
        if state is not StoreState.NEWER:
            assert border.trouble(state).message
            assert border.trouble(state).advice
    assert schema.too_new(9).advice


async def test_a_conversation_of_a_user_is_durable_before_it_returns(db: Database) -> None:
    talk = conversation()
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, user("hello"), durable=True)
    copy = db.path.with_name("copy.db")
    copy.write_bytes(db.path.read_bytes())
    copy.with_name("copy.db-wal").write_bytes(db.path.with_name(db.path.name + "-wal").read_bytes())
    other = sqlite3.connect(copy)
    assert other.execute("SELECT text FROM parts").fetchall() == [("hello",)]
    other.close()
