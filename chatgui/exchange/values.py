"""Values from files of strangers: each made safe for every later step, or absent."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Skip:
    """Something in a file that was not taken: `what` it is and `why`, in words."""

    what: str
    why: str


class Unreadable(Exception):
    """This value cannot be what it should be; the text says why."""


def text_of(value: Any) -> str:
    """A string that every later step can carry: lone surrogates become U+FFFD, NUL its picture. Not a string: empty."""
    if not isinstance(value, str):
        return ""
    return _SURROGATE.sub("\ufffd", value).replace("\0", "\u2400")


def object_of(value: Any) -> dict[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """`value` if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def clean(value: Any) -> Any:
    """A free JSON value whose strings and numbers every later step can carry."""
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, dict):
        return {text_of(key): clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [clean(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def count_of(value: Any) -> int | None:
    """A whole number that a database can hold, or None."""
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return int(value) if whole and not isinstance(value, bool) and 0 <= value < 2**63 else None


def number_of(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def time_of(value: Any) -> datetime | None:
    """A moment written as ISO 8601 or as Unix seconds, milliseconds or microseconds; None if it is neither."""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        seconds = number_of(float(value) if isinstance(value, str) else value)
        if not seconds:
            return None
        while seconds > 1e11:  # 1e11 seconds is the year 5138: it was a smaller unit
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def id_of(value: Any, *salt: str) -> str:
    """`value` if it can be an identifier here, else one made from it: the same again for the same value and salt."""
    if not salt and isinstance(value, str) and _ID.match(value):
        return value
    told = "\0".join((*salt, str(value)))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]
