"""Conversations and messages for the tests of the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chatgui.core.conversation import Conversation
from chatgui.core.errors import Failure, Kind
from chatgui.core.ids import new_id
from chatgui.core.message import (
    Attachment,
    Image,
    Message,
    Reasoning,
    Refusal,
    Role,
    Sources,
    State,
    Text,
    Timing,
    ToolCall,
    ToolResult,
)
from chatgui.core.usage import Source, Usage

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def conversation(title: str = "A talk", **fields: Any) -> Conversation:
    """An empty conversation of noon."""
    return Conversation(id=new_id(), title=title, created=NOON, updated=NOON, **fields)


def user(text: str, parent: str | None = None, **fields: Any) -> Message:
    """What somebody said."""
    return Message(id=new_id(), role=Role.USER, parts=(Text(text),), created=NOON, parent=parent, **fields)


def answer(text: str, parent: str | None = None, **fields: Any) -> Message:
    """A finished answer."""
    values: dict[str, Any] = {"account": "Demo", "model": "tour", "usage": USAGE, "finish_reason": "stop"}
    return Message(
        id=new_id(), role=Role.ASSISTANT, parts=(Text(text),), created=NOON + timedelta(seconds=1), parent=parent,
        **(values | fields),
    )  # fmt: skip


def running(parent: str | None = None, **fields: Any) -> Message:
    """An answer as it begins."""
    return replace(answer("", parent, **fields), parts=(), state=State.STREAMING, usage=Usage(), finish_reason=None)


USAGE = Usage(
    prompt_tokens=10,
    completion_tokens=20,
    total_tokens=30,
    reasoning_tokens=5,
    cached_tokens=2,
    sent_tokens=11,
    tokens_per_second=12.5,
    cost=0.001,
    currency="USD",
    source=Source.REPORTED,
    cost_source=Source.ESTIMATED,
    raw={"prompt_tokens": 10, "odd": [1, None]},
)

EVERYTHING = Message(
    id="f" * 24,
    role=Role.ASSISTANT,
    parts=(
        Reasoning("Let me think…", ({"type": "reasoning.encrypted", "data": "x"},)),
        Text("Grüße, 世界 👩‍💻"),
        Refusal("no"),
        ToolCall("call_1", "look", '{"a": 1'),
        ToolResult("call_1", "seen"),
        Attachment("0" * 64, "text/plain", "notes.txt", 12),
        Image("data:image/png;base64,AAAA"),
        Sources((("https://example.org/", "Example"),)),
    ),
    created=NOON,
    state=State.FAILED,
    account="Demo",
    model="tour",
    usage=USAGE,
    timing=Timing(1.5, 2.5, 1000.25, 7),
    finish_reason="length",
    failure=Failure(Kind.RATE_LIMITED, "Slow down.", 429, "rpm", "req_1", True, 2.5, "Wait.", "said"),
    params={"temperature": 0.5, "stop": ["a"]},
    edited=True,
)
