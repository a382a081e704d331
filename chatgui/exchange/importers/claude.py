"""Claude's data export: `conversations.json`, alone or in its archive.

A conversation has `chat_messages` with `sender` (human, assistant), `text` and, in newer files, `content` blocks and
`parent_message_uuid`, by which messages form a tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatgui.core.message import Part, Reasoning, Text, ToolCall, ToolResult
from chatgui.exchange.codec import Entry
from chatgui.exchange.importers.base import FILES_LEFT, Found, Reader, Thread, said
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.values import list_of, object_of, text_of, time_of

_ROOT = "00000000-0000-4000-8000-000000000000"  # the parent of first messages


def _recognises(record: dict[str, Any]) -> bool:
    return isinstance(record.get("chat_messages"), list)


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    thread = Thread("claude", found, record.get("uuid") or record.get("name"), record.get("name"))
    thread.created, thread.updated = time_of(record.get("created_at")), time_of(record.get("updated_at"))
    thread.model = text_of(record.get("model"))
    before: Any = None
    for number, value in enumerate(record["chat_messages"], 1):
        message = object_of(value)
        name = message.get("uuid") or number
        parent = message.get("parent_message_uuid", before)
        parts = (*_attached(message, found), *_parts(message, found))
        role = message.get("sender") or message.get("role")
        thread.add(name, None if parent == _ROOT else parent, role, parts, created=message.get("created_at"))
        before = name
    entry = thread.entry(record.get("current_leaf_message_uuid"))
    if entry:
        yield entry


def _parts(message: dict[str, Any], found: Found) -> tuple[Part, ...]:
    parts: list[Part] = []
    for block in map(object_of, list_of(message.get("content"))):
        match block.get("type"):
            case "text":
                parts.extend(said(block.get("text")))
            case "thinking":
                thought = text_of(block.get("thinking"))
                parts.extend([Reasoning(thought)] if thought.strip() else [])
            case "tool_use":
                arguments = dumps(block.get("input"))
                parts.append(ToolCall(text_of(block.get("id")), text_of(block.get("name")), arguments))
            case "tool_result":
                parts.append(ToolResult(text_of(block.get("tool_use_id")), _flat(block.get("content"))))
            case "token_budget":
                continue
            case _:
                found.note(FILES_LEFT)
    return tuple(parts) or said(message.get("text"))


def _flat(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(text_of(object_of(one).get("text")) for one in content)
    return text_of(content)


def _attached(message: dict[str, Any], found: Found) -> Iterator[Part]:
    for one in map(object_of, list_of(message.get("attachments")) + list_of(message.get("files"))):
        found.note(FILES_LEFT)
        name = " ".join(text_of(one.get("file_name")).split()) or "file"
        content = text_of(one.get("extracted_content"))
        yield Text(f"[Attached: {name}]\n\n{content}\n\n" if content else f"[Attached: {name}]\n\n")


CLAUDE = Reader("claude", "Claude export", _recognises, _read)
