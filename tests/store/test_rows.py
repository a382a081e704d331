"""Accounts, assistants, model lists, settings and what was spent."""

from __future__ import annotations

import sqlite3
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatgui.core.account import Account, KeySource, Model, Network, Price, ProxyMode, Traits
from chatgui.core.assistant import Assistant
from chatgui.core.message import State
from chatgui.core.settings import Settings
from chatgui.core.usage import Source, Usage
from chatgui.store import accounts, assistants, conversations, settings, usage
from chatgui.store.database import Database
from chatgui.store.profile import Profile
from tests.store.samples import NOON, USAGE, conversation, running

ACCOUNT = Account(
    id="a1",
    name="Work",
    base_url="https://example.org/v1",
    key_source=KeySource.ENVIRONMENT,
    key_env="KEY",
    headers=(("X-Team", "blue"),),
    params={"temperature": 0.2},
    extra_body={"provider": {"order": ["a"]}},
    network=Network(ProxyMode.OWN, "http://user@proxy:8080", silence_timeout=None),
    traits=Traits(include_usage=False, reasoning_field="reasoning"),
    position=2,
)


async def test_an_account_comes_back_equal_and_can_be_replaced(db: Database) -> None:
    other = Account("a2", "First", "http://x", position=1)
    for account in (ACCOUNT, other, replace(ACCOUNT, name="Renamed")):
        await db.write(accounts.save, account)
    assert await db.call(accounts.load) == [other, replace(ACCOUNT, name="Renamed")]
    await db.write(accounts.save_models, "a2", [Model("m")])
    await db.write(accounts.delete, "a2")
    assert [account.id for account in await db.call(accounts.load)] == ["a1"]
    assert await db.call(accounts.load_models) == {}


async def test_an_account_of_a_newer_program_loses_only_what_is_not_known_here(db: Database) -> None:
    def put(connection: sqlite3.Connection) -> None:
        text = '{"id": "n", "name": "New", "base_url": "http://n", "unheard_of": 1}'
        connection.execute("INSERT INTO accounts VALUES ('n', 0, 'New', ?), ('b', 1, 'Bad', '{\"id\": 3}')", (text,))

    await db.write(put)
    assert [account.name for account in await db.call(accounts.load)] == ["New"]


async def test_model_lists(db: Database) -> None:
    models = [Model("m1", "One", 8192, vision=True, price=Price(1.0, 2.0), raw={"x": [1]}), Model("m2")]
    await db.write(accounts.save_models, "a1", models)
    assert await db.call(accounts.load_models) == {"a1": models}


async def test_assistants(db: Database) -> None:
    one, two = Assistant("x", "Poet", system="Rhyme.", params={"top_p": 1}, position=1), Assistant("y", "Critic")
    for assistant in (one, two):
        await db.write(assistants.save, assistant)
    assert await db.call(assistants.load) == [two, one]
    await db.write(assistants.delete, "y")
    assert await db.call(assistants.load) == [one]


# ------------------------------------------------------------------------------------------------ settings


def test_settings_come_back_and_defaults_are_not_written(place: Profile) -> None:
    changed = Settings(theme="dark", zoom=120)
    settings.save(place.settings, changed)
    assert settings.load(place.settings) == (changed, "")
    assert tomllib.loads(place.settings.read_text()) == {"theme": "dark", "zoom": 120}
    assert place.settings.stat().st_mode & 0o077 == 0


def test_no_file_is_no_trouble(place: Profile) -> None:
    assert settings.load(place.settings) == (Settings(), "")


def test_what_the_program_does_not_know_stays_in_the_file(place: Profile) -> None:
    place.settings.write_text('theme = "dark"\nfuture = [1, 2]\n[other]\nx = 1\n')
    loaded, words = settings.load(place.settings)
    assert (loaded.theme, words) == ("dark", "")
    settings.save(place.settings, replace(loaded, theme="light"))
    assert tomllib.loads(place.settings.read_text()) == {"theme": "light", "future": [1, 2], "other": {"x": 1}}


def test_a_wrong_value_costs_only_itself(place: Profile) -> None:
    place.settings.write_text('theme = "pink"\nzoom = 120\nnotify = "yes"\n')
    loaded, words = settings.load(place.settings)
    assert (loaded.theme, loaded.zoom, loaded.notify) == ("system", 120, True)
    assert "theme" in words
    assert "notify" in words


@pytest.mark.parametrize("raw", [b"theme = ", b"\xff\xfe\x00", b"[" * 5000], ids=["cut", "binary", "deep"])
def test_a_broken_file_is_set_aside_with_words(place: Profile, raw: bytes) -> None:
    place.settings.write_bytes(raw)
    loaded, words = settings.load(place.settings)
    assert loaded == Settings()
    (aside,) = place.path.glob("settings.broken-*.toml")
    assert aside.read_bytes() == raw
    assert aside.name in words


def test_a_failed_save_leaves_the_old_file(place: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.save(place.settings, Settings(zoom=120))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chatgui.store.files.os.fsync", full)
    with pytest.raises(Exception, match="No space left"):
        settings.save(place.settings, Settings(zoom=150))
    assert settings.load(place.settings)[0].zoom == 120
    assert [path.name for path in place.path.iterdir() if path.name.startswith(".settings")] == []


# ------------------------------------------------------------------------------------------------ spending


async def spent(db: Database, title: str, *answers: tuple[str, str, Usage, datetime]) -> str:
    """A conversation with finished answers; its id."""
    talk = conversation(title)
    await db.write(conversations.create, talk)
    for account, model, what, when in answers:
        reply = replace(running(account=account, model=model), created=when)
        await db.write(conversations.begin_reply, talk.id, reply)
        final = replace(reply, usage=what, state=State.FINISHED)
        await db.write(conversations.finish_reply, talk.id, final)
    return talk.id


async def test_sums_say_what_is_known_and_count_what_is_not(db: Database) -> None:
    day = timedelta(days=1)
    euro = replace(USAGE, currency="EUR", cost=2.0, source=Source.ESTIMATED, partial=True)
    talk = await spent(
        db, "Dear talk", ("Work", "big", USAGE, NOON), ("Work", "big", Usage(), NOON + day), ("Home", "big", euro, NOON)
    )
    by_account = await db.call(usage.totals, "account")
    assert [(one.name, one.currency, one.answers) for one in by_account] == [
        ("Home", "EUR", 1), ("Work", "USD", 2),
    ]  # fmt: skip
    home, work = by_account
    assert (work.total_tokens, work.cost, work.unknown, work.uncosted, work.estimated) == (30, 0.001, 1, 1, 0)
    assert (work.estimated_tokens, work.estimated_cost) == (None, 0.001)
    assert (home.estimated, home.estimated_tokens, home.partial) == (1, 30, 1)
    days = {one.name: one for one in await db.call(usage.totals, "day")}
    assert days[(NOON + day).astimezone().date().isoformat()].total_tokens is None, "unknown is not 0"
    assert sum(one.answers for one in await db.call(usage.totals, "day", NOON, NOON + day)) == 2
    assert {one.title for one in await db.call(usage.totals, "conversation")} == {"Dear talk"}
    await db.write(conversations.purge, [talk])
    kept = await db.call(usage.totals, "conversation")
    assert sum(one.answers for one in kept) == 3, "deleting a conversation keeps what it cost"
    assert {one.title for one in kept} == {""}


async def test_currencies_are_never_added(db: Database) -> None:
    euro = replace(USAGE, currency="EUR", cost=2.0)
    await spent(db, "Two", ("Work", "big", USAGE, NOON), ("Work", "big", euro, NOON), ("Work", "big", Usage(), NOON))
    rows = await db.call(usage.totals, "model")
    assert {(one.currency, one.cost) for one in rows} == {("USD", 0.001), ("EUR", 2.0)}
    assert sum(one.answers for one in rows) == 3


async def test_pieces_keep_days_models_and_honesties_apart(db: Database) -> None:
    guess = replace(USAGE, source=Source.ESTIMATED)
    await spent(
        db, "Two", ("Work", "big", USAGE, NOON), ("Work", "big", guess, NOON), ("Home", "small", Usage(), NOON),
        ("Home", "small", USAGE, NOON + timedelta(days=1)),
    )  # fmt: skip
    first, second = ((NOON + timedelta(days=at)).astimezone().date().isoformat() for at in (0, 1))
    big, unknown, small = await db.call(usage.pieces, "model")
    assert (big.day, big.name, big.reported, big.estimated) == (first, "big", 30, 30)
    assert (big.cost, big.estimated_cost, big.currency) == (0.002, 0.002, "USD")
    assert (unknown.day, unknown.name, unknown.reported, unknown.estimated, unknown.cost) == (
        first,
        "small",
        None,
        None,
        None,
    )
    assert (small.day, small.reported, small.estimated) == (second, 30, None)
    assert {one.name for one in await db.call(usage.pieces, "account")} == {"Work", "Home"}


async def test_days_are_the_days_of_this_place(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await spent(db, "Late", ("Work", "big", USAGE, datetime(2026, 11, 20, 23, 30, tzinfo=UTC)))
    (one,) = await db.call(usage.totals, "day")
    assert one.name == datetime(2026, 11, 20, 23, 30, tzinfo=UTC).astimezone().date().isoformat()


def test_a_profile_is_found_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATGUI_PROFILE", str(tmp_path / "here"))
    assert Profile.default().path == tmp_path / "here"
