"""Taking in what another library holds and this one lacks. Nothing that is here is changed.

Reading goes row by row and survives damage, so the same code restores a backup and rescues a broken file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from chatgui.store import conversations, search_index
from chatgui.store.clean import clean
from chatgui.store.fold import fold


@dataclass(slots=True)
class Report:
    """What was taken in; `unreadable` rows could not be read and are lost, unless another copy has them."""

    conversations: int = 0
    messages: int = 0
    attachments: int = 0
    accounts: int = 0
    unreadable: int = 0

    @property
    def words(self) -> str:
        """One sentence."""
        said = f"{self.conversations} conversations and {self.messages} messages were taken in"
        return f"{said}; {self.unreadable} rows could not be read." if self.unreadable else f"{said}."


Row = dict[str, Any]


def salvage(source: sqlite3.Connection, target: sqlite3.Connection) -> Report:
    """Add what `source` (same schema version, may be damaged) has and `target` lacks. `target` is in a transaction."""
    report = Report()
    known = {row[0] for row in target.execute("SELECT id FROM conversations")}
    by_seq: dict[int, int] = {}  # rows of conversations: there -> here
    for row in _rows(source, "conversations", report):
        identity = _text(row["id"])
        if identity not in known:
            row["folded_title"] = fold(clean(_text(row["title"])))
            if not _insert(target, "conversations", row, report, skip="seq"):
                continue
            known.add(identity)
            report.conversations += 1
        by_seq[row["seq"]] = conversations.row_of(target, identity)
    concerned = _merge_messages(source, target, by_seq, report)
    for seq in concerned:
        conversations.count(target, seq)
    _merge_plain(source, target, report)
    return report


def _merge_messages(
    source: sqlite3.Connection, target: sqlite3.Connection, by_seq: dict[int, int], report: Report
) -> set[int]:
    here = {row[0] for row in target.execute("SELECT id FROM messages")}
    lost: dict[int, int] = {}  # conversations whose own row is gone: there -> here
    taken: dict[int, int] = {}  # rows of messages: there -> here
    for row in _rows(source, "messages", report):
        if _text(row["id"]) in here:
            continue
        at = by_seq.get(row["conversation"]) or lost.get(row["conversation"])
        if at is None:
            at = lost[row["conversation"]] = _found_again(target, row, report)
        there = row["seq"]
        if _insert(target, "messages", {**row, "conversation": at}, report, skip="seq"):
            taken[there] = target.execute("SELECT last_insert_rowid()").fetchone()[0]
            report.messages += 1
    for table in ("parts", "chunks", "message_attachments"):
        for row in _rows(source, table, report):
            if seq := taken.get(row["message"]):
                _insert(target, table, {**row, "message": seq}, report)
    for seq in taken.values():
        search_index.enqueue(target, seq)
    rows = target.execute(
        "SELECT DISTINCT conversation FROM messages WHERE seq >= ?", (min(taken.values(), default=1 << 62),)
    )
    return {row[0] for row in rows.fetchall()}


def _found_again(target: sqlite3.Connection, message: Row, report: Report) -> int:
    """A conversation for messages whose own could not be read."""
    created = message["created"] if isinstance(message["created"], int) else 0
    report.conversations += 1
    row = target.execute(
        "INSERT INTO conversations (id, title, folded_title, created, updated) VALUES (?, ?, ?, ?, ?) RETURNING seq",
        (f"found-{_text(message['id'])}", "Found again", "found again", created, created),
    ).fetchone()
    return int(row[0])


def _merge_plain(source: sqlite3.Connection, target: sqlite3.Connection, report: Report) -> None:
    for row in _rows(source, "attachments", report):
        report.attachments += _insert(target, "attachments", row, report)
    for row in _rows(source, "accounts", report):
        report.accounts += _insert(target, "accounts", row, report)
    for table in ("assistants", "spending"):
        for row in _rows(source, table, report):
            _insert(target, table, row, report)


def _insert(target: sqlite3.Connection, table: str, row: Row, report: Report, *, skip: str = "") -> bool:
    """Add a row unless its like is there; one that does not fit the schema (damaged) is counted."""
    row = {name: value for name, value in row.items() if name != skip}
    marks = ", ".join("?" * len(row))
    try:
        made = target.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            [clean(value) if isinstance(value, str) else value for value in row.values()],
        )
    except sqlite3.IntegrityError:
        report.unreadable += 1
        return False
    return made.rowcount == 1


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


# ------------------------------------------------------------------------------------------------ reading damaged tables

_GUESS = 200_000  # row numbers tried one by one when no index tells which there are
_BY_INDEX = {
    "conversations": "SELECT rowid FROM conversations INDEXED BY conversations_by_update",
    "messages": "SELECT rowid FROM messages INDEXED BY messages_of_conversation",
}


def _rows(source: sqlite3.Connection, table: str, report: Report) -> Iterator[Row]:
    """Every row that can be read: forward until damage, backward until damage, and one by one between."""
    return _Table(source, table, report).rows()


class _Table:
    def __init__(self, source: sqlite3.Connection, name: str, report: Report) -> None:
        self._source = source
        self._name = name
        self._report = report
        info = source.execute(f"PRAGMA table_list({name})").fetchone()
        self._numbered = info is not None and not info[4]  # has row numbers
        self._columns = [row[1] for row in source.execute(f"PRAGMA table_info({name})")]

    def rows(self) -> Iterator[Row]:
        if not self._columns:
            return
        if not self._numbered:
            for row in self._until_damage("", ""):
                if row is None:
                    self._report.unreadable += 1
                    return
                yield row
            return
        last = -1
        for row in self._until_damage("", "ORDER BY rowid"):
            if row is None:
                break
            last = row.pop("rowid")
            yield row
        else:
            return
        behind: list[Row] = []
        first = 1 << 62
        for row in self._until_damage(f"WHERE rowid > {last}", "ORDER BY rowid DESC"):
            if row is None:
                break
            first = row.pop("rowid")
            behind.append(row)
        yield from self._between(last, first)
        yield from reversed(behind)

    def _until_damage(self, where: str, order: str) -> Iterator[Row | None]:
        """Rows, and None where damage ends them."""
        columns = ["rowid", *self._columns] if self._numbered else self._columns
        try:
            cursor = self._source.execute(f"SELECT {', '.join(columns)} FROM {self._name} NOT INDEXED {where} {order}")  # noqa: S608
            while (values := cursor.fetchone()) is not None:
                yield dict(zip(columns, values, strict=True))
        except sqlite3.Error:
            yield None

    def _between(self, last: int, first: int) -> Iterator[Row]:
        """Rows inside the damaged stretch, asked for by number."""
        query = f"SELECT {', '.join(self._columns)} FROM {self._name} NOT INDEXED WHERE rowid = ?"  # noqa: S608
        for number in self._numbers(last, first):
            try:
                values = self._source.execute(query, (number,)).fetchone()
            except sqlite3.Error:
                self._report.unreadable += 1
                continue
            if values is not None:
                yield dict(zip(self._columns, values, strict=True))

    def _numbers(self, last: int, first: int) -> Iterable[int]:
        """Which rows there are, says an index where there is a whole one; else all numbers are tried."""
        guess = range(last + 1, min(first, last + 1 + _GUESS))
        if self._name not in _BY_INDEX:
            return guess
        try:
            return sorted(row[0] for row in self._source.execute(_BY_INDEX[self._name]) if last < row[0] < first)
        except sqlite3.Error:
            return guess
