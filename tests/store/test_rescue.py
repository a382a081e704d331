"""Damaged files and backups: never a silent fresh start, and all that can be read is there again."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from chatgui.core.errors import StoreError, StoreState
from chatgui.store import backup, conversations, rescue, search
from chatgui.store.database import Database
from chatgui.store.profile import Profile
from tests.store import damage
from tests.store.samples import answer, conversation, user

TALKS, EACH = 12, 10


async def fill(database: Database, talks: int = TALKS) -> set[str]:
    """Some conversations of different sizes; the ids of their messages."""
    chance = random.Random(1)
    ids = set()
    for number in range(talks):
        talk = conversation(f"Talk {number}")
        parent = None
        for _ in range(EACH // 2):
            question = user("why " * chance.randint(1, 200), parent)
            reply = answer("because " * chance.randint(1, 2000), question.id)
            talk.extend([question, reply])
            parent = reply.id
            ids |= {question.id, reply.id}
        await database.write(conversations.create, talk)
    return ids


async def all_messages(database: Database) -> set[str]:
    """The ids of all messages that can be loaded; and loading raises nothing."""
    ids: set[str] = set()
    for row in await database.call(conversations.summaries):
        loaded = await database.call(conversations.load, row.id)
        assert loaded is not None
        ids |= set(loaded.messages)
    return ids


async def opened(place: Profile) -> Database:
    """The database of a profile, open."""
    database = Database(place.database)
    await database.open()
    return database


@pytest.mark.parametrize("seed", [*range(16), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(16, 200))])
async def test_damage_of_every_kind(place: Profile, seed: int) -> None:
    database = await opened(place)
    ids = await fill(database)
    await database.close()
    chance = random.Random(seed)
    raw = bytearray(place.database.read_bytes())
    kind = damage.KINDS[seed % len(damage.KINDS)]
    kind(chance, raw)
    place.database.write_bytes(raw)
    still = damage.readable(place.database, len(ids))

    database = await opened(place)
    assert not database.created, "a damaged library was taken for a first start"
    if await database.examine():  # what the window does in the background after an unclean end
        await database.close()
        database = await opened(place)
        assert database.rescued is not None
    got = await all_messages(database)
    assert still <= got, f"{kind.__name__}: {len(still - got)} of {len(still)} readable messages were left behind"
    if database.rescued is not None:
        assert "damaged" in database.rescued.words or "gone" in database.rescued.words
        if database.rescued.kept:
            assert database.rescued.kept.read_bytes() == bytes(raw), "the damaged file was changed"
        await database.write(conversations.create, conversation("goes on"))
        assert await database.examine() == ""
    await database.close()


async def test_a_schema_that_is_no_text_is_damage_like_any_other(place: Profile) -> None:
    """SQLite's words for it cannot be read by Python, which is no reason to fail. The list of tables is known elsewhere."""
    database = await opened(place)
    ids = await fill(database)
    await database.close()
    raw = place.database.read_bytes()
    assert raw.count(b"CREATE TABLE messages (") == 1
    place.database.write_bytes(raw.replace(b"CREATE TABLE messages (", b"CREATE TABLE messages \xa7"))
    database = await opened(place)
    assert database.rescued is not None
    assert await all_messages(database) == ids
    await database.close()


async def test_a_message_of_which_only_the_beginning_can_be_read_is_not_left_behind(place: Profile) -> None:
    """Its words stand elsewhere."""
    database = await opened(place)
    ids = await fill(database)
    question = "SELECT id FROM messages WHERE role = 'user' AND parent IS NOT NULL ORDER BY seq LIMIT 1 OFFSET 3"
    (one,) = await database.call(lambda connection: connection.execute(question).fetchone())
    texts = "SELECT text FROM parts JOIN messages ON seq = message WHERE id = ?"
    said = await database.call(lambda connection: connection.execute(texts, (one,)).fetchall())
    await database.close()
    raw = bytearray(place.database.read_bytes())
    record = re.compile(re.escape(one.encode()) + rb".?[0-9a-f]{24}user", re.DOTALL).search(
        raw
    )  # id, conversation, parent
    assert record
    sources = raw.rindex(bytes([13 + 2 * len("unknown")]) * 2, 0, record.start())  # their types in the record's head
    raw[sources : sources + 2] = b"\xff\xff"  # longer than there can be
    place.database.write_bytes(raw)
    rescue.suspect(place.database).touch()
    database = await opened(place)
    assert database.rescued is not None
    assert database.rescued.read.unreadable
    assert await all_messages(database) == ids
    assert await database.call(lambda connection: connection.execute(texts, (one,)).fetchall()) == said
    await database.close()


@pytest.mark.parametrize("kind", damage.KINDS, ids=lambda kind: kind.__name__)
async def test_with_a_backup_everything_comes_back(place: Profile, kind: object) -> None:
    database = await opened(place)
    ids = await fill(database)
    assert await database.back_up(7) is not None
    late = conversation("After the backup")
    await database.write(conversations.create, late)
    await database.close()
    raw = bytearray(place.database.read_bytes())
    kind(random.Random(3), raw)  # type: ignore[operator]
    place.database.write_bytes(raw)
    rescue.suspect(place.database).touch()
    database = await opened(place)
    assert await all_messages(database) >= ids
    await database.close()


@pytest.mark.parametrize("with_backup", [True, False])
async def test_a_library_that_is_gone_is_no_first_start(place: Profile, with_backup: bool) -> None:
    database = await opened(place)
    ids = await fill(database, 2)
    if with_backup:
        await database.back_up(7)
    await database.close()
    place.database.unlink()
    database = await opened(place)
    assert not database.created
    assert database.rescued is not None
    assert "gone" in database.rescued.words
    assert await all_messages(database) == (ids if with_backup else set())
    await database.close()


async def test_what_another_run_still_holds_is_not_rescued_under_it(place: Profile) -> None:
    first, second = await opened(place), Database(place.database)
    await fill(first, 1)
    place.database.unlink()
    with pytest.raises(StoreError, match="gone"):
        await second.open()
    first._looked = 0.0
    await first.write(conversations.create, conversation("puts it back"))
    await second.open()
    assert len(await second.call(conversations.summaries)) == 2
    await second.close()
    await first.close()


async def test_a_sound_file_under_suspicion_is_left_alone(place: Profile) -> None:
    database = await opened(place)
    await fill(database, 1)
    await database.close()
    rescue.suspect(place.database).touch()
    database = await opened(place)
    assert database.rescued is None
    assert not rescue.suspect(place.database).exists()
    await database.close()


async def test_damage_met_while_running_is_told_and_rescued_at_the_next_start(place: Profile) -> None:
    database = await opened(place)
    ids = await fill(database)
    await database.close()
    raw = bytearray(place.database.read_bytes())
    with sqlite3.connect(place.database) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'parts'").fetchone()
    connection.close()
    raw[(root - 1) * damage.PAGE :][: damage.PAGE] = b""
    raw[(root - 1) * damage.PAGE : root * damage.PAGE] = bytes(damage.PAGE)
    place.database.write_bytes(raw)
    database = await opened(place)
    (row, *_) = await database.call(conversations.summaries)
    with pytest.raises(StoreError) as caught:
        await database.call(conversations.load, row.id)
    assert caught.value.state is StoreState.CORRUPT
    await database.close()
    database = await opened(place)
    assert database.rescued is not None
    assert await all_messages(database) == ids, "the messages are there, though their words are not"
    await database.close()


# ------------------------------------------------------------------------------------------------ backups


async def test_one_copy_a_day_and_only_the_newest_are_kept(db: Database, place: Profile) -> None:
    await fill(db, 1)
    first = date(2026, 1, 1)
    for day in range(5):
        made = backup.daily(db.path, 3, today=first + timedelta(days=day))
        assert made is not None
        assert backup.daily(db.path, 3, today=first + timedelta(days=day)) is None, "once a day"
    assert [path.name for path in backup.backups(place.backups)] == [
        "chatgui-2026-01-05.db",
        "chatgui-2026-01-04.db",
        "chatgui-2026-01-03.db",
    ]
    assert backup.check(place.backups / "chatgui-2026-01-05.db") == ""
    assert backup.daily(db.path, 0) is None, "switched off"


async def test_a_copy_is_private_and_holds_what_was_in_the_log(db: Database, place: Profile) -> None:
    ids = await fill(db, 2)
    made = await db.back_up(7)
    assert made is not None
    assert made.stat().st_mode & 0o077 == 0
    connection = sqlite3.connect(made)
    assert {row[0] for row in connection.execute("SELECT id FROM messages")} == ids
    connection.close()
    assert [path.name for path in place.backups.iterdir()] == [made.name], "nothing else lies about"


async def test_a_copy_never_fills_the_disk(db: Database, place: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(db, 2)
    for day in range(1, 4):
        backup.daily(db.path, 7, today=date(2026, 1, day))
    size = db.path.stat().st_size + db.path.with_name("chatgui.db-wal").stat().st_size
    usage = shutil.disk_usage(place.path)
    total = 100 * size
    floor = int(total * 0.02)

    def usage_now(path: Path) -> object:
        kept = len(list(place.backups.glob("*.db")))
        return type(usage)(total, 0, size + floor + (2 - kept) * size + 300_000)

    monkeypatch.setattr("chatgui.store.backup.shutil.disk_usage", usage_now)
    assert backup.daily(db.path, 7, today=date(2026, 1, 4)) is not None
    assert [path.stem[-2:] for path in backup.backups(place.backups)] == ["04", "03", "02"], "the oldest made room"
    monkeypatch.setattr("chatgui.store.backup.shutil.disk_usage", lambda path: type(usage)(total, total, 0))
    with pytest.raises(StoreError) as caught:
        backup.daily(db.path, 7, today=date(2026, 1, 5))
    assert caught.value.state is StoreState.DISK_FULL
    assert "chatgui-2026-01-04.db" in [path.name for path in backup.backups(place.backups)], "the newest is kept"


async def test_a_stopped_copy_leaves_nothing(db: Database, place: Profile) -> None:
    await fill(db)
    assert backup.daily(db.path, 7, stop=lambda: True) is None
    assert list(place.backups.iterdir()) == []


async def test_writing_goes_on_while_a_copy_is_made(db: Database) -> None:
    await fill(db, 2)
    seen = []

    def stop() -> bool:
        connection = sqlite3.connect(db.path, timeout=0)
        connection.execute("UPDATE conversations SET draft = draft || 'x'")
        connection.commit()
        connection.close()
        seen.append(1)
        return False

    made = backup.daily(db.path, 7, stop=stop)
    assert made is not None
    assert seen


async def test_restoring_adds_what_is_missing_and_overwrites_nothing(db: Database) -> None:
    ids = await fill(db, 3)
    copy = await db.back_up(7)
    assert copy is not None
    rows = await db.call(conversations.summaries)
    await db.write(conversations.purge, [rows[0].id])
    await db.write(lambda connection: conversations.set_fields(connection, rows[1].id, title="Renamed since"))
    new = user("since then")
    await db.write(conversations.insert_message, rows[2].id, new)
    report = await db.restore(copy)
    assert (report.conversations, report.messages, report.unreadable) == (1, EACH, 0)
    assert await all_messages(db) == ids | {new.id}
    assert {row.title for row in await db.call(conversations.summaries)} == {"Talk 0", "Renamed since", "Talk 2"} | {
        row.title for row in rows
    } - {rows[1].title}
    assert (await db.restore(copy)).messages == 0, "the same copy twice changes nothing"
    assert all(row.messages >= EACH for row in await db.call(conversations.summaries))
    assert len(await db.call(search.search, "because")) > 0


async def test_a_backup_of_an_older_version_is_restored(db: Database, place: Profile) -> None:
    copy = place.backups / "chatgui-2025-01-01.db"
    connection = sqlite3.connect(copy)
    for statement in rescue.schema.statements((Path(__file__).parent / "versions" / "0001.sql").read_text("utf-8")):
        connection.execute(statement)
    connection.commit()
    connection.close()
    before = copy.read_bytes()
    report = await db.restore(copy)
    assert (report.conversations, report.messages) == (1, 2)
    assert copy.read_bytes() == before


async def test_what_is_no_backup_is_refused(db: Database, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database " * 500)
    with pytest.raises((StoreError, sqlite3.DatabaseError)):
        await db.restore(tmp_path / "notes.db")
