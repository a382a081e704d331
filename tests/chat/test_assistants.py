"""Assistants, and the preview: what was set, and nothing else, is what is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
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
        assert session.assistants.greeting(conversation) == "Arr."
        assert (await (await session.send(conversation.id, "hi")).wait()).text == "Ahoy"
        assert session.assistants.greeting(conversation) == ""
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


# In a conversation, and in a file


async def test_a_conversation_knows_its_assistant_after_a_restart_and_can_leave_it(opened: Opened) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        one = await session.assistants.add(pirate(greeting="Arr."))
        begun = await session.assistants.begin(one.id)
        await (await session.send(begun.id, "hi")).wait()
    async with opened() as session:
        conversation = await session.conversation(begun.id)
        assert session.assistants.of(conversation) == one
        await session.change_settings(system_prompt="Be brief.")
        await session.assistants.leave(conversation.id)
        assert session.assistants.of(conversation) is None
        assert (conversation.system, conversation.params, conversation.account) == ("Be brief.", {}, begun.account)
        await session.assistants.apply(conversation.id, one.id)
        await session.assistants.remove(one.id)
        assert session.assistants.of(conversation) is None, "its prompt stays, its name has gone"
        assert conversation.system == "You are a pirate."


async def test_a_copy_stands_below_its_original(opened: Opened) -> None:
    async with opened() as session:
        one = await session.assistants.add(pirate(greeting="Arr."))
        await session.assistants.add(Assistant(new_id(), "Last"))
        copy = await session.assistants.duplicate(one.id)
        assert [each.name for each in session.assistants.all()] == ["Pirate", "Pirate copy", "Last"]
        assert (copy.system, copy.params, copy.greeting) == (one.system, one.params, one.greeting)


async def test_a_file_brings_everything_back(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "assistants.json"
    async with opened() as session:
        account = await add_account(session, "http://127.0.0.1:9/v1", name="Work")
        odd = {"temperature": 0.25, "stop": ["END", "\u2028"], "top_k": 40, "logit_bias": {"1": -100}, "seed": None}
        await session.assistants.add(pirate(account=account.id, model="parrot/large", greeting="Arr.\n\nWhat?"))
        await session.assistants.add(Assistant(new_id(), "Odd 😀", system="“Straight” \x1b[31m", params=odd))
        before = session.assistants.all()
        await session.assistants.export(file)
        assert await session.assistants.take_in(file) == "0 added, 2 already here."
        for one in before:
            await session.assistants.remove(one.id)
        assert await session.assistants.take_in(file) == "2 added."
        assert session.assistants.all() == before
        assert await session.library.undo() == "Assistants imported"
        assert session.assistants.all() == ()
        await session.library.redo()
        assert session.assistants.all() == before


async def test_another_profile_finds_the_account_by_its_name(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "assistants.json"
    one = {**vars_of(pirate()), "account": "elsewhere", "account_name": "work"}
    bad = {"name": "Hot", "params": {"temperature": 9}}
    file.write_text(json.dumps({"format": "chatgui-assistants", "version": 1, "assistants": [one, bad]}), "utf-8")
    async with opened() as session:
        account = await add_account(session, "http://127.0.0.1:9/v1", name="Work")
        await session.assistants.add(replace(pirate(), id=one["id"], system="Mine."))
        words = await session.assistants.take_in(file)
        assert words.startswith("1 added. Assistant 2 was left out: “temperature” must be between 0 and 2.")
        mine, theirs = session.assistants.all()
        assert (mine.system, theirs.name, theirs.account) == ("Mine.", "Pirate 2", account.id), "nothing is overwritten"


def vars_of(one: Assistant) -> dict[str, Any]:
    """Its fields by name."""
    return {field.name: getattr(one, field.name) for field in fields(one)}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format":"chatgui-assistants","version":2}', '{"format":"other"}'])
async def test_what_is_no_such_file_is_refused_in_words(opened: Opened, tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text, "utf-8")
    async with opened() as session:
        with pytest.raises(UsageError, match=r"a\.json"):
            await session.assistants.take_in(file)
        with pytest.raises(UsageError, match="cannot be read"):
            await session.assistants.take_in(tmp_path / "missing.json")
