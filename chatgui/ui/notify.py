"""Telling the desktop that an answer is ready, while the window is not in front; a click opens that conversation."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QWidget

from chatgui.core.change import Change, TurnEnded
from chatgui.core.message import Message, State
from chatgui.ui.tasks import Tasks

if TYPE_CHECKING:
    from chatgui.chat.session import Session

log = logging.getLogger(__name__)

WAIT_S = 2.0
LONGEST = 200  # characters of the first line
PLACE = ("/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.freedesktop.Notifications")


def said(title: str, answer: Message, *, words: bool) -> tuple[str, str]:
    """Summary and body. Without `words` nothing of the conversation is in them: others may see the screen."""
    broken = answer.state in (State.FAILED, State.INTERRUPTED)
    first = next((line.strip() for line in answer.text.splitlines() if line.strip()), "")
    if not words:
        return "chatgui", "An answer broke off." if broken else "An answer is ready."
    cut = first if len(first) <= LONGEST else f"{first[: LONGEST - 1].rstrip()}…"
    return title, "The answer broke off." if broken else cut or "The answer is ready."


class Notifications:
    """Hears which answers end and tells the desktop. `open_conversation` is called with what was clicked."""

    def __init__(
        self, session: Session, window: QWidget, tasks: Tasks, open_conversation: Callable[[str], None]
    ) -> None:
        self._session = session
        self._window = window
        self._tasks = tasks
        self._desktop = Desktop(open_conversation)
        self.hush = session.changed.subscribe(self._hear)  # called to hear no more

    async def close(self) -> None:
        """Let the desktop go, after `hush` and the window's tasks."""
        await self._desktop.close()

    def _hear(self, change: Change) -> None:
        match change:
            case TurnEnded(conversation, message) if self._session.settings.notify and not in_front():
                QApplication.alert(self._window)  # what every platform has
                self._tasks.start(self._tell(conversation, message))
            case _:
                pass

    async def _tell(self, conversation_id: str, message_id: str) -> None:
        conversation = await self._session.conversation(conversation_id)
        answer = conversation.messages.get(message_id)
        if answer is not None and answer.state is not State.STOPPED:
            words = said(conversation.title, answer, words=self._session.settings.notify_words)
            await self._desktop.tell(conversation_id, *words)


def in_front() -> bool:
    """Whether a window of this program has the keyboard."""
    return QApplication.activeWindow() is not None


class Desktop:
    """The desktop's notification service, by D-Bus; one connection, made with the first notification."""

    def __init__(self, clicked: Callable[[str], None]) -> None:
        self._clicked = clicked
        self._connection: Any = None
        self._router: Any = None
        self._listening: asyncio.Task[None] | None = None
        self._about: dict[int, str] = {}  # what each shown notification is about

    async def tell(self, about: str, summary: str, body: str) -> bool:
        """Show a notification; False if nobody takes it, which is no trouble."""
        try:
            async with asyncio.timeout(WAIT_S):
                if self._router is None or self._listening is None or self._listening.done():
                    await self._connect()
                number = await self._notify(summary, body)
        except (ImportError, OSError, LookupError, ValueError, EOFError, TimeoutError, RuntimeError) as error:
            log.info("no notification was shown: %s", type(error).__name__)
            await self.close()
            return False
        self._about[number] = about
        return True

    async def _connect(self) -> None:
        await self.close()
        bus = await asyncio.to_thread(import_module, "jeepney.io.asyncio")  # loading it takes longer than a frame
        from jeepney import MatchRule, message_bus

        self._connection = await bus.open_dbus_connection("SESSION")
        self._router = bus.DBusRouter(self._connection)
        rule = MatchRule(type="signal", interface=PLACE[2], path=PLACE[0])
        await self._router.send_and_get_reply(message_bus.AddMatch(rule))
        self._listening = asyncio.get_running_loop().create_task(self._listen(rule))

    async def _notify(self, summary: str, body: str) -> int:
        from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call

        address = DBusAddress(PLACE[0], PLACE[1], PLACE[2])
        hints = {"desktop-entry": ("s", "chatgui"), "category": ("s", "im.received")}
        # the body may be read as markup
        told = ("chatgui", 0, "chatgui", summary, html.escape(body, quote=False), ["default", "Open"], hints, -1)
        reply = await self._router.send_and_get_reply(new_method_call(address, "Notify", "susssasa{sv}i", told))
        if reply.header.message_type is not MessageType.method_return:
            raise LookupError(reply.header.fields.get(HeaderFields.error_name, ""))
        return int(reply.body[0])

    async def _listen(self, rule: Any) -> None:
        from jeepney import HeaderFields

        with self._router.filter(rule, bufsize=50) as signals:
            while True:
                signal = await signals.get()
                member = signal.header.fields.get(HeaderFields.member)
                about = self._about.get(signal.body[0]) if signal.body else None
                if about is not None and member == "ActionInvoked":
                    self._clicked(about)
                elif about is not None and member == "NotificationClosed":
                    self._about.pop(signal.body[0])

    async def close(self) -> None:
        """Let the connection go; what is shown stays shown, and opens nothing any more."""
        listening, self._listening = self._listening, None
        router, self._router = self._router, None
        connection, self._connection = self._connection, None
        self._about.clear()
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        try:
            if router is not None:
                await router.__aexit__(None, None, None)
            if connection is not None:
                await connection.close()
        except (OSError, EOFError, ValueError) as error:
            log.info("the session bus went away: %s", type(error).__name__)
