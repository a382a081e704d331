"""Open WebUI's export: chats whose `chat.history.messages` is a tree by `parentId`, with `currentId` the shown tip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from chatgui.core.message import Part, Reasoning, State, Text, ToolCall, ToolResult
from chatgui.exchange.codec import Entry, Shelf, usage_from_json
from chatgui.exchange.importers.base import FILES_LEFT, Found, Reader, Thread, said
from chatgui.exchange.values import list_of, object_of, text_of, time_of

# In older files reasoning and tool calls stand inside the answer, folded away in HTML.
_FOLDED = re.compile(
    r'<details type="(reasoning|tool_calls)"([^>]*)>\s*(?:<summary>.*?</summary>)?(.*?)</details>\n?', re.DOTALL
)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


def _recognises(record: dict[str, Any]) -> bool:
    chat = object_of(record.get("chat", record))
    return isinstance(object_of(chat.get("history")).get("messages"), dict)


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    chat = object_of(record.get("chat", record))
    history = object_of(chat.get("history"))
    thread = Thread("open-webui", found, record.get("id") or chat.get("id"), record.get("title") or chat.get("title"))
    thread.created = time_of(record.get("created_at")) or time_of(chat.get("timestamp"))
    thread.updated = time_of(record.get("updated_at"))
    thread.model = next((text_of(name) for name in list_of(chat.get("models"))), "")
    for name, value in history["messages"].items():
        message = object_of(value)
        if message.get("files"):
            found.note(FILES_LEFT)
        state = State.FAILED if message.get("error") and not message.get("content") else State.FINISHED
        thread.add(
            message.get("id") or name, message.get("parentId"), message.get("role"), _parts(message),
            created=message.get("timestamp"), model=message.get("model") or "", state=state,
            usage=usage_from_json(_reported(message)),
        )  # fmt: skip
    entry = thread.entry(history.get("currentId"))
    if entry:
        tags = tuple(text_of(tag) for tag in list_of(object_of(record.get("meta")).get("tags")) if isinstance(tag, str))
        yield Entry(entry.conversation, Shelf(record.get("pinned") is True, record.get("archived") is True, "", tags))


def _parts(message: dict[str, Any]) -> tuple[Part, ...]:
    """From the pieces of the answer where the file has them, else from its text."""
    if pieces := list_of(message.get("output")):
        parts = tuple(part for piece in map(object_of, pieces) for part in _piece(piece))
        if any(isinstance(part, Text) for part in parts):
            return parts
    return tuple(_unfolded(text_of(message.get("content"))))


def _piece(piece: dict[str, Any]) -> Iterator[Part]:
    match piece.get("type"):
        case "message":
            yield from said(_joined(piece.get("content")))
        case "reasoning":
            yield from said("", _joined(piece.get("content")) or _joined(piece.get("summary")))
        case "function_call":
            call = text_of(piece.get("call_id") or piece.get("id"))
            yield ToolCall(call, text_of(piece.get("name")), text_of(piece.get("arguments")))
        case "function_call_output":
            yield ToolResult(text_of(piece.get("call_id")), _joined(piece.get("output")))
        case _:
            return


def _joined(content: Any) -> str:
    if isinstance(content, str):
        return text_of(content)
    return "\n".join(filter(None, (text_of(object_of(one).get("text")) for one in list_of(content))))


def _unfolded(text: str) -> Iterator[Part]:
    done, thoughts = 0, []
    calls: list[Part] = []
    words = []
    for found in _FOLDED.finditer(text):
        words.append(text[done : found.start()])
        done = found.end()
        if found[1] == "reasoning":
            thoughts.append(re.sub(r"(?m)^> ?", "", unescape(found[3])).strip())
            continue
        told = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[2])}
        calls.append(ToolCall(told.get("id", ""), told.get("name", "tool"), told.get("arguments", "")))
        if result := told.get("result") or unescape(found[3]).strip():
            calls.append(ToolResult(told.get("id", ""), result))
    words.append(text[done:])
    parts = said("".join(words).lstrip("\n"), "\n\n".join(thoughts))
    yield from (part for part in parts if isinstance(part, Reasoning))
    yield from calls
    yield from (part for part in parts if not isinstance(part, Reasoning))


def _reported(message: dict[str, Any]) -> dict[str, Any]:
    usage = object_of(message.get("usage"))
    return {**usage, "source": "reported"} if "prompt_tokens" in usage or "completion_tokens" in usage else {}


OPEN_WEBUI = Reader("open-webui", "Open WebUI export", _recognises, _read)
