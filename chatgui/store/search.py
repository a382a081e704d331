"""Finding things."""

from __future__ import annotations

import sqlite3
from typing import Any

from chatgui.core.conversation import Hit


def search(connection: sqlite3.Connection, query: str, *, limit: int = 50, **filters: Any) -> list[Hit]:
    """Not there yet."""
    return []
