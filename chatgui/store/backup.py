"""Copies of the database: one a day and one before each migration, verified, and never so many that the disk fills.

Copying goes on beside the program, on a connection of its own that sees one moment of the library. These functions block:
run them in a thread (`asyncio.to_thread`).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from chatgui.core.errors import StoreError, StoreState
from chatgui.store import border
from chatgui.store.files import sync_folder
from chatgui.store.profile import backups_of

_PAGES = 512  # copied between two looks at the disk and at `stop`
_KEEP_FREE = 256 << 20  # bytes a backup always leaves on the disk …
_KEEP_SHARE = 0.02  # … and this share of the whole disk, whichever is less
_DAILY = re.compile(r"chatgui-(\d{4}-\d{2}-\d{2})\.db")
_BEFORE = re.compile(r"before-version-\d+-(\d{4}-\d{2}-\d{2})-\d{6}\.db")
_KEEP_BEFORE_DAYS = 30


def never() -> bool:
    """Nobody asks to stop."""
    return False


def backups(folder: Path) -> list[Path]:
    """The copies there are, newest first."""
    known = [path for path in folder.glob("*.db") if _DAILY.fullmatch(path.name) or _BEFORE.fullmatch(path.name)]
    return sorted(known, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)


def daily(database: Path, keep: int, *, today: date | None = None, stop: Callable[[], bool] = never) -> Path | None:
    """Make today's copy if there is none, and drop those beyond the newest `keep`; None if there was nothing to do.

    Raises StoreError if the copy is not sound or there is no room for it; what was there before stays.
    """
    folder = backups_of(database)
    target = folder / f"chatgui-{today or datetime.now().astimezone().date()}.db"
    if keep <= 0 or target.exists():
        return None
    folder.mkdir(0o700, exist_ok=True)
    for partial in folder.glob("*.partial"):
        partial.unlink(missing_ok=True)
    _make_room(database, folder)
    with contextlib.closing(_reader(database)) as source:
        if not _copy(source, target, stop):
            return None
    _drop_old(folder, keep, today or datetime.now().astimezone().date())
    return target


def before_migration(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """A copy made before the schema changes from `version`. Raises StoreError if there can be none."""
    folder = backups_of(path)
    folder.mkdir(0o700, exist_ok=True)
    target = folder / f"before-version-{version + 1}-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}.db"
    _make_room(path, folder)
    _copy(connection, target, never)
    return target


def check(database: Path, *, stop: Callable[[], bool] = never, indexes: bool = True) -> str:
    """What SQLite's own check of the whole file finds wrong, in its words; empty if nothing (or if it was stopped).

    Without `indexes`, whether they agree with their tables is left out, which is several times faster.
    """
    pragma = "integrity_check" if indexes else "quick_check"
    try:
        with contextlib.closing(_reader(database)) as connection:
            connection.set_progress_handler(stop, 100_000)
            rows = [row[0] for row in connection.execute(f"PRAGMA {pragma}(5)")]
    except sqlite3.Error as error:
        return "" if stop() else str(error)
    return "" if rows == ["ok"] else "; ".join(rows)


def _reader(database: Path) -> sqlite3.Connection:
    try:
        return _opened(database, "mode=ro")
    except sqlite3.OperationalError:
        log = database.with_name(database.name + "-wal")
        if os.access(database.parent, os.W_OK) or (log.exists() and log.stat().st_size):
            raise
        return _opened(database, "immutable=1")  # in a folder that cannot be written no other way is left


def _opened(database: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{database.as_uri()}?{options}", uri=True, timeout=5, isolation_level=None)
    try:
        with border.schema_read():
            connection.execute("PRAGMA cache_size = -4000")
        connection.execute("BEGIN")  # one moment, however long it takes; writers go on meanwhile
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _copy(source: sqlite3.Connection, target: Path, stop: Callable[[], bool]) -> bool:
    partial = target.with_suffix(".partial")
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))

    def between(_status: int, _remaining: int, _total: int) -> None:
        if stop():
            raise InterruptedError
        if shutil.disk_usage(target.parent).free < _floor(target.parent) // 2:
            raise border.trouble(StoreState.DISK_FULL)

    try:
        with contextlib.closing(sqlite3.connect(partial)) as copy:
            source.backup(copy, pages=_PAGES, progress=between, sleep=0.0)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        if wrong := check(partial, stop=stop, indexes=False):
            raise StoreError(StoreState.CORRUPT, f"The backup is not sound: {wrong}", advice="The older ones are kept.")
        fd = os.open(partial, os.O_RDWR)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(partial, target)
        sync_folder(target.parent)
    except InterruptedError:
        return False
    except sqlite3.Error as error:
        raise border.translate(error, target) from error
    finally:
        partial.unlink(missing_ok=True)
    return True


def _floor(folder: Path) -> int:
    return min(_KEEP_FREE, int(shutil.disk_usage(folder).total * _KEEP_SHARE))


def _make_room(database: Path, folder: Path) -> None:
    """See that a copy fits, dropping the oldest daily ones but the newest if it does not."""
    wal = database.with_name(database.name + "-wal")
    needed = database.stat().st_size + (wal.stat().st_size if wal.exists() else 0) + _floor(folder)
    old = [path for path in backups(folder) if _DAILY.fullmatch(path.name)][1:]
    while shutil.disk_usage(folder).free < needed:
        if not old:
            raise StoreError(
                StoreState.DISK_FULL,
                f"There is no room for a backup ({needed / 1e6:,.0f} MB are needed).",
                advice="Make room on the disk.",
            )
        old.pop().unlink()


def _drop_old(folder: Path, keep: int, today: date) -> None:
    kept = 0
    for path in backups(folder):
        if _DAILY.fullmatch(path.name):
            kept += 1
            if kept > keep:
                path.unlink()
        elif (found := _BEFORE.fullmatch(path.name)) and _days(found[1], today) > _KEEP_BEFORE_DAYS:
            path.unlink()


def _days(name: str, today: date) -> int:
    return (today - date.fromisoformat(name)).days
