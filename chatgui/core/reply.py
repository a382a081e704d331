"""A reply: the answer still growing. Owned by its turn; views pull from it what is new since they last looked."""

from __future__ import annotations

from chatgui.core.delta import (
    Citations,
    Delta,
    ErrorDelta,
    FinishDelta,
    ImageDelta,
    ModelDelta,
    OpaqueReasoning,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    UsageDelta,
)
from chatgui.core.errors import Failure
from chatgui.core.message import Image, Part, Reasoning, Refusal, Sources, Text, ToolCall
from chatgui.core.usage import UNKNOWN, Usage


class Growing:
    """Text that only grows. Appending costs its own length; a reader keeps a cursor and takes what is new."""

    __slots__ = ("_pieces", "length")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.length = 0  # in characters

    def append(self, text: str) -> None:
        """Add `text` at the end."""
        self._pieces.append(text)
        self.length += len(text)

    def read(self, cursor: tuple[int, int] = (0, 0), limit: int = 1 << 62) -> tuple[str, tuple[int, int]]:
        """At most `limit` characters from `cursor` (piece, offset) on, and the cursor behind them."""
        index, offset = cursor
        taken: list[str] = []
        while limit > 0 and index < len(self._pieces):
            text = self._pieces[index][offset : offset + limit]
            taken.append(text)
            limit -= len(text)
            offset += len(text)
            if offset >= len(self._pieces[index]):
                index, offset = index + 1, 0
        return "".join(taken), (index, offset)

    def __str__(self) -> str:
        return "".join(self._pieces)

    def __bool__(self) -> bool:
        return self.length > 0


class _Call:
    __slots__ = ("arguments", "id", "name")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []


class Reply:
    """Everything an answer has said so far."""

    def __init__(self) -> None:
        self.text = Growing()
        self.reasoning = Growing()
        self.refusal = Growing()
        self.deltas = 0
        self.model = ""
        self.usage: Usage = UNKNOWN
        self.finish_reason: str | None = None
        self.failure: Failure | None = None
        self._calls: dict[int, _Call] = {}
        self._details: OpaqueReasoning | None = None
        self._sources: tuple[tuple[str, str], ...] = ()
        self._images: list[str] = []

    @property
    def empty(self) -> bool:
        """Whether nothing a reader could see has come."""
        return not (self.text or self.reasoning or self.refusal or self._calls or self._images)

    def apply(self, delta: Delta) -> bool:
        """Take one delta in; True if it was content (text, reasoning, a call …) rather than a circumstance."""
        match delta:
            case TextDelta(text):
                self.text.append(text)
            case ReasoningDelta(text):
                self.reasoning.append(text)
            case RefusalDelta(text):
                self.refusal.append(text)
            case ToolCallDelta():
                self._apply_call(delta)
            case OpaqueReasoning(details):
                known = self._details.details if self._details else ()
                self._details = OpaqueReasoning((*known, *details))
            case Citations(sources):
                self._sources = sources
            case ImageDelta(url):
                self._images.append(url)
            case UsageDelta(usage):
                self.usage = usage
                return False
            case FinishDelta(reason):
                self.finish_reason = reason
                return False
            case ErrorDelta(failure):
                self.failure = failure
                return False
            case ModelDelta(model):
                self.model = model
                return False
            case _:
                return False
        self.deltas += 1
        return True

    def _apply_call(self, delta: ToolCallDelta) -> None:
        call = self._calls.setdefault(delta.index, _Call())
        call.id = call.id or delta.id
        call.name = call.name or delta.name
        call.arguments.append(delta.arguments)

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls so far, in order of index."""
        return tuple(ToolCall(call.id, call.name, "".join(call.arguments)) for _, call in sorted(self._calls.items()))

    @property
    def parts(self) -> tuple[Part, ...]:
        """The reply as the parts of a message."""
        parts: list[Part] = []
        opaque = self._details.details if self._details else ()
        if self.reasoning or opaque:
            parts.append(Reasoning(str(self.reasoning), opaque))
        if self.text:
            parts.append(Text(str(self.text)))
        if self.refusal:
            parts.append(Refusal(str(self.refusal)))
        parts.extend(self.calls)
        parts.extend(Image(url) for url in self._images)
        if self._sources:
            parts.append(Sources(self._sources))
        return tuple(parts)
