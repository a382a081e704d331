"""LibreChat's JSON export: `messages` as a list by `parentMessageId`, or as a tree of `children`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatgui.core.message import Part, Reasoning, State, ToolCall, ToolResult
from chatgui.exchange.codec import Entry
from chatgui.exchange.importers.base import FILES_LEFT, Found, Reader, Thread, said
from chatgui.exchange.values import list_of, object_of, text_of, time_of

_ROOT = "00000000-0000-0000-0000-000000000000"  # the parent of first messages


def _recognises(record: dict[str, Any]) -> bool:
    messages = record.get("messages") or record.get("messagesTree")
    first = messages[0] if isinstance(messages, list) and messages else None
    return "conversationId" in record and (first is None or "messageId" in object_of(first))


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    options = object_of(record.get("options"))
    thread = Thread("librechat", found, record.get("conversationId"), record.get("title"))
    thread.created = time_of(record.get("createdAt")) or time_of(options.get("createdAt"))
    thread.updated = time_of(record.get("updatedAt")) or time_of(options.get("updatedAt"))
    thread.model = text_of(options.get("model"))
    for message in _all(list_of(record.get("messages") or record.get("messagesTree"))):
        if message.get("files") or message.get("attachments"):
            found.note(FILES_LEFT)
        parent = message.get("parentMessageId")
        user = message.get("isCreatedByUser") is True or text_of(message.get("sender")).lower() == "user"
        cut = message.get("error") is True, message.get("unfinished") is True
        thread.add(
            message.get("messageId"), None if parent in (_ROOT, "") else parent, "user" if user else "assistant",
            _parts(message), created=message.get("createdAt"), model="" if user else message.get("model") or "",
            state=State.FAILED if cut[0] else State.STOPPED if cut[1] else State.FINISHED,
        )  # fmt: skip
    entry = thread.entry()
    if entry:
        yield entry


def _all(messages: list[Any]) -> Iterator[dict[str, Any]]:
    """Every message, those nested as children of others too."""
    waiting: list[tuple[dict[str, Any], Any]] = [(object_of(one), None) for one in reversed(messages)]
    while waiting:
        message, parent = waiting.pop()
        if "parentMessageId" not in message and parent is not None:
            message = {**message, "parentMessageId": parent}
        yield message
        children = list_of(message.get("children"))
        waiting.extend((object_of(child), message.get("messageId")) for child in reversed(children))


def _parts(message: dict[str, Any]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for block in map(object_of, list_of(message.get("content"))):
        kind = block.get("type")
        if kind == "text":
            value = block.get("text")
            parts.extend(said(value.get("value") if isinstance(value, dict) else value))
        elif kind == "think":
            value = block.get("think")
            parts.append(Reasoning(text_of(value.get("value") if isinstance(value, dict) else value)))
        elif kind == "tool_call":
            call = object_of(block.get("tool_call"))
            parts.append(ToolCall(text_of(call.get("id")), text_of(call.get("name")), text_of(call.get("args"))))
            if output := text_of(call.get("output")):
                parts.append(ToolResult(text_of(call.get("id")), output))
    return tuple(parts) or said(message.get("text"))


LIBRECHAT = Reader("librechat", "LibreChat export", _recognises, _read)
