"""Reading a file somebody chose: only a regular one, only so much of it, and never waiting for what has no end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from chatgui.core.attaching import LARGEST_READ, short, too_large
from chatgui.core.errors import UsageError

_NO_FILES = (
    (stat.S_ISDIR, "is a folder", "Choose the files in it."),
    (stat.S_ISFIFO, "is a pipe, not a file", ""),
    (stat.S_ISSOCK, "is a socket, not a file", ""),
    (stat.S_ISCHR, "is a device, not a file", ""),
    (stat.S_ISBLK, "is a device, not a file", ""),
)
_PIECE = 1 << 20
# Opening waits for nobody: a pipe put in the file's place after it was looked at would wait for a writer.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def read_file(path: Path, most: int = LARGEST_READ) -> bytes:
    """The bytes of a regular file of at most `most` bytes. Blocks: call it in a thread. Raises UsageError, in words."""
    try:
        _look(path, os.stat(path), most)
        descriptor = os.open(path, _FLAGS)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            _look(path, os.fstat(descriptor), most)
            content = bytearray()
            while len(content) <= most and (piece := file.read(_PIECE)):
                content += piece
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageError(f"“{short(path.name)}” cannot be read: {why}.", code="attachment_unreadable") from error
    if len(content) > most:  # it grew, or is one of those that say they are empty
        raise too_large(path.name, len(content), most)
    return bytes(content)


def _look(path: Path, seen: os.stat_result, most: int) -> None:
    for is_so, what, advice in _NO_FILES:
        if is_so(seen.st_mode):
            name = short(path.name) or str(path)
            raise UsageError(f"“{name}” {what}.", code="attachment_refused", advice=advice)
    if seen.st_size > most:
        raise too_large(path.name, seen.st_size, most)
