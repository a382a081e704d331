"""What is asked of an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chatgui.core.message import Message


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """The branch to answer and the parameters the user set; nothing else is sent.

    `history` is oldest first and may begin with a system message. `params` uses the protocol's names (`temperature`,
    `max_tokens`, `reasoning_effort` …). `attachments` holds the bytes of the files the history names, by SHA-256.
    `sees` is whether the model is known to see images: False leaves them out (a line of text stands for each), None tries.
    `continuing` asks the model to go on from the last message of the history, which then is the assistant's.
    """

    model: str
    history: tuple[Message, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = True
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    continuing: bool = False
    sees: bool | None = None
