"""Small and read-only disks, for real: a tmpfs of a few megabytes. Skipped where mounting is not allowed."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatgui.core.errors import StoreError, StoreState
from chatgui.core.message import State, Text
from chatgui.store import backup, conversations
from chatgui.store.arriving import arriving
from chatgui.store.ballast import SIZE
from chatgui.store.database import Database
from chatgui.store.merging import Merged, merge
from chatgui.store.profile import Profile
from tests.store.samples import conversation, running, user
from tests.store.test_arriving import wait_for

MB = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 96 MB of its own."""
    path = tmp_path / "disk"
    path.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", path], capture_output=True, check=False
    ).returncode:
        pytest.skip("may not mount a tmpfs here")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


def leave(disk: Path, free: int) -> None:
    """Fill the disk up to so many bytes."""
    filler = disk / "filler"
    filler.unlink(missing_ok=True)
    with filler.open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(disk).free - free)))


def remount(disk: Path, how: str) -> None:
    """Make the disk read-only (`ro`) or not (`rw`)."""
    subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)


async def test_a_disk_that_fills_while_an_answer_streams(disk: Path) -> None:
    database = Database(Profile(disk / "profile").database)
    await database.open()
    await database.call(lambda connection: None)
    told: list[StoreError | None] = []
    database.trouble.subscribe(told.append)
    talk, question = conversation(), user("Why?")
    reply = running(question.id)
    await database.write(conversations.create, talk)
    await database.write(conversations.insert_message, talk.id, question, durable=True)
    await database.write(conversations.begin_reply, talk.id, reply, durable=True)
    assert (disk / "profile" / "ballast").stat().st_size == SIZE
    leave(disk, 64 << 10)
    kept, seq = "", 0
    with pytest.raises(StoreError) as caught:
        while True:
            await database.write(conversations.append_chunks, reply.id, seq, [("text", "more " * 4000)])
            kept, seq = kept + "more " * 4000, seq + 1
    assert caught.value.state is StoreState.DISK_FULL
    assert "full" in caught.value.message
    assert len(kept) > SIZE // 2, "the reserve was used for the text"
    assert [one and one.state for one in told] == [StoreState.DISK_FULL], "told once, when the reserve was taken"
    loaded = await database.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.messages[reply.id].text == kept, "all that was taken is there, and can be read on the full disk"

    leave(disk, 30 * MB)
    final = replace(reply, parts=(Text(kept + "the end"),), state=State.FINISHED)
    await database.write(conversations.finish_reply, talk.id, final, durable=True)
    await database.close()
    again = Database(disk / "profile" / "chatgui.db")
    await again.open()
    assert again.rescued is None
    loaded = await again.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.messages[reply.id].text == kept + "the end"
    await again.close()


async def test_a_full_disk_at_the_start(disk: Path) -> None:
    place = Profile(disk / "profile")
    database = Database(place.database)
    await database.open()
    await database.write(conversations.create, conversation("kept"))
    await database.close()
    (place.path / "ballast").unlink()
    leave(disk, 0)
    database = Database(place.database)
    try:
        await database.open()
        assert [row.title for row in await database.call(conversations.summaries)] == ["kept"]
        with pytest.raises(StoreError) as caught:
            for _ in range(100):
                await database.write(conversations.create, conversation("x" * 10_000))
        assert caught.value.state in {StoreState.DISK_FULL, StoreState.READ_ONLY}
    finally:
        await database.close()
    (disk / "filler").unlink()
    database = Database(place.database)
    await database.open()
    await database.write(conversations.create, conversation("goes on"))
    await database.close()


async def test_a_disk_that_becomes_read_only(disk: Path) -> None:
    place = Profile(disk / "profile")
    database = Database(place.database)
    await database.open()
    await database.write(conversations.create, conversation("kept"))
    await database.close()
    remount(disk, "ro")
    try:
        database = Database(place.database)
        await database.open()
        assert database.refuses is not None
        assert database.refuses.state is StoreState.READ_ONLY
        assert [row.title for row in await database.call(conversations.summaries)] == ["kept"]
        with pytest.raises(StoreError):
            await database.write(conversations.create, conversation())
        await database.close()
    finally:
        remount(disk, "rw")
    database = Database(place.database)
    await database.open()
    assert database.refuses is None
    await database.write(conversations.create, conversation("goes on"))
    await database.close()


async def test_a_sound_database_on_a_read_only_disk_is_called_sound(disk: Path) -> None:
    place = Profile(disk / "profile")
    database = Database(place.database)
    await database.open()
    await database.write(conversations.create, conversation("sound"))
    await database.close()
    remount(disk, "ro")
    try:
        assert backup.check(place.database) == ""
    finally:
        remount(disk, "rw")


async def test_what_only_the_log_holds_is_seen_on_a_read_only_disk(disk: Path) -> None:
    place, there = Profile(disk / "profile"), disk / "copy"
    database = Database(place.database)
    await database.open()
    await database.write(conversations.create, conversation("only in the log"))
    there.mkdir()
    for path in place.path.glob("chatgui.db*"):  # as a crash leaves it
        shutil.copyfile(path, there / path.name)
    (there / "chatgui.db-shm").unlink()
    await database.close()
    remount(disk, "ro")
    try:
        database = Database(there / "chatgui.db")
        await database.open()
        assert [row.title for row in await database.call(conversations.summaries)] == ["only in the log"]
        await database.close()
    finally:
        remount(disk, "rw")


async def test_a_backup_leaves_room(disk: Path) -> None:
    place = Profile(disk / "profile")
    database = Database(place.database)
    await database.open()
    talk = conversation()
    await database.write(conversations.create, talk)
    await database.write(conversations.insert_message, talk.id, user("x" * (8 * MB)))
    leave(disk, 9 * MB)
    with pytest.raises(StoreError) as caught:
        await database.back_up(7)
    assert caught.value.state is StoreState.DISK_FULL
    assert backup.backups(place.backups) == []
    assert list(place.backups.iterdir()) == []
    leave(disk, 40 * MB)
    assert await database.back_up(7) is not None
    await database.close()


async def test_a_disk_that_fills_while_an_import_comes(disk: Path) -> None:
    """What was there is all there is, a running answer is kept from the reserve, and of the import nothing is left."""
    database = Database(Profile(disk / "profile").database)
    await database.open()
    talk, question = conversation(), user("Why?")
    reply = running(question.id)
    await database.write(conversations.create, talk)
    await database.write(conversations.insert_message, talk.id, question, durable=True)
    await database.write(conversations.begin_reply, talk.id, reply, durable=True)
    leave(disk, 2 * MB)

    def too_much(connection: sqlite3.Connection) -> Iterator[None]:
        for number in range(1000):
            big = conversation(f"Big {number}")
            big.add(user("much " * 5000))
            yield from merge(connection, Merged(), big, {}, {})

    with pytest.raises(StoreError) as caught:
        async with arriving(database) as arrival:
            await arrival.take(too_much)
    assert caught.value.state is StoreState.DISK_FULL
    assert "Nothing was changed" in caught.value.advice
    assert [one.id for one in await database.call(conversations.summaries)] == [talk.id]
    await database.write(conversations.append_chunks, reply.id, 0, [("text", "Because.")])
    left = "SELECT (SELECT count(*) FROM conversations), (SELECT count(*) FROM arrival)"
    leave(disk, 30 * MB)
    await asyncio.to_thread(wait_for, database.path, lambda connection: connection.execute(left).fetchone() == (1, 0))
    loaded = await database.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.messages[reply.id].text == "Because."
    await database.close()
