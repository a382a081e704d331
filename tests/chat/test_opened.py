"""A long conversation is read as far as somebody looks at it, and all that is done with it is done to the whole of it."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chatgui.chat import opened as module
from chatgui.chat.session import Session
from chatgui.core.conversation import Conversation
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.message import Message, Reasoning, Role, Text
from chatgui.core.messages import UNREADABLE
from chatgui.store import conversations, places
from tests.chat.conftest import add_account
from tests.chat.test_session import finish, said
from tests.support.scripted import head, scripted, sse

START = datetime(2026, 1, 1, tzinfo=UTC)
LONG = 1_500
GOOD = [head(), *sse(said("Yes."), finish())]


def talk(name: str = "long", count: int = LONG) -> Conversation:
    """A question, an answer, and so on; the thirtieth question was asked twice."""
    made = Conversation(name, name, START, START)
    for at in range(count):
        parts = (Reasoning(f"thought {at}"), Text(f"answer {at}")) if at % 2 else (Text(f"question {at}"),)
        role = Role.ASSISTANT if at % 2 else Role.USER
        made.add(Message(f"{name}{at}", role, parts, START + timedelta(seconds=at), f"{name}{at - 1}" if at else None))
    made.add(Message(f"{name}-other", Role.USER, (Text("asked otherwise"),), START + timedelta(days=1), f"{name}57"))
    made.tip = f"{name}{count - 1}"
    return made


async def kept(session: Session, made: Conversation) -> Conversation:
    """The same, as the session opens it."""
    await session._db.write(conversations.create, made)
    return await session.conversation(made.id)


async def test_it_opens_with_its_newest_messages_and_reads_the_others_when_asked(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        conversation = await kept(session, talk())
        branch = conversation.branch()
        assert len(branch) == LONG
        assert len(branch.far()) == LONG - module.NEWEST
        assert branch.at_hand(LONG - 1) is not None
        assert branch[3] == talk().branch()[3]
        assert conversation == talk()  # every message, whatever is read for that
        assert len(branch.far()) > LONG / 2


async def test_the_whole_of_it_is_sent(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await add_account(session, server.base_url)
        conversation = await kept(session, talk())
        await session.choose_model(conversation.id, account.id, "m")
        preview = await session.preview(conversation.id, "And now?")
        turn = await session.send(conversation.id, "And now?")
        assert turn is not None
        await turn.wait()
        sent = server.requests[-1].json["messages"]
        assert len(sent) == LONG + 1 == len(preview["body"]["messages"])
        assert [one["content"] for one in sent[:2]] == ["question 0", "answer 1"]
        assert conversation.branch()[-1].text == "Yes."


async def test_what_is_far_away_can_be_edited_deleted_brought_back_and_gone_to(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        conversation = await kept(session, talk())
        await session.editing.edit_text("long", "long5", "mended")
        assert conversation.branch()[5].text == "mended"
        await session.editing.delete_message("long", "long100")
        assert len(conversation.branch()) == 100
        assert await session.library.undo() == "Message deleted"
        assert [one.id for one in conversation.branch()] == [f"long{at}" for at in range(LONG)]
        await session.editing.show_branch("long", "long-other")
        assert [one.text for one in conversation.branch()[-2:]] == ["answer 57", "asked otherwise"]
        assert conversation.siblings("long58") == ["long58", "long-other"]
        before = dict(conversation.messages)
    async with opened() as session:
        assert dict((await session.conversation("long")).messages) == before


async def test_copies_of_it_are_whole(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        await kept(session, talk())
        copy = await session.conversation(await session.copying.duplicate("long"))
        fork = await session.conversation(await session.copying.fork("long", "long700"))
        texts = [one.text for one in talk().branch()]
        assert [one.text for one in copy.branch()] == texts
        assert len(copy.messages) == LONG + 1
        assert [one.text for one in fork.branch()] == texts[:701]


async def test_one_conversation_is_one_object_while_anybody_holds_it(
    opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LAST", 2)
    async with opened() as session:
        held = await kept(session, talk("held", 3))
        for name in "abc":
            await kept(session, talk(name, 3))
        assert await session.conversation("held") is held
        gc.collect()
        assert "a" not in session.opened._known  # nobody looks at it any more
        assert len((await session.conversation("a")).messages) == 4


async def test_what_was_said_stays_in_memory_however_much_is_read_after_it(opened: Callable[[], Any]) -> None:
    """It is what a full disk may not have taken."""
    async with opened() as session:
        conversation = await kept(session, talk())
        new = Message("new", Role.USER, (Text("not in the database"),), START, "long1499")
        conversation.add(new)
        assert len(list(conversation.messages.values())) == LONG + 2
        assert conversation.messages["new"] is new


async def test_a_message_that_cannot_be_read_says_so_and_the_window_is_told(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        conversation = await kept(session, talk())
        told: list[object] = []
        session._db.trouble.subscribe(told.append)
        bodies = session._db.bodies
        assert bodies is not None
        hidden, there = session._db.path.with_name("elsewhere"), session._db.path
        os.rename(there, hidden)
        bodies.renew()
        assert conversation.messages["long2"].failure == UNREADABLE
        os.rename(hidden, there)
        assert conversation.messages["long2"].text == "question 2"
        await session.library.summaries()
        assert len(told) == 1


async def test_what_cannot_be_read_is_neither_changed_nor_left_out_of_what_is_sent(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        conversation = await kept(session, talk())
        bodies = session._db.bodies
        assert bodies is not None
        bodies.close()
        with pytest.raises(UsageError, match="cannot be read now"):
            await session.editing.edit_text("long", "long2", "other words")
        assert len(await session.opened.branch(conversation, conversation.tip)) == LONG  # read elsewhere
        await session._db.write(lambda connection: connection.execute("DELETE FROM messages WHERE id = 'long2'"))
        with pytest.raises(StoreError, match="cannot be read"):
            await session.opened.branch(conversation, conversation.tip)
        before = conversation.tip, len(conversation.messages), await session.library.summary("long")
        with pytest.raises(StoreError, match="cannot be read"):
            await session.send("long", "And then?")
        after = conversation.tip, len(conversation.messages), await session.library.summary("long")
        assert after == before  # it stands in the composer again: sent once more, it would be said twice


async def test_where_readers_wait_for_writers_it_is_read_whole(
    opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "on_network", lambda *_: True)
    async with opened() as session:
        conversation = await kept(session, talk())
        assert conversation.branch().far() == []
        assert conversation == talk()
