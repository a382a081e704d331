"""Open WebUI's export: chats whose `chat.history.messages` is a tree by `parentId`, with `currentId` the shown tip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chatgui.core.message import Part, State
from chatgui.exchange.codec import Entry, Shelf, usage_from_json
from chatgui.exchange.importers.base import FILES_LEFT, Found, Reader, Thread, said
from chatgui.exchange.values import list_of, object_of, text_of, time_of

# Reasoning stands inside the answer, folded away in HTML.
_FOLDED = re.compile(r'<details type="reasoning"[^>]*>\s*(?:<summary>.*?</summary>)?(.*?)</details>', re.DOTALL)


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
    text = text_of(message.get("content"))
    thoughts = [re.sub(r"(?m)^&gt; ?|^> ?", "", one).strip() for one in _FOLDED.findall(text)]
    return said(_FOLDED.sub("", text).lstrip("\n"), "\n\n".join(thoughts))


def _reported(message: dict[str, Any]) -> dict[str, Any]:
    usage = object_of(message.get("usage"))
    return {**usage, "source": "reported"} if "prompt_tokens" in usage or "completion_tokens" in usage else {}


OPEN_WEBUI = Reader("open-webui", "Open WebUI export", _recognises, _read)
