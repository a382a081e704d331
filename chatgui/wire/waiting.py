"""What httpcore waits by, from asyncio itself: it would take locks and events from anyio, another megabyte, which take them from there.

Names and arguments are anyio's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Literal

Event = asyncio.Event


class Lock(asyncio.Lock):
    """One at a time."""

    async def acquire(self) -> Literal[True]:
        """As anyio's, it lets the loop go round once: what a server closed meanwhile is then known, and not used again."""
        await asyncio.sleep(0)
        return await super().acquire()


class Semaphore(asyncio.BoundedSemaphore):
    """At most so many at once."""

    def __init__(self, initial_value: int, *, max_value: int) -> None:
        super().__init__(initial_value)


@contextlib.contextmanager
def fail_after(delay: float | None) -> Iterator[None]:
    """Raise TimeoutError if what is within takes longer than `delay` seconds; None: any time."""
    if delay is None:
        yield
        return
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # whoever waits is one
    before, late = task.cancelling(), False

    def end() -> None:
        nonlocal late
        late = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(delay, end)
    try:
        yield
    except asyncio.CancelledError as error:
        if late and task.uncancel() <= before:
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()


@contextlib.contextmanager
def CancelScope(*, shield: bool) -> Iterator[None]:  # anyio's name
    """Nothing: anyio's shield keeps off anyio's own cancelling, which nobody here does."""
    yield
