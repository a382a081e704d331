"""Chatbox's export: one object with a `session:…` entry for each conversation, or the older `chat-sessions` list.

Inside a session `messages` is the current thread, `threads` earlier ones, `messageForksHash` the alternatives at a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatgui.core.message import Part, Reasoning, State, ToolCall, ToolResult
from chatgui.exchange.codec import Entry
from chatgui.exchange.importers.base import FILES_LEFT, SETTINGS_LEFT, Found, Reader, Thread, said
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.values import list_of, object_of, text_of


def _recognises(record: dict[str, Any]) -> bool:
    return (
        "chat-sessions" in record
        or "chat-sessions-list" in record
        or any(name.startswith("session:") for name in record)
    )


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    if "settings" in record or "configs" in record:
        found.note(SETTINGS_LEFT)
    sessions = list_of(record.get("chat-sessions"))
    sessions += [value for name, value in record.items() if name.startswith("session:")]
    for session in map(object_of, sessions):
        yield from _session(session, found)


def _session(session: dict[str, Any], found: Found) -> Iterator[Entry]:
    forks = {name: object_of(value) for name, value in object_of(session.get("messageForksHash")).items()}
    identity, title = session.get("id"), session.get("name")
    for topic in map(object_of, list_of(session.get("threads"))):
        messages = list_of(topic.get("messages"))
        if entry := _thread(f"{identity}/{topic.get('id')}", topic.get("name") or title, messages, forks, found):
            yield entry
    if entry := _thread(identity, title, list_of(session.get("messages")), forks, found):
        yield entry


def _thread(
    identity: Any, title: Any, messages: list[Any], forks: dict[str, dict[str, Any]], found: Found
) -> Entry | None:
    thread = Thread("chatbox", found, identity, title)
    seen: set[str] = set()

    def run(values: list[Any], before: Any) -> Any:
        for message in map(object_of, values):
            name = str(message.get("id"))
            if name in seen:
                continue
            seen.add(name)
            cut = bool(message.get("error")) and not message.get("contentParts")
            thread.add(
                name, before, message.get("role"), _parts(message, found), created=message.get("timestamp"),
                model=message.get("model") or "", state=State.FAILED if cut else State.FINISHED,
            )  # fmt: skip
            before = name
        return before

    tip = run(messages, None)
    for name, fork in forks.items():
        for one in map(object_of, list_of(fork.get("lists"))):
            if name in seen:
                run(list_of(one.get("messages")), name)
    return thread.entry(tip)


def _parts(message: dict[str, Any], found: Found) -> tuple[Part, ...]:
    parts: list[Part] = []
    for block in map(object_of, list_of(message.get("contentParts"))):
        match block.get("type"):
            case "text":
                parts.extend(said(block.get("text")))
            case "reasoning":
                parts.append(Reasoning(text_of(block.get("text"))))
            case "tool-call":
                name = text_of(block.get("toolName"))
                parts.append(ToolCall(text_of(block.get("toolCallId")), name, dumps(block.get("args"))))
                if block.get("result") is not None:
                    parts.append(ToolResult(text_of(block.get("toolCallId")), dumps(block.get("result"))))
            case "image":
                found.note(FILES_LEFT)
            case _:
                continue
    if message.get("files") or message.get("pictures"):
        found.note(FILES_LEFT)
    return tuple(parts) or said(message.get("content"), message.get("reasoningContent"))


CHATBOX = Reader("chatbox", "Chatbox export", _recognises, _read)
