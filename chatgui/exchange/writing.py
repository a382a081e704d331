"""Files written so that there is always the old one or the whole new one, never half of either."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from chatgui.core.errors import StoreError, StoreState

_TRIES = 3  # a virus scanner or a cloud folder may hold the target for a moment


class AtomicFile:
    """A file beside `target` that takes its place when the `with` block ends without an exception.

    `path` is where it came to lie: beside `target` under a new name if somebody would not let go of `target`.
    Every failure is a `StoreError` in words.
    """

    def __init__(self, target: Path) -> None:
        self.target = Path(os.path.realpath(target))
        self.path = self.target
        self.size = 0
        self._temporary = Path()
        self._file = -1

    def __enter__(self) -> AtomicFile:
        with translated(self.target):
            if self.target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "is a directory", str(self.target))
            if self.target.exists() and not os.access(self.target, os.W_OK):
                raise PermissionError(errno.EACCES, "is write-protected", str(self.target))
            self._file, name = tempfile.mkstemp(prefix=".chatgui-", suffix=".part", dir=self.target.parent)
            self._temporary = Path(name)
        return self

    def write(self, content: bytes) -> None:
        """Append `content`, all of it."""
        view = memoryview(content)
        self.size += len(view)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            raise trouble(error, self.target, self.size) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with translated(self.target, self.size):
                    self._take_place()
        finally:
            self._close()
            with contextlib.suppress(OSError):
                self._temporary.unlink()

    def _take_place(self) -> None:
        os.fsync(self._file)
        if hasattr(os, "fchmod"):
            os.fchmod(self._file, _mode(self.target))
        self._close()
        for attempt in range(1, _TRIES + 1):
            try:
                self._temporary.replace(self.target)
                break
            except PermissionError:
                if attempt == _TRIES:
                    self.path = _beside(self.target)
                    self._temporary.replace(self.path)
        _sync_folder(self.target.parent)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def write_atomically(target: Path, content: bytes) -> Path:
    """Write `content` whole or not at all; the path it came to lie at."""
    with AtomicFile(target) as file:
        file.write(content)
    return file.path


@contextlib.contextmanager
def translated(target: Path, size: int = 0) -> Iterator[None]:
    """Turn an `OSError` about `target` into a `StoreError` in words."""
    try:
        yield
    except OSError as error:
        raise trouble(error, target, size) from error


def trouble(error: OSError, target: Path, size: int = 0) -> StoreError:
    """What an `OSError` means for the person who wanted to write `size` bytes to `target`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        needed = f" At least {size / 1e6:.1f} MB are needed." if size else ""
        return StoreError(
            StoreState.DISK_FULL,
            f"The disk is full: “{target}” was not written.{needed}",
            advice="Free some space or choose another place. What was there before is untouched.",
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreError(
            StoreState.READ_ONLY, f"“{target}” may not be written.", advice="Choose another place to write to."
        )
    why = os.strerror(error.errno).lower() if error.errno else str(error)
    return StoreError(
        StoreState.FAILED, f"“{target}” was not written: {why}.", advice="Choose another place to write to."
    )


def _mode(target: Path) -> int:
    """The mode of the file that is replaced, or what a new file would get."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _beside(target: Path) -> Path:
    for count in range(2, 1000):
        path = target.with_name(f"{target.stem} ({count}){target.suffix}")
        if not path.exists():
            return path
    raise FileExistsError(errno.EEXIST, "exists", str(target))


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system can open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
