"""A reserve of disk space: on a full disk SQLite cannot even delete, so some room is kept to save what matters."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

SIZE = 8 << 20
_PLENTY = 64 << 20  # only with this much free (bytes) is the reserve laid in
_REFILL_EVERY = 60.0  # seconds


class Ballast:
    """A file of nothing, given up when the disk is full. All methods are for the database's thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._dropped: float | None = None  # when it was given up

    def fill(self) -> None:
        """Lay it in, if there is plenty of room."""
        try:
            if self._path.exists() and self._path.stat().st_size >= SIZE:
                return
            if shutil.disk_usage(self._path.parent).free < _PLENTY:
                return
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                _allocate(fd)
            finally:
                os.close(fd)
        except OSError:
            self._path.unlink(missing_ok=True)

    def drop(self) -> bool:
        """Give the room up; False if there was none."""
        self._dropped = time.monotonic()
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def refill(self) -> bool:
        """Some time after it was given up, lay it in again; True once it is whole."""
        if self._dropped is None or time.monotonic() - self._dropped < _REFILL_EVERY:
            return False
        self._dropped = time.monotonic()
        self.fill()
        if not self._path.exists():
            return False
        self._dropped = None
        return True


def _allocate(fd: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, SIZE)
    else:
        os.write(fd, bytes(SIZE))
