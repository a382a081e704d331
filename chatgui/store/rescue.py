"""What is done with a damaged library: the file is kept, what can be read moves into a new one, backups fill the gaps."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from chatgui.core.errors import StoreError
from chatgui.store import arriving, border, connecting, schema
from chatgui.store.backup import backups
from chatgui.store.files import sync_folder
from chatgui.store.profile import backups_of
from chatgui.store.salvage import Report, accounts, salvage

Pages: TypeAlias = dict[int, bytes]  # by their number, from 1

_PAGE = 4096  # bytes: SQLite's default, which all our files have
_INTERIOR = 5  # of a table: a page that only leads to others
_MOST_SCHEMA = 100  # pages; ours has a few


@dataclass(frozen=True, slots=True)
class Rescue:
    """What happened: `words` for people; `kept` is where the damaged file is now, if there was one."""

    words: str
    kept: Path | None
    read: Report  # from the damaged file
    from_backup: Report


def suspect(database: Path) -> Path:
    """A file beside the database that says: damage was met, look closely at the next start."""
    return database.with_name(database.name + ".suspect")


def rescue(database: Path) -> Rescue:
    """Make a new library of what a damaged (or missing) one and the newest backup hold. Raises StoreError.

    The new file takes the old one's place in one step at the end; until then nothing is changed. Blocks.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".rescue-", dir=database.parent) as folder:
            fresh = Path(folder) / "new.db"
            read, from_backup = _fill(fresh, database, Path(folder))
            kept = _swap(fresh, database)
    except (sqlite3.Error, OSError) as error:
        raise border.translate(error, database) from error
    return Rescue(_words(read, from_backup, kept), kept, read, from_backup)


def _fill(fresh: Path, database: Path, folder: Path) -> tuple[Report, Report]:
    os.close(os.open(fresh, os.O_RDWR | os.O_CREAT, 0o600))
    with contextlib.closing(connecting.connect(fresh)) as target:
        schema.migrate(target)
        read, from_backup = Report(), Report()
        for source in _readable_copies(database, folder):
            read = _merged(source, target)
            break
        for path in backups(backups_of(database)):
            with contextlib.suppress(sqlite3.Error, StoreError), opened_copy(path, folder) as source:
                from_backup = _merged(source, target)
                break
    return read, from_backup


def _merged(source: sqlite3.Connection, target: sqlite3.Connection) -> Report:
    report = Report()
    target.execute("BEGIN IMMEDIATE")
    try:
        for _ in salvage(source, target, report):
            pass
        accounts(source, target, report)
        target.execute("COMMIT")
    except BaseException:
        if target.in_transaction:
            target.execute("ROLLBACK")
        raise
    return report


@contextlib.contextmanager
def opened_copy(path: Path, folder: Path) -> Iterator[sqlite3.Connection]:
    """A copy of a backup in `folder`, brought to this program's schema, open for reading. The backup is not touched."""
    copy = Path(folder) / f"copy-{path.name}"
    shutil.copyfile(path, copy)
    with contextlib.closing(connecting.connect(copy)) as connection:
        connection.text_factory = connecting.tolerant_text
        if (found := schema.version(connection)) > schema.newest():
            raise schema.too_new(found)
        schema.migrate(connection)
        arriving.settle_all(connection)
        yield connection
    copy.unlink()


def _readable_copies(database: Path, folder: Path) -> Iterator[sqlite3.Connection]:
    """The damaged file, opened in the first way that shows its tables: as it is, without its log, with another first page,
    with another list of tables."""
    if not database.exists() or database.stat().st_size < _PAGE:
        return
    others = list(_schemas(database, folder))
    heads: list[Pages] = [{}, *({1: one[1]} for one in others), *others]
    for log in (True, False):
        for number, head in enumerate(heads):
            copy = folder / f"damaged-{log:d}-{number}.db"
            shutil.copyfile(database, copy)
            wal = database.with_name(database.name + "-wal")
            if log and wal.exists():
                shutil.copyfile(wal, copy.with_name(copy.name + "-wal"))
            if head:
                _put(copy, head)
            connection = _with_tables(copy)
            if connection is not None:
                with contextlib.closing(connection):
                    yield connection
                return
            copy.unlink()


def _schemas(database: Path, folder: Path) -> Iterator[Pages]:
    """First pages (file header and list of tables) that may fit, with the further ones of that list: those of the backups,
    and those of a new library."""
    for path in backups(backups_of(database)):
        if pages := _schema_of(path):
            yield pages
    new = folder / "head.db"
    with contextlib.closing(connecting.connect(new, options="mode=rwc")) as connection:
        schema.migrate(connection)
    yield _schema_of(new)


def _schema_of(path: Path) -> Pages:
    """The pages with a library's list of tables, which begins on the first; see SQLite's description of its B-trees."""
    pages: Pages = {}
    waiting = [1]
    with path.open("rb") as file:
        while waiting and len(pages) < _MOST_SCHEMA:
            number = waiting.pop()
            file.seek(max(number - 1, 0) * _PAGE)
            page = file.read(_PAGE)
            if number in pages or number < 1 or len(page) < _PAGE:
                continue
            pages[number] = page
            head = 100 if number == 1 else 0
            if page[head] == _INTERIOR:
                places = (head + 12 + 2 * at for at in range(_number(page, head + 3, 2)))
                waiting += [_number(page, head + 8, 4), *(_number(page, _number(page, at, 2), 4) for at in places)]
    return pages


def _number(page: bytes, at: int, size: int) -> int:
    return int.from_bytes(page[at : at + size], "big")


def _put(copy: Path, head: Pages) -> None:
    pages = copy.stat().st_size // _PAGE
    with copy.open("r+b") as file:
        for number, page in head.items():
            if number <= pages:
                file.seek((number - 1) * _PAGE)
                file.write(page)
        file.seek(28)
        file.write(pages.to_bytes(4, "big"))  # the size of this file, not of the one the page is from
        file.seek(32)
        file.write(bytes(8))  # no free pages: the other file's list would be wrong


def _with_tables(path: Path) -> sqlite3.Connection | None:
    connection = None
    try:
        connection = connecting.connect(path)
        connection.text_factory = connecting.tolerant_text
        connection.execute("SELECT seq FROM conversations LIMIT 1").fetchone()
        if not 0 < schema.version(connection) <= schema.newest():
            connection.execute(f"PRAGMA user_version = {schema.newest():d}")
        with contextlib.suppress(sqlite3.Error):  # what cannot be migrated is read as it is
            schema.migrate(connection)
            arriving.settle_all(connection)
    except sqlite3.Error:
        if connection is not None:
            connection.close()
        return None
    return connection


def _swap(fresh: Path, database: Path) -> Path | None:
    stamp = f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
    names = (
        f"{database.stem}.damaged-{stamp}{more}{database.suffix}" for more in ("", *map("-{}".format, range(2, 100)))
    )
    kept = next(path for name in names if not (path := database.with_name(name)).exists())
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            database.with_name(database.name + suffix).rename(kept.with_name(kept.name + suffix))
    fresh.rename(database)
    suspect(database).unlink(missing_ok=True)
    sync_folder(database.parent)
    return kept if kept.exists() else None


def _words(read: Report, from_backup: Report, kept: Path | None) -> str:
    said = ["The library was damaged." if kept else "The library was gone."]
    if kept and (read.conversations or read.messages):
        said.append(f"{read.conversations} conversations with {read.messages} messages could be read from it.")
        if read.unreadable:
            said.append(f"{read.unreadable} pieces could not.")
    elif kept:
        said.append("Nothing could be read from it.")
    if from_backup.conversations or from_backup.messages:
        said.append(
            f"{from_backup.conversations} conversations and {from_backup.messages} messages more came from the newest backup."
        )
    if kept:
        said.append(f"The damaged file was kept as {kept.name}.")
    return " ".join(said)
