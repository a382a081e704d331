"""Conversations from elsewhere, put among those that are here: nothing is overwritten, nothing comes twice."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chatgui.core.conversation import Conversation
from chatgui.core.message import Attachment, Message, Role
from chatgui.store import attachments, conversations, messages
from chatgui.store.replies import spend
from chatgui.store.times import to_ms


@dataclass(slots=True)
class Merged:
    """What merging did: conversations added, those that grew, those that were here already; messages added."""

    added: int = 0
    grown: int = 0
    unchanged: int = 0
    messages: int = 0


def merge(
    connection: sqlite3.Connection,
    merged: Merged,
    incoming: Conversation,
    fields: Mapping[str, Any],
    files: Mapping[str, bytes],
) -> None:
    """Take in one conversation, and count it in `merged`. `fields` are what `set_fields` takes; `files` is by SHA-256.

    A conversation that is here keeps all it has and gains the messages it lacks; out of the trash it comes back.
    """
    parts = [part for message in incoming.messages.values() for part in message.parts]
    for part in (*parts, *incoming.draft_attachments):
        if isinstance(part, Attachment) and part.sha256 in files:
            attachments.save(connection, files[part.sha256], part.media_type, part.name)
    here = connection.execute("SELECT seq, deleted, tip FROM conversations WHERE id = ?", (incoming.id,)).fetchone()
    if here is None:
        fresh = _renamed(connection, incoming, None)
        conversations.create(connection, fresh)
        conversations.set_fields(connection, fresh.id, **fields)
        _count_spending(connection, fresh.id, list(fresh.messages.values()))
        merged.added += 1
        merged.messages += len(fresh.messages)
        return
    seq, deleted, tip = here
    new = _grow(connection, seq, incoming)
    if new:
        connection.execute(
            "UPDATE conversations SET updated = max(updated, ?) WHERE id = ?", (to_ms(incoming.updated), incoming.id)
        )
        conversations.count(connection, seq)
        _count_spending(connection, incoming.id, new)
        if tip is None:
            conversations.set_fields(connection, incoming.id, tip=new[-1].id)
    if deleted is not None:
        conversations.set_fields(connection, incoming.id, deleted=None)
    merged.grown += bool(new or deleted is not None)
    merged.unchanged += not new and deleted is None
    merged.messages += len(new)


def _grow(connection: sqlite3.Connection, seq: int, incoming: Conversation) -> list[Message]:
    """Put in the messages that are not there yet, and say which."""
    known = {row[0] for row in connection.execute("SELECT id FROM messages WHERE conversation = ?", (seq,))}
    new = []
    for message in _renamed(connection, incoming, seq).messages.values():
        if message.id not in known and (message.parent is None or message.parent in known):
            messages.put(connection, seq, message)
            known.add(message.id)
            new.append(message)
    return new


def _renamed(connection: sqlite3.Connection, incoming: Conversation, own: int | None) -> Conversation:
    """The conversation with other names for messages whose names stand for something else here."""
    names: dict[str | None, str | None] = {None: None}
    for name in incoming.messages:
        row = connection.execute("SELECT conversation FROM messages WHERE id = ?", (name,)).fetchone()
        taken = row is not None and row[0] != own
        names[name] = hashlib.sha256(f"{incoming.id}\0{name}".encode()).hexdigest()[:24] if taken else name
    if all(old == new for old, new in names.items()):
        return incoming
    renamed = replace(incoming, messages={}, _children={}, tip=names.get(incoming.tip))
    for old, message in incoming.messages.items():
        renamed.add(replace(message, id=names[old] or old, parent=names.get(message.parent)))
    return renamed


def _count_spending(connection: sqlite3.Connection, conversation_id: str, added: list[Message]) -> None:
    for message in added:
        if message.role is Role.ASSISTANT and (message.usage.known or message.usage.cost is not None):
            spend(connection, conversation_id, message)
