"""Messages of open conversations, read at once when somebody looks at them.

The one place that reads on the caller's thread, which is the window's: a connection of its own takes a handful of rows by
their ids out of the page cache, in less time than a hop to another thread costs, and waits for nobody. Where readers may have
to wait for writers (see `Database.apart`), conversations are read whole instead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TypeVar

from chatgui.core.message import Message, Part
from chatgui.store import connecting, messages

R = TypeVar("R")

_BUSY_MS = 50  # with a write-ahead log nobody is waited for but another process that tidies up
_CACHE_KB = 512


class Bodies:
    """A `core.messages.Source`. `failed` is told what went wrong; what could not be read is left out."""

    def __init__(self, path: Path, failed: Callable[[sqlite3.Error], object]) -> None:
        self._path = path
        self._failed = failed
        self._connection: sqlite3.Connection | None = None
        self._is_stale = False
        self._closed = False

    def messages(self, ids: Collection[str]) -> list[Message]:
        """These messages, in order of making."""
        return self._read(lambda connection: messages.some(connection, ids), [])

    def parts(self, ids: Collection[str]) -> Mapping[str, tuple[Part, ...]]:
        """The running text of messages, by id."""
        return self._read(lambda connection: messages.running_text(connection, ids), {})

    def renew(self) -> None:
        """The file is another one now: connect again. May be called on any thread."""
        self._is_stale = True

    def close(self) -> None:
        """Let go of the file; nothing is read any more."""
        self._closed = True
        self._disconnect()

    def _read(self, job: Callable[[sqlite3.Connection], R], otherwise: R) -> R:
        if self._closed:
            return otherwise
        try:
            if self._is_stale:
                self._is_stale = False
                self._disconnect()
            if self._connection is None:
                self._connection = connecting.connect(self._path, options="mode=ro")
                self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
                self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
            return connecting.tolerantly(self._connection, job)
        except sqlite3.Error as error:
            self._disconnect()
            self._failed(error)
            return otherwise

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
