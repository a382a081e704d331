"""Is the database sound?"""

from __future__ import annotations

import sqlite3


def check(connection: sqlite3.Connection) -> str:
    """What SQLite's own check finds wrong, in its words; empty if nothing is."""
    found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    return "" if found == ["ok"] else "; ".join(found)
