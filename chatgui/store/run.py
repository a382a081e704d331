"""Which runs of the program are alive: each holds a lock on a file of its own, which the system drops when it dies."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from chatgui.core.ids import new_id

if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> bool:
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Run:
    """This run of the program on a profile. `died` are the runs found that ended without saying so;
    `alone` is whether no other was alive at the start."""

    def __init__(self, folder: Path) -> None:
        self.id = new_id()
        self.died: tuple[str, ...] = ()
        self.alone = True
        self._folder = folder
        self._fd = -1

    def start(self) -> None:
        """Take the lock, and find and forget the runs that died. Raises OSError where nothing can be written."""
        self._folder.mkdir(0o700, exist_ok=True)
        # Locked before others can see it, so that nobody takes it for dead. Windows cannot rename an open file, nor
        # remove it, which does as well.
        unborn = self._folder / (self.id if sys.platform == "win32" else f".{self.id}")
        self._fd = os.open(unborn, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        _lock(self._fd)
        if unborn.name != self.id:
            unborn.rename(self._folder / self.id)
        others = [one.name for one in self._folder.iterdir() if one.name.isalnum() and one.name != self.id]
        self.died = tuple(name for name in others if not self.alive(name))
        self.alone = len(self.died) == len(others)
        for name in self.died:
            with contextlib.suppress(OSError):
                (self._folder / name).unlink()

    def others(self) -> bool:
        """Whether another run is alive now."""
        try:
            names = [one.name for one in self._folder.iterdir() if one.name.isalnum() and one.name != self.id]
        except OSError:
            return False
        return any(self.alive(name) for name in names)

    def alive(self, run: str) -> bool:
        """Whether that run still goes on. An empty or strange name never does."""
        if run == self.id:
            return True
        if not run.isalnum():
            return False
        try:
            fd = os.open(self._folder / run, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _lock(fd)
        finally:
            os.close(fd)

    def end(self) -> None:
        """Let go: this run ended well."""
        if self._fd >= 0:
            os.close(self._fd)
            (self._folder / self.id).unlink(missing_ok=True)
            self._fd = -1
