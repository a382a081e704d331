"""The running loop's clock in a test's own hand: limits run out when a fact has come, however slow the machine is."""

from __future__ import annotations

import asyncio
import time

import pytest


class Clock:
    """The time of the running asyncio loop, as long as the test lasts; a module's `time` may be patched by it as well."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._forward = 0.0
        self._still: float | None = None
        self._loop = asyncio.get_running_loop()
        patch.setattr(self._loop, "time", self.monotonic)

    def monotonic(self) -> float:
        """Seconds."""
        return (time.monotonic() if self._still is None else self._still) + self._forward

    def put_forward(self, seconds: float) -> None:
        """From any thread; what is due by then happens at once."""
        self._forward += seconds
        self._loop.call_soon_threadsafe(lambda: None)

    def stop(self) -> None:
        """From now on no time passes: whoever waits for some waits for ever."""
        self._still = time.monotonic()

    def go_on(self) -> None:
        """It is as late as it is."""
        self._still = None
