"""Reading a body the way the client does, without sockets: what all tests of decoding share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chatgui.core.account import Account, KeySource, Network
from chatgui.core.delta import Alive, Delta
from chatgui.core.errors import ChatError
from chatgui.core.message import Message, Role, State, Text
from chatgui.core.reply import Reply
from chatgui.core.request import ChatRequest
from chatgui.wire.answer import Answer

HOST = "api.example.test"


@dataclass
class Read:
    """What a body was read as."""

    answer: Answer
    deltas: list[Delta]
    reply: Reply

    @property
    def text(self) -> str:
        return str(self.reply.text)

    @property
    def reasoning(self) -> str:
        return str(self.reply.reasoning)

    @property
    def error(self) -> ChatError | None:
        return self.answer.verdict()

    def kinds(self) -> str:
        """Kinds of the content deltas in order of arrival, runs shortened: `rc` is reasoning, then content."""
        letters = {"ReasoningDelta": "r", "TextDelta": "c", "ToolCallDelta": "t"}
        run = "".join(letters.get(type(one).__name__, "") for one in self.deltas)
        return "".join(c for i, c in enumerate(run) if i == 0 or run[i - 1] != c)


def read(body: bytes, sizes: Iterable[int] | None = None, **options: Any) -> Read:
    """Read a body, in pieces of these sizes; signs of life are left out of the deltas, as their number depends on the cuts."""
    answer = Answer(HOST, **options)
    deltas: list[Delta] = []
    start = 0
    for size in (len(body),) if sizes is None else sizes:
        deltas += answer.feed(body[start : start + size])
        start += size
    assert start >= len(body), "the pieces must add up"
    deltas += answer.end()
    deltas = [one for one in deltas if not isinstance(one, Alive)]
    reply = Reply()
    for delta in deltas:
        reply.apply(delta)
    return Read(answer, deltas, reply)


def chunk(delta: Any = None, **more: Any) -> dict[str, Any]:
    """A chunk with one choice; `finish` and fields of the chunk may be given."""
    choice: dict[str, Any] = {"index": 0, "delta": {} if delta is None else delta}
    if "finish" in more:
        choice["finish_reason"] = more.pop("finish")
    return {"choices": [choice], **more}


def stream(*chunks: Any, done: bool = True, end: str = "\n\n") -> bytes:
    """Chunks as an event stream."""
    words = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in chunks]
    return "".join(f"data: {one}{end}" for one in [*words, *(["[DONE]"] if done else [])]).encode()


def account(url: str = "http://127.0.0.1:9/v1", **options: Any) -> Account:
    """An account at `url`; network options may be given as `network={…}`."""
    network = Network(**options.pop("network", {}))
    return Account("id-1", "Test", url, key_source=KeySource.NONE, network=network, **options)


def said(role: Role, text: str, state: State = State.FINISHED) -> Message:
    """A message of the history."""
    return Message(f"{role}-{text[:8]}", role, (Text(text),), datetime.now(UTC), state=state)


def request(text: str = "Hello", **options: Any) -> ChatRequest:
    """A request with one user message."""
    history = options.pop("history", (said(Role.USER, text),))
    return ChatRequest(options.pop("model", "m"), history, **options)
