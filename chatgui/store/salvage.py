"""Taking in what another library holds and this one lacks. Nothing that is here is changed.

Reading goes row by row and survives damage, so the same code restores a backup and rescues a broken file.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chatgui.store import arriving, conversations, messages, search_index
from chatgui.store.clean import clean
from chatgui.store.fold import fold


@dataclass(slots=True)
class Report:
    """What was taken in; `unreadable` rows could not be read and are lost, unless another copy has them.

    `done` of about `total` rows were gone through, as far as that is known.
    """

    conversations: int = 0
    messages: int = 0
    attachments: int = 0
    accounts: int = 0
    unreadable: int = 0
    done: int = 0
    total: int = 0


Row = dict[str, Any]


def salvage(
    source: sqlite3.Connection, target: sqlite3.Connection, report: Report, *, hidden: bool = False
) -> Iterator[None]:
    """Add what `source` (same schema version, may be damaged) has and `target` lacks, step by step: all but `accounts`.

    `target` is in a transaction. `hidden` is for `Arrival.take`.
    """
    return _Salvage(source, target, report, hidden).steps()


def accounts(source: sqlite3.Connection, target: sqlite3.Connection, report: Report) -> None:
    """Add the accounts and assistants `target` lacks; they are few."""
    for row in _rows(source, "accounts", report):
        report.accounts += _insert(target, "accounts", row, report)
    for row in _rows(source, "assistants", report):
        _insert(target, "assistants", row, report)


_TABLES = ("conversations", "messages", "parts", "chunks", "wire", "attachments", "spending")  # those that may be long
_BARE = {"id": "", "conversation": -1, "role": "assistant", "state": "finished", "created": 0}  # where damage took it
_CORE = (*_BARE, "parent")  # where damage took the rest of a message


class _Salvage:
    def __init__(self, source: sqlite3.Connection, target: sqlite3.Connection, report: Report, hidden: bool) -> None:
        self._source, self._target, self._report, self._hidden = source, target, report, hidden
        self._here: dict[int, int] = {}  # rows of conversations: there -> here
        self._fresh: dict[int, int] = {}  # the same, only of those that came
        self._taken: dict[int, int] = {}  # rows of messages that came: there -> here

    def steps(self) -> Iterator[None]:
        self._report.total = sum(_Table(self._source, name, self._report).last for name in _TABLES)
        yield from self._conversations()
        yield from self._follow("draft_attachments", "conversation", self._fresh)
        yield from self._messages()
        for table in ("parts", "chunks", "message_attachments", "wire"):
            yield from self._follow(table, "message", self._taken)
        for row in _rows(self._source, "attachments", self._report):
            self._report.attachments += _insert(self._target, "attachments", row, self._report)
            yield
        for row in _rows(self._source, "spending", self._report):
            if isinstance(row.get("at"), int) and row["at"] >= 0:
                _insert(self._target, "spending", {**row, "at": self._when(row["at"])}, self._report)
            yield

    def _when(self, at: int) -> int:
        return -max(1, at) if self._hidden else at

    def _conversations(self) -> Iterator[None]:
        for row in _rows(self._source, "conversations", self._report):
            row["folded_title"] = fold(clean(_text(row.get("title", ""))))
            came = _insert(self._target, "conversations", _uncovered(row), self._report, skip="seq")
            identity = clean(_text(row.get("id")))
            found = self._target.execute("SELECT seq FROM conversations WHERE id = ?", (identity,)).fetchone()
            if found is not None:
                self._here[row["seq"]] = found[0]
            if came:
                self._came(row["seq"], found[0])
            yield

    def _came(self, there: int, here: int) -> None:
        self._here[there] = self._fresh[there] = here
        self._report.conversations += 1
        if self._hidden:
            arriving.hide_conversation(self._target, here)

    def _messages(self) -> Iterator[None]:
        concerned: set[int] = set()
        for found in _rows(self._source, "messages", self._report):
            yield
            row = {**_BARE, **found}
            if not row["id"] or messages.seq_of(self._target, _text(row["id"])) is not None:
                continue
            if row["conversation"] not in self._here:
                self._came(row["conversation"], _found_again(self._target, row))
            at = self._here[row["conversation"]]
            whole = {**_uncovered(row), "conversation": at}
            if not (
                _insert(self._target, "messages", whole, self._report, skip="seq")
                or _insert(self._target, "messages", {name: whole.get(name) for name in _CORE}, self._report)
            ):
                continue
            seq = self._target.execute("SELECT last_insert_rowid()").fetchone()[0]
            if self._hidden and row["conversation"] not in self._fresh:
                arriving.hide_message(self._target, at, seq)
            search_index.enqueue(self._target, seq)
            self._taken[row["seq"]] = seq
            self._report.messages += 1
            concerned.add(at)
        for at in concerned:
            conversations.count(self._target, at)
            yield

    def _follow(self, table: str, column: str, rows: dict[int, int]) -> Iterator[None]:
        """What belongs to rows that came."""
        for row in _rows(self._source, table, self._report):
            if seq := rows.get(row.get(column, -1)):
                _insert(self._target, table, {**row, column: seq}, self._report)
            yield


def _uncovered(row: Row) -> Row:
    """A row that was still arriving there (see `arriving`) is there all the same."""
    deleted = row.get("deleted")
    hidden = isinstance(deleted, int) and deleted < 0
    return {**row, "deleted": None} if hidden else row


def _found_again(target: sqlite3.Connection, message: Row) -> int:
    """A conversation for messages whose own could not be read."""
    created = message["created"] if isinstance(message["created"], int) else 0
    row = target.execute(
        "INSERT INTO conversations (id, title, folded_title, created, updated) VALUES (?, ?, ?, ?, ?) RETURNING seq",
        (f"found-{_text(message['id'])}", "Found again", "found again", created, created),
    ).fetchone()
    return int(row[0])


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
        last, before = -1, self._report.done
        while True:
            for row in self._until_damage(f"WHERE rowid > {last} ORDER BY rowid"):
                last = row.pop("rowid")
                self._report.done = before + last
                yield row
            if not self._damaged:
                return
            behind = self._behind(last)
            yield from self._one_by_one(last + 1, behind)
            last = behind
            if last >= self._highest:
                return

    @property
    def last(self) -> int:
        """The highest row number, which is about how many rows there are; 0 where that is not known."""
        if self._numbered:
            with contextlib.suppress(sqlite3.Error):
                return int(self._source.execute(f"SELECT coalesce(max(rowid), 0) FROM {self._name}").fetchone()[0])  # noqa: S608
        return 0

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
            try:
                values = self._source.execute(query, (number,)).fetchone()
            except sqlite3.Error:
                values = self._beginning(number)
            if values is not None:
                yield dict(zip(self._columns, values, strict=False))

    def _beginning(self, number: int) -> tuple[Any, ...] | None:
        """The first columns of a damaged row, as many as can be read; None if it cannot even be found."""
        found = None
        for count in range(1, len(self._columns)):
            query = f"SELECT {', '.join(self._columns[:count])} FROM {self._name} NOT INDEXED WHERE rowid = ?"  # noqa: S608
            try:
                found = self._source.execute(query, (number,)).fetchone()
            except sqlite3.Error:
                break
        return found
