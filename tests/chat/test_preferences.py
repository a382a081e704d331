"""Settings are kept as differences, reset with a way back, carried to another computer without secrets, and never lost."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from chatgui.chat.preferences import Preferences
from chatgui.core.account import Network, ProxyMode
from chatgui.core.change import Change, SettingsChanged
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.event import Event
from chatgui.core.settings import DECLARED, DEFAULTS, SECTIONS, refusal, shown


@pytest.fixture
def told() -> list[Change]:
    return []


@pytest.fixture
def preferences(tmp_path: Path, told: list[Change]) -> Preferences:
    changed: Event[Change] = Event()
    changed.subscribe(told.append)
    return Preferences(tmp_path / "settings.toml", changed, AsyncMock())


def kept(preferences: Preferences) -> dict[str, object]:
    """What the profile's file says."""
    return tomllib.loads(preferences._path.read_text("utf-8"))


def test_every_setting_says_what_it_is_and_stands_in_a_section() -> None:
    for one in shown():
        assert one.metadata["title"], one.name
        assert one.metadata["words"].endswith("."), one.name
        assert one.metadata["section"] in SECTIONS, one.name
        assert refusal(one.name, getattr(DEFAULTS, one.name)) == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("zoom", 20, "between 50 and 300"),
        ("zoom", "100", "must be int"),
        ("theme", "pink", "one of system, light, dark"),
        ("shortcuts", {"new": "Ctrl+T"}, "table of lists"),
        ("proxy", "http://me:secret@host:8080", "password"),
        ("proxy", "host:8080", "like http://host:8080"),
        ("proxy", "socks5://host:1080", ""),
        ("nothing", 1, "no setting"),
    ],
)
def test_what_cannot_be_is_refused_in_words(name: str, value: object, words: str) -> None:
    assert words in refusal(name, value)
    assert bool(refusal(name, value)) is bool(words)


async def test_only_differences_are_kept_and_views_are_told_which(preferences: Preferences, told: list[Change]) -> None:
    assert await preferences.change({"zoom": 120, "theme": "system"}) == ("zoom",)
    assert told == [SettingsChanged(frozenset({"zoom"}))]
    assert kept(preferences) == {"zoom": 120}
    await preferences.change({"zoom": 100})
    assert kept(preferences) == {}
    with pytest.raises(UsageError):
        await preferences.change({"zoom": 1, "theme": "dark"})
    assert preferences.settings == DEFAULTS


async def test_a_reset_of_everything_can_be_taken_back_and_leaves_what_is_remembered(preferences: Preferences) -> None:
    await preferences.change({"zoom": 120, "shortcuts": {"new": ("F6",)}, "favourite_models": ("a/m",)})
    before = await preferences.reset()
    assert kept(preferences) == {"favourite_models": ["a/m"]}
    await preferences.change(before)
    assert kept(preferences) == {"zoom": 120, "shortcuts": {"new": ["F6"]}, "favourite_models": ["a/m"]}


@pytest.mark.parametrize("name", ["mine.toml", "mine.json"])
async def test_settings_are_carried_to_another_computer(preferences: Preferences, tmp_path: Path, name: str) -> None:
    await preferences.change({
        "zoom": 120, "shortcuts": {"new": ("F6",)}, "default_account": "0a", "recent_models": ("0a/m",),
        "system_prompt": "Be brief.\nUse “quotes”.",
    })  # fmt: skip
    target = tmp_path / name
    await preferences.export(target)
    there = Preferences(tmp_path / "there" / "settings.toml", Event(), AsyncMock())
    (tmp_path / "there").mkdir()
    taken = await there.take(target)
    assert set(taken.changed) == {"zoom", "shortcuts", "system_prompt"}
    assert there.settings.system_prompt == "Be brief.\nUse “quotes”."
    assert there.settings.shortcuts == {"new": ("F6",)}
    assert (there.settings.default_account, there.settings.recent_models) == ("", ())
    written = (
        json.loads(target.read_text("utf-8")) if name.endswith("json") else tomllib.loads(target.read_text("utf-8"))
    )
    assert set(written) == {name for name, one in DECLARED.items() if one.metadata["portable"]}


async def test_unknown_names_are_kept_and_told_and_wrong_values_left_out(
    preferences: Preferences, tmp_path: Path
) -> None:
    source = tmp_path / "newer.toml"
    source.write_text('zoom = 9000\ndensity = "compact"\nfrom_the_future = "yes"\n[deep]\na = 1\n', "utf-8")
    taken = await preferences.take(source)
    assert taken.changed == ("density",)
    assert taken.unknown == ("from_the_future", "deep")
    assert "between 50 and 300" in str(taken)
    assert "from_the_future, deep" in str(taken)
    await preferences.change({"zoom": 110})
    assert kept(preferences) == {"density": "compact", "zoom": 110, "from_the_future": "yes", "deep": {"a": 1}}


@pytest.mark.parametrize("text", ["not = [toml", "[1, 2]", '{"a": ', "\x00"])
async def test_what_is_no_file_of_settings_changes_nothing(preferences: Preferences, tmp_path: Path, text: str) -> None:
    source = tmp_path / "some.json"
    source.write_text(text, "utf-8")
    with pytest.raises(StoreError):
        await preferences.take(source)
    with pytest.raises(StoreError):
        await preferences.take(tmp_path / "absent.toml")
    assert preferences.settings == DEFAULTS


async def test_new_accounts_begin_with_the_networks_settings(preferences: Preferences) -> None:
    assert preferences.network == Network()
    await preferences.change({"proxy": "socks5://host:1080", "silence_timeout": 0})
    assert preferences.network == Network(silence_timeout=None)
    await preferences.change({"proxy_mode": "own"})
    assert preferences.network == Network(ProxyMode.OWN, "socks5://host:1080", silence_timeout=None)


async def test_who_wants_no_recent_models_kept_has_none(preferences: Preferences) -> None:
    await preferences.change({"recent_models": ("a/m",)})
    await preferences.change({"keep_recent": False})
    assert preferences.settings.recent_models == ()


async def test_an_import_that_wants_no_recent_models_kept_forgets_them(
    preferences: Preferences, tmp_path: Path
) -> None:
    (file := tmp_path / "other.json").write_text('{"keep_recent": false}')
    await preferences.change({"recent_models": ("a/m",)})
    await preferences.take(file)
    assert preferences.settings.recent_models == ()


@pytest.mark.parametrize(("switch", "choice"), [("true", "on"), ("false", "system")])
async def test_the_switch_for_less_motion_has_become_a_choice(
    preferences: Preferences, tmp_path: Path, switch: str, choice: str
) -> None:
    """It was off for everybody who never touched it: for them the system's word counts now."""
    (tmp_path / "settings.toml").write_text(f"reduced_motion = {switch}\n")
    await preferences.load()
    assert preferences.trouble == ""
    assert preferences.settings.reduced_motion == choice
    await preferences.change({"zoom": 110})
    written = (tmp_path / "settings.toml").read_text()
    assert ("reduced_motion" in written) == (choice == "on")
    older = tmp_path / "elsewhere.json"
    older.write_text(f'{{"reduced_motion": {switch}}}')
    assert not (await preferences.take(older)).refused
    assert preferences.settings.reduced_motion == choice
