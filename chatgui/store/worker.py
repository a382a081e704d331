"""A named thread that runs jobs in the order they are made; results and errors come back by `await`."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

R = TypeVar("R")

IDLE_S = 0.5  # without a job until the thread does something else


class Worker:
    """`translated` turns what a job raises into what is told. `idle` runs while nobody wants anything; it says how many
    seconds to wait until it runs again, or None: not before there was another job.
    """

    def __init__(
        self,
        name: str,
        translated: Callable[[BaseException], BaseException],
        idle: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._translated = translated
        self._idle = idle
        self._jobs: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def post(self, job: Callable[[], object]) -> None:
        """Run `job` when its turn comes; nobody waits for it, and it raises nothing."""
        self._jobs.put(job)

    async def do(self, job: Callable[[], R]) -> R:
        """Run `job` when its turn comes. Cancelling the wait does not stop it."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()

        def run() -> None:
            try:
                result, error = job(), None
            except BaseException as raised:  # noqa: BLE001  # whoever awaits gets it
                result, error = None, self._translated(raised)
            with contextlib.suppress(RuntimeError):  # the loop is gone
                loop.call_soon_threadsafe(_settle, future, result, error)

        self._jobs.put(run)
        return await future

    async def end(self) -> None:
        """Finish what was asked, and end the thread."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        patience: float | None = None  # how long to wait for the next job before doing something else, in seconds
        while True:
            try:
                job = self._jobs.get(timeout=patience)
            except queue.Empty:
                patience = self._idle()
                continue
            if job is None:
                return
            job()
            patience = IDLE_S


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
