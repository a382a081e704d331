"""Search: every script, pieces and whole words, filters, marks, and an index that is never in the way."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chatgui.core.conversation import Hit
from chatgui.core.message import Reasoning, State, Text
from chatgui.store import conversations, search, search_index
from chatgui.store.database import Database
from tests.store.samples import NOON, answer, conversation, running, user

TEXTS = {
    "german": "Die Größe der Äpfel ist naïve Übung, STRASSE und Straße.",
    "japanese": "東京都に住んでいます。データベース",
    "decomposed": "cafe\u0301 cre\u0300me",
    "korean": "한국어를 공부합니다",
    "thai": "ภาษาไทยไม่มีช่องว่าง",
    "code": "Run this:\n```python\nmy_long_name = open_file(path)\nC++ and a->b\n```",
    "plain": "The quick brown fox said hello\n   world, then jumped over 3.14 lazy dogs 🦊",
    "arabic": "السَّلَامُ عَلَيْكُمْ",
}


@pytest.fixture(params=[True, False], ids=["indexed", "queued"])
def indexed(request: pytest.FixtureRequest) -> bool:
    """Everything holds before the index was made as well as after."""
    return bool(request.param)


async def library(db: Database, indexed: bool) -> dict[str, str]:
    """One conversation a text; message id -> name of the text."""
    names = {}
    for name, text in TEXTS.items():
        talk, message = conversation(f"About {name}"), user(text)
        await db.write(conversations.create, talk)
        await db.write(conversations.insert_message, talk.id, message)
        names[message.id] = name
    if indexed:
        assert not await db.write(search_index.work, 10.0)
    return names


async def find(db: Database, query: str, **filters: Any) -> list[Hit]:
    """Hits in messages."""
    hits: list[Hit] = await db.call(lambda connection: search.search(connection, query, **filters))
    return [hit for hit in hits if hit.message]


FINDS = [
    ("grosse", "german"), ("GRÖSSE", "german"), ("apfel", "german"), ("naive", "german"), ("strasse", "german"),
    ("rasse", "german"), ("öß", "german"),
    ("東京", "japanese"), ("住", "japanese"), ("データ", "japanese"), ("テータ", ""), ("京東", ""), ("ベース", "japanese"),
    ("café", "decomposed"), ("cafe crème", "decomposed"),
    ("한국", "korean"), ("공부", "korean"), ("ไทย", "thai"),
    ("long_name", "code"), ("open_file(path)", "code"), ("C++", "code"), ("->", "code"), ("ong_na", "code"),
    ("hello world", "plain"), ('"hello world"', "plain"), ("“hello world”", "plain"), ('"hello then"', ""),
    ("rown", "plain"), ("3.14", "plain"), ("🦊", "plain"), ("lazy quick", "plain"), ("lazy slow", ""), ("x", "plain"),
    ("سلام", "arabic"), ("nowhere", ""), ("%", ""), ("_", "code"), ('"', ""), ("   ", ""),
]  # fmt: skip


async def test_each_query_finds_its_text_and_no_other(db: Database, indexed: bool) -> None:
    names = await library(db, indexed)
    for query, found in FINDS:
        got = {names[hit.message] for hit in await find(db, query)}
        assert got == ({found} if found else set()), query


async def test_whole_words(db: Database, indexed: bool) -> None:
    await library(db, indexed)
    assert await find(db, "row") != []
    assert await find(db, "row", whole_words=True) == []
    assert len(await find(db, "brown", whole_words=True)) == 1


async def test_marks_stand_on_the_words_in_the_text_as_it_was_written(db: Database, indexed: bool) -> None:
    await library(db, indexed)
    for query, marked in [("strasse", ["STRASSE", "Straße"]), ("cafe", ["café"]), ("hello world", ["hello", "world"])]:
        (hit,) = await find(db, query)
        assert [hit.snippet[start:end] for start, end in hit.marks] == marked


async def test_marks_deep_in_a_long_text(db: Database) -> None:
    talk = conversation()
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, user("ß ﬁ é " * 5000 + "the Nädel here " + "ß ﬁ é " * 5000))
    (hit,) = await find(db, "nadel")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["Nädel"]
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) < 300


async def test_thoughts_are_found_as_well_as_answers(db: Database, indexed: bool) -> None:
    talk = conversation()
    message = replace(answer(""), parts=(Reasoning("pondering deeply"), Text("done")))
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, message)
    if indexed:
        await db.write(search_index.work, 10.0)
    assert [hit.message for hit in await find(db, "ponder")] == [message.id]


async def test_filters(db: Database, indexed: bool) -> None:
    old, new = conversation("Old", model="m"), conversation("New")
    for talk, message in [
        (old, user("needle one")),
        (old, replace(answer("needle two", account="Work"), model="big")),
        (new, replace(user("needle ```x```"), created=NOON + timedelta(days=2))),
    ]:
        await db.write(conversations.create, talk)
        await db.write(conversations.insert_message, talk.id, message)
    await db.write(lambda connection: conversations.set_fields(connection, old.id, folder="F", tags=["a", "wörk"]))
    if indexed:
        await db.write(search_index.work, 10.0)
    for filters, count in [
        ({}, 3), ({"role": "user"}, 2), ({"model": "big"}, 1), ({"account": "Work"}, 1), ({"folder": "F"}, 2),
        ({"folder": ""}, 1), ({"folder": "f"}, 2), ({"tag": "wörk"}, 2), ({"tag": "wör"}, 0), ({"tag": "x", "folder": "F"}, 0),
        ({"model": "BI"}, 1), ({"account": "work"}, 1), ({"since": NOON + timedelta(days=1)}, 1), ({"until": NOON + timedelta(days=1)}, 2),
        ({"has_code": True}, 1), ({"limit": 2}, 2),
    ]:  # fmt: skip
        assert len(await find(db, "needle", **filters)) == count, filters


async def test_conditions_alone_find_all_that_fulfils_them(db: Database, indexed: bool) -> None:
    names = await library(db, indexed)
    assert {names[hit.message] for hit in await find(db, "", has_code=True)} == {"code"}
    assert len(await find(db, "", role="user")) == len(TEXTS)
    assert await find(db, "", role="tool") == []
    assert await find(db, "") == []


async def test_a_place_with_many_messages_is_searched_through_the_index(
    db: Database, indexed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_SCAN", 1)
    names = await library(db, indexed)
    for hit in await find(db, "", role="user"):
        await db.write(lambda connection, one=hit: conversations.set_fields(connection, one.conversation, folder="F"))
    assert {names[hit.message] for hit in await find(db, "strasse", folder="F")} == {"german"}
    assert await find(db, "strasse", folder="G") == []


async def test_conversations_are_found_by_title_and_place(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = [conversation(f"Über {number % 3}", model="big") for number in range(9)]
    for talk in talks:
        await db.write(conversations.create, talk)
    await db.write(lambda connection: conversations.set_fields(connection, talks[4].id, folder="F", tags=["x"]))
    for few in (1000, 2):  # found by the titles' index, or by going through the newest
        monkeypatch.setattr(search, "_FEW_TITLES", few)
        for terms, fields, count in [
            ("uber", {}, 9), ("über 1", {}, 3), ("1", {"folder": "f"}, 1), ("", {"tag": "X"}, 1),
            ("2", {"folder": "F"}, 0), ("uber", {"limit": 4}, 4), ("", {"model": "bi", "folder": ""}, 8),
            ("", {"since": NOON + timedelta(days=1)}, 0), ("", {"until": NOON + timedelta(days=1)}, 9),
            ("ube", {"whole_words": True}, 0), ("uber", {"whole_words": True, "limit": 2}, 2),
        ]:  # fmt: skip
            found = await db.call(search.titled, terms, **fields)
            assert len(found) == count, (terms, fields)
            assert [one.updated for one in found] == sorted((one.updated for one in found), reverse=True)


async def test_newest_first_and_the_trash_is_left_out(db: Database, indexed: bool) -> None:
    talks = [conversation(str(number)) for number in range(3)]
    for talk in talks:
        await db.write(conversations.create, talk)
        await db.write(conversations.insert_message, talk.id, user("needle"))
    if indexed:
        await db.write(search_index.work, 10.0)
    assert [hit.title for hit in await find(db, "needle")] == ["2", "1", "0"]
    await db.write(lambda connection: conversations.set_fields(connection, talks[1].id, deleted=NOON))
    assert [hit.title for hit in await find(db, "needle")] == ["2", "0"]


async def test_titles_are_found(db: Database) -> None:
    await db.write(conversations.create, conversation("Où est la bibliothèque?"))
    (hit,) = await db.call(search.search, "biblioth ou")
    assert hit.message == ""
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["Où", "biblioth"]
    talk = conversation("100%")
    await db.write(conversations.create, talk)
    assert [hit.title for hit in await db.call(search.search, "0%")] == ["100%"]
    await db.write(lambda connection: conversations.set_fields(connection, talk.id, title="Half"))
    assert await db.call(search.search, "0%") == []


async def test_edited_words_are_found_and_the_old_ones_not(db: Database, indexed: bool) -> None:
    talk, message = conversation(), user("before")
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, message)
    if indexed:
        await db.write(search_index.work, 10.0)
    await db.write(conversations.replace_message, talk.id, replace(message, parts=(Text("after"),)))
    for _ in range(2):
        assert await find(db, "before") == []
        assert len(await find(db, "after")) == 1
        await db.write(search_index.work, 10.0)


async def test_a_running_answer_is_indexed_once_it_is_whole(db: Database) -> None:
    talk, reply = conversation(), running()
    await db.write(conversations.create, talk)
    await db.write(conversations.begin_reply, talk.id, reply)
    await db.write(search_index.work, 10.0)
    final = replace(reply, state=State.FINISHED, parts=(Text("needle"),))
    await db.write(conversations.finish_reply, talk.id, final)
    assert len(await find(db, "needle")) == 1
    await db.write(search_index.work, 10.0)
    assert len(await find(db, "needle")) == 1


async def test_purged_words_leave_every_file(db: Database) -> None:
    talk, keep = conversation(), conversation()
    for one, text in [(talk, "zwiebelmusterporzellan and more"), (keep, "porcelain and more")]:
        await db.write(conversations.create, one)
        await db.write(conversations.insert_message, one.id, user(text))
    await db.write(search_index.work, 10.0)
    await db.write(conversations.purge, [talk.id], durable=True)
    await db.forget()
    for path in db.path.parent.iterdir():
        assert path.is_dir() or b"zwiebelmuster" not in path.read_bytes()
    assert len(await find(db, "more")) == 1


async def test_purged_words_leave_the_log_when_the_last_reader_has(db: Database) -> None:
    talk = conversation()
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, user("zwiebelmusterporzellan"))
    await db.write(search_index.work, 10.0)
    reader = sqlite3.connect(db.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM messages").fetchone()
    await db.write(conversations.purge, [talk.id], durable=True)
    assert not await db.forget()
    await db.write(conversations.create, conversation("not delayed"))
    reader.close()
    while db._forgetting:
        await db.call(lambda _: db._index())
    for path in db.path.parent.glob("chatgui.db*"):
        assert b"zwiebelmuster" not in path.read_bytes()


async def test_what_a_killed_program_had_purged_leaves_the_file_at_the_next_start(db: Database) -> None:
    await db.write(lambda one: one.execute("INSERT INTO search_state VALUES ('compact', '')"))
    await db.call(lambda _: db._index())
    assert not await db.call(search_index.is_compacting)


async def test_a_deleted_message_leaves_every_file_and_the_others_stay(db: Database) -> None:
    talk, gone, stays = conversation(), user("zwiebelmusterporzellan"), user("porcelain")
    await db.write(conversations.create, talk)
    for message in (gone, stays):
        await db.write(conversations.insert_message, talk.id, message)
    await db.write(search_index.work, 10.0)
    await db.write(conversations.hide_messages, [gone.id], NOON)
    await db.write(conversations.purge_hidden, await db.look(conversations.hidden), durable=True)
    assert await db.forget()
    for path in db.path.parent.glob("chatgui.db*"):
        assert b"zwiebelmuster" not in path.read_bytes()
    assert len(await find(db, "porcelain")) == 1


async def test_a_message_that_came_back_is_not_purged(db: Database) -> None:
    talk, message = conversation(), user("here")
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, message)
    await db.write(conversations.hide_messages, [message.id], NOON)
    hidden = await db.call(conversations.hidden)
    await db.write(conversations.unhide_messages, [message.id])
    await db.write(conversations.purge_hidden, hidden)
    loaded = await db.call(conversations.load, talk.id)
    assert loaded is not None
    assert list(loaded.messages) == [message.id]


async def test_an_index_made_by_another_folding_is_made_anew(db: Database) -> None:
    names = await library(db, True)
    await db.write(lambda connection: connection.execute("UPDATE search_state SET value = '0' WHERE name = 'folding'"))
    await db.write(
        lambda connection: connection.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    )
    assert not await db.write(search_index.work, 10.0)
    assert {names[hit.message] for hit in await find(db, "strasse")} == {"german"}


async def test_the_idle_database_indexes_by_itself(db: Database) -> None:
    talk = conversation()
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, user("needle"))
    await db.call(lambda _: None)  # the thread waits for work, and looks after the search when none comes
    while await db.call(lambda connection: connection.execute("SELECT count(*) FROM search_queue").fetchone()) != (0,):
        db._index()


@pytest.mark.parametrize("number", range(3))
async def test_the_index_agrees_with_its_words(db: Database, number: int) -> None:
    names = await library(db, True)
    await db.write(conversations.hide_messages, list(names)[: number + 1], NOON)
    hidden = await db.call(conversations.hidden)
    assert len(hidden) == number + 1
    await db.write(conversations.purge_hidden, hidden)
    for index in ("search_index", "search_pieces"):
        check = f"INSERT INTO {index} ({index}) VALUES ('integrity-check')"
        await db.write(lambda connection, check=check: connection.execute(check))
    assert len(await db.call(conversations.summaries)) == len(TEXTS)


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"model": "tin"}, 2), ({"model": "none"}, 0), ({"account": "home"}, 2), ({"account": "nobody"}, 0),
     ({"account": "WORK", "model": "tiny"}, 1), ({"account": "work", "role": "user"}, 0), ({"model": "i"}, 50)],
)  # fmt: skip
async def test_what_few_have_answered_is_found_without_going_through_all(
    db: Database, asked: dict[str, Any], found: int
) -> None:
    talk = conversation("Long")
    for number in range(6_000):
        model, account = {7: ("tiny", "Work"), 9: ("tiny", "Home"), 11: ("other", "home")}.get(number, ("big", "Work"))
        talk.add(replace(answer(f"Needle {number}", account=account), model=model))
    await db.write(conversations.create, talk)
    while await db.write(search_index.work, 10.0):
        pass
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    def ask(connection: sqlite3.Connection) -> list[Hit]:
        connection.set_progress_handler(count, 1000)
        try:
            return search.search(connection, "", **asked)
        finally:
            connection.set_progress_handler(None, 0)

    hits = await db.call(ask)
    assert len(hits) == found
    assert [int(hit.snippet.split()[1]) for hit in hits] == sorted(
        (int(hit.snippet.split()[1]) for hit in hits), reverse=True
    )
    if asked.get("role") is None:
        assert steps < 20
