"""Conversations as plain JSON values, and back.

One shape serves the lossless export, the pipe from the importing child process and the command line's `--json`. Writing
keeps everything a `Conversation` holds. Reading trusts nothing: what has the wrong type counts as absent, and what cannot
be a message is reported as a `Skip`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from chatgui.core.conversation import Conversation, Summary
from chatgui.core.errors import Failure, Kind
from chatgui.core.message import (
    Attachment,
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Role,
    Sources,
    State,
    Text,
    Timing,
    ToolCall,
    ToolResult,
)
from chatgui.core.usage import Source, Usage
from chatgui.exchange.values import (
    EPOCH,
    Skip,
    Unreadable,
    clean,
    count_of,
    id_of,
    list_of,
    number_of,
    object_of,
    text_of,
    time_of,
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a conversation stands in the library."""

    pinned: bool = False
    archived: bool = False
    folder: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, summary: Summary) -> Shelf:
        """The place of the conversation with this summary."""
        return cls(summary.pinned, summary.archived, summary.folder, summary.tags)


@dataclass(frozen=True, slots=True)
class Entry:
    """A conversation with what belongs to it but is not in it. `attachments` holds bytes by SHA-256."""

    conversation: Conversation
    shelf: Shelf = Shelf()
    attachments: Mapping[str, bytes] = field(default_factory=dict)


# Writing


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else None  # JSON has no word for infinity
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


def fields_to_json(value: Any) -> dict[str, Any]:
    """Every field of a flat dataclass by its name."""
    return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}


def time_to_json(moment: datetime) -> str:
    """ISO 8601 in UTC, ending in `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def part_to_json(part: Part) -> dict[str, Any]:
    """One part: its `kind`, then its fields."""
    if isinstance(part, Sources):
        return {"kind": part.kind, "sources": [{"url": url, "title": title} for url, title in part.sources]}
    return {"kind": part.kind, **fields_to_json(part)}


def message_to_json(message: Message) -> dict[str, Any]:
    """One message, whole. Unknown numbers are null."""
    return {
        "id": message.id,
        "parent": message.parent,
        "role": message.role.value,
        "state": message.state.value,
        "created": time_to_json(message.created),
        "account": message.account,
        "model": message.model,
        "parts": [part_to_json(part) for part in message.parts],
        "usage": fields_to_json(message.usage),
        "timing": fields_to_json(message.timing),
        "finish_reason": message.finish_reason,
        "failure": fields_to_json(message.failure) if message.failure else None,
        "params": _plain(message.params),
        "edited": message.edited,
    }


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """One conversation, whole: all branches, in the order the messages were made."""
    conversation = entry.conversation
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created": time_to_json(conversation.created),
        "updated": time_to_json(conversation.updated),
        "account": conversation.account,
        "model": conversation.model,
        "system": conversation.system,
        "params": _plain(conversation.params),
        "assistant": conversation.assistant,
        "draft": conversation.draft,
        "draft_attachments": [part_to_json(part) for part in conversation.draft_attachments],
        "tip": conversation.tip,
        "shelf": fields_to_json(entry.shelf),
        "messages": [message_to_json(message) for message in conversation.messages.values()],
        "attachments": [
            {"sha256": digest, "data": base64.b64encode(content).decode()}
            for digest, content in sorted(entry.attachments.items())
        ],
    }


# Reading


def _reasoning(value: dict[str, Any]) -> Part:
    opaque = tuple(clean(one) for one in list_of(value.get("opaque")) if isinstance(one, dict))
    return Reasoning(text_of(value.get("text")), opaque)


def _attachment(value: dict[str, Any]) -> Part:
    digest = text_of(value.get("sha256"))
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise Unreadable("it is a file without a valid SHA-256")
    name = re.sub(r"[/\\]", "_", text_of(value.get("name")))  # a name to show, never a path
    size, width, height = (count_of(value.get(one)) or 0 for one in ("size", "width", "height"))
    return Attachment(digest, text_of(value.get("media_type")), name, size, width, height)


def _sources(value: dict[str, Any]) -> Part:
    told = [object_of(one) for one in list_of(value.get("sources"))]
    return Sources(tuple((text_of(one.get("url")), text_of(one.get("title"))) for one in told))


_PARTS: dict[str, Callable[[dict[str, Any]], Part]] = {
    Text.kind: lambda value: Text(text_of(value.get("text"))),
    Reasoning.kind: _reasoning,
    Refusal.kind: lambda value: Refusal(text_of(value.get("text"))),
    ToolCall.kind: lambda value: ToolCall(*(text_of(value.get(name)) for name in ("id", "name", "arguments"))),
    ToolResult.kind: lambda value: ToolResult(text_of(value.get("call_id")), text_of(value.get("text"))),
    Attachment.kind: _attachment,
    Sources.kind: _sources,
    Image.kind: lambda value: Image(text_of(value.get("url"))),
}


def part_from_json(value: Any) -> Part:
    """The part this object describes; `Unreadable` if it describes none."""
    kind = object_of(value).get("kind")
    make = _PARTS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise Unreadable(f"its kind “{text_of(kind)[:40]}” is not known")
    return make(value)


def usage_from_json(value: Any) -> Usage:
    """Token usage; what is not a number is unknown."""
    told = object_of(value)
    raw = told.get("raw")
    return Usage(
        **{name: count_of(told.get(name)) for name in _COUNTS},
        tokens_per_second=number_of(told.get("tokens_per_second")),
        cost=number_of(told.get("cost")),
        currency=text_of(told.get("currency")) or None,
        source=_enum(Source, told.get("source"), Source.UNKNOWN),
        cost_source=_enum(Source, told.get("cost_source"), Source.UNKNOWN),
        partial=told.get("partial") is True,
        raw=clean(raw) if isinstance(raw, dict) else None,
    )


_COUNTS = (
    "prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", "cached_tokens", "sent_tokens",
)  # fmt: skip


def _enum(kind: Any, value: Any, default: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        return default


def _timing(value: Any) -> Timing:
    told = object_of(value)
    ttft, thinking, duration = (number_of(told.get(name)) for name in ("ttft_ms", "thinking_ms", "duration_ms"))
    return Timing(ttft, thinking, duration, count_of(told.get("deltas")) or 0)


def _failure(value: Any) -> Failure | None:
    if not isinstance(value, dict):
        return None
    return Failure(
        _enum(Kind, value.get("kind"), Kind.PROTOCOL),
        text_of(value.get("message")),
        status=count_of(value.get("status")),
        code=text_of(value.get("code")) or None,
        request_id=text_of(value.get("request_id")) or None,
        retryable=value.get("retryable") is True,
        retry_after=number_of(value.get("retry_after")),
        advice=text_of(value.get("advice")),
        said=text_of(value.get("said"))[:2000],
    )


def message_from_json(value: Any, skips: list[str]) -> Message:
    """The message this object describes; `Unreadable` if it describes none. Parts it is without are told in `skips`."""
    told = object_of(value)
    role = _enum(Role, told.get("role"), None)
    if role is None:
        raise Unreadable(f"the unknown role “{text_of(told.get('role'))[:40]}”")
    state = _enum(State, told.get("state"), State.FINISHED)
    return Message(
        id=id_of(told.get("id")),
        role=role,
        parts=tuple(_parts(told.get("parts"), skips)),
        created=time_of(told.get("created")) or EPOCH,
        parent=id_of(told["parent"]) if told.get("parent") is not None else None,
        state=State.INTERRUPTED if state is State.STREAMING else state,  # nobody is writing it here
        account=text_of(told.get("account")),
        model=text_of(told.get("model")),
        usage=usage_from_json(told.get("usage")),
        timing=_timing(told.get("timing")),
        finish_reason=text_of(told.get("finish_reason")) or None,
        failure=_failure(told.get("failure")),
        params=clean(object_of(told.get("params"))),
        edited=told.get("edited") is True,
    )


def _parts(value: Any, skips: list[str]) -> Iterator[Part]:
    for one in list_of(value):
        try:
            yield part_from_json(one)
        except Unreadable as error:
            skips.append(str(error))


def _attachments(value: Any) -> dict[str, bytes]:
    kept: dict[str, bytes] = {}
    for one in map(object_of, list_of(value)):
        try:
            content = base64.b64decode(text_of(one.get("data")), validate=True)
        except (binascii.Error, ValueError):
            continue
        if hashlib.sha256(content).hexdigest() == one.get("sha256"):
            kept[one["sha256"]] = content
    return kept


def _draft_attachments(value: Any) -> tuple[Attachment, ...]:
    made = []
    for one in list_of(value):
        try:
            part = part_from_json(one)
        except Unreadable:
            continue
        made += [part] if isinstance(part, Attachment) else []
    return tuple(made)


def _shelf(value: Any) -> Shelf:
    told = object_of(value)
    tags = tuple(text_of(tag) for tag in list_of(told.get("tags")) if isinstance(tag, str))
    return Shelf(told.get("pinned") is True, told.get("archived") is True, text_of(told.get("folder")), tags)


def entry_from_json(value: Any) -> tuple[Entry, list[Skip]]:
    """The conversation this object describes, and what of it could not be taken."""
    told = object_of(value)
    if not isinstance(told.get("messages"), list):
        raise Unreadable("it has no list of messages")
    created = time_of(told.get("created")) or EPOCH
    conversation = Conversation(
        id=id_of(told.get("id")),
        title=text_of(told.get("title")),
        created=created,
        updated=time_of(told.get("updated")) or created,
        account=text_of(told.get("account")),
        model=text_of(told.get("model")),
        system=text_of(told.get("system")),
        params=clean(object_of(told.get("params"))),
        draft=text_of(told.get("draft")),
        draft_attachments=_draft_attachments(told.get("draft_attachments")),
        assistant=text_of(told.get("assistant")),
    )
    skips = _add_messages(conversation, told["messages"])
    tip = id_of(told["tip"]) if told.get("tip") is not None else None
    if tip is None and conversation.messages:
        tip = next(reversed(conversation.messages))
    conversation.tip = tip if tip in conversation.messages else next(reversed(conversation.messages), None)
    return Entry(conversation, _shelf(told.get("shelf")), _attachments(told.get("attachments"))), skips


def _add_messages(conversation: Conversation, values: list[Any]) -> list[Skip]:
    skips: list[Skip] = []
    for number, value in enumerate(values, 1):
        what = f"message {number} of “{conversation.title[:60]}”"
        lost: list[str] = []
        try:
            message = message_from_json(value, lost)
        except Unreadable as error:
            skips.append(Skip(what, str(error)))
            continue
        skips.extend(Skip(f"a part of {what}", why) for why in lost)
        if message.id in conversation.messages:
            skips.append(Skip(what, "its identifier is there twice"))
        elif message.parent is not None and message.parent not in conversation.messages:
            skips.append(Skip(what, "the message it answers does not come before it"))
        else:
            conversation.add(message)
    return skips
