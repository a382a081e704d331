"""Conversations go in and come back the same; nothing but `purge` takes anything away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chatgui.core.errors import Kind, UsageError
from chatgui.core.message import Text
from chatgui.core.usage import Source, Usage
from chatgui.store import attachments, conversations
from chatgui.store.database import Database
from tests.store.samples import EVERYTHING, NOON, answer, conversation, user


async def test_a_message_of_every_kind_comes_back_equal(db: Database) -> None:
    talk = conversation(system="Be brief.", params={"temperature": 0.1}, draft="half a", assistant="pirate")
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, EVERYTHING)
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.messages[EVERYTHING.id] == EVERYTHING
    assert loaded.messages[EVERYTHING.id].usage.raw == EVERYTHING.usage.raw
    assert (loaded.system, loaded.params, loaded.draft) == (talk.system, talk.params, talk.draft)
    assert loaded.tip == EVERYTHING.id, "without a chosen branch, the newest shows"


async def test_the_tree_and_its_order_come_back(db: Database) -> None:
    talk = conversation()
    question = user("Which?")
    first = answer("This.", question.id)
    second = replace(answer("That.", question.id), created=NOON + timedelta(minutes=1))
    talk.extend([question, first, second])
    talk.tip = first.id
    await db.write(conversations.create, talk)
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.siblings(first.id) == [first.id, second.id]
    assert [message.id for message in loaded.branch()] == [question.id, first.id]
    row = await db.call(conversations.summary, talk.id)
    assert row is not None
    assert (row.messages, row.account, row.state) == (3, "Demo", "idle")


async def test_what_messages_have_in_common_is_held_once(db: Database) -> None:
    talk, count = conversation(), Usage(prompt_tokens=3, source=Source.REPORTED)
    first = replace(answer("This."), usage=count)
    second = replace(answer("That.", first.id), usage=count)
    odd = replace(answer("Other.", second.id), usage=replace(count, raw={"prompt_tokens": 3}))
    talk.extend([first, second, odd])
    await db.write(conversations.create, talk)
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    one, other, third = (loaded.messages[message.id] for message in (first, second, odd))
    assert (one, other, third) == (first, second, odd)
    assert one.usage is other.usage
    assert other.parent is one.id
    assert (one.usage.raw, third.usage.raw) == (None, {"prompt_tokens": 3})


async def test_what_cannot_be_stored_is_shown_as_such_and_never_refused(db: Database) -> None:
    talk = conversation("lone \ud83d and \0")
    message = user("a\0b \ud800", params={"stop": ["\udfff"]})
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, message)
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.title == "lone � and ␀"
    assert loaded.messages[message.id].text == "a␀b �"


async def test_fields_change_and_the_order_of_newness_stays(db: Database) -> None:
    old, new = conversation("Old"), conversation("New", tip=None)
    new.updated += timedelta(hours=1)
    for one in (old, new):
        await db.write(conversations.create, one)

    def change(connection):  # type: ignore[no-untyped-def]
        conversations.set_fields(
            connection, old.id, title="Renamed", pinned=True, folder="Work", tags=("a", "b"), unread=True
        )

    await db.write(change)
    rows = await db.call(conversations.summaries)
    assert [row.title for row in rows] == ["New", "Renamed"]
    assert (rows[1].pinned, rows[1].folder, rows[1].tags, rows[1].unread) == (True, "Work", ("a", "b"), True)


async def test_the_trash(db: Database) -> None:
    talk = conversation()
    await db.write(conversations.create, talk)
    await db.write(lambda connection: conversations.set_fields(connection, talk.id, deleted=NOON))
    assert await db.call(conversations.summaries) == []
    (row,) = await db.call(conversations.summaries, True)
    assert row.deleted == NOON
    await db.write(lambda connection: conversations.set_fields(connection, talk.id, deleted=None))
    assert len(await db.call(conversations.summaries)) == 1


async def test_hidden_messages_come_back_in_their_place(db: Database) -> None:
    talk = conversation()
    question = user("Which?")
    first = answer("This.", question.id)
    second = replace(answer("That.", question.id), created=NOON + timedelta(minutes=1))
    talk.extend([question, first, second])
    await db.write(conversations.create, talk)
    await db.write(conversations.hide_messages, [first.id], NOON)
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert list(loaded.messages) == [question.id, second.id]
    row = await db.call(conversations.summary, talk.id)
    assert row is not None
    assert row.messages == 2
    await db.write(conversations.unhide_messages, [first.id])
    again = await db.call(conversations.load, talk.id)
    assert again is not None
    assert list(again.messages) == [question.id, first.id, second.id]


async def test_edited_words_replace_the_old_ones(db: Database) -> None:
    talk, message = conversation(), user("tpyo")
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, message)
    edited = user("typo", edited=True)
    await db.write(conversations.replace_message, talk.id, replace(edited, id=message.id))
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.messages[message.id].parts == (Text("typo"),)
    assert loaded.messages[message.id].edited


async def test_a_flipped_letter_is_noticed(db: Database) -> None:
    talk, message = conversation(), user("one hundred")
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, message)
    await db.write(lambda connection: connection.execute("UPDATE parts SET text = 'one hundreD'"))
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    failure = loaded.messages[message.id].failure
    assert failure is not None
    assert failure.kind is Kind.STORE
    assert loaded.messages[message.id].text == "one hundreD"


async def test_bad_utf8_in_one_row_leaves_the_rest_readable(db: Database) -> None:
    talk, bad, good = conversation(), user("bad"), user("good")
    await db.write(conversations.create, talk)
    for one in (bad, good):
        await db.write(conversations.insert_message, talk.id, one)
    await db.write(
        lambda connection: connection.execute("UPDATE parts SET text = CAST(x'62ff64' AS TEXT) WHERE text = 'bad'")
    )
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert loaded.messages[bad.id].text == "b�d"
    assert loaded.messages[bad.id].failure is not None
    assert loaded.messages[good.id] == good


async def test_delete_for_ever_leaves_no_trace_in_any_file(db: Database) -> None:
    secret = "Zwiebelmusterporzellan"
    talk, message = conversation(secret), user(secret * 200)
    file = await db.write(attachments.save, secret.encode() * 500, "text/plain", secret)
    drafted = await db.write(attachments.save, b"not sent yet", "text/plain", "a.txt")
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, replace(message, parts=(*message.parts, file)))
    await db.write(conversations.purge, [talk.id], durable=True)
    await db.forget()
    assert await db.call(conversations.load, talk.id) is None
    assert await db.call(attachments.load, [drafted.sha256]) != {}, "what stands in a composer is not swept away"
    assert [path for path in files(db.path.parent) if secret.encode() in path.read_bytes()] == []


def files(folder: Path) -> list[Path]:
    """All files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_attachments_are_kept_once(db: Database) -> None:
    def save(connection):  # type: ignore[no-untyped-def]
        return attachments.save(connection, b"abc", "text/plain", "a.txt")

    one, two = await db.write(save), await db.write(save)
    assert one == two
    assert await db.call(attachments.load, [one.sha256, "0" * 64]) == {one.sha256: b"abc"}


async def test_a_conversation_that_is_not_there(db: Database) -> None:
    assert await db.call(conversations.load, "nope") is None
    assert await db.call(conversations.summary, "nope") is None
    with pytest.raises(UsageError, match="no longer there"):
        await db.write(conversations.insert_message, "nope", user("x"))
