"""The message: one shape that is sent, stored, shown and exported.

A message is a role and a tuple of parts. Messages form a tree by `parent`; a branch is a path from the root to a tip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from chatgui.core.errors import Failure
from chatgui.core.usage import UNKNOWN, Usage


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class State(StrEnum):
    """How a message stands. Only an answer is ever anything but finished."""

    STREAMING = "streaming"
    FINISHED = "finished"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Text:
    """What was said."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What was thought. `opaque` is provider data to be sent back unmodified; with no text, it was hidden."""

    kind: ClassVar[str] = "reasoning"
    text: str
    opaque: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the model said instead of an answer."""

    kind: ClassVar[str] = "refusal"
    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call the model asked for; shown, never run. `arguments` is the provider's text, valid JSON or not."""

    kind: ClassVar[str] = "tool_call"
    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered."""

    kind: ClassVar[str] = "tool_result"
    call_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the conversation, kept once by the SHA-256 of its bytes (64 hex digits). `size` is in bytes.

    `width` and `height` are those of an image in pixels, as it is shown; 0 if not known.
    """

    kind: ClassVar[str] = "attachment"
    sha256: str
    media_type: str
    name: str
    size: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Sources:
    """Citations of an answer, as (url, title)."""

    kind: ClassVar[str] = "sources"
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Image:
    """An image in an answer, by the URL the provider gave. Remote ones are never fetched by themselves."""

    kind: ClassVar[str] = "image"
    url: str


Part: TypeAlias = Text | Reasoning | Refusal | ToolCall | ToolResult | Attachment | Sources | Image
PART_TYPES: tuple[type[Part], ...] = (
    Text, Reasoning, Refusal, ToolCall, ToolResult, Attachment, Sources, Image,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timing:
    """How an answer came, in milliseconds from sending: to its first delta, of thinking, and to its end."""

    ttft_ms: float | None = None
    thinking_ms: float | None = None
    duration_ms: float | None = None
    deltas: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation. `created` is aware, in UTC. Empty strings mean "not known"."""

    id: str
    role: Role
    parts: tuple[Part, ...]
    created: datetime
    parent: str | None = None
    state: State = State.FINISHED
    account: str = ""  # the account's name when it was asked
    model: str = ""
    usage: Usage = UNKNOWN
    timing: Timing = Timing()
    finish_reason: str | None = None
    failure: Failure | None = None
    params: Mapping[str, Any] = field(default_factory=dict)  # what the user had set for this request
    edited: bool = False

    @property
    def text(self) -> str:
        """The answer (or what the user wrote) without reasoning: what is copied, searched and sent again."""
        return "".join(part.text for part in self.parts if isinstance(part, (Text, Refusal)))

    @property
    def reasoning(self) -> str:
        """What was thought, in order."""
        return "".join(part.text for part in self.parts if isinstance(part, Reasoning))

    @property
    def reasoned(self) -> bool:
        """Whether there was reasoning, readable or hidden."""
        return any(isinstance(part, Reasoning) for part in self.parts) or bool(self.usage.reasoning_tokens)
