"""Qt's main loop as asyncio's: qasync's, made cheaper where a streaming answer uses it many times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop


class Ear:
    """Listens to one file descriptor, when it is to. Kept for the life of the loop: a pause is not the end of it."""

    def __init__(self, fd: int) -> None:
        self._wanted: asyncio.Handle | None = None
        self._notifier = QSocketNotifier(fd, QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._heard)

    def listen(self, wanted: asyncio.Handle) -> None:
        """Call this whenever there is something to read."""
        self._wanted = wanted
        self._notifier.setEnabled(True)

    def rest(self) -> bool:
        """Listen no more; whether it did."""
        listened, self._wanted = self._wanted is not None, None
        self._notifier.setEnabled(False)
        return listened

    def _heard(self) -> None:
        if self._wanted is not None:
            self._wanted._run()  # noqa: SLF001  # as asyncio's own loops do: it tells the loop of what went wrong


class Loop(QEventLoop):  # type: ignore[misc]  # it has no types
    """The program's one loop.

    qasync makes a notifier each time a transport goes on reading, and takes a turn of the loop more for each thing read: both
    as often as a frame while an answer comes.
    """

    def __init__(self, app: QApplication) -> None:
        self._ears: dict[int, Ear] = {}
        super().__init__(app)

    def call_later(self, delay: float, callback: Any, *args: Any, context: Context | None = None) -> asyncio.Handle:
        """Call so many seconds later, without asking of each of thousands of callbacks whether it is one (which needs `inspect`)."""
        handle: asyncio.Handle = self._add_callback(asyncio.Handle(callback, args, self, context=context), delay)
        return handle

    def _add_reader(self, fd: Any, callback: Callable[..., object], *args: object) -> None:
        self._check_closed()
        number = fd if isinstance(fd, int) else fd.fileno()
        ear = self._ears.get(number)
        if ear is None:
            ear = self._ears[number] = Ear(number)
        ear.listen(asyncio.Handle(callback, args, self))

    def _remove_reader(self, fd: Any) -> bool:
        ear = self._ears.get(fd if isinstance(fd, int) else fd.fileno())
        return ear is not None and ear.rest()

    def close(self) -> None:
        """Let go of everything."""
        super().close()
        for ear in self._ears.values():
            ear.rest()
        self._ears.clear()
