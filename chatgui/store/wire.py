"""What went over the wire for an answer, beside the answer. Only written if the user wants it; never with a key."""

from __future__ import annotations

import sqlite3

_SOME = 50


def save(connection: sqlite3.Connection, message_id: str, attempts: bytes) -> None:
    """Keep the attempts of an answer, in the form `chat.kept_wire` gives them; one that is gone meanwhile is passed over."""
    connection.execute("INSERT OR REPLACE INTO wire SELECT seq, ? FROM messages WHERE id = ?", (attempts, message_id))


def load(connection: sqlite3.Connection, message_id: str) -> bytes | None:
    """The attempts of an answer, if they were kept."""
    row = connection.execute(
        "SELECT attempts FROM wire JOIN messages ON messages.seq = wire.message WHERE messages.id = ?", (message_id,)
    ).fetchone()
    return None if row is None else row[0]


def forget(connection: sqlite3.Connection) -> bool:
    """Let go of some of what was kept; whether there was any. They may be large, and others want to write meanwhile."""
    query = "DELETE FROM wire WHERE message IN (SELECT message FROM wire LIMIT ?)"
    return connection.execute(query, (_SOME,)).rowcount > 0
