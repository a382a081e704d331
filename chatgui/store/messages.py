"""Messages as rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from chatgui.core.errors import Failure, Kind
from chatgui.core.message import Message, Part, Role, State, Timing
from chatgui.core.names import NONE
from chatgui.core.outline import Outline
from chatgui.core.usage import Source, Usage
from chatgui.store import parts as part_rows
from chatgui.store import search_index
from chatgui.store.clean import clean, from_json, to_json, whole
from chatgui.store.times import from_ms, to_ms

T = TypeVar("T")

DAMAGED = Failure(
    Kind.STORE,
    "This text may be damaged: it is not what was once saved.",
    advice="An older copy may be in the backups.",
)

COLUMNS = (
    "id", "parent", "role", "state", "created", "account", "model",
    "prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", "cached_tokens", "tokens_per_second",
    "cost", "currency", "source", "cost_source", "partial", "raw_usage",
    "ttft_ms", "thinking_ms", "duration_ms", "deltas", "finish_reason", "failure", "params", "edited", "sent_tokens",
)  # fmt: skip
_CHOOSE = ", ".join(COLUMNS)
_PUT = f"INSERT INTO messages (conversation, owner, crc, {_CHOOSE}) VALUES (?, ?, ?{', ?' * len(COLUMNS)})"  # noqa: S608
_REPLACE = f"UPDATE messages SET owner = ?, crc = ?, {', '.join(f'{name} = ?' for name in COLUMNS)} WHERE seq = ?"  # noqa: S608


def _values(message: Message) -> tuple[Any, ...]:
    usage, timing = message.usage, message.timing
    return (
        message.id, message.parent, message.role.value, message.state.value, to_ms(message.created),
        clean(message.account), clean(message.model),
        whole(usage.prompt_tokens), whole(usage.completion_tokens), whole(usage.total_tokens),
        whole(usage.reasoning_tokens), whole(usage.cached_tokens), usage.tokens_per_second,
        usage.cost, usage.currency, usage.source.value, usage.cost_source.value, usage.partial,
        None if usage.raw is None else to_json(usage.raw),
        timing.ttft_ms, timing.thinking_ms, timing.duration_ms, timing.deltas,
        None if message.finish_reason is None else clean(message.finish_reason),
        None if message.failure is None else to_json(_failure(message.failure)),
        to_json(dict(message.params)), message.edited, whole(usage.sent_tokens),
    )  # fmt: skip


def _failure(failure: Failure) -> dict[str, Any]:
    return {name: getattr(failure, name) for name in Failure.__dataclass_fields__}


def seq_of(connection: sqlite3.Connection, message_id: str) -> int | None:
    """The row of a message, if it is there."""
    row = connection.execute("SELECT seq FROM messages WHERE id = ?", (message_id,)).fetchone()
    return None if row is None else row[0]


def put(connection: sqlite3.Connection, conversation: int, message: Message, *, owner: str = "") -> int:
    """Insert a message with its parts, or replace the one with its id; its row."""
    rows = [part_rows.to_row(part) for part in message.parts]
    crc = None if message.state is State.STREAMING else part_rows.checksum(rows)
    seq = seq_of(connection, message.id)
    if seq is None:
        seq = int(connection.execute(_PUT, (conversation, owner, crc, *_values(message))).lastrowid or 0)
        search_index.enqueue(connection, seq)
    else:
        search_index.forget(connection, seq)
        connection.execute(_REPLACE, (owner, crc, *_values(message), seq))
        connection.execute("DELETE FROM parts WHERE message = ?", (seq,))
        connection.execute("DELETE FROM chunks WHERE message = ?", (seq,))
        connection.execute("DELETE FROM message_attachments WHERE message = ?", (seq,))
    connection.executemany(
        "INSERT INTO parts (message, position, kind, text, more) VALUES (?, ?, ?, ?, ?)",
        ((seq, position, *row) for position, row in enumerate(rows)),
    )
    if named := part_rows.files(message.parts):
        connection.executemany("INSERT INTO message_attachments VALUES (?, ?)", ((seq, sha256) for sha256 in named))
    return seq


def of_conversation(connection: sqlite3.Connection, conversation: int) -> list[Message]:
    """The messages of a conversation that are not taken out, in order of making. What they have in common is held once, and
    nothing is read twice: a hundred thousand of them are still a conversation."""
    parts = connection.execute(
        "SELECT message, kind, text, more FROM parts WHERE message IN"
        " (SELECT seq FROM messages WHERE conversation = ? AND deleted IS NULL) ORDER BY message, position",
        (conversation,),
    )
    said = groupby(parts, itemgetter(0))
    rows = connection.execute(
        f"SELECT seq, crc, {_CHOOSE} FROM messages WHERE conversation = ? AND deleted IS NULL ORDER BY seq",  # noqa: S608
        (conversation,),
    )
    made, maker = [], _Maker(connection)
    owner, group = next(said, (None, iter(())))
    for seq, crc, *values in rows:
        mine: list[part_rows.Row] = []
        if owner == seq:
            mine = [(kind, text, more) for _, kind, text, more in group]
            owner, group = next(said, (None, iter(())))
        made.append(maker.message(seq, crc, values, mine))
    return made


def outline_of(connection: sqlite3.Connection, conversation: int, into: Outline) -> None:
    """The same without their words: who follows whom, and how much was said. One whose parent is not there stands at the root."""
    rows = connection.execute(
        "SELECT m.id, m.parent, m.role, m.created, coalesce(m.reasoning_tokens, 0),"
        " total(length(p.text)) FILTER (WHERE p.kind IN ('text', 'refusal', 'tool_result')),"
        " total(length(p.text)) FILTER (WHERE p.kind = 'reasoning'), total(p.kind = 'reasoning')"
        " FROM messages AS m LEFT JOIN parts AS p ON p.message = m.seq"
        " WHERE m.conversation = ? AND m.deleted IS NULL GROUP BY m.seq ORDER BY m.seq",
        (conversation,),
    )
    for name, parent, role, created, tokens, said, thought, reasonings in rows:
        above = parent if parent is not None and into.find(parent) != NONE else None
        into.put(
            name, above, _member(Role, role, Role.ASSISTANT), created * 1000,
            said=int(said), thought=int(thought), reasoned=bool(tokens or reasonings),
        )  # fmt: skip


def some(connection: sqlite3.Connection, ids: Collection[str]) -> list[Message]:
    """Messages by their ids, taken out or not, in order of making; those that are gone are left out."""
    names = to_json(list(ids))
    parts = connection.execute(
        "SELECT p.message, p.kind, p.text, p.more FROM json_each(?) AS j JOIN messages AS m ON m.id = j.value"
        " JOIN parts AS p ON p.message = m.seq ORDER BY p.message, p.position",
        (names,),
    )
    said: dict[int, list[part_rows.Row]] = {}
    for seq, *row in parts:
        said.setdefault(seq, []).append((row[0], row[1], row[2]))
    columns = ", ".join(f"m.{name}" for name in COLUMNS)
    rows = connection.execute(
        f"SELECT m.seq, m.crc, {columns} FROM json_each(?) AS j JOIN messages AS m ON m.id = j.value ORDER BY m.seq",  # noqa: S608
        (names,),
    )
    maker = _Maker(connection)
    return [maker.message(seq, crc, values, said.get(seq, [])) for seq, crc, *values in rows]


def running_text(connection: sqlite3.Connection, ids: Collection[str]) -> dict[str, tuple[Part, ...]]:
    """What is read and searched of messages, by id: half the work of `some`."""
    found: dict[str, list[Part]] = {}
    rows = connection.execute(
        "SELECT j.value, p.kind, p.text, p.more FROM json_each(?) AS j JOIN messages AS m ON m.id = j.value"
        " JOIN parts AS p ON p.message = m.seq WHERE p.kind IN ('text', 'refusal', 'reasoning', 'tool_result')"
        " ORDER BY m.seq, p.position",
        (to_json(list(ids)),),
    )
    for name, *row in rows:
        found.setdefault(name, []).append(part_rows.from_row(*row))
    return {name: tuple(parts) for name, parts in found.items()}


def one(connection: sqlite3.Connection, message_id: str) -> Message | None:
    """A message by its id, taken out or not."""
    row = connection.execute(f"SELECT seq, crc, {_CHOOSE} FROM messages WHERE id = ?", (message_id,)).fetchone()  # noqa: S608
    if row is None:
        return None
    seq, crc, *values = row
    said = connection.execute("SELECT kind, text, more FROM parts WHERE message = ? ORDER BY position", (seq,))
    return _Maker(connection).message(seq, crc, values, said.fetchall())


class _Maker:
    """Makes messages of rows. What several of them have in common is held once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[Any, Any] = {}

    def _same(self, value: T) -> T:
        """The first that was equal to this one; itself if it is the first."""
        known: T = self._known.setdefault(value, value)
        return known

    def message(self, seq: int, crc: int | None, values: list[Any], said: list[part_rows.Row]) -> Message:
        same = self._same
        row = dict(zip(COLUMNS, values, strict=True))
        parts: tuple[Part, ...] = tuple(part_rows.from_row(*one) for one in said)
        state, usage = _member(State, row["state"], State.FINISHED), _usage(row)
        failure = from_json(row["failure"], Failure)
        if state is State.STREAMING:
            parts = part_rows.from_chunks(chunks_of(self._connection, seq), parts)
        elif crc != part_rows.checksum(said):
            failure = failure or DAMAGED
        return Message(
            id=same(row["id"]),
            role=_member(Role, row["role"], Role.ASSISTANT),
            parts=parts,
            created=from_ms(row["created"]),
            parent=same(row["parent"]),
            state=state,
            account=same(row["account"]),
            model=same(row["model"]),
            usage=same(usage) if usage.raw is None else usage,  # `raw` does not count when usages are compared
            timing=same(Timing(row["ttft_ms"], row["thinking_ms"], row["duration_ms"], row["deltas"])),
            finish_reason=same(row["finish_reason"]),
            failure=failure,
            params=from_json(row["params"]) or {},
            edited=bool(row["edited"]),
        )


def chunks_of(connection: sqlite3.Connection, seq: int) -> Iterable[tuple[str, str]]:
    """The (kind, text) pieces appended to a running answer."""
    return connection.execute("SELECT kind, text FROM chunks WHERE message = ? ORDER BY position", (seq,)).fetchall()


def _usage(row: dict[str, Any]) -> Usage:
    counts = ("prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", "cached_tokens", "sent_tokens")
    return Usage(
        **{name: row[name] for name in counts},
        tokens_per_second=row["tokens_per_second"],
        cost=row["cost"],
        currency=row["currency"],
        source=_member(Source, row["source"], Source.UNKNOWN),
        cost_source=_member(Source, row["cost_source"], Source.UNKNOWN),
        partial=bool(row["partial"]),
        raw=from_json(row["raw_usage"]),
    )


def _member(kind: Any, value: str, otherwise: Any) -> Any:
    """A member of an enumeration; a word it does not know (damage, a newer version) is read as `otherwise`."""
    try:
        return kind(value)
    except ValueError:
        return otherwise
