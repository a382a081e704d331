"""An answer that is ready while the window is not in front: told to a real D-Bus, and opened by a click there."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, HeaderFields, new_error, new_method_return, new_signal
from PySide6.QtWidgets import QApplication

from chatgui.core.message import Message, Role, State, Text
from chatgui.ui import notify
from tests.support.session_bus import on_the_bus, session_bus
from tests.ui.conftest import showing, until
from tests.ui.test_window import answered, say

HERE = DBusAddress("/org/freedesktop/Notifications", interface="org.freedesktop.Notifications")


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A private session bus, and the window is not in front."""
    monkeypatch.setattr(notify, "in_front", lambda: False)
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield


class Service:
    """A notification service that keeps what it was told, and can be clicked."""

    def __init__(self, refuses: bool) -> None:
        self.told: list[tuple[str, str]] = []
        self.connection: Any = None
        self._refuses = refuses

    async def answer(self, asked: Any) -> None:
        if self._refuses:
            await self.connection.send(new_error(asked, "org.freedesktop.DBus.Error.Failed"))
            return
        assert asked.header.fields[HeaderFields.member] == "Notify"
        self.told.append((asked.body[3], asked.body[4]))
        await self.connection.send(new_method_return(asked, "u", (len(self.told),)))

    async def click(self, number: int) -> None:
        await self.connection.send(new_signal(HERE, "ActionInvoked", "us", (number, "default")))

    async def shut(self, number: int) -> None:
        await self.connection.send(new_signal(HERE, "NotificationClosed", "uu", (number, 2)))


@contextlib.asynccontextmanager
async def service(*, refuses: bool = False) -> AsyncIterator[Service]:
    one = Service(refuses)
    async with on_the_bus("org.freedesktop.Notifications", one.answer) as one.connection:
        yield one


@pytest.mark.usefixtures("bus")
async def test_a_click_on_the_notification_opens_that_conversation(qapp: QApplication, profile: Path) -> None:
    forward: list[bool] = []
    async with service() as desktop, showing(qapp, profile) as (window, session):
        window.wanted.connect(lambda: forward.append(True))
        say(window, "How do <b>tides</b> work?")
        await until(lambda: answered(window) and desktop.told)
        first = window.conversation_bound.id
        assert desktop.told == [("chatgui", "An answer is ready.")], "nothing of what was said is on the screen"
        window.verbs_bound.new_conversation()
        await until(lambda: window.conversation_bound.id != first)
        await session.change_settings(notify_words=True)
        say(window, "And <i>fjords</i> & such?")
        await until(lambda: len(desktop.told) == 2)
        title, body = desktop.told[1]
        assert title == "And <i>fjords</i> & such?"
        assert body
        assert "<" not in body
        await desktop.click(1)
        await until(lambda: window.conversation_bound.id == first)
        assert forward == [True]
        await desktop.shut(2)
        await desktop.click(2)
        await desktop.click(77)  # somebody else's
        await desktop.click(1)
        await until(lambda: len(forward) == 2)
        assert window.conversation_bound.id == first


@pytest.mark.usefixtures("bus")
@pytest.mark.parametrize("there", [True, False])
async def test_a_desktop_that_takes_no_notifications_is_no_trouble(
    qapp: QApplication, profile: Path, there: bool
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        if there:
            await stack.enter_async_context(service(refuses=True))
        window, _ = await stack.enter_async_context(showing(qapp, profile))
        said: list[Any] = []
        desktop = notify.Desktop(said.append)
        assert not await desktop.tell("c", "title", "words")
        await desktop.close()
        say(window, "Hello")
        await until(lambda: answered(window))
        assert not window.stage.notices.words


@pytest.mark.usefixtures("bus")
async def test_who_wants_none_gets_none(qapp: QApplication, profile: Path) -> None:
    async with service() as desktop, showing(qapp, profile) as (window, session):
        await session.change_settings(notify=False)
        say(window, "Hello")
        await until(lambda: answered(window))
        await session.change_settings(notify=True)
        say(window, "Again")
        await until(lambda: len(desktop.told) == 1)


@pytest.mark.usefixtures("bus")
async def test_nothing_is_told_while_the_window_is_in_front(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with service() as desktop, showing(qapp, profile) as (window, _):
        monkeypatch.setattr(notify, "in_front", lambda: True)
        say(window, "Hello")
        await until(lambda: answered(window))
        monkeypatch.setattr(notify, "in_front", lambda: False)
        say(window, "Again")
        await until(lambda: desktop.told)
        assert len(desktop.told) == 1


def made(text: str, state: State = State.FINISHED) -> Message:
    return Message("m", Role.ASSISTANT, (Text(text),), datetime.now(UTC), state=state)


@pytest.mark.parametrize(
    ("answer", "words", "said"),
    [
        (made("\n\n  First line  \nsecond"), True, ("Tides", "First line")),
        (made("First"), False, ("chatgui", "An answer is ready.")),
        (made(""), True, ("Tides", "The answer is ready.")),
        (made("x", State.INTERRUPTED), True, ("Tides", "The answer broke off.")),
        (made("x", State.FAILED), False, ("chatgui", "An answer broke off.")),
    ],
)
def test_what_is_told(answer: Message, words: bool, said: tuple[str, str]) -> None:
    assert notify.said("Tides", answer, words=words) == said


def test_a_long_line_is_cut() -> None:
    assert len(notify.said("", made("word " * 500), words=True)[1]) <= notify.LONGEST
