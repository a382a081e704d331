"""Answers while they are written: begun as `streaming`, appended to, folded into a message at the end, mended after a crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chatgui.core.errors import Failure, Kind
from chatgui.core.message import Message, State
from chatgui.store import messages, search_index
from chatgui.store.clean import clean
from chatgui.store.times import now_ms, to_ms

_SUMMARY_STATE = {
    State.STREAMING: "streaming",
    State.INTERRUPTED: "interrupted",
    State.FAILED: "failed",
}
CRASHED = Failure(
    Kind.INTERRUPTED,
    "The program ended before this answer was complete.",
    retryable=True,
    advice="Continue it, or ask again.",
)


def begin_reply(connection: sqlite3.Connection, conversation_id: str, message: Message) -> None:
    """Add an answer that is now being written by this run of the program, with the parts it begins with."""
    row = connection.execute("SELECT seq FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
    if row is None:
        return  # deleted for ever meanwhile
    known = messages.seq_of(connection, message.id) is not None
    owner = connection.execute("SELECT run_id()").fetchone()[0]
    messages.put(connection, row[0], message, owner=owner)
    connection.execute(
        "UPDATE conversations SET messages = messages + ?, updated = max(updated, ?), tip = ?, state = 'streaming',"
        " answered_by = ? WHERE seq = ?",
        (not known, to_ms(message.created), message.id, clean(message.account), row[0]),
    )


def append_chunks(connection: sqlite3.Connection, message_id: str, seq: int, chunks: Iterable[tuple[str, str]]) -> None:
    """Append texts, each with its kind (text, reasoning or refusal), to a running answer; `seq` is the number of the first,
    counted up from 0.

    Late ones of an answer that has ended or is gone do nothing.
    """
    connection.executemany(
        "INSERT INTO chunks SELECT seq, ?, ?, ? FROM messages WHERE id = ? AND state = 'streaming'"
        " ON CONFLICT (message, position) DO UPDATE SET kind = excluded.kind, text = excluded.text",
        [(number, kind, clean(text), message_id) for number, (kind, text) in enumerate(chunks, seq)],
    )


def finish_reply(connection: sqlite3.Connection, conversation_id: str, message: Message) -> None:
    """The answer has become a message: its chunks are folded into parts, and what it cost is put down."""
    row = connection.execute("SELECT seq FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
    if row is None or messages.seq_of(connection, message.id) is None:
        return
    messages.put(connection, row[0], message)
    spend(connection, conversation_id, message)
    connection.execute(
        "UPDATE conversations SET state = ?, updated = max(updated, ?), answered_by = ? WHERE seq = ?",
        (_SUMMARY_STATE.get(message.state, "idle"), now_ms(), clean(message.account), row[0]),
    )


def drop_reply(connection: sqlite3.Connection, message_id: str) -> None:
    """Take away an answer that was stopped before anything came; the tip goes back to what it answers."""
    for seq, conversation, parent in connection.execute(
        "SELECT seq, conversation, parent FROM messages WHERE id = ?", (message_id,)
    ).fetchall():
        search_index.never_mind(connection, seq)
        connection.execute("DELETE FROM messages WHERE seq = ?", (seq,))
        connection.execute(
            "UPDATE conversations SET messages = messages - 1, state = 'idle',"
            " tip = CASE WHEN tip = ? THEN ? ELSE tip END WHERE seq = ?",
            (message_id, parent, conversation),
        )


def recover(connection: sqlite3.Connection) -> int:
    """Mend what a crash left: answers whose run is dead become `interrupted`, with all that was kept; how many."""
    query = (
        "SELECT messages.id, conversations.id FROM messages JOIN conversations ON conversations.seq = conversation"
        " WHERE messages.state = 'streaming' AND NOT run_alive(owner)"
    )
    dead = connection.execute(query).fetchall()
    for message_id, conversation_id in dead:
        if message := messages.one(connection, message_id):
            usage = replace(message.usage, partial=True)
            ended = replace(message, state=State.INTERRUPTED, finish_reason="interrupted", failure=CRASHED, usage=usage)
            finish_reply(connection, conversation_id, ended)
    return len(dead)


_SPENT = ("prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", "cached_tokens", "cost", "currency")


def spend(connection: sqlite3.Connection, conversation_id: str, message: Message, *, hidden: bool = False) -> None:
    """Put down what an answer cost; once for each message, whatever happens to it later. `hidden`: see `arriving`; what
    is known of the message already stays.
    """
    usage = message.usage
    values: dict[str, Any] = {name: getattr(usage, name) for name in _SPENT}
    values |= {
        "message": message.id, "conversation": conversation_id,
        "at": -max(1, to_ms(message.created)) if hidden else to_ms(message.created),
        "account": clean(message.account), "model": clean(message.model), "source": usage.source.value,
        "cost_source": usage.cost_source.value, "partial": usage.partial,
    }  # fmt: skip
    connection.execute(
        f"INSERT OR {'IGNORE' if hidden else 'REPLACE'} INTO spending ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
        tuple(values.values()),
    )
