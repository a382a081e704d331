"""Cherry Studio's backup: `data.json` with `indexedDB.topics` and `message_blocks`; titles stand in `localStorage`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chatgui.core.message import Part, Reasoning, State, Text, ToolCall, ToolResult
from chatgui.exchange.codec import Entry, usage_from_json
from chatgui.exchange.importers.base import FILES_LEFT, SETTINGS_LEFT, Found, Reader, Thread, said
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.values import list_of, object_of, text_of, time_of

_STATES = {"error": State.FAILED, "paused": State.STOPPED}


def _recognises(record: dict[str, Any]) -> bool:
    return isinstance(object_of(record.get("indexedDB")).get("topics"), list)


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    found.note(SETTINGS_LEFT)
    kept = object_of(record.get("indexedDB"))
    blocks = {text_of(block.get("id")): block for block in map(object_of, list_of(kept.get("message_blocks")))}
    titles = _titles(object_of(record.get("localStorage")))
    for topic in map(object_of, list_of(kept.get("topics"))):
        named = titles.get(text_of(topic.get("id")), {})
        thread = Thread("cherry-studio", found, topic.get("id"), named.get("name") or topic.get("name"))
        thread.created, thread.updated = time_of(named.get("createdAt")), time_of(named.get("updatedAt"))
        _fill(thread, list_of(topic.get("messages")), blocks, found)
        if entry := thread.entry():
            yield entry


def _fill(thread: Thread, messages: list[Any], blocks: dict[str, dict[str, Any]], found: Found) -> None:
    """Answers of several models to one question (`askId`) become branches; the next question follows the last of them."""
    before: Any = None
    for message in map(object_of, messages):
        asked = message.get("askId") if message.get("role") == "assistant" else None
        known = any(one.get("id") == asked for one in map(object_of, messages))
        model = object_of(message.get("model"))
        usage = object_of(message.get("usage"))
        thread.add(
            message.get("id"), asked if asked and known else before, message.get("role"),
            tuple(_parts(message, blocks, found)), created=message.get("createdAt"),
            model=text_of(model.get("id")) or text_of(message.get("modelId")),
            state=_STATES.get(text_of(message.get("status")), State.FINISHED),
            usage=usage_from_json({**usage, "source": "reported"} if usage else {}),
        )  # fmt: skip
        before = message.get("id")


def _titles(storage: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is known of the topics, by identifier. The program keeps it as JSON inside JSON."""
    assistants = _unpacked(_unpacked(storage.get("persist:cherry-studio")).get("assistants"))
    groups = [*list_of(assistants.get("assistants")), assistants.get("defaultAssistant")]
    topics = [topic for group in groups for topic in list_of(object_of(group).get("topics"))]
    return {text_of(topic.get("id")): topic for topic in map(object_of, topics)}


def _unpacked(value: Any) -> dict[str, Any]:
    try:
        return object_of(json.loads(value) if isinstance(value, str) else value)
    except (ValueError, RecursionError):
        return {}


def _parts(message: dict[str, Any], blocks: dict[str, dict[str, Any]], found: Found) -> Iterator[Part]:
    if isinstance(message.get("content"), str):  # before version 5 a message had no blocks
        yield from said(message["content"], message.get("reasoning_content"))
    for name in list_of(message.get("blocks")):
        block = blocks.get(text_of(name), {})
        text = text_of(block.get("content"))
        match block.get("type"):
            case "main_text" | "translation" if text.strip():
                yield Text(text)
            case "code" if text.strip():
                yield Text(f"```{text_of(block.get('language'))}\n{text}\n```")
            case "thinking" if text.strip():
                yield Reasoning(text)
            case "tool":
                called = object_of(object_of(object_of(block.get("metadata")).get("rawMcpToolResponse")).get("tool"))
                title = text_of(block.get("toolName")) or text_of(called.get("name"))
                yield ToolCall(text_of(block.get("toolId")), title, dumps(block.get("arguments") or {}))
                yield ToolResult(text_of(block.get("toolId")), text or dumps(block.get("content")))
            case "image" | "file":
                found.note(FILES_LEFT)
            case _:
                continue


CHERRY_STUDIO = Reader("cherry-studio", "Cherry Studio backup", _recognises, _read)
