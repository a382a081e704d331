"""What stands in a file of ours and is not known here: fields that a newer version, or another hand, put in.

They cannot be kept, so they are named: nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from chatgui.core.conversation import Conversation
from chatgui.core.errors import Failure
from chatgui.core.message import PART_TYPES, Message, Role, Timing
from chatgui.core.usage import Usage
from chatgui.exchange.codec import Entry, Shelf, entry_to_json, message_to_json
from chatgui.exchange.values import EPOCH, Skip, list_of, object_of, text_of

_MOST_NAMED = 8


def unknown_fields(told: dict[str, Any]) -> Iterator[Skip]:
    """The report on one conversation as it stands in a file; nothing if everything in it is known."""
    names = list(dict.fromkeys(_unknown(told)))
    if names:
        shown = ", ".join(f"“{text_of(name)[:60]}”" for name in names[:_MOST_NAMED])
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        title = text_of(told.get("title"))[:60]
        yield Skip(f"{shown}{more} in “{title}”", "this version of the program does not know it")


def _unknown(told: dict[str, Any]) -> Iterator[str]:
    known = _known()
    yield from _beyond(told, known["conversation"], "")
    yield from _beyond(object_of(told.get("shelf")), known["shelf"], "shelf.")
    for file in map(object_of, list_of(told.get("attachments"))):
        yield from _beyond(file, known["file"], "attachments.")
    for message in map(object_of, list_of(told.get("messages"))):
        yield from _beyond(message, known["message"], "messages.")
        for name in ("usage", "timing", "failure"):
            yield from _beyond(object_of(message.get(name)), known[name], f"messages.{name}.")
        for part in map(object_of, list_of(message.get("parts"))):
            kind = text_of(part.get("kind"))
            yield from _beyond(part, known.get(f"part {kind}", frozenset(part)), f"messages.parts.{kind}.")


def _beyond(told: dict[str, Any], known: frozenset[str], where: str) -> Iterator[str]:
    return (where + name for name in told if name not in known)


@cache
def _known() -> dict[str, frozenset[str]]:
    """The names of the fields of each kind of object, read off what is written."""
    empty = Entry(Conversation("x", "", EPOCH, EPOCH))
    known = {
        "conversation": frozenset(entry_to_json(empty)),
        "message": frozenset(message_to_json(Message("x", Role.USER, (), EPOCH))),
        "file": frozenset({"sha256", "data"}),
    }
    for name, kind in (("shelf", Shelf), ("usage", Usage), ("timing", Timing), ("failure", Failure)):
        known[name] = frozenset(one.name for one in fields(kind))
    for part in PART_TYPES:
        known[f"part {part.kind}"] = frozenset({"kind", *(one.name for one in fields(part))})
    return known
