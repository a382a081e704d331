"""Files of conversations, each kept once by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable

from chatgui.core.message import Attachment
from chatgui.store.clean import clean
from chatgui.store.times import now_ms


def save(connection: sqlite3.Connection, contents: bytes, media_type: str, name: str) -> Attachment:
    """Keep a file's bytes; the part that names it."""
    sha256 = hashlib.sha256(contents).hexdigest()
    connection.execute(
        "INSERT INTO attachments VALUES (?, ?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING",
        (sha256, clean(media_type), len(contents), now_ms(), contents),
    )
    return Attachment(sha256, media_type, name, len(contents))


def load(connection: sqlite3.Connection, wanted: Iterable[str]) -> dict[str, bytes]:
    """Bytes by SHA-256; those that are gone are not in it."""
    found = {}
    for sha256 in wanted:
        row = connection.execute("SELECT bytes FROM attachments WHERE sha256 = ?", (sha256,)).fetchone()
        if row is not None:
            found[sha256] = row[0]
    return found
