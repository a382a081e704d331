"""LobeChat's export: flat tables of `messages`, `topics` and `sessions`, under `state` (older) or `data` (newer)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatgui.core.message import Part
from chatgui.exchange.codec import Entry
from chatgui.exchange.importers.base import SETTINGS_LEFT, Found, Reader, Thread, said
from chatgui.exchange.values import list_of, object_of, text_of, time_of


def _tables(record: dict[str, Any]) -> dict[str, Any]:
    return object_of(record.get("state")) or object_of(record.get("data"))


def _recognises(record: dict[str, Any]) -> bool:
    known = "exportType" in record or "schemaHash" in record or "mode" in record or "version" in record
    return known and isinstance(_tables(record).get("messages"), list)


def _read(record: dict[str, Any], found: Found) -> Iterator[Entry]:
    found.note(SETTINGS_LEFT)
    tables = _tables(record)
    topics = {text_of(one.get("id")): one for one in map(object_of, list_of(tables.get("topics")))}
    sessions = {text_of(one.get("id")): one for one in map(object_of, list_of(tables.get("sessions")))}
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for message in map(object_of, tables["messages"]):
        groups.setdefault((text_of(message.get("sessionId")), text_of(message.get("topicId"))), []).append(message)
    for (session, topic), messages in groups.items():
        named = topics.get(topic, {})
        title = named.get("title") or _title(sessions.get(session, {}))
        thread = Thread("lobechat", found, f"{session}/{topic}", title)
        thread.created, thread.updated = time_of(named.get("createdAt")), time_of(named.get("updatedAt"))
        if entry := _filled(thread, messages):
            yield entry


def _title(session: dict[str, Any]) -> Any:
    return object_of(session.get("meta")).get("title") or session.get("title")


def _filled(thread: Thread, messages: list[dict[str, Any]]) -> Entry | None:
    """Messages follow one another in time; `parentId` is set where an answer was made again or a thread begins."""
    messages.sort(
        key=lambda one: (time_of(one.get("createdAt")) or thread.created or time_of(1), text_of(one.get("id")))
    )
    known = {text_of(one.get("id")) for one in messages}
    before: Any = None
    for message in messages:
        parent = message.get("parentId")
        thread.add(
            message.get("id"), parent if text_of(parent) in known and parent else before, message.get("role"),
            _parts(message), created=message.get("createdAt"),
            model=message.get("model") or object_of(message.get("extra")).get("fromModel") or "",
        )  # fmt: skip
        before = message.get("id")
    return thread.entry()


def _parts(message: dict[str, Any]) -> tuple[Part, ...]:
    reasoning = message.get("reasoning")
    return said(message.get("content"), reasoning.get("content") if isinstance(reasoning, dict) else reasoning)


LOBECHAT = Reader("lobechat", "LobeChat export", _recognises, _read)
