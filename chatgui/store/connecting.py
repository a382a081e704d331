"""Opening the library's file: the first time, for reading only, from an older or newer version, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from chatgui.core.errors import StoreError, StoreState
from chatgui.store import backup, border, fold, places, schema
from chatgui.store.run import Run
from chatgui.store.times import now_ms

R = TypeVar("R")

_BUSY_S = 5.0
_HEADER = 100  # bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """An open library; `refuses` says why it cannot be written."""

    connection: sqlite3.Connection
    created: bool = False
    refuses: StoreError | None = None


def marker(path: Path) -> Path:
    """The file beside a database that says there is one, so that a missing database is never taken for a first start."""
    return path.with_name(path.name + ".known")


def open_library(path: Path, run: Run) -> Opened:
    """Open `path`, made and migrated as needed. Raises StoreError or sqlite3.Error."""
    first = not path.exists() or path.stat().st_size < _HEADER  # SQLite would take so short a file for a new one
    if first and marker(path).exists():
        raise _gone(path)
    if not first and not _writable(path):
        return Opened(_readable(path, run), refuses=border.trouble(StoreState.READ_ONLY))
    try:
        run.start()
    except OSError as error:
        if first:
            raise border.translate(error, path) from error
        full = error.errno == errno.ENOSPC
        return Opened(
            _readable(path, run), refuses=border.trouble(StoreState.DISK_FULL if full else StoreState.READ_ONLY)
        )
    try:
        return _open_writable(path, run, first)
    except sqlite3.OperationalError:
        if first or not border.is_full(path):
            raise
        run.end()
        return Opened(_readable(path, run), refuses=border.trouble(StoreState.DISK_FULL))


def _gone(path: Path) -> StoreError:
    return StoreError(
        StoreState.CORRUPT,
        f"The library is gone: {path} is {'empty' if path.exists() else 'not there'}.",
        advice="Start the program again to rescue what is left, from the newest backup where there is one.",
    )


def _open_writable(path: Path, run: Run, first: bool) -> Opened:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # private from birth; its log and index take the same mode
    connection = connect(path, run)
    try:
        found = schema.version(connection)
        if not found and not first and marker(path).exists():
            raise _gone(path)
        if found > schema.newest():
            connection.execute("PRAGMA query_only = ON")
            return Opened(connection, refuses=schema.too_new(found))
        _choose_journal(connection, path)
        if not run.alone:  # one process tidies the log: older SQLites may damage the file when two do it at once
            connection.execute("PRAGMA wal_autocheckpoint = 0")
        if 0 < found < schema.newest():
            backup.before_migration(connection, path, found)
        schema.migrate(connection)
        with contextlib.suppress(OSError):
            marker(path).touch(0o600)
    except BaseException:
        connection.close()
        raise
    return Opened(connection, created=first)


def _choose_journal(connection: sqlite3.Connection, path: Path) -> None:
    """A network drive cannot share the log's index between computers, so there the old journal serves."""
    connection.execute(f"PRAGMA journal_mode = {'DELETE' if places.on_network(path) else 'WAL'}")


def connect(path: Path, run: Run | None = None, *, options: str = "mode=rw") -> sqlite3.Connection:
    """A connection with this program's habits and functions."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?{options}",
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
        with border.schema_read():
            connection.execute("PRAGMA cache_size = -16000")  # kB
    except BaseException:
        connection.close()
        raise
    connection.create_function("run_id", 0, lambda: run.id if run else "", deterministic=True)
    connection.create_function("run_alive", 1, lambda name: bool(run and run.alive(name)))
    connection.create_function("fold", 1, lambda text: fold.fold(text or ""), deterministic=True)
    return connection


def _readable(path: Path, run: Run) -> sqlite3.Connection:
    """A connection that changes nothing on the disk, not even to look."""
    wal = path.with_name(path.name + "-wal")
    for options in ("mode=ro", "immutable=1"):
        if options == "immutable=1" and wal.exists() and wal.stat().st_size:
            with contextlib.suppress(OSError, sqlite3.Error):
                return _copied(path, run)
        with contextlib.suppress(sqlite3.OperationalError):  # a WAL database in a folder that cannot be written
            connection = connect(path, run, options=options)
            try:
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            except BaseException:
                connection.close()
                raise
            return connection
    raise border.trouble(StoreState.FAILED)


def _copied(path: Path, run: Run) -> sqlite3.Connection:
    """A private copy with its log put in, for reading what only the log holds; it is gone once it is closed."""
    with tempfile.TemporaryDirectory(prefix="chatgui-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / path.name
        for suffix in ("", "-wal"):
            shutil.copyfile(path.with_name(path.name + suffix), copy.with_name(copy.name + suffix))
        with contextlib.closing(connect(copy)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        connection = connect(copy, run, options="immutable=1")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return connection


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def has_log(connection: sqlite3.Connection) -> bool:
    """Whether the library is written through a log (WAL), beside which others can read."""
    return bool(connection.execute("PRAGMA journal_mode").fetchone() == ("wal",))


def empty_log(connection: sqlite3.Connection) -> bool:
    """Put the log into the file and leave nothing in it; False if somebody reads from it just now."""
    connection.execute("PRAGMA busy_timeout = 0")  # whoever writes next shall not wait for a reader
    try:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000:.0f}")
    return not busy


def rest(connection: sqlite3.Connection) -> None:
    """Nobody wants anything: let go of the pages that long work left in memory. The system keeps them for a while."""
    connection.execute("PRAGMA shrink_memory")


def tolerantly(connection: sqlite3.Connection, job: Callable[[sqlite3.Connection], R]) -> R:
    """Do the job; if it meets a damaged text, do it again, and from now on show what can be shown of such texts."""
    try:
        return job(connection)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error) or connection.text_factory is not str:
            raise
        connection.text_factory = tolerant_text
        return job(connection)


def tolerant_text(raw: bytes) -> str:
    """Text of a damaged row, as far as it can be read."""
    return raw.decode("utf-8", "replace")


def identity(path: Path) -> tuple[int | None, int | None]:
    """Which files the database and its log are now; other ones, or none, mean that somebody took them away."""
    return _inode(path), _inode(path.with_name(path.name + "-wal"))


def _inode(path: Path) -> int | None:
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def put_back(connection: sqlite3.Connection, path: Path, run: Run) -> sqlite3.Connection:
    """Write what the connection still holds into a new file at `path`, and connect to that.

    A file that somebody else put there is kept beside it.
    """
    stamp = now_ms()
    fresh = path.with_name(f"{path.name}.{stamp}")
    os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(sqlite3.connect(fresh)) as copy:
        connection.backup(copy)
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(path.with_name(f"{path.name}.other-{stamp}{suffix}"))
    fresh.rename(path)
    connection = connect(path, run)
    _choose_journal(connection, path)
    return connection
