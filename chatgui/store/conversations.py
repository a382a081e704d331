"""Conversations and their messages in the database: plain functions over a connection and `core` values.

Nothing here opens a transaction: what changes something runs inside `Database.write`, what reads inside `Database.call`.
Deleting is soft everywhere (`deleted` of a conversation, `hide_messages`); only `purge` takes anything away.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from sys import intern
from typing import Any

from chatgui.core.conversation import Conversation, Summary, Unsent
from chatgui.core.errors import UsageError
from chatgui.core.message import Attachment, Message, Role
from chatgui.core.messages import Messages, Source
from chatgui.store import attachments, messages, search_index
from chatgui.store.clean import clean, from_json, to_json
from chatgui.store.fold import fold
from chatgui.store.replies import append_chunks, begin_reply, drop_reply, finish_reply, recover
from chatgui.store.times import from_ms, to_ms

__all__ = [
    "append_chunks", "begin_reply", "create", "drop_reply", "finish_reply", "hidden", "hide_messages",
    "insert_message", "keep_unsent", "load", "outlined", "purge", "purge_hidden", "recover", "replace_message",
    "set_fields", "summaries", "summaries_of", "summary", "unhide_messages",
]  # fmt: skip

SUMMARY = (
    "SELECT id, title, created, updated, answered_by, model, messages, state, unread, pinned, archived, folder, tags,"
    " deleted FROM conversations"
)


def summaries(connection: sqlite3.Connection, deleted: bool = False, limit: int = -1) -> list[Summary]:
    """All conversations, or those in the trash; newest first, at most `limit` if that is not negative."""
    where = "deleted > 0" if deleted else "deleted IS NULL"
    query = f"{SUMMARY} WHERE {where} ORDER BY updated DESC, seq DESC LIMIT ?"
    return [summary_from(row) for row in connection.execute(query, (limit,))]


def summaries_of(connection: sqlite3.Connection, ids: Collection[str]) -> list[Summary]:
    """These conversations, in the trash or not, in no order."""
    query = f"{SUMMARY} WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
    return [summary_from(row) for row in connection.execute(query, (json.dumps(list(ids)),))]


def in_place(folder: str | None, tag: str) -> tuple[str, tuple[str, ...]]:
    """The SQL condition for conversations of a folder (None: any) and with a tag (empty: any), and its values."""
    where, values = ["deleted IS NULL"], []
    if folder is not None:
        where.append("folder = ? COLLATE NOCASE" + (" AND folder <> ''" if folder else ""))
        values.append(folder)
    if tag:
        where.append("tags <> '[]' AND EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ? COLLATE NOCASE)")
        values.append(tag)
    return " AND ".join(where), tuple(values)


def summary(connection: sqlite3.Connection, conversation_id: str) -> Summary | None:
    """One conversation, in the trash or not."""
    row = connection.execute(f"{SUMMARY} WHERE id = ?", (conversation_id,)).fetchone()
    return None if row is None else summary_from(row)


def summary_from(row: tuple[Any, ...]) -> Summary:
    """What a row of `SUMMARY` says."""
    identity, title, created, updated, account, model, count, state, unread, pinned, archived, folder, tags, deleted = (
        row
    )
    return Summary(
        identity, title, from_ms(created), from_ms(updated), intern(account), intern(model), count, intern(state),
        bool(unread), bool(pinned), bool(archived), intern(folder),
        () if tags == "[]" else from_json(tags, tuple[str, ...]) or (),
        None if deleted is None else from_ms(deleted),
    )  # fmt: skip


def load(connection: sqlite3.Connection, conversation_id: str) -> Conversation | None:
    """A whole conversation. Damage is mended as far as it goes: a message without its parent stands at the root."""
    with _one_moment(connection):
        return _load(connection, conversation_id, None)


def outlined(connection: sqlite3.Connection, conversation_id: str, source: Source, newest: int) -> Conversation | None:
    """A conversation in outline: its messages are read from `source` when they are asked for, but the `newest` shown."""
    with _one_moment(connection):
        return _load(connection, conversation_id, source, newest)


@contextlib.contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    own = not connection.in_transaction
    if own:
        connection.execute("BEGIN")  # all the tables at once
    try:
        yield
    finally:
        if own:
            connection.execute("COMMIT")


def _load(
    connection: sqlite3.Connection, conversation_id: str, source: Source | None, newest: int = 0
) -> Conversation | None:
    row = connection.execute(
        "SELECT seq, id, title, created, updated, account, model, system, params, draft, assistant, tip, edits"
        " FROM conversations WHERE id = ?",
        (conversation_id,),
    ).fetchone()
    if row is None:
        return None
    seq, identity, title, created, updated, account, model, system, params, draft, assistant, tip, edits = row
    conversation = Conversation(
        identity, title, from_ms(created), from_ms(updated), account, model, system, from_json(params) or {}, draft,
        assistant=assistant, messages=Messages(source),
    )  # fmt: skip
    if source is not None:
        messages.outline_of(connection, seq, conversation.messages.outline)
    else:
        for message in messages.of_conversation(connection, seq):
            orphan = message.parent is not None and message.parent not in conversation.messages
            conversation.add(replace(message, parent=None) if orphan else message)
    if tip in conversation.messages:
        conversation.tip = tip
    elif roots := conversation.children(None):
        conversation.tip = conversation.deepest(roots[-1])
    _put_unsent(conversation, from_json(edits, dict[str, str]) or {}, attachments.unsent(connection, seq))
    if source is not None:
        conversation.messages.hold(messages.some(connection, conversation.branch().far()[-newest:]))
    return conversation


def _put_unsent(
    conversation: Conversation, texts: Mapping[str, str], files: Mapping[str, tuple[Attachment, ...]]
) -> None:
    """What stands unsent. What was being made of a message that is no longer there stands before the draft."""
    draft = Unsent(conversation.draft, files.get("", ()))
    for message in {**texts, **files}:
        unsent = Unsent(texts.get(message, ""), files.get(message, ()))
        if message in conversation.messages:
            conversation.edits[message] = unsent
        elif message:
            draft = unsent + draft
    conversation.draft, conversation.draft_attachments = draft.text, draft.attachments


def end(connection: sqlite3.Connection, conversation_id: str, count: int, over: int) -> list[Message]:
    """The last `count` messages of the shown branch, if the conversation has more than `over`; nothing of a shorter one."""
    row = connection.execute("SELECT tip, messages FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
    found: list[Message] = []
    at = row[0] if row is not None and row[1] > over else None
    while at is not None and len(found) < count and (message := messages.one(connection, at)) is not None:
        found.append(message)
        at = message.parent
    return found[::-1]


def create(connection: sqlite3.Connection, conversation: Conversation) -> None:
    """Add a conversation with all that is in it; does nothing if it is there already."""
    made = connection.execute(
        "INSERT INTO conversations (id, title, folded_title, created, updated, account, model, system, params, draft, tip,"
        " assistant) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (
            conversation.id, clean(conversation.title), fold(clean(conversation.title)),
            to_ms(conversation.created), to_ms(conversation.updated),
            conversation.account, clean(conversation.model), clean(conversation.system),
            to_json(dict(conversation.params)), clean(conversation.draft), conversation.tip,
            clean(conversation.assistant),
        ),
    )  # fmt: skip
    if made.rowcount and (conversation.messages or conversation.draft_attachments):
        seq = row_of(connection, conversation.id)
        keep_unsent(connection, conversation.id, conversation.unsent, conversation.edits)
        for message in conversation.messages.values():
            messages.put(connection, seq, message)
        count(connection, seq)


def insert_message(connection: sqlite3.Connection, conversation_id: str, message: Message) -> None:
    """Add a finished message; the conversation is as new as it."""
    seq = row_of(connection, conversation_id)
    messages.put(connection, seq, message)
    touch(connection, seq, message)


def replace_message(connection: sqlite3.Connection, conversation_id: str, message: Message) -> None:
    """Put a message in the place of the one with its id: other words, other parts."""
    messages.put(connection, row_of(connection, conversation_id), message)


def hide_messages(connection: sqlite3.Connection, ids: Iterable[str], when: datetime) -> None:
    """Take messages out of their tree; they can come back."""
    _set_deleted(connection, ids, to_ms(when))


def unhide_messages(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Put them back where they were."""
    _set_deleted(connection, ids, None)


def _set_deleted(connection: sqlite3.Connection, ids: Iterable[str], deleted: int | None) -> None:
    concerned: set[int] = set()
    for one in ids:
        query = "UPDATE messages SET deleted = ? WHERE id = ? RETURNING conversation"
        concerned.update(row[0] for row in connection.execute(query, (deleted, one)).fetchall())
    for seq in concerned:
        count(connection, seq)


def _truth(value: Any) -> int:
    return int(bool(value))


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "title": clean,
    "account": clean,
    "model": clean,
    "system": clean,
    "assistant": clean,
    "draft": clean,
    "folder": clean,
    "params": lambda value: to_json(dict(value)),
    "tags": lambda value: to_json(list(value)),
    "tip": lambda value: value,
    "pinned": _truth,
    "archived": _truth,
    "unread": _truth,
    "deleted": lambda value: None if value is None else to_ms(value),
}


def set_fields(connection: sqlite3.Connection, conversation_id: str, **fields: Any) -> None:
    """Change fields of a conversation; its place in the order of newness stays. A conversation that is gone is none of it."""
    if not fields:
        return
    kept = {name: _FIELDS[name](value) for name, value in fields.items()}
    if "title" in kept:
        kept["folded_title"] = fold(kept["title"])
    names = ", ".join(f"{name} = ?" for name in kept)
    connection.execute(f"UPDATE conversations SET {names} WHERE id = ?", (*kept.values(), conversation_id))  # noqa: S608


def keep_unsent(
    connection: sqlite3.Connection, conversation_id: str, draft: Unsent, edits: Mapping[str, Unsent]
) -> None:
    """This stands unsent in a conversation (see `Conversation`); nothing happens if that is gone."""
    for (seq,) in connection.execute(_ROW, (conversation_id,)).fetchall():
        files = {"": draft.attachments, **{message: one.attachments for message, one in edits.items()}}
        attachments.keep_unsent(connection, seq, files)
        texts = to_json({message: one.text for message, one in edits.items()})
        connection.execute(
            "UPDATE conversations SET draft = ?, edits = ? WHERE seq = ?", (clean(draft.text), texts, seq)
        )


def purge(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Delete for ever. What was spent stays counted, without the title. Call `Database.forget` afterwards."""
    named: set[str] = set()
    for one in ids:
        connection.execute("UPDATE spending SET title = '' WHERE conversation = ?", (one,))
        for (seq,) in connection.execute(_ROW, (one,)).fetchall():
            named |= attachments.named_in(connection, seq)
        concerned = connection.execute(f"SELECT seq FROM messages WHERE conversation IN ({_ROW})", (one,)).fetchall()  # noqa: S608
        search_index.forget_for_ever(connection, [seq for (seq,) in concerned])
        connection.execute("DELETE FROM conversations WHERE id = ?", (one,))
    attachments.forget(connection, named)


_ROW = "SELECT seq FROM conversations WHERE id = ?"


def hidden(connection: sqlite3.Connection) -> list[int]:
    """The rows of messages that were taken out of trees that are not in the trash; goes through all messages."""
    query = (
        "SELECT messages.seq FROM messages JOIN conversations ON conversations.seq = conversation"
        " WHERE messages.deleted > 0 AND conversations.deleted IS NULL"
    )
    return [row[0] for row in connection.execute(query)]


def purge_hidden(connection: sqlite3.Connection, seqs: Iterable[int]) -> None:
    """Delete messages for ever, those of them that are (still) hidden. Call `Database.forget` afterwards."""
    one = "SELECT 1 FROM messages WHERE seq = ? AND deleted > 0"
    gone = [seq for seq in seqs if connection.execute(one, (seq,)).fetchone()]
    named: set[str] = set()
    for seq in gone:
        named |= attachments.named_by(connection, seq)
    search_index.forget_for_ever(connection, gone)
    connection.executemany("DELETE FROM messages WHERE seq = ?", ((seq,) for seq in gone))
    attachments.forget(connection, named)


def row_of(connection: sqlite3.Connection, conversation_id: str) -> int:
    """The row of a conversation. Raises UsageError if it is gone."""
    row = connection.execute("SELECT seq FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
    if row is None:
        raise UsageError("This conversation is no longer there.")
    return int(row[0])


def count(connection: sqlite3.Connection, seq: int) -> None:
    """Bring what the summary says of the messages up to date."""
    connection.execute(
        "UPDATE conversations SET messages = (SELECT count(*) FROM messages WHERE conversation = :seq AND deleted IS NULL),"
        " answered_by = coalesce((SELECT account FROM messages WHERE conversation = :seq AND deleted IS NULL"
        " AND role = 'assistant' AND account <> '' ORDER BY seq DESC LIMIT 1), answered_by) WHERE seq = :seq",
        {"seq": seq},
    )


def touch(connection: sqlite3.Connection, seq: int, message: Message) -> None:
    """Count a message just added."""
    from_account = message.account if message.role is Role.ASSISTANT else ""
    connection.execute(
        "UPDATE conversations SET messages = messages + 1, updated = max(updated, ?),"
        " answered_by = CASE WHEN ? <> '' THEN ? ELSE answered_by END WHERE seq = ?",
        (to_ms(message.created), from_account, from_account, seq),
    )
