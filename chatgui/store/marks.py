"""How every conversation stands, as one short word each: another word when anything an export shows has changed."""

from __future__ import annotations

import hashlib
import sqlite3

_QUERY = """
SELECT c.id, c.updated, c.title, c.tip, c.messages, c.state, c.model, c.system, c.params, c.draft, c.edits, c.pinned,
       c.archived, c.folder, c.tags, m.sum
  FROM conversations AS c
  LEFT JOIN (SELECT conversation, total(crc) AS sum FROM messages GROUP BY conversation) AS m ON m.conversation = c.seq
 WHERE c.deleted IS NULL ORDER BY c.seq
"""


def marks(connection: sqlite3.Connection) -> dict[str, str]:
    """The mark of every conversation that is not in the trash, by its id, in order of making."""
    return {row[0]: hashlib.sha256(repr(row).encode()).hexdigest()[:16] for row in connection.execute(_QUERY)}
