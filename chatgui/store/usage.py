"""What was spent, summed. Only what is known is added; how much is not known is counted beside it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from chatgui.store.times import to_ms

_NAMES = {
    "model": "spending.model",
    "account": "spending.account",
    "day": "date(at / 1000, 'unixepoch', 'localtime')",
    "conversation": "spending.conversation",
}


_PAID = "CASE WHEN cost IS NOT NULL THEN coalesce(currency, 'USD') END"


@dataclass(frozen=True, slots=True)
class Total:
    """The sum for one model, account, day (ISO, local) or conversation.

    `name` is what was grouped by and `title` the conversation's title, where there is one. Numbers are None if no answer
    of the group reported or estimated them. `unknown` answers have no token count at all, `uncosted` no cost. Costs of
    different currencies are never added: a group has one row for each. Of `answers`, `total_tokens` and `cost`, the part
    in `estimated`, `estimated_tokens` and `estimated_cost` is this program's own reckoning; the rest is reported.
    """

    name: str
    title: str
    answers: int
    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    reasoning_tokens: int | None
    cached_tokens: int | None
    cost: float | None
    currency: str | None
    unknown: int
    uncosted: int
    estimated: int
    partial: int
    estimated_tokens: int | None = None
    estimated_cost: float | None = None


_SUMMED = tuple(one.name for one in fields(Total) if one.name not in ("name", "title", "currency"))


def totals(
    connection: sqlite3.Connection, by: str = "model", since: datetime | None = None, until: datetime | None = None
) -> list[Total]:
    """Sums by model, account, day or conversation, from `since` up to but not including `until`; largest total first."""
    name = _NAMES[by]
    order = "1" if by == "day" else "6 DESC, 3 DESC, 1"
    query = f"""
        SELECT {name}, max(coalesce(conversations.title, spending.title)), count(*), sum(prompt_tokens),
          sum(completion_tokens), sum(total_tokens), sum(reasoning_tokens), sum(cached_tokens), sum(cost),
          {_PAID} AS paid,
          sum(prompt_tokens IS NULL AND completion_tokens IS NULL AND total_tokens IS NULL), sum(cost IS NULL),
          sum(source = 'estimated'), sum(partial), sum(CASE WHEN source = 'estimated' THEN total_tokens END),
          sum(CASE WHEN cost_source = 'estimated' THEN cost END)
        FROM spending LEFT JOIN conversations ON conversations.id = spending.conversation
        WHERE at >= ? AND at < ? GROUP BY {name}, paid ORDER BY {order}"""  # noqa: S608
    rows = connection.execute(query, _span(since, until)).fetchall()
    titled = by == "conversation"
    return _folded([Total(row[0], (row[1] or "") if titled else "", *row[2:]) for row in rows])


def _folded(rows: list[Total]) -> list[Total]:
    """Answers without a cost join the row of their group's currency; a row of their own is for groups that have none."""
    homes = {row.name: row for row in reversed(rows) if row.currency is not None}
    strays = {row.name: row for row in rows if row.currency is None and row.name in homes}
    return [
        _joined(row, strays[row.name]) if row.name in strays and row is homes[row.name] else row
        for row in rows
        if row.currency is not None or row.name not in homes
    ]


def _joined(one: Total, other: Total) -> Total:
    sums: dict[str, Any] = {name: _sum(getattr(one, name), getattr(other, name)) for name in _SUMMED}
    return replace(one, **sums)


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other


def _span(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    return 0 if since is None else to_ms(since), 1 << 62 if until is None else to_ms(until)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one model or account (`name`) used on one day (ISO, local): tokens as reported and as estimated, None where
    nobody counted; and what it cost in one currency, `estimated_cost` of it by reckoning."""

    day: str
    name: str
    reported: int | None
    estimated: int | None
    cost: float | None
    estimated_cost: float | None
    currency: str | None


def pieces(
    connection: sqlite3.Connection, by: str = "model", since: datetime | None = None, until: datetime | None = None
) -> list[Piece]:
    """The days of a span, each by model or account; earliest first."""
    query = f"""
        SELECT {_NAMES["day"]} AS day, {_NAMES[by]} AS name, sum(CASE WHEN source = 'reported' THEN total_tokens END),
          sum(CASE WHEN source = 'estimated' THEN total_tokens END), sum(cost),
          sum(CASE WHEN cost_source = 'estimated' THEN cost END), {_PAID} AS paid
        FROM spending WHERE at >= ? AND at < ? GROUP BY day, name, paid ORDER BY day, name"""  # noqa: S608
    return [Piece(*row) for row in connection.execute(query, _span(since, until)).fetchall()]


@dataclass(frozen=True, slots=True)
class Spent:
    """What answers cost in one currency (None: their cost is not known), and how many they are."""

    currency: str | None
    cost: float | None
    answers: int


def spent(connection: sqlite3.Connection, account: str, since: datetime, until: datetime) -> list[Spent]:
    """What an account, by its name, cost from `since` up to but not including `until`; a row for each currency."""
    query = f"""
        SELECT {_PAID} AS paid, sum(cost), count(*)
        FROM spending WHERE account = ? AND at >= ? AND at < ? GROUP BY paid ORDER BY paid"""  # noqa: S608
    return [Spent(*row) for row in connection.execute(query, (account, to_ms(since), to_ms(until))).fetchall()]
