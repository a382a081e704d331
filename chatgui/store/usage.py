"""What was spent, summed. Only what is known is added; how much is not known is counted beside it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from chatgui.store.times import to_ms

_NAMES = {
    "model": "spending.model",
    "account": "spending.account",
    "day": "date(at / 1000, 'unixepoch', 'localtime')",
    "conversation": "spending.conversation",
}


@dataclass(frozen=True, slots=True)
class Total:
    """The sum for one model, account, day (ISO, local) or conversation.

    `name` is what was grouped by and `title` the conversation's title, where there is one. Numbers are None if no answer
    of the group reported or estimated them. `unknown` answers have no token count at all, `uncosted` no cost. Costs of
    different currencies are never added: a group has one row for each.
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


def totals(
    connection: sqlite3.Connection, by: str = "model", since: datetime | None = None, until: datetime | None = None
) -> list[Total]:
    """Sums by model, account, day or conversation, from `since` up to but not including `until`; largest total first."""
    name = _NAMES[by]
    order = "1" if by == "day" else "6 DESC, 3 DESC, 1"
    query = f"""
        SELECT {name}, max(coalesce(conversations.title, spending.title)), count(*), sum(prompt_tokens),
          sum(completion_tokens), sum(total_tokens), sum(reasoning_tokens), sum(cached_tokens), sum(cost), currency,
          sum(prompt_tokens IS NULL AND completion_tokens IS NULL AND total_tokens IS NULL), sum(cost IS NULL),
          sum(source = 'estimated'), sum(partial)
        FROM spending LEFT JOIN conversations ON conversations.id = spending.conversation
        WHERE at >= ? AND at < ? GROUP BY {name}, currency ORDER BY {order}"""  # noqa: S608
    low = 0 if since is None else to_ms(since)
    high = 1 << 62 if until is None else to_ms(until)
    rows = connection.execute(query, (low, high)).fetchall()
    titled = by == "conversation"
    return [Total(row[0], (row[1] or "") if titled else "", *row[2:]) for row in rows]
