"""What a person asks the search for: words, “quoted phrases”, and conditions such as `role:user`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

_CONDITION = re.compile(r'(?<!\S)([a-z]+):(?:"([^"]*)"|([^\s"]+))', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions left empty (`folder`: None) leave everything in. `until` is not included; `model` may be a piece of a name."""

    words: str = ""
    role: str = ""
    model: str = ""
    account: str = ""
    folder: str | None = None
    tag: str = ""
    since: datetime | None = None
    until: datetime | None = None
    has_code: bool = False
    whole_words: bool = False

    @property
    def of_messages(self) -> bool:
        """Whether it asks for something only messages have, so that no title can answer it."""
        return bool(self.role or self.has_code)

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing."""
        return self == Query(whole_words=self.whole_words)


def parse(text: str, today: date | None = None) -> Query:
    """The query typed as `text`. What is no condition we know is searched as it stands; so is all in quotes."""
    query, rest, at = Query(), [], 0
    day = today or date.today()  # noqa: DTZ011 - days are the reader's own
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    for match in _CONDITION.finditer(text):
        name, value = match[1].lower(), match[2] if match[2] is not None else match[3]
        read = _CONDITIONS.get(name)
        inside = any(start < match.start() < end for start, end in quoted)
        taken = read(query, value, day) if read and (value or name == "folder") and not inside else None
        if taken is not None:
            query = taken
            rest.append(text[at : match.start()])
            at = match.end()
    rest.append(text[at:])
    return replace(query, words=" ".join("".join(rest).split()))


def condition(name: str, value: str) -> str:
    """A condition as it is typed."""
    return f'{name}:"{value}"' if re.search(r"\s", value) or not value else f"{name}:{value}"


def with_condition(text: str, typed: str) -> str:
    """The query `text` with this condition in the place of any other of its name."""
    name = typed.partition(":")[0]
    rest = _CONDITION.sub(lambda match: "" if match[1].lower() == name else match[0], text)
    return " ".join(f"{typed} {rest}".split())


def _role(query: Query, value: str, _: date) -> Query | None:
    role = {"me": "user", "model": "assistant", "answer": "assistant"}.get(value.lower(), value.lower())
    return replace(query, role=role) if role in ("user", "assistant", "system", "tool") else None


def _has(query: Query, value: str, _: date) -> Query | None:
    return replace(query, has_code=True) if value.lower() == "code" else None


def _match(query: Query, value: str, _: date) -> Query | None:
    return replace(query, whole_words=True) if value.lower() in ("word", "words") else None


def _after(query: Query, value: str, today: date) -> Query | None:
    span = _days(value, today)
    return replace(query, since=_midnight(span[0])) if span else None


def _before(query: Query, value: str, today: date) -> Query | None:
    span = _days(value, today)
    return replace(query, until=_midnight(span[0])) if span else None


def _on(query: Query, value: str, today: date) -> Query | None:
    span = _days(value, today)
    return replace(query, since=_midnight(span[0]), until=_midnight(span[1])) if span else None


_CONDITIONS: dict[str, Callable[[Query, str, date], Query | None]] = {
    "role": _role,
    "model": lambda query, value, _: replace(query, model=value),
    "account": lambda query, value, _: replace(query, account=value),
    "folder": lambda query, value, _: replace(query, folder=value),
    "tag": lambda query, value, _: replace(query, tag=value),
    "has": _has,
    "match": _match,
    "after": _after,
    "before": _before,
    "on": _on,
}

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def _days(value: str, today: date) -> tuple[date, date] | None:
    """The first day meant, and the first one after: a year, a month, a day, `today`, `yesterday`, or `7d` (so many days ago)."""
    back = {"today": "0d", "yesterday": "1d"}.get(value.lower(), value.lower())
    if match := re.fullmatch(r"(\d{1,4})d", back):
        first = today - timedelta(days=int(match[1]))
        return first, first + timedelta(days=1)
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(one) if one else None for one in match.groups())
    try:
        first = date(year or 1, month or 1, day or 1)
        if day:
            return first, first + timedelta(days=1)
        after = date(first.year + 1, 1, 1) if not month or month == 12 else date(first.year, month + 1, 1)
    except (ValueError, OverflowError):
        return None
    return first, after


def _midnight(day: date) -> datetime:
    """When the day begins where the reader is."""
    return datetime(day.year, day.month, day.day).astimezone()
