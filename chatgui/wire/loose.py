"""JSON as providers really send it."""

from __future__ import annotations

import json
from typing import Any

import msgspec


def parse(data: bytes) -> Any:
    """A JSON value. Broken UTF-8 and lone surrogates become U+FFFD, a byte-order mark is passed over; ValueError if it is no JSON at all."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    try:
        text = json.dumps(json.loads(data.decode("utf-8-sig", "replace")), ensure_ascii=False)
        # By way of UTF-16 half a character becomes U+FFFD, and two halves become one.
        return msgspec.json.decode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    except (RecursionError, msgspec.DecodeError) as error:
        raise ValueError(str(error)) from None


def loads(data: bytes) -> Any:
    """A JSON value, or None where there is none."""
    try:
        return parse(data)
    except ValueError:
        return None


def is_json(data: bytes) -> bool:
    """Whether `data` is one complete JSON value."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return loads(data) is not None
    return True
