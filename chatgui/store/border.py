"""The border to SQLite: its errors become StoreError here and nowhere else."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from chatgui.core.errors import StoreError, StoreState

_FULL_BELOW = 1 << 20  # an I/O error with less free space than this (bytes) is a full disk

_WORDS: dict[StoreState, tuple[str, str]] = {
    StoreState.DISK_FULL: (
        "The disk is full. New text is kept in memory only.",
        "Make room on the disk; what is in memory is saved as soon as there is space.",
    ),
    StoreState.READ_ONLY: (
        "The profile folder can only be read.",
        "Everything can be read and exported. To go on writing, make the folder writable.",
    ),
    StoreState.CORRUPT: (
        "The database is damaged.",
        "Start the program again: what can be read is rescued, and the damaged file is kept.",
    ),
    StoreState.LOCKED: (
        "Another program holds the database.",
        "Close what else uses it, such as a backup or synchronising program, and try again.",
    ),
    StoreState.FAILED: ("The database could not be used.", "See the details, and try again."),
}

_STATES = {
    sqlite3.SQLITE_FULL: StoreState.DISK_FULL,
    sqlite3.SQLITE_READONLY: StoreState.READ_ONLY,
    sqlite3.SQLITE_PERM: StoreState.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: StoreState.CORRUPT,
    sqlite3.SQLITE_NOTADB: StoreState.CORRUPT,
    sqlite3.SQLITE_BUSY: StoreState.LOCKED,
    sqlite3.SQLITE_LOCKED: StoreState.LOCKED,
}


def trouble(state: StoreState, said: str = "") -> StoreError:
    """The StoreError for a state, in the usual words; `said` is SQLite's own."""
    message, advice = _WORDS[state]
    error = StoreError(state, message, advice=advice)
    error.said = said
    return error


def translate(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    """What SQLite or the file system says, as ours."""
    if isinstance(error, OSError):
        return StoreError(StoreState.FAILED, f"{path} cannot be used: {error.strerror or error}.")
    code = getattr(error, "sqlite_errorcode", 0) or 0
    state = _STATES.get(code & 0xFF, StoreState.FAILED)
    if code & 0xFF in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN} and is_full(path):
        state = StoreState.DISK_FULL
    if state is StoreState.FAILED and "malformed" in str(error):
        state = StoreState.CORRUPT
    ours = trouble(state, str(error))
    if state is StoreState.FAILED and code & 0xFF == sqlite3.SQLITE_IOERR:
        ours = StoreError(state, "The disk reported an error.", advice="Copy the profile folder, and check the disk.")
        ours.said = str(error)
    return ours


@contextlib.contextmanager
def schema_read() -> Iterator[None]:
    """Around a connection's first statement, which reads the schema: SQLite's words for a damaged one may quote bytes that
    are no text, and then Python fails to make an error of them."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise sqlite3.DatabaseError("malformed database schema") from error


def is_full(path: Path) -> bool:
    """Whether there is hardly any room left on the disk."""
    try:
        return shutil.disk_usage(path.parent).free < _FULL_BELOW
    except OSError:
        return False
