"""Files of conversations, each kept once by the SHA-256 of its bytes, as long as a message or a draft names it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from chatgui.core.message import Attachment
from chatgui.store.clean import clean, from_json, to_json
from chatgui.store.times import now_ms, to_ms

_UNUSED = (
    "NOT EXISTS (SELECT 1 FROM message_attachments WHERE message_attachments.sha256 = attachments.sha256)"
    " AND NOT EXISTS (SELECT 1 FROM draft_attachments WHERE draft_attachments.sha256 = attachments.sha256)"
)


def save(connection: sqlite3.Connection, contents: bytes, media_type: str, name: str) -> Attachment:
    """Keep a file's bytes; the part that names it."""
    sha256 = hashlib.sha256(contents).hexdigest()
    connection.execute(
        "INSERT INTO attachments VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET created = excluded.created",  # wanted again: not about to be forgotten
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


def keep_draft(connection: sqlite3.Connection, conversation: int, attachments: Iterable[Attachment]) -> None:
    """These files, in order, stand unsent in the conversation of this row."""
    connection.execute("DELETE FROM draft_attachments WHERE conversation = ?", (conversation,))
    connection.executemany(
        "INSERT INTO draft_attachments VALUES (?, ?, ?, ?)",
        ((conversation, at, one.sha256, clean(to_json(one))) for at, one in enumerate(attachments)),
    )


def of_draft(connection: sqlite3.Connection, conversation: int) -> tuple[Attachment, ...]:
    """The files that stand unsent in the conversation of this row; a damaged row is none."""
    rows = connection.execute(
        "SELECT attachment FROM draft_attachments WHERE conversation = ? ORDER BY position", (conversation,)
    )
    found = (from_json(row[0], Attachment) for row in rows.fetchall())
    return tuple(one for one in found if one is not None)


def named_in(connection: sqlite3.Connection, conversation: int) -> set[str]:
    """What the messages and the draft of the conversation of this row name."""
    rows = connection.execute(
        "SELECT sha256 FROM message_attachments JOIN messages ON messages.seq = message WHERE conversation = ?1"
        " UNION SELECT sha256 FROM draft_attachments WHERE conversation = ?1",
        (conversation,),
    )
    return {row[0] for row in rows.fetchall()}


def forget(connection: sqlite3.Connection, named: Iterable[str]) -> None:
    """Delete those of these files that nothing names any more."""
    connection.executemany(f"DELETE FROM attachments WHERE sha256 = ? AND {_UNUSED}", ((one,) for one in named))  # noqa: S608


def forget_unused(connection: sqlite3.Connection, before: datetime) -> int:
    """Delete the files nothing names that were last wanted before a moment; how many.

    A file taken into the composer is named by nothing until the draft is kept, nor is one that waits behind an answer.
    """
    query = f"DELETE FROM attachments WHERE created < ? AND {_UNUSED}"  # noqa: S608
    return connection.execute(query, (to_ms(before),)).rowcount
