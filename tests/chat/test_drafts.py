"""What is written and not sent is on the disk all the time: drafts, and messages that wait behind a running answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chatgui.chat.attachments import judge
from chatgui.core.conversation import Unsent
from chatgui.core.errors import UsageError
from chatgui.store import conversations
from tests.chat.conftest import add_account
from tests.chat.test_session import finish, said
from tests.support.scripted import head, scripted, sse


async def on_disk(session: Any, conversation_id: str) -> Unsent:
    """What a program that is killed now finds unsent when it starts again."""
    kept = await session._db.look(conversations.load, conversation_id)
    assert kept is not None
    unsent: Unsent = kept.unsent
    return unsent


async def test_what_is_made_of_messages_is_kept_beside_the_draft(opened: Callable[[], Any]) -> None:
    async with scripted([head(), *sse(said("yes"), finish())]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        await (await session.send(conversation.id, "one")).wait()
        question, answer = (one.id for one in conversation.branch())
        file = await session.attachments.keep(await judge("a.txt", b"bytes"))
        await session.drafts.save(conversation.id, "half a")
        await session.drafts.edit(conversation.id, question, Unsent("two", (file,)))
        await session.drafts.edit(conversation.id, answer, Unsent("no"))
        await session.drafts.edit(conversation.id, question, Unsent("three", (file,)))
    async with opened() as session:
        again = await session.conversation(conversation.id)
        assert again.unsent == Unsent("half a")
        assert list(again.edits.items()) == [(answer, Unsent("no")), (question, Unsent("three", (file,)))]
        entry = await session.archive.entry(conversation.id)
        assert entry.conversation.unsent == Unsent("no\nthree\nhalf a", (file,)), "a file to take away has but a draft"
        assert list(entry.attachments) == [file.sha256]
        await session.drafts.edit(conversation.id, question, None)
        await session.editing.delete_message(conversation.id, answer)
    async with opened() as session:
        again = await session.conversation(conversation.id)
        assert again.edits == {}
        assert again.unsent == Unsent("no\nhalf a"), "its message is gone: it is not"


async def test_what_waits_is_kept_before_the_draft_until_it_is_sent(opened: Callable[[], Any]) -> None:
    go_on = asyncio.Event()
    slow = [head(), *sse(said("first"), done=False), go_on, *sse(finish())]
    rest = [head(), *sse(said("again"), finish())]
    async with scripted(slow, rest) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        await session.send(conversation.id, "one")
        assert await on_disk(session, conversation.id) == Unsent()
        await session.drafts.save(conversation.id, "two")
        await session.send(conversation.id, "two")
        assert await on_disk(session, conversation.id) == Unsent("two")
        await session.send(conversation.id, "three")
        await session.drafts.save(conversation.id, "half a")
        assert await on_disk(session, conversation.id) == Unsent("two\nthree\nhalf a")
        go_on.set()
        await server.asked(3)
        await session.turns[conversation.id].wait()
        assert [one.text for one in conversation.branch()] == ["one", "first", "two", "again", "three", "again"]
        assert conversation.unsent == Unsent("half a")
        assert await on_disk(session, conversation.id) == Unsent("half a")


async def test_what_is_taken_back_becomes_the_draft(opened: Callable[[], Any]) -> None:
    go_on = asyncio.Event()
    async with scripted([head(), go_on, *sse(finish())]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        await session.send(conversation.id, "one")
        await session.send(conversation.id, "two")
        taken = session.drafts.take_back(conversation.id, 0)
        await session.drafts.save(conversation.id, taken.text)
        assert await on_disk(session, conversation.id) == Unsent("two")
        go_on.set()


async def test_what_cannot_be_sent_when_its_turn_comes_waits_again(
    opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, refused = asyncio.Event(), asyncio.Event()

    async def refuse(*_: Any, **__: Any) -> None:
        refused.set()
        raise UsageError("not now")

    slow = [head(), *sse(said("first"), done=False), go_on, *sse(finish())]
    async with scripted(slow) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        await session.send(conversation.id, "one")
        await session.send(conversation.id, "two")
        monkeypatch.setattr(session, "send", refuse)
        go_on.set()
        await refused.wait()
        assert session.drafts.waiting(conversation.id) == (Unsent("two"),)
        assert await on_disk(session, conversation.id) == Unsent("two")


async def test_saying_something_differently_leaves_the_draft(opened: Callable[[], Any]) -> None:
    async with scripted([head(), *sse(said("yes"), finish())]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        await (await session.send(conversation.id, "one")).wait()
        await session.drafts.save(conversation.id, "half a")
        await (await session.edit_and_send(conversation.id, conversation.branch()[0].id, "other")).wait()
        assert await on_disk(session, conversation.id) == conversation.unsent == Unsent("half a")


async def test_of_two_sent_at_once_the_second_waits_for_the_answer_to_the_first(opened: Callable[[], Any]) -> None:
    again = [head(), *sse(said("again"), finish())]
    async with scripted(again) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        turn, waits = await asyncio.gather(session.send(conversation.id, "one"), session.send(conversation.id, "two"))
        assert waits is None
        assert session.drafts.waiting(conversation.id) == (Unsent("two"),)
        assert await on_disk(session, conversation.id) == Unsent("two")
        await turn.wait()
        await server.asked(2)
        await session.turns[conversation.id].wait()
        assert [one.text for one in conversation.branch()] == ["one", "again", "two", "again"]
        assert await on_disk(session, conversation.id) == Unsent()


async def test_one_answer_is_asked_for_at_a_time(opened: Callable[[], Any]) -> None:
    async with scripted([head(), *sse(said("yes"), finish())]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        first = await (await session.send(conversation.id, "one")).wait()
        ways = [session.regenerate(conversation.id, first.id), session.regenerate(conversation.id, first.id)]
        turn, refused = await asyncio.gather(*ways, return_exceptions=True)
        assert isinstance(refused, UsageError)
        await turn.wait()
        assert len(conversation.siblings(first.id)) == 2


async def test_what_waits_keeps_its_place_while_something_else_is_asked(opened: Callable[[], Any]) -> None:
    async with scripted([head(), *sse(said("yes"), finish())]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        sending = asyncio.gather(*(session.send(conversation.id, word) for word in ("one", "two", "three")))
        await asyncio.sleep(0)
        await session.drafts.send_next(conversation.id)
        assert session.drafts.waiting(conversation.id) == (Unsent("two"), Unsent("three"))
        await sending
        await server.asked(3)
        await session.turns[conversation.id].wait()
        assert [one.text for one in conversation.branch()] == ["one", "yes", "two", "yes", "three", "yes"]


async def test_what_is_written_while_a_message_is_being_sent_is_the_draft(opened: Callable[[], Any]) -> None:
    async with scripted([head(), *sse(said("yes"), finish())]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        turn, _ = await asyncio.gather(
            session.send(conversation.id, "one"), session.drafts.save(conversation.id, "and then")
        )
        assert conversation.unsent == Unsent("and then")
        assert await on_disk(session, conversation.id) == Unsent("and then")
        await turn.wait()


async def test_a_draft_saved_in_the_moment_it_is_sent_does_not_come_back(opened: Callable[[], Any]) -> None:
    async with scripted([head(), *sse(said("yes"), finish())]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        _, turn = await asyncio.gather(session.drafts.save(conversation.id, "on"), session.send(conversation.id, "one"))
        assert conversation.unsent == Unsent()
        assert await on_disk(session, conversation.id) == Unsent()
        await turn.wait()
