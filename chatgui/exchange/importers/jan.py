"""Jan's threads: a folder of `thread.json` and `messages.jsonl` for each, packed into an archive; or one `messages.jsonl`.

The records reader pairs the two files into `{"thread": …, "thread_messages": […]}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatgui.core.message import Part
from chatgui.exchange.codec import Entry
from chatgui.exchange.importers.base import FILES_LEFT, Found, Reader, Thread, said
from chatgui.exchange.values import list_of, object_of, text_of, time_of


def _recognises(record: dict[str, Any]) -> bool:
    return isinstance(record.get("thread_messages"), list)


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    about = object_of(record.get("thread"))
    messages = [object_of(one) for one in record["thread_messages"]]
    identity = about.get("id") or next((one.get("thread_id") for one in messages), None)
    title = about.get("title") or object_of(about.get("metadata")).get("title")
    thread = Thread("jan", found, identity, title)
    thread.created = time_of(about.get("created")) or time_of(about.get("created_at"))
    thread.updated = time_of(about.get("updated")) or time_of(about.get("updated_at"))
    helper = object_of(next(iter(list_of(about.get("assistants"))), None))
    thread.model = text_of(object_of(helper.get("model")).get("id"))
    before: Any = None
    for number, message in enumerate(messages, 1):
        name = message.get("id") or number
        model = object_of(message.get("metadata")).get("modelId") or ""
        created = message.get("created_at")
        thread.add(name, before, message.get("role"), _parts(message, found), created=created, model=model)
        before = name
    if entry := thread.entry():
        yield entry


def _parts(message: dict[str, Any], found: Found) -> tuple[Part, ...]:
    content = message.get("content")
    if isinstance(content, str):
        return _split(content)
    parts: list[Part] = []
    for block in map(object_of, list_of(content)):
        value = block.get("text")
        text = value.get("value") if isinstance(value, dict) else value
        if block.get("type") == "reasoning":
            parts.extend(said("", text))
        elif isinstance(text, str):
            parts.extend(_split(text))
        else:
            found.note(FILES_LEFT)
    return tuple(parts)


def _split(text: str) -> tuple[Part, ...]:
    """Reasoning stands in the text between think tags, at its beginning."""
    head, tag, rest = text.lstrip().removeprefix("<think>").partition("</think>")
    return said(rest.lstrip("\n"), head.strip()) if tag and text.lstrip().startswith("<think>") else said(text)


JAN = Reader("jan", "Jan threads", _recognises, _read)
