"""Messages as the chat-completions API speaks them: a list of `{"role", "content"}`, an object that holds one as
`messages`, or one of either on each line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from chatgui.core.message import Image, Part, Refusal, ToolCall, ToolResult
from chatgui.exchange.codec import Entry
from chatgui.exchange.importers.base import FILES_LEFT, SETTINGS_LEFT, Found, Reader, Thread, said
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.values import list_of, object_of, text_of, time_of


def _recognises(record: dict[str, Any]) -> bool:
    messages = record.get("messages")
    return isinstance(messages, list) and any("role" in object_of(one) for one in messages)


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    messages = [object_of(one) for one in record["messages"]]
    if any(name in record for name in ("api_key", "apiKey", "key", "base_url", "account")):
        found.note(SETTINGS_LEFT)
    identity = record.get("id") or hashlib.sha256(dumps(messages).encode()).hexdigest()
    first = next((one for one in messages if one.get("role") == "user"), {})
    title = record.get("title") or _words(first.get("content"))[:60]
    thread = Thread("openai", found, identity, title)
    thread.created = time_of(record.get("created"))
    thread.model = text_of(record.get("model"))
    before: Any = None
    for number, message in enumerate(messages, 1):
        created = message.get("created_at") or message.get("created") or message.get("timestamp")
        parts = tuple(_parts(message, found))
        thread.add(number, before, message.get("role"), parts, created=created, model=message.get("model") or "")
        before = number
    if entry := thread.entry():
        yield entry


def _words(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(text_of(object_of(one).get("text")) for one in content)
    return text_of(content)


def _parts(message: dict[str, Any], found: Found) -> Iterator[Part]:
    content = message.get("content")
    if message.get("role") in ("tool", "function"):
        yield ToolResult(text_of(message.get("tool_call_id")), _words(content))
        return
    thought = message.get("reasoning_content") or message.get("reasoning") or message.get("thinking")
    yield from said(content if isinstance(content, str) else "", thought if isinstance(thought, str) else "")
    for block in map(object_of, list_of(content)):
        kind = text_of(block.get("type"))
        if kind in ("text", "input_text", "output_text"):
            yield from said(block.get("text"))
        elif kind == "image_url":
            url = text_of(object_of(block.get("image_url")).get("url"))
            if url.startswith("data:image/"):
                yield Image(url)
            else:
                found.note(FILES_LEFT)  # an address in a file is nothing to be fetched, or offered to be
        elif kind == "refusal":
            yield Refusal(text_of(block.get("refusal")))
        else:
            found.note(FILES_LEFT)
    if refusal := text_of(message.get("refusal")):
        yield Refusal(refusal)
    for call in map(object_of, list_of(message.get("tool_calls"))):
        function = object_of(call.get("function"))
        yield ToolCall(text_of(call.get("id")), text_of(function.get("name")), text_of(function.get("arguments")))


OPENAI_MESSAGES = Reader("openai", "OpenAI messages", _recognises, _read)
