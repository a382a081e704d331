"""Telling the desktop that an answer is ready, while the window is not in front; a click opens that conversation."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QWidget

from chatgui.core.change import Change, TurnEnded
from chatgui.core.message import Message, State
from chatgui.ui.bus import NOBODY, Place, SessionBus
from chatgui.ui.tasks import Tasks

if TYPE_CHECKING:
    from chatgui.chat.session import Session

log = logging.getLogger(__name__)

WAIT_S = 2.0
LONGEST = 200  # characters of the first line
PLACE = Place("/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.freedesktop.Notifications")


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
        self._bus = SessionBus()
        self._about: dict[int, str] = {}  # what each shown notification is about

    async def tell(self, about: str, summary: str, body: str) -> bool:
        """Show a notification; False if nobody takes it, which is no trouble."""
        try:
            async with asyncio.timeout(WAIT_S):
                if not self._bus.is_connected:
                    self._about.clear()
                    await self._bus.connect(PLACE, self._hear)
                number = await self._notify(summary, body)
        except NOBODY as error:
            log.info("no notification was shown: %s", type(error).__name__)
            await self.close()
            return False
        self._about[number] = about
        return True

    async def _notify(self, summary: str, body: str) -> int:
        hints = {"desktop-entry": ("s", "chatgui"), "category": ("s", "im.received")}
        # the body may be read as markup
        told = ("chatgui", 0, "chatgui", summary, html.escape(body, quote=False), ["default", "Open"], hints, -1)
        return int((await self._bus.call(PLACE, "Notify", "susssasa{sv}i", told))[0])

    def _hear(self, member: str, values: tuple[Any, ...]) -> None:
        about = self._about.get(values[0]) if values else None
        if about is not None and member == "ActionInvoked":
            self._clicked(about)
        elif about is not None and member == "NotificationClosed":
            self._about.pop(values[0])

    async def close(self) -> None:
        """Let the connection go; what is shown stays shown, and opens nothing any more."""
        self._about.clear()
        await self._bus.close()
