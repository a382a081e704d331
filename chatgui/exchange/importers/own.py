"""This program's own JSON; see `exporters.lossless` for its schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatgui.exchange.codec import Entry, entry_from_json
from chatgui.exchange.exporters.lossless import FORMAT, VERSION
from chatgui.exchange.importers.base import Found, Reader
from chatgui.exchange.unknown import unknown_fields
from chatgui.exchange.values import Unreadable, list_of, object_of


def _recognises(record: dict[str, Any]) -> bool:
    return record.get("format") == FORMAT


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    version = record.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise Unreadable(f"it was written by a newer version of this program (format {version})")
    for number, value in enumerate(list_of(record.get("conversations")), record.get("first", 1)):
        try:
            entry, skips = entry_from_json(value)
        except Unreadable as error:
            found.skip(f"conversation {number}", str(error))
            continue
        found.skips.extend((*skips, *unknown_fields(object_of(value))))
        yield entry


OWN = Reader("chatgui", "chatgui JSON", _recognises, _read)
