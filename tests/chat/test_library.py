"""The library's verbs: searching as people type it, tags, and many conversations changed in one step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chatgui.chat.library import SEARCH_BESIDE_STREAM_S, SEARCH_S, Library
from chatgui.core.change import LibraryChanged
from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Role, Text
from chatgui.exchange.codec import entry_from_json, entry_to_json
from chatgui.store import conversations, search

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)


async def talk(session: Any, title: str, *said: str) -> str:
    """A conversation, the user and a model taking turns."""
    made = Conversation(title, title, NOON, NOON, model="big")
    for number, text in enumerate(said):
        role = (Role.USER, Role.ASSISTANT)[number % 2]
        made.add(Message(f"{title}{number}", role, (Text(text),), NOON, f"{title}{number - 1}" if number else None))
    await session._db.write(conversations.create, made)
    return title


async def test_what_is_typed_is_words_and_conditions(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        one, two = await talk(session, "Tides", "the moon", "```moon```"), await talk(session, "Moons", "moon moon")
        library = session.library
        await library.tag([one], "sea", True)
        for typed, hits, titles in [
            ("moon", {"Tides0", "Tides1", "Moons0"}, {two}),
            ("role:assistant moon", {"Tides1"}, set()),
            ("has:code moon", {"Tides1"}, set()),
            ("tag:sea moon", {"Tides0", "Tides1"}, set()),
            ("tag:sea", set(), {one}),
            ("on:2026-05 tid", set(), {one}),
            ("after:2026-06 moon", set(), set()),
            ("match:words moo", set(), set()),
            ("", set(), {one, two}),
        ]:
            found = await library.search(typed, titles=False)
            if typed != "tag:sea":
                assert {hit.message for hit in found} == hits, typed
            assert {row.id for row in await library.summaries(typed)} == titles, typed


async def test_a_search_is_shortened_only_where_it_shares_the_thread_with_a_running_answer(
    opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    budgets: list[float] = []
    monkeypatch.setattr(search, "search", lambda *_, budget_s, **__: budgets.append(budget_s) or [])
    async with opened() as session:
        streaming = Library(session._db, session.changed, session.undo_stack, lambda *_: None, lambda: True)
        await streaming.search("x")
        monkeypatch.setattr(type(session._db), "apart", False)
        await streaming.search("x")
        await session.library.search("x")
    assert budgets == [SEARCH_S, SEARCH_BESIDE_STREAM_S, SEARCH_S]


async def test_a_tag_is_given_and_taken_without_touching_the_others(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        one, two = await talk(session, "One"), await talk(session, "Two")
        library = session.library

        async def tags() -> list[tuple[str, ...]]:
            return [(await library.summary(name)).tags for name in (one, two)]

        await library.tag([one], "a", True)
        await library.tag([one, two], "b", True)
        assert await tags() == [("a", "b"), ("b",)]
        await library.tag([one, two], "a", False)
        assert await tags() == [("b",), ("b",)]
        assert await library.undo() == "Tag taken off"
        assert await tags() == [("a", "b"), ("b",)]
        await library.undo()
        await library.undo()
        assert await tags() == [(), ()]
        while await library.redo():
            pass
        assert await tags() == [("b",), ("b",)]


async def test_tags_survive_the_lossless_export(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        one = await talk(session, "One", "hello")
        for tag in ("work", "日本", "R&D, and more"):
            await session.library.tag([one], tag, True)
        told = entry_to_json(await session.archive.entry(one))
        await session.library.purge([one])
        entry, skipped = entry_from_json(told)
        assert skipped == []
        await session.archive.merge([entry])
        assert (await session.library.summary(one)).tags == ("work", "日本", "R&D, and more")


async def test_many_are_moved_in_one_step_and_told_one_by_one(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        ids = [await talk(session, f"Talk {number}") for number in range(30)]
        told: list[Any] = []
        session.changed.subscribe(told.append)
        await session.library.move(ids, "Trips")
        assert told == [LibraryChanged(one) for one in ids]
        assert {row.folder for row in await session.library.rows(ids)} == {"Trips"}
        await session.library.undo()
        assert {row.folder for row in await session.library.rows(ids)} == {""}
