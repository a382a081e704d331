"""Copies of the database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import datetime
from pathlib import Path

from chatgui.core.errors import StoreError, StoreState


def before_migration(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """A verified copy beside the daily ones, made before the schema changes."""
    folder = path.parent / "backups"
    folder.mkdir(0o700, exist_ok=True)
    copy = folder / f"before-version-{version + 1}-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}.db"
    partial = copy.with_suffix(".partial")
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT, 0o600))
    with contextlib.closing(sqlite3.connect(partial)) as target:
        connection.backup(target)
        if target.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise StoreError(StoreState.CORRUPT, "The copy made before the update is not sound; nothing was changed.")
    partial.rename(copy)
    return copy
