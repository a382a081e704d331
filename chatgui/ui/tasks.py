"""From a click to a verb: coroutines started by Qt's signals, kept alive until they end, their failures shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from chatgui.core.errors import ChatError

log = logging.getLogger(__name__)

GRACE_S = 0.5  # a draft being saved when the window closes is saved within this


class Tasks:
    """The running tasks of one window. A known failure goes to `trouble`; any other is our bug, and is logged too."""

    def __init__(self, trouble: Callable[[BaseException], None]) -> None:
        self._trouble = trouble
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `coroutine` on the loop; the task is returned for those who want to cancel it."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Let what is nearly done end, cancel the rest, and wait for it."""
        self._closed = True
        if running := list(self._running):
            _, late = await asyncio.wait(running, timeout=GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None or (self._closed and isinstance(error, ChatError)):
            return
        if not isinstance(error, ChatError):
            log.error("a task of the window failed", exc_info=error)
        self._trouble(error)
