"""The numbered steps of the schema. Each runs in one transaction together with its number: done, or never begun."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from chatgui.core.errors import StoreError, StoreState

_FOLDER = Path(__file__).parent / "migrations"


def steps() -> list[tuple[int, str, str]]:
    """(number, name, SQL) of every step, oldest first."""
    found = []
    for path in sorted(_FOLDER.glob("[0-9]*.sql")):
        number, _, name = path.stem.partition("_")
        found.append((int(number), name, path.read_text("utf-8")))
    return found


def newest() -> int:
    """The version this program writes, without reading the steps."""
    return max(int(path.name[:4]) for path in _FOLDER.glob("[0-9]*.sql"))


def version(connection: sqlite3.Connection) -> int:
    """The version of an open database; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def statements(script: str) -> Iterator[str]:
    """The single statements of a script (a trigger's body belongs to its statement)."""
    pending = ""
    for piece in script.split(";"):
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            if _without_comments(pending).strip("; \n\t"):
                yield pending
            pending = ""


def _without_comments(sql: str) -> str:
    return "\n".join(line.partition("--")[0] for line in sql.split("\n"))


def migrate(connection: sqlite3.Connection, *, upto: int | None = None) -> list[str]:
    """Bring an open database to the newest version (or to `upto`); the names of the steps done."""
    done = []
    for number, name, script in steps():
        if version(connection) >= number or (upto is not None and number > upto):
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version(connection) < number:  # another process may have been here while we waited
                for statement in statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number:d}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        done.append(name)
    return done


def too_new(found: int) -> StoreError:
    """What to say of a database from a newer version."""
    return StoreError(
        StoreState.NEWER,
        f"This library was made by a newer version of the program ({found} > {newest()}).",
        advice="It can be read here but not changed. Update the program to go on writing.",
    )
