"""Keys that are in no keyring: for this run, from the environment, several of an account; what is never shown or written."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.account import Account, KeySource, Network, ProxyMode
from chatgui.core.errors import UsageError, VaultError, VaultState
from chatgui.core.message import State
from chatgui.core.secret import Secret
from tests.chat.test_accounts import GOOD, Opened, names, new
from tests.support.canary import CANARY, traces
from tests.support.scripted import scripted


async def test_a_key_for_this_run_is_forgotten_with_it(opened: Opened, profile: Path) -> None:
    async with scripted(GOOD) as server:
        async with opened() as session:
            account = await session.accounts.add(new(server.base_url, key_source=KeySource.SESSION), Secret(CANARY))
            await asked(session, account)
            assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"
        async with opened() as session:
            message = await asked(session, session.accounts.by_id(account.id))
            assert message.state is State.FAILED
            assert message.failure.message == "The key for “Mine” was kept for the last run of the program only."
            session.accounts.use_for_this_run(account.id, Secret("sk-again"))
            await asked(session, account)
            assert server.requests[-1].headers["authorization"] == "Bearer sk-again"
    assert list(traces(profile)) == []


async def test_a_key_from_the_environment_is_read_there_each_time(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await session.accounts.add(
            new(server.base_url, key_source=KeySource.ENVIRONMENT, key_env="TEST_KEY", key_header="x-api-key")
        )
        assert session.accounts.warnings(account) == ("The environment variable TEST_KEY is not set now.",)
        assert (await asked(session, account)).failure.advice == "Set TEST_KEY before the program starts."
        for key in ("one", "two"):
            monkeypatch.setenv("TEST_KEY", key)
            await asked(session, account)
            assert server.requests[-1].headers["x-api-key"] == key
        assert session.accounts.warnings(account) == ()


async def asked(session: Any, account: Account) -> Any:
    """The answer to a question at this account."""
    conversation = await session.new_conversation()
    await session.choose_model(conversation.id, account.id, account.default_model)
    return await (await session.send(conversation.id, "hi")).wait()


async def test_several_keys_and_their_names(opened: Opened) -> None:
    async with opened() as session:
        accounts = session.accounts
        account = await accounts.add(new(key_source=KeySource.SESSION), Secret("sk-first"))
        await accounts.labelled_keys.add(account.id, " at  work ", Secret("sk-second"))
        for label in ("At Work", "", "a/b", "Proxy"):
            with pytest.raises(UsageError):
                await accounts.labelled_keys.add(account.id, label, Secret("sk-third"))
        await accounts.labelled_keys.use(account.id, "at work")
        assert await accounts.secret(accounts.by_id(account.id)) == Secret("sk-second")
        await accounts.edit(accounts.by_id(account.id), Secret("sk-newer"))
        assert await accounts.secret(accounts.by_id(account.id)) == Secret("sk-newer"), "the key in use is replaced"
        assert await accounts.labelled_keys.remove(account.id, "at work") is None
        assert await accounts.secret(accounts.by_id(account.id)) == Secret("sk-first")
        with pytest.raises(UsageError):
            await accounts.labelled_keys.use(account.id, "at work")
        keyless = await accounts.add(new(name="Other"))
        with pytest.raises(UsageError):
            await accounts.labelled_keys.add(keyless.id, "work", Secret("sk-x"))


async def test_no_key_is_shown_by_what_is_printed(opened: Opened) -> None:
    async with opened() as session:
        account = await session.accounts.add(new(key_source=KeySource.SESSION), Secret(CANARY))
        assert CANARY not in repr(vars(session.accounts)) + repr(vars(session.accounts.keys)) + repr(account)
        await session.accounts.remove(account.id)
        assert session.accounts.secrets() == [Secret(CANARY)], (
            "held for the undo, and still cleaned from what is printed"
        )
        await session.library.undo()
        assert session.accounts.secrets() == [Secret(CANARY)]


async def test_a_held_key_is_gone_when_it_cannot_be_undone_any_more(opened: Opened) -> None:
    async with opened() as session:
        account = await session.accounts.add(new(key_source=KeySource.SESSION), Secret(CANARY))
        await session.accounts.remove(account.id)
        for step in range(200):
            one = await session.accounts.add(new(name=f"{step}"))
            await session.accounts.remove(one.id)
        assert session.accounts.secrets() == []


async def test_a_proxys_password_is_not_kept_beside_the_account(opened: Opened, profile: Path) -> None:
    seen: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        seen.append(next((line for line in request.split("\r\n") if line.lower().startswith("proxy-auth")), ""))
        writer.write(b"".join(one for one in GOOD if isinstance(one, bytes)))
        writer.close()

    listener = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener, opened() as session:
        network = Network(ProxyMode.OWN, f"http://me:{CANARY.replace('/', '%2F')}@127.0.0.1:{port}")
        account = await session.accounts.add(
            new("http://far.test/v1", key_source=KeySource.SESSION, network=network), Secret("sk-a")
        )
        assert account.network.proxy == f"http://me@127.0.0.1:{port}"
        assert (await asked(session, account)).text == "pong"
        assert seen[0].startswith("Proxy-Authorization: Basic ")
        await session.accounts.edit(replace(account, name="Renamed"))
        await asked(session, account)
        assert seen[1] == seen[0], "the form that no longer shows the password does not lose it"
        plain = replace(account.network, proxy=f"http://127.0.0.1:{port}")
        await session.accounts.edit(replace(account, network=plain))
        await asked(session, account)
        assert seen[2] == ""
        assert session.accounts.secrets() == [Secret("sk-a")]
    assert list(traces(profile)) == []


async def test_without_a_keyring_a_key_for_it_is_refused_and_nothing_is_kept(opened: Opened) -> None:
    async with opened() as session:
        with pytest.raises(VaultError) as caught:
            await session.accounts.add(new(key_source=KeySource.KEYRING), Secret(CANARY))
        assert caught.value.state in (VaultState.ABSENT, VaultState.UNTRUSTED)
        assert names(session) == ["Demo"]
        assert session.accounts.secrets() == []
