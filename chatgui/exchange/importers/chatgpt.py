"""ChatGPT's data export: `conversations.json`, or the archive with `conversations-000.json` and on.

A conversation is a `mapping` of nodes by identifier, each with `parent`, `children` and a `message` (or none);
`current_node` is the tip of the shown branch. Reasoning stands in messages of its own before the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatgui.core.message import Part, Reasoning, Text, ToolCall, ToolResult
from chatgui.exchange.codec import Entry
from chatgui.exchange.importers.base import FILES_LEFT, Found, Reader, Thread
from chatgui.exchange.values import list_of, object_of, text_of, time_of


def _recognises(record: dict[str, Any]) -> bool:
    mapping = record.get("mapping")
    return isinstance(mapping, dict) and all(isinstance(node, dict) for node in mapping.values())


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    identity = record.get("conversation_id") or record.get("id") or f"{record.get('title')}{record.get('create_time')}"
    thread = Thread("chatgpt", found, identity, record.get("title"))
    thread.created, thread.updated = time_of(record.get("create_time")), time_of(record.get("update_time"))
    thread.model = text_of(record.get("default_model_slug"))
    for name, node in _in_order(record["mapping"]):
        message = object_of(node.get("message"))
        role = object_of(message.get("author")).get("role")
        metadata = object_of(message.get("metadata"))
        hidden = metadata.get("is_visually_hidden_from_conversation") is True or not message
        parts = () if hidden else _parts(object_of(message.get("content")), message, found)
        thread.add(
            name, node.get("parent"), role if message else "user", parts,
            created=message.get("create_time"), model=metadata.get("model_slug") or "",
        )  # fmt: skip
    entry = thread.entry(record.get("current_node"))
    if entry:
        yield entry


def _in_order(mapping: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The nodes, siblings in the order their parent lists them."""
    rank = {
        child: number
        for node in mapping.values()
        for number, child in enumerate(list_of(node.get("children")))
        if isinstance(child, str)
    }
    yield from sorted(mapping.items(), key=lambda pair: rank.get(pair[0], 0))


def _parts(content: dict[str, Any], message: dict[str, Any], found: Found) -> tuple[Part, ...]:
    kind = content.get("content_type")
    if kind in ("thoughts", "reasoning_recap"):
        return _thoughts(content)
    if kind == "code":
        recipient = text_of(message.get("recipient"))
        text = text_of(content.get("text"))
        if recipient in ("", "all"):
            return (Text(f"```\n{text}\n```"),) if text.strip() else ()
        return (ToolCall(text_of(message.get("id")), recipient, text),)
    if kind in ("execution_output", "tether_quote", "tether_browsing_display", "system_error"):
        text = text_of(content.get("text")) or text_of(content.get("result"))
        return (ToolResult("", text),) if text.strip() else ()
    if kind in ("user_editable_context", "model_editable_context"):
        return ()
    return _spoken(content, found)


def _spoken(content: dict[str, Any], found: Found) -> tuple[Part, ...]:
    words: list[str] = []
    for piece in list_of(content.get("parts")) or [content.get("text")]:
        if isinstance(piece, str):
            words.append(text_of(piece))
        elif isinstance(piece, dict):
            if isinstance(piece.get("text"), str):
                words.append(text_of(piece["text"]))
            else:
                found.note(FILES_LEFT)
                words.append(f"[{text_of(piece.get('content_type')) or 'file'}]")
    text = "\n".join(word for word in words if word)
    return (Text(text),) if text.strip() else ()


def _thoughts(content: dict[str, Any]) -> tuple[Part, ...]:
    thoughts = [object_of(one) for one in list_of(content.get("thoughts"))]
    pieces = [text for one in thoughts for text in (text_of(one.get("summary")), text_of(one.get("content"))) if text]
    return (Reasoning("\n\n".join(pieces)),) if pieces else ()


CHATGPT = Reader("chatgpt", "ChatGPT export", _recognises, _read)
