"""A second connection that only reads, on a thread of its own: what takes its time there delays no write.

Each call sees one moment of the library, and all that was written before it began. Cancelling the wait interrupts the
reading, so that a newer question need not wait for the answer to an older one.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from chatgui.core.errors import StoreError, StoreState
from chatgui.store import connecting
from chatgui.store.worker import Worker

R = TypeVar("R")


class Reader:
    """Connects when it is first needed. Only for a library with a write-ahead log: elsewhere readers hinder writers."""

    def __init__(self, path: Path, translated: Callable[[BaseException], BaseException]) -> None:
        self._path = path
        self._worker = Worker("reader", translated, self._rest)
        self._connection: sqlite3.Connection | None = None
        self._turn = threading.Lock()  # held while the job that reads now is named or interrupted
        self._reading: threading.Event | None = None
        self._closed = False

    async def call(self, job: Callable[[sqlite3.Connection], R]) -> R:
        """Run `job(connection)`. If the wait is cancelled, it is interrupted, or never begun."""
        given_up = threading.Event()
        try:
            return await self._worker.do(lambda: self._read(job, given_up))
        except asyncio.CancelledError:
            given_up.set()
            with self._turn:
                if self._reading is given_up and self._connection is not None:
                    self._connection.interrupt()
            raise

    def renew(self) -> None:
        """The file is another one now: connect again."""
        self._worker.post(self._disconnect)

    async def close(self) -> None:
        """End what is being read, and let go of the file."""
        self._closed = True
        with self._turn:
            if self._reading is not None and self._connection is not None:
                self._connection.interrupt()
        self.renew()
        await self._worker.end()

    # -------------------------------------------------------------------------------------- on the reader's thread

    def _read(self, job: Callable[[sqlite3.Connection], R], given_up: threading.Event) -> R:
        if given_up.is_set() or self._closed:
            raise StoreError(StoreState.FAILED, "The database is closed.")
        if self._connection is None:
            self._connection = connecting.connect(self._path, options="mode=ro")
        connection = self._connection
        with _one_moment(connection):
            with self._turn:
                self._reading = given_up
            try:
                return connecting.tolerantly(connection, job)
            finally:
                with self._turn:
                    self._reading = None

    def _rest(self) -> None:
        if self._connection is not None:
            connecting.rest(self._connection)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


@contextlib.contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """All reading inside sees the same. Nothing stays open afterwards, not even a cursor somebody left half read."""
    connection.execute("BEGIN")
    # SQLite forgets an interrupt when no statement runs; this one runs all the time.
    running = connection.execute("SELECT 1 UNION ALL SELECT 2")
    running.fetchone()
    try:
        yield
    finally:
        running.close()
        if connection.in_transaction:
            connection.execute("ROLLBACK")
