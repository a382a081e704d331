"""Taking in what another library holds and this one lacks. Nothing that is here is changed.

Reading goes row by row and survives damage, so the same code restores a backup and rescues a broken file.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
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
    for row in _rows(source, "draft_attachments", report):
        if seq := by_seq.get(row["conversation"]):
            _insert(target, "draft_attachments", {**row, "conversation": seq}, report)
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

_SMALLEST = 24  # bytes: no row of ours takes less, which bounds how many there can be
_MOST_TRIED = 2_000_000  # row numbers of one damaged stretch asked for one by one


def _rows(source: sqlite3.Connection, table: str, report: Report) -> Iterator[Row]:
    """Every row that can be read."""
    return _Table(source, table, report).rows()


class _Table:
    def __init__(self, source: sqlite3.Connection, name: str, report: Report) -> None:
        self._source = source
        self._name = name
        self._report = report
        info = source.execute(f"PRAGMA table_list({name})").fetchone()
        self._damaged = False  # the last reading ended at damage
        self._numbered = info is not None and not info[4]  # has row numbers
        pages, size = (int(source.execute(f"PRAGMA {one}").fetchone()[0]) for one in ("page_count", "page_size"))
        self._highest: int = pages * size // _SMALLEST
        with contextlib.suppress(sqlite3.Error):  # rows that were purged have used numbers too
            self._highest += int(source.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence").fetchone()[0])
        self._columns = [row[1] for row in source.execute(f"PRAGMA table_info({name})")]

    def rows(self) -> Iterator[Row]:
        """In order of row number. Where damage ends the reading, it goes on behind it; what lies between is asked for
        row by row."""
        if not self._columns:
            return
        if not self._numbered:
            yield from self._until_damage("")
            return
        last = -1
        while True:
            for row in self._until_damage(f"WHERE rowid > {last} ORDER BY rowid"):
                last = row.pop("rowid")
                yield row
            if not self._damaged:
                return
            behind = self._behind(last)
            yield from self._one_by_one(last + 1, behind)
            last = behind
            if last >= self._highest:
                return

    def _until_damage(self, rest: str) -> Iterator[Row]:
        columns = ["rowid", *self._columns] if self._numbered else self._columns
        self._damaged = False
        try:
            cursor = self._source.execute(f"SELECT {', '.join(columns)} FROM {self._name} NOT INDEXED {rest}")  # noqa: S608
            while (values := cursor.fetchone()) is not None:
                yield dict(zip(columns, values, strict=True))
        except sqlite3.Error:
            self._damaged = True
            self._report.unreadable += 1

    def _behind(self, last: int) -> int:
        """A row number behind the damage that begins after `last`, found in growing steps."""
        step = 1
        while last + step < self._highest:
            with contextlib.suppress(sqlite3.Error):
                query = f"SELECT rowid FROM {self._name} NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT 1"  # noqa: S608
                self._source.execute(query, (last + step,)).fetchone()
                return last + step
            step *= 2
        return max(last + 1, self._highest)

    def _one_by_one(self, first: int, last: int) -> Iterator[Row]:
        query = f"SELECT {', '.join(self._columns)} FROM {self._name} NOT INDEXED WHERE rowid = ?"  # noqa: S608
        for number in range(first, min(last, first + _MOST_TRIED) + 1):
            with contextlib.suppress(sqlite3.Error):
                values = self._source.execute(query, (number,)).fetchone()
                if values is not None:
                    yield dict(zip(self._columns, values, strict=True))
