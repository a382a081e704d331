"""Assistants, and the preview: what was set, and nothing else, is what is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chatgui.core.account import KeySource
from chatgui.core.assistant import Assistant
from chatgui.core.change import AssistantsChanged
from chatgui.core.errors import UsageError
from chatgui.core.ids import new_id
from chatgui.core.secret import Secret
from tests.chat.conftest import add_account
from tests.support.canary import CANARY
from tests.support.scripted import head, scripted, sse

Opened = Callable[[], Any]
GOOD = [
    head(),
    *sse({"choices": [{"delta": {"content": "Ahoy"}}]}, {"choices": [{"delta": {}, "finish_reason": "stop"}]}),
]


def pirate(**fields: Any) -> Assistant:
    """Speaks like one."""
    return Assistant(new_id(), "Pirate", system="You are a pirate.", params={"temperature": 1.5}, **fields)


async def test_an_assistant_asks_its_model_in_its_own_way(opened: Opened) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, "http://127.0.0.1:9/v1", name="Elsewhere")
        account = await add_account(session, server.base_url)
        one = await session.assistants.add(pirate(account=account.id, model="parrot", greeting="Arr."))
        await session.change_settings(default_account=session.accounts.by_name("Elsewhere").id)
        conversation = await session.assistants.begin(one.id)
        assert await session.assistants.greeting(conversation.id) == "Arr."
        assert (await (await session.send(conversation.id, "hi")).wait()).text == "Ahoy"
        assert await session.assistants.greeting(conversation.id) == ""
        body = server.requests[0].json
        assert body["messages"] == [
            {"role": "system", "content": "You are a pirate."},
            {"role": "user", "content": "hi"},
        ], "the greeting is not sent"
        assert (body["model"], body["temperature"]) == ("parrot", 1.5)


async def test_assistants_are_there_after_a_restart_in_their_order(opened: Opened) -> None:
    async with opened() as session:
        for name in ("One", "Two", "Three"):
            await session.assistants.add(Assistant(new_id(), name))
        await session.assistants.move(session.assistants.by_name("three").id, 0)
        await session.assistants.remove(session.assistants.by_name("Two").id)
    async with opened() as session:
        assert [one.name for one in session.assistants.all()] == ["Three", "One"]


async def test_a_removed_assistant_comes_back(opened: Opened) -> None:
    async with opened() as session:
        told: list[object] = []
        session.changed.subscribe(lambda change: told.append(change) if change == AssistantsChanged() else None)
        one = await session.assistants.add(pirate())
        await session.assistants.remove(one.id)
        assert session.assistants.all() == ()
        assert await session.library.undo() == "Assistant “Pirate” removed"
        assert session.assistants.all() == (one,)
        assert await session.library.redo() == "Assistant “Pirate” removed"
        assert session.assistants.all() == ()
        assert len(told) == 4


async def test_an_assistant_of_an_account_that_is_gone_says_so_and_still_serves(opened: Opened) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await add_account(session, server.base_url)
        one = await session.assistants.add(pirate(account="gone", model="parrot"))
        conversation = await session.new_conversation()
        words = await session.assistants.apply(conversation.id, one.id)
        assert "no longer there" in words
        assert (conversation.account, conversation.model, conversation.system) == (account.id, "m", "You are a pirate.")


async def test_a_way_of_asking_can_be_kept_under_a_name(opened: Opened) -> None:
    async with opened() as session:
        account = await add_account(session, "http://127.0.0.1:9/v1")
        conversation = await session.new_conversation()
        await session.set_system(conversation.id, "Be brief.")
        await session.set_params(conversation.id, {"top_p": 0.5})
        one = await session.assistants.keep(conversation.id, " Brief ")
        assert (one.name, one.account, one.model, one.system, one.params) == (
            "Brief", account.id, "m", "Be brief.", {"top_p": 0.5},
        )  # fmt: skip


async def test_what_cannot_be_is_refused_in_words(opened: Opened) -> None:
    async with opened() as session:
        await session.assistants.add(pirate())
        for wrong in (pirate(), Assistant(new_id(), " "), Assistant(new_id(), "Hot", params={"temperature": 9})):
            with pytest.raises(UsageError):
                await session.assistants.add(wrong)
        assert len(session.assistants.all()) == 1


# The preview


async def test_the_preview_is_what_is_sent(opened: Opened) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await add_account(
            session, server.base_url + "?version=7", key_source=KeySource.SESSION, key_header="x-api-key",
            headers=(("X-Title", "chat"),), params={"temperature": 0.2, "seed": 7}, extra_body={"top_k": 40},
        )  # fmt: skip
        await session.accounts.edit(account, Secret(CANARY))
        conversation = await session.new_conversation()
        await session.set_params(conversation.id, {"temperature": 1, "stop": ["END"], "seed": None})
        await session.set_system(conversation.id, "Be brief.")
        for words in ("one", "two"):
            seen = await session.preview(conversation.id, words)
            await (await session.send(conversation.id, words)).wait()
            request = server.requests[-1]
            assert (seen["method"], seen["url"]) == (request.method, server.url + request.target)
            assert seen["body"] == request.json
            sent = {name.lower(): value.replace("$API_KEY", CANARY) for name, value in seen["headers"].items()}
            assert sent.items() <= request.headers.items()
            assert CANARY not in repr(seen)
        assert len(server.requests) == 2, "a preview asks nobody"


async def test_only_what_the_user_set_is_sent(opened: Opened) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        await (await session.send(conversation.id, "hi")).wait()
        assert set(server.requests[0].json) == {"model", "messages", "stream", "stream_options"}
        await session.set_params(conversation.id, {"max_tokens": 5, "demo_pace": 0})
        await (await session.send(conversation.id, "hi")).wait()
        assert set(server.requests[1].json) == {
            "model", "messages", "stream", "stream_options", "max_tokens", "demo_pace",
        }  # fmt: skip


async def test_the_extra_json_has_the_last_word(opened: Opened) -> None:
    async with scripted(GOOD) as server, opened() as session:
        extra = {"stream_options": None, "temperature": 0.3, "metadata": {"a": 1}}
        await add_account(session, server.base_url, params={"temperature": 1}, extra_body=extra)
        conversation = await session.new_conversation()
        assert (await session.preview(conversation.id, "hi"))["body"] == {
            "model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True, "temperature": 0.3,
            "metadata": {"a": 1},
        }  # fmt: skip


async def test_a_parameter_that_cannot_be_is_refused_before_anything_is_sent(opened: Opened) -> None:
    async with opened() as session:
        await add_account(session, "http://127.0.0.1:9/v1")
        conversation = await session.new_conversation()
        with pytest.raises(UsageError, match="between 0 and 2"):
            await session.set_params(conversation.id, {"temperature": 3})
        assert conversation.params == {}
