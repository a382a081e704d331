"""Accounts: mended, refused in words, ordered, copied, switched off, removed and brought back; the key never on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.account import Account, KeySource, Network, ProxyMode, Traits
from chatgui.core.change import AccountsChanged
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.ids import new_id
from chatgui.core.secret import Secret
from tests.chat.conftest import add_account
from tests.support.canary import CANARY, traces
from tests.support.scripted import answer, head, scripted, sse

Opened = Callable[[], Any]
GOOD = [
    head(),
    *sse({"choices": [{"delta": {"content": "pong"}}]}, {"choices": [{"delta": {}, "finish_reason": "stop"}]}),
]
LOCAL = "http://127.0.0.1:9/v1"


def new(base_url: str = LOCAL, name: str = "Mine", **fields: Any) -> Account:
    """An account as a form would make it."""
    return Account(new_id(), name, base_url, **{"key_source": KeySource.NONE, "default_model": "m", **fields})


async def refused(session: Any, account: Account, secret: Secret | None = None) -> str:
    """The words with which it is refused; nothing of it is kept."""
    with pytest.raises(UsageError) as caught:
        await session.accounts.add(account, secret)
    assert account.id not in {one.id for one in session.accounts.all()}
    return caught.value.message


# Mending and refusing

MENDED = {
    "api.openai.com": "https://api.openai.com/v1",
    " https://api.x.ai/v1/ ": "https://api.x.ai/v1",
    "https://openrouter.ai/api/v1/chat/completions": "https://openrouter.ai/api/v1",
    "HTTPS://Example.com": "https://example.com/v1",
    "localhost:11434": "http://localhost:11434/v1",
    "192.168.1.5:8000/v1/models": "http://192.168.1.5:8000/v1",
    "https://example.com#": "https://example.com",
    "https://api.z.ai/api/paas/v4": "https://api.z.ai/api/paas/v4",
    "http://example.com/v1": "http://example.com/v1",
}
REFUSED = {
    "": "empty",
    "https://exa mple.com": "space",
    "ftp://example.com": "no web address",
    "https://user:pw@example.com/v1": "user name",
    "https://example.com:99999": "port",
    "https://": "name of the server",
}


async def test_an_address_is_mended_wherever_the_account_comes_from(opened: Opened) -> None:
    async with opened() as session:
        for given, meant in MENDED.items():
            account = await session.accounts.add(new(given, name=given or "empty"))
            assert account.base_url == meant
            assert session.accounts.by_id(account.id) == account
            again = await session.accounts.edit(replace(account, default_model="other"))
            assert again.base_url == meant, "an unchanged address is not mended twice"
        account = await session.accounts.edit(replace(account, base_url="example.org"))
        assert account.base_url == "https://example.org/v1"


async def test_what_is_no_address_is_refused_in_words(opened: Opened) -> None:
    async with opened() as session:
        for given, words in REFUSED.items():
            assert words in await refused(session, new(given))


async def test_an_unencrypted_way_over_the_internet_is_warned_of(opened: Opened) -> None:
    async with opened() as session:
        for url, warned in (
            ("http://example.com/v1", True), ("https://example.com/v1", False), ("http://10.0.0.7/v1", False),
            ("http://127.0.0.1:1/v1", False), ("http://gateway.local/v1", False),
        ):  # fmt: skip
            account = await session.accounts.add(new(url, name=url))
            assert bool(session.accounts.warnings(account)) is warned
        assert "for everyone on the way to read" in session.accounts.warnings(new("http://example.com/v1"))[0]


KEYS = {
    "": "empty",
    "sk-a b": "space",
    "sk-a\nb": "line break",
    "sk-\u200bab": "zero-width",
    "sk-ab…": "abbreviated",
    "Bearer sk-a": "Bearer",
    "sk-é": "cannot be sent",
}


async def test_a_key_that_cannot_be_sent_is_refused_without_being_repeated(opened: Opened) -> None:
    async with opened() as session:
        for key, words in KEYS.items():
            said = await refused(session, new(key_source=KeySource.SESSION), Secret(key))
            assert words in said
            assert not key or key not in said


async def test_the_spaces_around_a_key_do_not_matter(opened: Opened) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await session.accounts.add(new(server.base_url, key_source=KeySource.SESSION), Secret(f" {CANARY}\n"))
        assert await session.accounts.secret(account) == Secret(CANARY)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": "  "}, "needs a name"),
    ({"name": "demo"}, "already an account"),
    ({"key_source": KeySource.ENVIRONMENT}, "Name the environment variable"),
    ({"key_source": KeySource.ENVIRONMENT, "key_env": CANARY}, "not the name of an environment variable"),
    ({"headers": (("Authorization", f"Bearer {CANARY}"),)}, "does not belong"),
    ({"headers": (("x-api-key", CANARY),)}, "does not belong"),
    ({"headers": (("Host", "a"),)}, "set by the program"),
    ({"headers": (("X A", "a"),)}, "not the name of a header"),
    ({"headers": (("X-A", "a\nb"),)}, "cannot be sent"),
    ({"key_header": "x api"}, "cannot be sent"),
    ({"params": {"temperature": 7}}, "between 0 and 2"),
    ({"extra_body": {"messages": []}}, "cannot replace"),
    ({"network": Network(ca_file="/nowhere.pem")}, "no file"),
    ({"network": Network(pinned_sha256="ab:cd")}, "64 digits"),
    ({"network": Network(silence_timeout=0)}, "between 0 and"),
    ({"network": Network(ProxyMode.OWN)}, "empty"),
    ({"network": Network(ProxyMode.OWN, "ftp://proxy")}, "not the address of a proxy"),
]


async def test_what_cannot_be_is_refused_in_words(opened: Opened) -> None:
    async with opened() as session:
        for fields, words in WRONG:
            said = await refused(session, new(**fields))
            assert words in said
            assert CANARY not in said


async def test_a_key_is_not_kept_beside_the_account(opened: Opened, profile: Path) -> None:
    async with opened() as session:
        source = {"key_source": KeySource.SESSION}
        for fields in ({"query": (("key", CANARY),)}, {"extra_body": {"user": CANARY}}, {"params": {"user": CANARY}}):
            assert "also stands in another field" in await refused(session, new(**source, **fields), Secret(CANARY))
        url = "http://127.0.0.1:9/v1?key=sk-0123456789"
        assert "also stands" in await refused(session, new(url, **source), Secret("sk-0123456789"))
        await session.accounts.add(new(**source), Secret(CANARY))
    assert list(traces(profile)) == []


# Order, copies, switching off


async def test_accounts_keep_the_order_they_are_given(opened: Opened) -> None:
    async with opened() as session:
        for name in ("a", "b", "c"):
            await session.accounts.add(new(name=name))
        await session.accounts.move(session.accounts.by_name("c").id, 0)
        await session.accounts.move(session.accounts.by_name("a").id, 99)
        assert names(session) == ["c", "Demo", "b", "a"]
        copy = await session.accounts.duplicate(session.accounts.by_name("c").id)
        assert copy.name == "c copy"
        await session.accounts.duplicate(session.accounts.by_name("c").id)
    async with opened() as session:
        assert names(session) == ["c", "c copy 2", "c copy", "Demo", "b", "a"]


def names(session: Any) -> list[str]:
    """The accounts in order."""
    return [account.name for account in session.accounts.all()]


async def test_a_copy_is_like_the_original_and_a_thing_of_its_own(opened: Opened) -> None:
    async with opened() as session:
        source = await session.accounts.add(
            new(key_source=KeySource.SESSION, params={"seed": 1}, headers=(("X-A", "1"),)), Secret(CANARY)
        )
        await session.accounts.learn(source.id, {"include_usage": False})
        copy = await session.accounts.duplicate(source.id)
        assert (copy.params, copy.headers, copy.traits) == ({"seed": 1}, (("X-A", "1"),), Traits(include_usage=False))
        assert await session.accounts.secret(copy) == Secret(CANARY)
        await session.accounts.remove(source.id)
        assert await session.accounts.secret(copy) == Secret(CANARY)


async def test_an_account_that_is_switched_off_is_not_asked(opened: Opened) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        await session.accounts.disable(account.id, True)
        with pytest.raises(UsageError, match="switched off"):
            await session.send(conversation.id, "hi")
        assert conversation.messages == {}
        assert session.accounts.default().name == "Demo"
        await session.accounts.disable(account.id, False)
        await (await session.send(conversation.id, "hi")).wait()
        assert len(server.requests) == 1


# Changing and removing


async def test_an_edit_cannot_unlearn_or_reorder_by_accident(opened: Opened) -> None:
    async with opened() as session:
        form = await session.accounts.add(new())
        await session.accounts.learn(form.id, {"include_usage": False})
        await session.accounts.note_test(form.id, "Works, today")
        await session.accounts.move(form.id, 0)
        await session.accounts.disable(form.id, True)
        kept = await session.accounts.edit(replace(form, name="Other"))
        assert (kept.name, kept.traits.include_usage, kept.last_test, kept.position) == (
            "Other",
            False,
            "Works, today",
            0,
        )
        moved = await session.accounts.edit(replace(form, base_url="http://127.0.0.1:10/v1"))
        assert moved.traits == Traits(), "it is another server"


async def test_a_removed_account_comes_back_with_all_it_had(opened: Opened) -> None:
    models = [answer({"data": [{"id": "m"}]})]
    async with scripted(models) as server, opened() as session:
        account = await session.accounts.add(new(server.base_url, key_source=KeySource.SESSION), Secret(CANARY))
        await session.accounts.models(account.id)
        told: list[object] = []
        session.changed.subscribe(lambda change: told.append(change) if change == AccountsChanged() else None)
        assert await session.accounts.remove(account.id) is None
        assert names(session) == ["Demo"]
        assert session.accounts.known_models(account.id) == []
        assert told
        with pytest.raises(UsageError):
            session.accounts.by_id(account.id)
        assert session.undo_stack.words == ("Account “Mine” removed", "")
        await session.library.undo()
        assert session.accounts.by_id(account.id) == account
        assert await session.accounts.secret(account) == Secret(CANARY)
        assert [one.id for one in session.accounts.known_models(account.id)] == ["m"]
        await session.library.redo()
        await session.library.undo()
    async with opened() as session:
        assert names(session) == ["Demo", "Mine"]
        assert [one.id for one in session.accounts.known_models(account.id)] == ["m"]


async def test_a_name_that_was_taken_meanwhile_is_no_reason_not_to_come_back(opened: Opened) -> None:
    async with opened() as session:
        first = await session.accounts.add(new())
        await session.accounts.remove(first.id)
        await session.accounts.add(new())
        await session.library.undo()
        assert sorted(names(session)) == ["Demo", "Mine", "Mine 2"]


async def test_the_demo_account_can_be_removed_and_is_not_made_again(opened: Opened) -> None:
    async with opened() as session:
        await session.accounts.remove(session.accounts.by_name("demo").id)
        assert session.accounts.default() is None
    async with opened() as session:
        assert session.accounts.all() == ()


async def test_a_borrowed_account_is_written_nowhere(opened: Opened) -> None:
    async with opened() as session:
        session.accounts.lend(new(name="Borrowed"))
        await session.accounts.learn(session.accounts.by_name("Borrowed").id, {"include_usage": False})
        await session.accounts.note_test(session.accounts.by_name("Borrowed").id, "Works")
    async with opened() as session:
        assert names(session) == ["Demo"]


async def test_a_profile_that_cannot_be_written_takes_no_account_and_no_key(opened: Opened, profile: Path) -> None:
    async with opened() as session:
        kept = await session.accounts.add(new(key_source=KeySource.SESSION), Secret("sk-kept"))
    with closing(sqlite3.connect(profile / "chatgui.db")) as connection:
        connection.execute("PRAGMA user_version = 999")
    async with opened() as session:
        for doing in (
            lambda: session.accounts.add(new(name="Other", key_source=KeySource.SESSION), Secret(CANARY)),
            lambda: session.accounts.remove(kept.id),
            lambda: session.accounts.duplicate(kept.id),
            lambda: session.accounts.disable(kept.id, True),
        ):
            with pytest.raises(StoreError):
                await doing()
        assert names(session) == ["Demo", "Mine"]
        assert session.accounts.secrets() == []


async def test_another_server_has_another_list_of_models(opened: Opened) -> None:
    async with (
        scripted([answer({"data": [{"id": "a"}]})]) as one,
        scripted([answer({"data": [{"id": "b"}]})]) as two,
        opened() as session,
    ):
        account = await session.accounts.add(new(one.base_url))
        assert [model.id for model in await session.accounts.models(account.id)] == ["a"]
        await session.accounts.edit(replace(account, base_url=two.base_url))
        assert session.accounts.known_models(account.id) == []
        assert [model.id for model in await session.accounts.models(account.id)] == ["b"]
