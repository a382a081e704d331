"""Parts of messages as rows: (kind, text, more), where `text` is what can be searched and `more` the other fields."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

import msgspec

from chatgui.core.message import PART_TYPES, Attachment, Part, Reasoning, Refusal, Text
from chatgui.store.clean import clean, from_json, to_json

Row = tuple[str, str, str | None]

# The field of each kind that is kept as text. An image is a URL, often megabytes of data: it is no text.
_TEXT_FIELD = {
    "text": "text",
    "reasoning": "text",
    "refusal": "text",
    "tool_call": "arguments",
    "tool_result": "text",
    "attachment": "name",
    "sources": "",
    "image": "",
}
_TYPES: dict[str, type[Part]] = {one.kind: one for one in PART_TYPES}
_GROWING: dict[str, type[Text | Reasoning | Refusal]] = {"reasoning": Reasoning, "text": Text, "refusal": Refusal}


def to_row(part: Part) -> Row:
    """A part as it is kept."""
    name = _TEXT_FIELD[part.kind]
    text = clean(getattr(part, name)) if name else ""
    more = {
        one.name: getattr(part, one.name) for one in fields(part) if one.name != name and getattr(part, one.name) != ()
    }
    return part.kind, text, to_json(more) if more else None


def from_row(kind: str, text: str, more: str | None) -> Part:
    """A kept part; one that cannot be understood (damaged, or from a newer version) shows at least its text."""
    if more is None and kind in _GROWING:
        return _GROWING[kind](text)
    values: dict[str, Any] = from_json(more) if isinstance(from_json(more), dict) else {}
    if name := _TEXT_FIELD.get(kind):
        values[name] = text
    try:
        return msgspec.convert(values, type=_TYPES[kind])
    except (KeyError, msgspec.MsgspecError):
        return Text(text)


def from_chunks(chunks: Iterable[tuple[str, str]], begun: Iterable[Part] = ()) -> tuple[Part, ...]:
    """The parts of an answer cut short: those it began with, and the (kind, text) pieces appended since."""
    parts = list(begun)
    grown: dict[str, list[str]] = {}
    for kind, text in chunks:
        grown.setdefault(kind if kind in _GROWING else "text", []).append(text)
    for kind, part_type in _GROWING.items():
        if kind not in grown:
            continue
        text = "".join(grown[kind])
        at = next((index for index, part in enumerate(parts) if isinstance(part, part_type)), -1)
        old = parts[at] if at >= 0 else None
        if isinstance(old, (Text, Reasoning, Refusal)):
            parts[at] = replace(old, text=old.text + text)
        else:
            parts.append(part_type(text))
    return tuple(parts)


def checksum(rows: Iterable[Row]) -> int:
    """CRC-32 over the rows of a message, for damage SQLite cannot see."""
    crc = 0
    for kind, text, more in rows:
        crc = zlib.crc32(f"{kind}\0{text}\0{more or ''}\0".encode("utf-8", "replace"), crc)
    return crc


def files(parts: Iterable[Part]) -> set[str]:
    """The attachments a message names, by SHA-256."""
    return {part.sha256 for part in parts if isinstance(part, Attachment)}
