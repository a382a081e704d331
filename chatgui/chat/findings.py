"""What the account doctor finds, step by step, and the words for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from chatgui.core.account import Account, Traits
from chatgui.core.errors import ChatError, Failure, Kind
from chatgui.core.reply import Reply
from chatgui.core.usage import Source
from chatgui.wire.presets import traits_of
from chatgui.wire.probe import CONNECT, FIND, PROXY, SECURE

FIND_KEY, USE_KEY, LIST, ANSWER = "Find the key", "Use the key", "List models", "Stream an answer"
USAGE, REASONING, LEARNT, ELSEWHERE = "Token usage", "Reasoning", "What was learnt", "Look elsewhere"


@dataclass(frozen=True, slots=True)
class Finding:
    """One step: its name, whether it went well (None: nothing to judge), how long it took, and one sentence.

    `advice` is the next action where there is one; `offer` names a field of the account and what it should be instead.
    """

    step: str
    good: bool | None
    ms: float
    words: str
    advice: str = ""
    kind: Kind | None = None
    code: str | None = None
    offer: tuple[str, str] | None = None


@dataclass(slots=True)
class Seen:
    """What came of one question."""

    reply: Reply = field(default_factory=Reply)
    traits: dict[str, Any] = field(default_factory=dict)
    characters: int = 0
    first_ms: float | None = None
    ms: float = 0.0
    done: bool | None = None  # None: it was not read to its end


def step_of(error: ChatError, seen: Sequence[str]) -> str:
    """The step on the way to the server that failed, after those that went well."""
    if error.kind is Kind.TLS or CONNECT in seen:
        return SECURE
    if error.code in ("proxy", "proxy_auth") or (error.message.startswith("The proxy") and PROXY not in seen):
        return PROXY
    return CONNECT if FIND in seen or PROXY in seen else FIND


def failed(step: str, began: float, error: ChatError) -> Finding:
    """The finding of a step that failed."""
    advice = (
        _BY_CODE.get(error.code or "")
        or _ADVICE.get(error.kind)
        or error.advice
        or ("Try again." if error.retryable else _LAST_ADVICE)
    )
    return Finding(step, False, since(began), error.message, advice, error.kind, error.code)


_BY_CODE = {  # a trial costs nothing worth a word, so what a conversation is warned of is not said here
    "no_answer": "Check the address and its port, and whether a proxy or firewall stands between.",
    "first_byte_timeout": "Try again. If it stays so, the server is overloaded, or still loading its model.",
}
_LAST_ADVICE = "Check the address of this account, or ask the provider."
_ADVICE = {  # where the advice for a conversation is none for an account
    Kind.INTERRUPTED: "Try again. If it stays so, the server, or something on the way to it, breaks long connections.",
    Kind.INVALID_REQUEST: "Check the parameters, headers and extra JSON of this account.",
    Kind.CONTEXT_TOO_LONG: "One short question was too long for this model: choose another one.",
    Kind.CONTENT_REFUSED: "One harmless question was refused: choose another model, or ask the provider.",
}


def as_error(failure: Failure) -> ChatError:
    """A failure that came inside a stream, to be raised."""
    error = ChatError(failure.message, status=failure.status, code=failure.code, advice=failure.advice)
    error.kind = failure.kind
    error.retryable = failure.retryable
    return error


def answer_words(model: str, seen: Seen) -> str:
    """How the answer came."""
    pieces = "in one piece" if seen.reply.deltas <= 1 else f"in {seen.reply.deltas:,} pieces"
    words = f"“{model}” answered {pieces}, the first after {seen.first_ms or 0:.0f} ms."
    if seen.done is None:
        return words + " It was not read to its end."
    return words if seen.reply.finish_reason else words + " It did not say why it ended."


def usage_words(seen: Seen) -> tuple[bool | None, float, str]:
    """Verdict, time and words of the step that looks for token usage."""
    if seen.reply.usage.source is Source.REPORTED:
        return True, 0.0, "Reported by the provider."
    if seen.done is None:
        return None, 0.0, "Not seen: it comes at the end of an answer."
    return None, 0.0, "Not reported in streams; counts will be estimates."


_TRAIT_WORDS: tuple[tuple[Callable[[Traits], bool], str], ...] = (
    (lambda traits: traits.include_usage is False, "it does not take the request for usage in streams"),
    (lambda traits: traits.streams is False, "it answers in one piece only"),
    (lambda traits: traits.system_role == "user", "it takes no system message"),
    (lambda traits: traits.effort == "nothing", "it takes no reasoning effort"),
    (lambda traits: traits.max_tokens_field is not None, "it has its own name for the longest answer"),
    (lambda traits: traits.returns_reasoning is True, "it wants its reasoning back"),
    (lambda traits: traits.reasoning_field is not None, "it says its reasoning apart from the answer"),
)


def trait_words(traits: Traits) -> str:
    """What is remembered of this account; empty if nothing is."""
    found = _said_of(traits)
    return f"Remembered: {found}." if found else ""


def learnt(account: Account) -> str:
    """What using an account taught of its server, as half a sentence; empty if nothing did."""
    if account.traits == traits_of(account.provider):
        return ""
    return _said_of(account.traits) or "it does everything as is usual"


def _said_of(traits: Traits) -> str:
    return "; ".join(words for applies, words in _TRAIT_WORDS if applies(traits))


def since(began: float) -> float:
    """Milliseconds since a moment of the monotonic clock."""
    return (time.monotonic() - began) * 1000
