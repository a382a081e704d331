"""Conversations made of conversations: copies, forks, and going on from an earlier message. What was there stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chatgui.core.conversation import Conversation
from chatgui.core.errors import UsageError
from chatgui.core.message import Message, Reasoning, Role, Text
from chatgui.store import conversations

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
Opened = Callable[[], Any]


async def told(session: Any) -> str:
    """A kept conversation: a question with two answers, the second of which goes on."""
    made = Conversation("c", "Tides", NOW, NOW, model="m", system="Be brief.", params={"temperature": 0.3})
    for at, (name, role, parent) in enumerate(
        [("q", Role.USER, None), ("a", Role.ASSISTANT, "q"), ("b", Role.ASSISTANT, "q"), ("q2", Role.USER, "b")]
    ):
        parts = (Reasoning("Hm."), Text(f"Words of {name}")) if role is Role.ASSISTANT else (Text(f"Words of {name}"),)
        made.add(Message(name, role, parts, NOW + timedelta(minutes=at), parent))
    made.tip = "q2"

    def write(connection: Any) -> None:
        conversations.create(connection, made)
        conversations.set_fields(connection, "c", folder="The sea", tags=("moon",))

    await session._db.write(write)
    return "c"


def words(conversation: Conversation) -> list[str]:
    """What the shown branch says."""
    return [message.text for message in conversation.branch()]


async def test_a_duplicate_holds_every_branch_under_ids_of_its_own(opened: Opened) -> None:
    async with opened() as session:
        source = await session.conversation(await told(session))
        made = await session.conversation(await session.copying.duplicate("c"))
        assert words(made) == words(source) == ["Words of q", "Words of b", "Words of q2"]
        assert len(made.messages) == 4
        assert not set(made.messages) & set(source.messages)
        assert (made.model, made.system, made.params) == ("m", "Be brief.", {"temperature": 0.3})
        row = await session.library.summary(made.id)
        assert (row.title, row.folder, row.tags) == ("Tides (copy)", "The sea", ("moon",))
        assert (await session.ledger.totals("model"))[:1] == []  # nothing was spent
        await session.library.undo()
        assert (await session.library.summary(made.id)).deleted
        await session.library.redo()
        assert not (await session.library.summary(made.id)).deleted


async def test_a_fork_holds_what_was_said_up_to_the_message(opened: Opened) -> None:
    async with opened() as session:
        await told(session)
        made = await session.conversation(await session.copying.fork("c", "a"))
        assert words(made) == ["Words of q", "Words of a"]
        assert made.branch()[-1].reasoning == "Hm."
        assert words(await session.conversation("c")) == ["Words of q", "Words of b", "Words of q2"]


async def test_going_on_from_an_earlier_message_keeps_what_followed(opened: Opened) -> None:
    async with opened() as session:
        conversation = await session.conversation(await told(session))
        await session.editing.branch_from("c", "a")
        assert words(conversation) == ["Words of q", "Words of a"]
        await session.library.undo()
        assert words(conversation) == ["Words of q", "Words of b", "Words of q2"]


async def test_a_message_that_is_gone_cannot_be_forked_from(opened: Opened) -> None:
    async with opened() as session:
        await told(session)
        with pytest.raises(UsageError, match="no longer there"):
            await session.copying.fork("c", "nobody")
