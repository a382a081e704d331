"""The session end to end: real database, real sockets; what is said is kept, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.change import Change, MessagesChanged, TurnEnded, TurnStarted
from chatgui.core.conversation import Unsent
from chatgui.core.errors import Kind, StoreError, UsageError
from chatgui.core.message import Message, Role, State
from chatgui.core.usage import Source
from tests.chat.conftest import add_account
from tests.support.scripted import HANG, RESET, answer, head, scripted, sse


def said(text: str, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, **more}]}


def finish(reason: str = "stop") -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}


GOOD = [head(), *sse(said("Hel"), said("lo"), finish())]


async def asked(session: Any, text: str = "hi") -> tuple[str, Message]:
    conversation = await session.new_conversation()
    turn = await session.send(conversation.id, text)
    return conversation.id, await turn.wait()


async def test_a_question_and_its_answer_are_there_after_a_restart(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation_id, message = await asked(session, "How do tides work?")
        assert (message.state, message.text, message.finish_reason) == (State.FINISHED, "Hello", "stop")
    async with opened() as session:
        conversation = await session.conversation(conversation_id)
        assert [(one.role, one.text) for one in conversation.branch()] == [
            (Role.USER, "How do tides work?"),
            (Role.ASSISTANT, "Hello"),
        ]
        assert conversation.title == "How do tides work?"
        (row,) = await session.library.summaries()
        assert (row.id, row.messages, row.account, row.model, row.state) == (conversation_id, 2, "Test", "m", "idle")


async def test_a_question_and_the_beginning_of_its_answer_are_kept_together_or_not_at_all(
    opened: Callable[[], Any],
) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation_id, _ = await asked(session, "one")
        conversation = await session.conversation(conversation_id)
        before = conversation.tip, len(conversation.messages), await session.library.summary(conversation_id)
        no_answers = "CREATE TRIGGER no BEFORE INSERT ON messages WHEN new.role = 'assistant' BEGIN SELECT RAISE(ABORT, 'no'); END"
        await session._db.write(lambda connection: connection.execute(no_answers))
        with pytest.raises(StoreError):
            await session.send(conversation_id, "two")
        after = conversation.tip, len(conversation.messages), await session.library.summary(conversation_id)
        assert after == before  # it stands in the composer again: sent once more, it would be said twice


async def test_the_next_question_carries_the_history_and_nothing_nobody_set(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation_id, _ = await asked(session, "one")
        await (await session.send(conversation_id, "two")).wait()
        body = server.requests[-1].json
        assert [(one["role"], one["content"]) for one in body["messages"]] == [
            ("user", "one"),
            ("assistant", "Hello"),
            ("user", "two"),
        ]
        assert set(body) <= {"model", "messages", "stream", "stream_options"}


async def test_the_users_message_is_kept_when_the_provider_says_no(opened: Callable[[], Any]) -> None:
    refused = [answer({"error": {"message": "Wrong key.", "code": "invalid_api_key"}}, 401)]
    async with scripted(refused) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation_id, message = await asked(session)
        assert message.state is State.FAILED
        assert message.failure is not None
        assert (message.failure.kind, message.failure.message) == (Kind.AUTHENTICATION, "Wrong key.")
    async with opened() as session:
        first, second = (await session.conversation(conversation_id)).branch()
        assert first.text == "hi"
        assert second.failure == message.failure


async def test_a_reset_in_mid_answer_keeps_the_text_as_interrupted(opened: Callable[[], Any]) -> None:
    async with scripted([head(), *sse(said("so f"), done=False), 0.05, RESET]) as server, opened() as session:
        await add_account(session, server.base_url)
        _, message = await asked(session)
        assert (message.state, message.text, message.finish_reason) == (State.INTERRUPTED, "so f", "interrupted")
        assert message.usage.source is Source.ESTIMATED
        assert message.usage.partial


async def test_stop_hangs_up_and_keeps_what_came(opened: Callable[[], Any]) -> None:
    async with scripted([head(), *sse(said("half"), done=False), HANG]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        turn = await session.send(conversation.id, "hi")
        arrived = asyncio.Event()
        turn.changed.subscribe(lambda _: arrived.set() if turn.reply.text else None)
        await arrived.wait()
        session.stop(conversation.id)
        await server.gone()
        assert (await turn.wait()).text == "half"
        assert conversation.branch()[-1].state is State.STOPPED


async def test_stopped_before_anything_came_leaves_only_the_question(opened: Callable[[], Any]) -> None:
    async with scripted([HANG]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        turn = await session.send(conversation.id, "hi")
        await server.asked()
        session.stop(conversation.id)
        await turn.wait()
        assert [message.text for message in conversation.branch()] == ["hi"]
        await server.gone()
    async with opened() as session:
        assert [message.text for message in (await session.conversation(conversation.id)).branch()] == ["hi"]


async def test_closing_in_mid_answer_keeps_the_answer(opened: Callable[[], Any]) -> None:
    async with scripted([head(), *sse(said("half"), done=False), HANG]) as server:
        async with opened() as session:
            await add_account(session, server.base_url)
            conversation = await session.new_conversation()
            turn = await session.send(conversation.id, "hi")
            arrived = asyncio.Event()
            turn.changed.subscribe(lambda _: arrived.set() if turn.reply.text else None)
            await arrived.wait()
        await server.gone()
    async with opened() as session:
        last = (await session.conversation(conversation.id)).branch()[-1]
        assert (last.text, last.state) == ("half", State.STOPPED)


async def test_regenerating_keeps_the_old_answer_as_a_version(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD, [head(), *sse(said("Again"), finish())]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation_id, first = await asked(session)
        second = await (await session.regenerate(conversation_id, first.id)).wait()
        conversation = await session.conversation(conversation_id)
        assert conversation.siblings(first.id) == [first.id, second.id]
        assert conversation.branch()[-1].text == "Again"
        await session.editing.show_branch(conversation_id, first.id)
        assert conversation.branch()[-1].text == "Hello"


async def test_editing_and_sending_again_makes_a_branch(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation_id, _ = await asked(session, "one")
        conversation = await session.conversation(conversation_id)
        question = conversation.branch()[0]
        await (await session.edit_and_send(conversation_id, question.id, "other")).wait()
        assert [message.text for message in conversation.branch()] == ["other", "Hello"]
        assert len(conversation.siblings(question.id)) == 2


async def test_a_message_sent_while_an_answer_streams_waits_its_turn(opened: Callable[[], Any]) -> None:
    go_on = asyncio.Event()
    slow = [head(), *sse(said("first"), done=False), go_on, *sse(finish())]
    async with scripted(slow, [head(), *sse(said("second"), finish())]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        await session.send(conversation.id, "one")
        assert await session.send(conversation.id, "two") is None
        assert await session.send(conversation.id, "three") is None
        assert session.drafts.waiting(conversation.id) == (Unsent("two"), Unsent("three"))
        assert session.drafts.take_back(conversation.id, 1) == Unsent("three")
        go_on.set()
        await server.asked(2)
        await session.turns[conversation.id].wait()
        assert [message.text for message in conversation.branch()] == ["one", "first", "two", "second"]


async def test_two_conversations_stream_at_once_and_never_mix(opened: Callable[[], Any]) -> None:
    def echo(request: Any) -> list[bytes]:
        word = request.json["messages"][-1]["content"]
        return [head(), *sse(*[said(f"{word} ") for _ in range(20)], finish())]

    async with scripted(echo) as server, opened() as session:
        await add_account(session, server.base_url)
        answers = await asyncio.gather(*(asked(session, word) for word in ("red", "blue", "green")))
        assert [message.text for _, message in answers] == ["red " * 20, "blue " * 20, "green " * 20]


async def test_everyone_hears_the_facts_in_order(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        heard: list[Change] = []
        session.changed.subscribe(heard.append)
        conversation_id, message = await asked(session)
        facts = [fact for fact in heard if isinstance(fact, (TurnStarted, TurnEnded))]
        assert facts == [TurnStarted(conversation_id, message.id), TurnEnded(conversation_id, message.id)]


async def test_deleting_and_editing_messages_can_be_taken_back(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation_id, message = await asked(session, "one")
        conversation = await session.conversation(conversation_id)
        before = dict(conversation.messages)
        await session.editing.edit_text(conversation_id, message.id, "Goodbye")
        await session.editing.delete_message(conversation_id, message.id)
        assert len(conversation.branch()) == 1
        assert await session.library.undo() == "Message deleted"
        assert conversation.branch()[-1].text == "Goodbye"
        assert await session.library.undo() == "Message edited"
        assert conversation.messages == before
        assert await session.library.redo() == "Message edited"
    async with opened() as session:
        assert (await session.conversation(conversation_id)).branch()[-1].text == "Goodbye"


async def test_a_draft_survives_a_restart_and_goes_with_sending(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        await session.accounts.remove(session.accounts.all()[0].id)
        conversation = await session.new_conversation()
        await session.drafts.save(conversation.id, "half a thou")
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        kept = await session.conversation(conversation.id)
        assert kept.draft == "half a thou"
        await (await session.send(kept.id, "half a thought")).wait()
        assert kept.draft == ""


async def test_an_empty_conversation_is_never_kept(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        conversation = await session.new_conversation()
        await session.drafts.save(conversation.id, "")
        assert await session.library.summaries() == []
        with pytest.raises(UsageError):
            await session.send(conversation.id, "")


async def test_deleted_conversations_wait_in_the_trash(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation_id, _ = await asked(session)
        await session.library.delete([conversation_id])
        assert await session.library.summaries() == []
        assert [row.id for row in await session.library.summaries(deleted=True)] == [conversation_id]
        assert await session.library.undo() == "Conversation deleted"
        assert [row.id for row in await session.library.summaries()] == [conversation_id]


async def test_a_new_profile_begins_with_the_demo_and_a_removed_demo_stays_away(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        (demo,) = session.accounts.all()
        assert demo.is_demo
        await session.accounts.remove(demo.id)
    async with opened() as session:
        assert session.accounts.all() == ()
        conversation = await session.new_conversation()
        with pytest.raises(UsageError, match="no account"):
            await session.send(conversation.id, "hi")


async def test_the_demo_answers_through_the_same_client_as_everyone(
    opened: Callable[[], Any], monkeypatch: Any
) -> None:
    monkeypatch.setenv("CHATGUI_DEMO_PACE", "0")
    async with opened() as session:
        _, message = await asked(session, "What can you do?")
        assert message.state is State.FINISHED
        assert message.reasoning
        assert message.text
        assert message.usage.source is Source.REPORTED


async def test_the_users_own_account_is_preferred_to_the_demo(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        mine = await add_account(session, server.base_url)
        assert (await session.new_conversation()).account == mine.id


async def test_settings_are_kept_and_refused_in_words(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        await session.change_settings(theme="dark", zoom=125)
        with pytest.raises(UsageError, match="theme"):
            await session.change_settings(theme="pink")
    async with opened() as session:
        assert (session.settings.theme, session.settings.zoom) == ("dark", 125)


async def test_messages_changed_is_told_for_a_queue(opened: Callable[[], Any]) -> None:
    async with scripted([HANG]) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        await session.send(conversation.id, "one")
        heard: list[Change] = []
        session.changed.subscribe(heard.append)
        await session.send(conversation.id, "two")
        assert MessagesChanged(conversation.id) in heard


async def test_what_the_start_has_to_say_is_said_in_words(opened: Callable[[], Any], profile: Path) -> None:
    async with opened() as session:
        assert session.opening_words == ""
    (profile / "settings.toml").write_text("theme = [")
    (profile / "chatgui.db").write_bytes(b"not a database at all" * 100)
    async with opened() as session:
        assert "settings" in session.opening_words
        assert "damaged" in session.opening_words
