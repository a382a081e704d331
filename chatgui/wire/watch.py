"""One timer for all limits of an exchange. It is touched by every read and costs nothing there: the timer looks at the clock
only when it goes off, and arms itself again for what is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chatgui.core.errors import ChatError

T = TypeVar("T")


class Watch:
    """Waits for something, with named limits in seconds that each run since they were last `touch`ed."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits: dict[str, tuple[float, Callable[[], ChatError]]] = {}
        self._since: dict[str, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None  # the one now waiting
        self._expired: str | None = None

    def limit(self, name: str, seconds: float | None, error: Callable[[], ChatError]) -> None:
        """Set or change a limit, running from now; None takes it away."""
        self._limits.pop(name, None)
        if seconds is not None:
            self._limits[name] = (seconds, error)
            self._since[name] = self._loop.time()
            self._arm()

    def touch(self, name: str) -> None:
        """Something came: the limit starts anew."""
        self._since[name] = self._loop.time()

    async def wait(self, awaitable: Awaitable[T]) -> T:
        """Await it; raises the error of the limit that ran out first."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # coroutines run in tasks
        cancelling = task.cancelling()
        self._task = task
        try:
            return await awaitable
        except asyncio.CancelledError:
            expired, self._expired = self._expired, None
            if expired is None or task.uncancel() > cancelling:
                raise
            error = self._limits[expired][1]()
            raise error from None
        finally:
            self._task = None

    def close(self) -> None:
        """No more limits."""
        self._limits.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._limits:
            self._timer = self._loop.call_at(self._deadline()[0], self._ring)

    def _deadline(self) -> tuple[float, str]:
        return min((self._since[name] + seconds, name) for name, (seconds, _) in self._limits.items())

    def _ring(self) -> None:
        self._timer = None
        if not self._limits:
            return
        deadline, name = self._deadline()
        if self._loop.time() + 0.001 < deadline:  # touched meanwhile (or the loop's clock is coarse)
            self._arm()
        elif self._task is None:  # nobody waits: whoever reads is busy, and the server is not to blame
            self._since[name] = self._loop.time()
            self._arm()
        elif self._expired is None:
            self._expired = name
            self._task.cancel()
