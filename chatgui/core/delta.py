"""What a stream says, one thing at a time: the words `wire` hands to a turn.

A `Delta` is one of the classes below. Order of arrival is kept; nothing is merged or repeated. Text is never empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from chatgui.core.errors import Failure
from chatgui.core.usage import Usage


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the reasoning, whatever name the provider gave it."""

    text: str


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """More of a refusal."""

    text: str


@dataclass(frozen=True, slots=True)
class OpaqueReasoning:
    """Provider data that must go back unmodified with the next request (signatures, encrypted reasoning)."""

    details: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A fragment of a tool call; `index` says which call of this answer it belongs to (settled by the decoder)."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Citations:
    """The sources of the answer so far, as (url, title); replaces what was said before."""

    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ImageDelta:
    """An image in the answer, as the URL the provider gave (often `data:`)."""

    url: str


@dataclass(frozen=True, slots=True)
class UsageDelta:
    """What the provider counts so far; each later one is the whole truth, already merged."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class FinishDelta:
    """The provider's finish reason. More may follow."""

    reason: str


@dataclass(frozen=True, slots=True)
class ErrorDelta:
    """The provider reported an error inside the stream. More may follow; the turn has failed all the same."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class ModelDelta:
    """The name of the model that really answers, where the provider says one."""

    model: str


# What happens around the text. These carry no content and are not counted as deltas.


@dataclass(frozen=True, slots=True)
class Connecting:
    """A request is being made; `attempt` counts from 1."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The server accepted the request with this status; the body follows."""

    status: int
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Alive:
    """The server is working but has said nothing yet (a comment or an empty event)."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """The attempt failed; the next, number `attempt`, begins in `wait_s` seconds."""

    attempt: int
    wait_s: float
    failure: Failure


@dataclass(frozen=True, slots=True)
class Learned:
    """The account was seen to behave so; to be remembered (names of `core.account.Traits` fields)."""

    traits: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """The body ended by itself. Last of all. `done` says whether `[DONE]` (or its like) was seen."""

    done: bool


Delta: TypeAlias = (
    TextDelta
    | ReasoningDelta
    | RefusalDelta
    | OpaqueReasoning
    | ToolCallDelta
    | Citations
    | ImageDelta
    | UsageDelta
    | FinishDelta
    | ErrorDelta
    | ModelDelta
    | Connecting
    | Opened
    | Alive
    | Retrying
    | Learned
    | Ended
)
