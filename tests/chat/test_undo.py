"""Nothing is destructive: any sequence of changes, taken back, gives the identical library; done again, the other end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatgui.chat.session import Session, open_session
from chatgui.core.conversation import Conversation, Summary
from chatgui.core.ids import new_id
from chatgui.core.message import Message, Role, Text
from chatgui.store import conversations

START = datetime(2026, 1, 1, tzinfo=UTC)
VERBS = ("edit", "delete message", "rename", "pin", "archive", "move", "tag", "delete")


def grown(parents: list[int]) -> Conversation:
    """A conversation whose messages reply to one another as `parents` says."""
    conversation = Conversation(new_id(), "Title", START, START)
    ids: list[str] = []
    for number, parent in enumerate(parents):
        ids.append(new_id())
        above = ids[parent % number] if number else None
        when = START + timedelta(seconds=number)
        conversation.add(Message(ids[-1], Role.USER, (Text(f"words {number}"),), when, above))
    conversation.tip = ids[-1]
    return conversation


async def library(session: Session) -> list[tuple[Summary, dict[str, Message], dict[str, list[str]], str | None]]:
    """All there is, in the trash or not, as the database has it."""
    found = []
    for row in [*await session.library.summaries(), *await session.library.summaries(deleted=True)]:
        tree = await session._db.call(conversations.load, row.id)
        assert tree is not None
        families = {one: tree.siblings(one) for one in tree.messages}
        found.append((replace(row, deleted=row.deleted and START), tree.messages, families, tree.tip))
    return sorted(found, key=lambda one: one[0].id)


async def change(session: Session, verb: str, conversation_id: str, number: int) -> None:
    tree = await session.conversation(conversation_id)
    message = sorted(tree.messages)[number % len(tree.messages)] if tree.messages else None
    match verb:
        case "edit" if message:
            await session.editing.edit_text(conversation_id, message, f"other words {number}")
        case "delete message" if message:
            await session.editing.delete_message(conversation_id, message)
        case "rename":
            await session.library.rename(conversation_id, f"Name {number}")
        case "pin":
            await session.library.pin([conversation_id], bool(number % 2))
        case "archive":
            await session.library.archive([conversation_id], bool(number % 2))
        case "move":
            await session.library.move([conversation_id], f"Folder {number % 3}")
        case "tag":
            await session.library.tag([conversation_id], f"tag {number % 3}", number % 2 == 0)
        case "delete":
            await session.library.delete([conversation_id])


changes = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.integers(0, 20)), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees=st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6), min_size=2, max_size=2), done=changes)
def test_undoing_everything_gives_the_identical_library(
    tmp_path_factory: pytest.TempPathFactory, runner: Any, trees: list[list[int]], done: list[tuple[str, int, int]]
) -> None:
    async def story() -> None:
        session = await open_session(tmp_path_factory.mktemp("undo"))
        try:
            grown_ones = [grown(tree) for tree in trees]
            for one in grown_ones:
                await session._db.write(conversations.create, one)
            first = await library(session)
            for verb, which, number in done:
                await change(session, verb, grown_ones[which].id, number)
            last = await library(session)
            while await session.library.undo():
                pass
            assert await library(session) == first
            while await session.library.redo():
                pass
            assert await library(session) == last
        finally:
            await session.close()

    runner.run(story())


async def test_a_new_change_forgets_what_was_undone(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        one = grown([0])
        await session._db.write(conversations.create, one)
        await session.library.rename(one.id, "A")
        assert await session.library.undo() == "Conversation renamed"
        await session.library.rename(one.id, "B")
        assert await session.library.redo() == ""
        assert (await session.library.summary(one.id)).title == "B"
