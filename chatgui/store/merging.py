"""Conversations from elsewhere, put among those that are here: nothing is overwritten, nothing comes twice."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chatgui.core.conversation import Conversation
from chatgui.core.message import Attachment, Message, Role
from chatgui.core.messages import Messages
from chatgui.store import arriving, attachments, conversations, messages
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
) -> Iterator[None]:
    """Take in one conversation, step by step, and count it in `merged`. `fields` are what `set_fields` takes; `files` is by
    SHA-256. For `Arrival.take`: it is hidden until the arrival is complete.

    A conversation that is here keeps all it has and gains the messages it lacks; out of the trash it comes back.
    """
    parts = [part for message in incoming.messages.values() for part in message.parts]
    for part in (*parts, *incoming.draft_attachments):
        if isinstance(part, Attachment) and part.sha256 in files:
            attachments.save(connection, files[part.sha256], part.media_type, part.name)
            yield
    here = connection.execute("SELECT seq, deleted FROM conversations WHERE id = ?", (incoming.id,)).fetchone()
    if here is None:
        yield from _add(connection, merged, incoming, fields)
    else:
        yield from _grow(connection, merged, incoming, *here)


def _add(
    connection: sqlite3.Connection, merged: Merged, incoming: Conversation, fields: Mapping[str, Any]
) -> Iterator[None]:
    empty = replace(incoming, messages=Messages(), tip=None)
    conversations.create(connection, empty)
    seq = conversations.row_of(connection, incoming.id)
    arriving.hide_conversation(connection, seq)
    conversations.set_fields(connection, incoming.id, **fields)
    names = yield from _names(connection, incoming, seq)
    for incoming_message in incoming.messages.values():
        message = _named(incoming_message, names)
        messages.put(connection, seq, message)
        _count_spending(connection, incoming.id, message)
        merged.messages += 1
        yield
    conversations.count(connection, seq)
    if incoming.tip in names:
        conversations.set_fields(connection, incoming.id, tip=names[incoming.tip])
    merged.added += 1


def _grow(
    connection: sqlite3.Connection, merged: Merged, incoming: Conversation, seq: int, deleted: int | None
) -> Iterator[None]:
    """Put in the messages that are not there yet."""
    known = {row[0] for row in connection.execute("SELECT id FROM messages WHERE conversation = ?", (seq,))}
    newest = ""
    names = yield from _names(connection, incoming, seq)
    for incoming_message in incoming.messages.values():
        message = _named(incoming_message, names)
        if message.id not in known and (message.parent is None or message.parent in known):
            arriving.hide_message(connection, seq, messages.put(connection, seq, message))
            _count_spending(connection, incoming.id, message)
            known.add(message.id)
            merged.messages += 1
            newest = message.id
        yield
    changed = bool(newest or deleted is not None)
    if changed:
        arriving.bring_up(connection, seq, to_ms(incoming.updated) if newest else 0, newest or None)
    merged.grown += changed
    merged.unchanged += not changed


def _names(connection: sqlite3.Connection, incoming: Conversation, own: int) -> Generator[None, None, dict[str, str]]:
    """What each message is called here: otherwise where its name stands for a message of another conversation."""
    names = {}
    for name in incoming.messages:
        row = connection.execute("SELECT conversation FROM messages WHERE id = ?", (name,)).fetchone()
        taken = row is not None and row[0] != own
        names[name] = hashlib.sha256(f"{incoming.id}\0{name}".encode()).hexdigest()[:24] if taken else name
        yield
    return names


def _named(message: Message, names: Mapping[str, str]) -> Message:
    name = names[message.id]
    parent = None if message.parent is None else names.get(message.parent, message.parent)
    return message if (name, parent) == (message.id, message.parent) else replace(message, id=name, parent=parent)


def _count_spending(connection: sqlite3.Connection, conversation_id: str, message: Message) -> None:
    if message.role is Role.ASSISTANT and (message.usage.known or message.usage.cost is not None):
        spend(connection, conversation_id, message, hidden=True)
