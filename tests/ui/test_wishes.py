"""What the system knows a person wishes of every program: read from a real bus, followed live, and heeded by all that moves."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, HeaderFields, new_method_return, new_signal
from PySide6.QtWidgets import QApplication

from chatgui.ui import wishes as asked
from chatgui.ui.dialogs.parts import Progress
from chatgui.ui.wishes import GNOME, KDE, MOTION, SCHEME, Key, SystemWishes, Wishes, wishes
from tests.support.session_bus import on_the_bus, session_bus
from tests.ui.conftest import showing, until
from tests.ui.test_window import say

HERE = DBusAddress("/org/freedesktop/portal/desktop", interface="org.freedesktop.portal.Settings")


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A private session bus; this machine's own wishes are none of a test's business."""
    monkeypatch.setattr(asked, "elsewhere", dict)
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


class Portal:
    """A desktop portal that knows these settings, and tells when one changes."""

    def __init__(self, settings: dict[Key, tuple[str, object]]) -> None:
        self.settings = settings
        self.connection: Any = None
        self.asked = 0

    async def answer(self, call: Any) -> None:
        assert call.header.fields[HeaderFields.member] == "ReadAll"
        self.asked += 1
        told: dict[str, dict[str, object]] = {}
        for (space, key), value in self.settings.items():
            assert space in call.body[0]
            told.setdefault(space, {})[key] = value
        await self.connection.send(new_method_return(call, "a{sa{sv}}", (told,)))

    async def change(self, key: Key, value: tuple[str, object]) -> None:
        await self.connection.send(new_signal(HERE, "SettingChanged", "ssv", (*key, value)))


class Silent(Portal):
    """A portal that hangs."""

    async def answer(self, call: Any) -> None:
        self.asked += 1


@contextlib.asynccontextmanager
async def standing(one: Portal) -> AsyncIterator[Portal]:
    async with on_the_bus("org.freedesktop.portal.Desktop", one.answer) as one.connection:
        yield one


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({}, Wishes(None, None)),
        ({MOTION: 1}, Wishes(None, True)),
        ({MOTION: 0}, Wishes(None, False)),
        ({MOTION: 0, GNOME: False}, Wishes(None, False)),  # the newer word is the portal's own
        ({GNOME: False}, Wishes(None, True)),
        ({GNOME: True}, Wishes(None, False)),
        ({GNOME: "false"}, Wishes(None, True)),
        ({KDE: "0"}, Wishes(None, True)),
        ({KDE: 0.5}, Wishes(None, False)),
        ({KDE: "0", GNOME: True}, Wishes(None, True)),
        ({KDE: "quick"}, Wishes(None, None)),
        ({MOTION: "1", SCHEME: "1"}, Wishes(None, None)),
        ({SCHEME: 1}, Wishes(True, None)),
        ({SCHEME: 2}, Wishes(False, None)),
    ],
)
def test_what_is_said_means(said: dict[Key, object], meant: Wishes) -> None:
    assert wishes(said) == meant


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("[KDE]\nAnimationDurationFactor=0\n", "0"),
        (
            "[General]\nAnimationDurationFactor=0\n\n[KDE]\nwidgetStyle=Breeze\nAnimationDurationFactor[$e]=0.25\n",
            "0.25",
        ),
        ("[KDE]\nwidgetStyle=Breeze\n", None),
        ("\x00\xff[KDE\n=", None),
    ],
)
def test_kdes_own_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, factor: str | None) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    (tmp_path / "kdeglobals").write_text(text, errors="replace")
    monkeypatch.setattr(asked, "_output", lambda *_: "")
    assert asked.elsewhere() == ({KDE: factor} if factor is not None else {})


def test_gnomes_settings_are_asked_where_kde_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    program = tmp_path / "gsettings"
    program.write_text('#!/bin/sh\n[ "$*" = "get org.gnome.desktop.interface enable-animations" ] && echo false\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert wishes(asked.elsewhere()) == Wishes(None, True)
    program.write_text("#!/bin/sh\necho No such schema >&2\nexit 1\n")
    assert asked.elsewhere() == {}


async def test_the_portal_is_asked_once_and_heard_from_then_on(qapp: QApplication, bus: str) -> None:
    told: list[Wishes] = []
    async with standing(Portal({SCHEME: ("u", 1), MOTION: ("u", 0)})) as portal:
        one = SystemWishes(told.append)
        await one.begin()
        await one.begin()
        assert told == [Wishes(True, False)]
        await portal.change(MOTION, ("u", 1))
        await until(lambda: told[-1] == Wishes(True, True))
        await portal.change(("org.freedesktop.appearance", "accent-color"), ("(ddd)", (0.1, 0.2, 0.3)))
        await portal.change(SCHEME, ("v", ("u", 2)))
        await until(lambda: told[-1] == Wishes(False, True))
        await one.look_again()
        assert len(told) == 3
        assert portal.asked == 1
        await one.close()


async def test_gnomes_and_kdes_own_settings_come_by_the_portal_too(qapp: QApplication, bus: str) -> None:
    told: list[Wishes] = []
    async with standing(Portal({GNOME: ("b", True)})) as portal:
        one = SystemWishes(told.append)
        await one.begin()
        await portal.change(GNOME, ("b", False))
        await until(lambda: told == [Wishes(None, False), Wishes(None, True)])
        await portal.change(GNOME, ("b", True))
        await portal.change(KDE, ("s", "0"))
        await until(lambda: told[2:] == [Wishes(None, False), Wishes(None, True)])
        await one.close()


@pytest.mark.parametrize("hangs", [True, False])
async def test_without_a_portal_that_answers_the_system_is_asked_otherwise(
    qapp: QApplication, bus: str, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    answers: list[dict[Key, object]] = [{GNOME: "false"}, {GNOME: "true"}]
    monkeypatch.setattr(asked, "elsewhere", lambda: answers.pop(0))
    monkeypatch.setattr(asked, "WAIT_S", 0.2)
    told: list[Wishes] = []
    async with contextlib.AsyncExitStack() as stack:
        if hangs:
            await stack.enter_async_context(standing(Silent({})))
        one = SystemWishes(told.append)
        await one.begin()
        assert told == [Wishes(None, True)]
        await one.look_again()
        assert told[-1] == Wishes(None, False)
        await one.close()


async def test_no_bus_at_all_is_no_trouble(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "elsewhere", dict)
    told: list[Wishes] = []
    one = SystemWishes(told.append)
    await one.begin()
    await one.close()
    assert told == [Wishes()]


async def test_all_that_moves_is_still_while_the_system_wishes_it(qapp: QApplication, profile: Path, bus: str) -> None:
    async with standing(Portal({MOTION: ("u", 0)})) as portal, showing(qapp, profile) as (window, session):
        blinking = qapp.cursorFlashTime()
        one = SystemWishes(window.theme.follow)
        await one.begin()
        view = window.stage.view
        assert view.page.style.motion
        await portal.change(MOTION, ("u", 1))
        await until(lambda: not view.page.style.motion)
        assert qapp.cursorFlashTime() == 0
        assert not any(inner.page.style.motion for inner in window.side.views)
        bar = Progress()
        bar.begin(0, still=window.theme.is_still)
        assert bar.maximum() == 1, "a bar without an end runs to and fro"
        await session.change_settings(reduced_motion="off")
        assert view.page.style.motion
        assert qapp.cursorFlashTime() == blinking
        await one.close()


async def test_an_answer_grows_in_calm_steps_where_nothing_is_to_move(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, pace=0.2) as (window, session):
        view, seen = window.stage.view, set()
        await session.change_settings(reduced_motion="on")
        say(window, "How do tides work?")
        await until(lambda: window.conversation_bound.turn is not None)
        began = asyncio.get_running_loop().time()
        while window.conversation_bound.turn is not None:
            seen.add(len(view.page.live.text) if view.page.live else 0)
            await asyncio.sleep(0.01)
        steps = (asyncio.get_running_loop().time() - began) / 0.25
        assert steps > 3, "the answer came too quickly to see how it grew"
        assert 2 < len(seen) <= steps + 3


RUNNING = """
import sys
from pathlib import Path
from chatgui import app
from chatgui.ui.theme import Theme

follow = Theme.follow

def tell(self, wishes):
    follow(self, wishes)
    print("still" if self.is_still else "moving", self._app.cursorFlashTime() == 0, flush=True)

Theme.follow = tell
sys.exit(app.main(Path(sys.argv[1])))
"""


async def test_the_running_program_follows_the_desktop(qapp: QApplication, profile: Path, bus: str) -> None:
    async with standing(Portal({MOTION: ("u", 1)})) as portal:
        program = await asyncio.to_thread(
            subprocess.Popen, [sys.executable, "-c", RUNNING, str(profile)], stdout=subprocess.PIPE, text=True
        )
        assert program.stdout is not None
        try:
            for value, line in ((None, "still True"), (0, "moving False"), (1, "still True")):
                if value is not None:
                    await portal.change(MOTION, ("u", value))
                assert (await asyncio.to_thread(program.stdout.readline)).strip() == line
        finally:
            program.terminate()
            await asyncio.to_thread(program.communicate, timeout=30)
        assert program.returncode == 0
