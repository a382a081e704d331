"""What goes into the database is made storable at this one place."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BIGGEST = (1 << 63) - 1


def clean(text: str) -> str:
    """Without NUL (which becomes ␀) and lone surrogates (which become U+FFFD)."""
    return _UNSTORABLE.sub(lambda found: "␀" if found[0] == "\x00" else "�", text)


def whole(number: int | None) -> int | None:
    """A count as SQLite can hold it; one it cannot hold is not known."""
    return number if number is None or -_BIGGEST <= number <= _BIGGEST else None


def to_json(value: Any) -> str:
    """JSON text of plain values and our dataclasses."""
    return clean(msgspec.json.encode(_storable(value)).decode())


def from_json(text: str | None, kind: Any = Any) -> Any:
    """The value of JSON text; None where it is missing or does not fit (a damaged row)."""
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _storable(value: Any) -> Any:
    """Strings inside plain containers cleaned, since JSON has no lone surrogates; anything else untouched."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _storable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(one) for one in value]
    return value
