"""Announcements for screen readers that know none. Orca reads them from its version 45 on; who has an older one (Debian 12's)
would hear nothing. But it reads aloud every notification that shows: so, where nobody listens for announcements, one does.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QWidget

from chatgui.ui.bus import NOBODY, Place, SessionBus
from chatgui.ui.tasks import Tasks

log = logging.getLogger(__name__)

WAIT_S = 2.0
KEPT = 8  # sentences that may still be asked for what they say
BUS = Place("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
REGISTRY = Place("/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry")


class Sentence(QAccessibleInterface):
    """A notification that nobody sees: it has a name and nothing else."""

    def __init__(self, about: QWidget, words: str) -> None:
        super().__init__()
        self._about = about
        self._words = words

    def isValid(self) -> bool:
        return bool(shiboken6.isValid(self._about))

    def object(self) -> QObject | None:  # type: ignore[override]  # the stubs do not know that there may be none
        return None

    def window(self) -> Any:
        return self._about.window().windowHandle()

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._about)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        return None

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.Notification

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.readOnly = True
        return state

    def text(self, which: QAccessible.Text) -> str:
        return self._words if which == QAccessible.Text.Name else ""

    def setText(self, which: QAccessible.Text, text: str) -> None:
        """It was said already."""

    def rect(self) -> QRect:
        return QRect()


class Hearers:
    """Is told what was announced, and says it once more where nobody listened. Who listens is asked each time."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._bus = SessionBus()
        self._waiting: list[tuple[QWidget, str]] = []
        self._said: deque[Sentence] = deque()

    def tell(self, about: QWidget, words: str) -> None:
        """This was announced."""
        if not QAccessible.isActive():
            return
        self._waiting.append((about, words))
        if len(self._waiting) == 1:
            self._tasks.start(self._ask())

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                if not self._bus.is_connected:
                    await self._connect()
                (listeners,) = await self._bus.call(REGISTRY, "GetRegisteredEvents", "", ())
        except NOBODY as error:
            log.info("nobody knows who listens: %s", type(error).__name__)
            self._waiting.clear()
            await self._bus.close()
            return
        waiting, self._waiting = self._waiting, []
        if not know_announcements(event for _, event in listeners):
            for about, words in waiting:
                if shiboken6.isValid(about):
                    self._show(about, words)

    async def _connect(self) -> None:
        await self._bus.connect(BUS, _overheard)
        (address,) = await self._bus.call(BUS, "GetAddress", "", ())
        await self._bus.connect(REGISTRY, _overheard, address)

    def _show(self, about: QWidget, words: str) -> None:
        said = Sentence(about, words)
        self._said.append(said)
        QAccessible.updateAccessibility(QAccessibleEvent(said, QAccessible.Event.ObjectShow))
        if len(self._said) > KEPT:
            _retire(self._said.popleft())

    async def close(self) -> None:
        """Nothing more is said."""
        while self._said:
            _retire(self._said.popleft())
        await self._bus.close()


def know_announcements(events: Iterable[str]) -> bool:
    """Whether who listens for these events, named as the registry does (`Object:StateChanged:`), hears announcements."""
    kinds = [event.lower().rstrip(":").split(":") for event in events]
    return any(kind[:2] in (["object"], ["object", "announcement"]) for kind in kinds)


def _overheard(*_: object) -> None:
    """Signals mean nothing here."""


def _retire(said: Sentence) -> None:
    QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(said))
