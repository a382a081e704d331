"""One timer for all limits of an exchange. Reads cost it nothing: when it goes off it looks when the last sign of life was, and
arms itself again for what is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chatgui.core.errors import ChatError

T = TypeVar("T")
IDLE_S = 0.5  # before a limit that ran out while nobody was reading is looked at again


class Watch:
    """Waits for something, with named limits in seconds. Each runs since its clock (a function giving the loop's time of the
    last sign) says, or since it was set."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits: dict[str, tuple[float, Callable[[], ChatError], Callable[[], float]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None  # the one now waiting
        self._idle_until = 0.0
        self._expired: str | None = None

    def limit(
        self, name: str, seconds: float | None, error: Callable[[], ChatError], clock: Callable[[], float] | None = None
    ) -> None:
        """Set or change a limit; None takes it away."""
        self._limits.pop(name, None)
        if seconds is not None:
            now = self._loop.time()
            self._limits[name] = (seconds, error, clock or (lambda: now))
        self._arm()

    async def wait(self, awaitable: Awaitable[T]) -> T:
        """Await it; raises the error of the limit that ran out first."""
        before = self.begin()
        try:
            return await awaitable
        except asyncio.CancelledError:
            self.cancelled(before)
            raise
        finally:
            self.end()

    # The same in pieces, for the one place that waits a million times.

    def begin(self) -> int:
        """The current task waits from here on; gives what `cancelled` wants to know."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # coroutines run in tasks
        self._task = task
        return task.cancelling()

    def cancelled(self, before: int) -> None:
        """The wait was cancelled: raises the error of the limit that did it; returns if it was someone else."""
        expired, self._expired = self._expired, None
        if expired is not None and self._task is not None and self._task.uncancel() <= before:
            error = self._limits[expired][1]()
            raise error from None

    def end(self) -> None:
        """The wait is over."""
        self._task = None

    def close(self) -> None:
        """No more limits."""
        self._limits.clear()
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._limits:
            self._timer = self._loop.call_at(max(self._deadline()[0], self._idle_until), self._ring)

    def _deadline(self) -> tuple[float, str]:
        return min((clock() + seconds, name) for name, (seconds, _, clock) in self._limits.items())

    def _ring(self) -> None:
        self._timer = None
        if not self._limits:
            return
        deadline, name = self._deadline()
        now = self._loop.time()
        if now + 0.001 < deadline:  # there were signs meanwhile (or the loop's clock is coarse)
            self._arm()
        elif self._task is None:  # nobody waits: whoever reads is busy, and the server is not to blame
            self._idle_until = now + IDLE_S
            self._arm()
        elif self._expired is None:
            self._expired = name
            self._task.cancel()
