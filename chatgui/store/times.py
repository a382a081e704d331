"""Times as they are kept: whole milliseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LIMIT = 253_402_300_799_999  # the last millisecond datetime knows


def to_ms(when: datetime) -> int:
    """Milliseconds of an aware datetime; what is finer is cut off."""
    return (when - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The datetime, in UTC; a number no calendar has (from a damaged file) becomes 1970."""
    return datetime.fromtimestamp(ms / 1000, UTC) if 0 <= ms <= _LIMIT else _EPOCH


def now_ms() -> int:
    """Now."""
    return to_ms(datetime.now(UTC))
