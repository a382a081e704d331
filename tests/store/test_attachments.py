"""A file is kept once, for as long as any message or draft names it, and no longer."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

from chatgui.core.conversation import Unsent
from chatgui.core.message import Attachment, Text
from chatgui.store import attachments, conversations
from chatgui.store.database import Database
from chatgui.store.salvage import Report, salvage
from chatgui.store.times import from_ms, now_ms
from tests.store.samples import conversation, user


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM attachments").fetchone()[0])


def keep(connection: sqlite3.Connection, content: bytes = b"\x89PNG") -> Attachment:
    return attachments.save(connection, content, "image/png", "a.png")


async def test_the_same_bytes_are_kept_once(db: Database) -> None:
    one, other = await db.write(keep), await db.write(keep)
    assert one == other
    assert await db.call(count) == 1
    assert await db.call(attachments.load, [one.sha256, "0" * 64]) == {one.sha256: b"\x89PNG"}


async def test_a_draft_keeps_its_files_in_order(db: Database) -> None:
    first, second = await db.write(keep, b"1"), await db.write(keep, b"2")
    first = replace(first, width=30, height=20)
    talk = conversation(draft="half a", draft_attachments=(second, first))
    await db.write(conversations.create, talk)
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.unsent == talk.unsent
    await db.write(lambda c: conversations.keep_unsent(c, talk.id, Unsent("", (first,)), {}))
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.draft_attachments == (first,)


async def test_a_file_goes_with_the_last_conversation_that_names_it(db: Database) -> None:
    part = await db.write(keep)
    said, drafted = conversation(), conversation(draft_attachments=(part,))
    said.add(user("Look"))
    message = replace(user("Look"), parts=(part, Text("Look")))
    said.add(message)
    await db.write(conversations.create, said)
    await db.write(conversations.create, drafted)
    await db.write(conversations.purge, [said.id])
    assert await db.call(count) == 1, "a draft still names it"
    await db.write(conversations.purge, [drafted.id])
    assert await db.call(count) == 0


async def test_the_bytes_of_a_purged_file_leave_every_file(db: Database) -> None:
    secret = b"canary-of-bytes " * 20_000
    part = await db.write(lambda connection: attachments.save(connection, secret, "text/plain", "a.txt"))
    talk = conversation(draft_attachments=(part,))
    await db.write(conversations.create, talk, durable=True)
    assert any(secret[:160] in path.read_bytes() for path in db.path.parent.glob("chatgui.db*")), "the check can fail"
    await db.write(conversations.purge, [talk.id], durable=True)
    await db.forget()
    assert not any(b"canary-of-bytes" in path.read_bytes() for path in db.path.parent.glob("chatgui.db*"))


async def test_a_file_nothing_names_is_forgotten_after_a_while(db: Database) -> None:
    named, loose = await db.write(keep, b"named"), await db.write(keep, b"loose")
    await db.write(conversations.create, conversation(draft_attachments=(named,)))
    now = from_ms(now_ms())
    assert await db.write(attachments.forget_unused, now - timedelta(days=1)) == 0
    assert await db.write(attachments.forget_unused, now + timedelta(seconds=1)) == 1
    assert set(await db.call(attachments.load, [named.sha256, loose.sha256])) == {named.sha256}


async def test_taking_a_file_again_keeps_it_longer(db: Database) -> None:
    part = await db.write(keep)
    await db.write(lambda c: c.execute("UPDATE attachments SET created = 1"))
    await db.write(keep)
    assert await db.write(attachments.forget_unused, from_ms(1000)) == 0
    assert part.sha256 in await db.call(attachments.load, [part.sha256])


async def test_a_damaged_row_of_a_draft_is_left_out(db: Database) -> None:
    part = await db.write(keep)
    talk = conversation(draft_attachments=(part,))
    await db.write(conversations.create, talk)
    await db.write(lambda c: c.execute("INSERT INTO draft_attachments SELECT seq, 9, 'x', '{', '' FROM conversations"))
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.draft_attachments == (part,)


async def test_a_backup_brings_the_files_of_drafts_back(db: Database) -> None:
    part = await db.write(keep)
    talk = conversation(draft="half a", draft_attachments=(part,))
    await db.write(conversations.create, talk)

    copy = sqlite3.connect(":memory:", check_same_thread=False)
    await db.call(lambda connection: connection.backup(copy))
    await db.write(conversations.purge, [talk.id])
    await db.write(lambda connection: list(salvage(copy, connection, Report())))
    copy.close()
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.draft_attachments == (part,)
    assert await db.call(count) == 1
