"""Files of conversations, each kept once by the SHA-256 of its bytes, as long as a message or a draft names it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
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


def keep_unsent(connection: sqlite3.Connection, conversation: int, files: Mapping[str, Iterable[Attachment]]) -> None:
    """These files, in order, stand unsent in the conversation of this row: in the draft (""), and by the ids of messages in
    what is being made of those."""
    connection.execute("DELETE FROM draft_attachments WHERE conversation = ?", (conversation,))
    rows = [(one.sha256, clean(to_json(one)), message) for message, some in files.items() for one in some]
    connection.executemany(
        "INSERT INTO draft_attachments (conversation, position, sha256, attachment, message) VALUES (?, ?, ?, ?, ?)",
        ((conversation, at, *row) for at, row in enumerate(rows)),
    )


def unsent(connection: sqlite3.Connection, conversation: int) -> dict[str, tuple[Attachment, ...]]:
    """The same, read; a damaged row is none."""
    rows = connection.execute(
        "SELECT message, attachment FROM draft_attachments WHERE conversation = ? ORDER BY position", (conversation,)
    )
    found: dict[str, tuple[Attachment, ...]] = {}
    for message, attachment in rows.fetchall():
        if (one := from_json(attachment, Attachment)) is not None:
            found[message] = (*found.get(message, ()), one)
    return found


def named_by(connection: sqlite3.Connection, message: int) -> set[str]:
    """What the message of this row names."""
    rows = connection.execute("SELECT sha256 FROM message_attachments WHERE message = ?", (message,))
    return {row[0] for row in rows.fetchall()}


def named_in(connection: sqlite3.Connection, conversation: int) -> set[str]:
    """What the messages of the conversation of this row, and what stands unsent there, name."""
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
