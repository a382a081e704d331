"""How a turn ended: one table, asked once, when the body is over.

finish reason │ [DONE] │ end of the body    │ outcome
──────────────┼────────┼────────────────────┼─────────────────────────────────────────────────────────────────
any           │ any    │ error object came  │ failed; what came is kept, even if [DONE] follows
stated        │ any    │ clean              │ finished
stated        │ any    │ transport error    │ finished, usage perhaps unknown
none          │ yes    │ any                │ finished, reason not stated
none          │ no     │ clean              │ interrupted: the server closed before saying it was finished
none          │ no     │ transport error    │ interrupted
and, whatever it says: nothing came at all  │ failed with words, never an empty answer
"""

from __future__ import annotations

from dataclasses import dataclass

from chatgui.core.errors import ChatError, ContentRefused, Interrupted, ProtocolError


@dataclass(frozen=True, slots=True)
class Facts:
    """What a stream was seen to do. `content` is anything a reader could see; `failed` an error object inside the stream;
    `broken` the transport's error, if the body did not end cleanly; `bad_events` those that could not be understood, the
    first of which was `first_bad`."""

    content: bool
    finish_reason: str | None
    done: bool
    failed: bool
    broken: ChatError | None = None
    bad_events: int = 0
    first_bad: str = ""


def verdict(facts: Facts, host: str) -> ChatError | None:
    """The error the turn ends with, or None if it is over by itself (finished, or failed by an error already told)."""
    if facts.failed:
        return None
    if not facts.content:
        return _nothing(facts, host)
    if facts.finish_reason is not None or facts.done:
        return None
    if facts.broken is None:
        return Interrupted(f"{host} closed the connection before saying it was finished.", code="no_end")
    return Interrupted(
        facts.broken.message,
        code=facts.broken.code,
        advice="Continue, or try again.",
        said=facts.broken.said,
    )


def _nothing(facts: Facts, host: str) -> ChatError:
    if facts.first_bad:
        return ProtocolError(
            f"{host} answered something that is no chat reply: {facts.first_bad}", code="not_understood"
        )
    if facts.finish_reason == "content_filter":
        return ContentRefused("The provider’s filter held the whole answer back.", code="content_filter")
    if facts.finish_reason == "length":
        return ProtocolError(
            "The answer was cut before its first word: the limit on tokens was reached.",
            code="empty_length",
            advice="Raise the limit on tokens: reasoning may have used it up.",
        )
    if facts.broken is not None and facts.finish_reason is None and not facts.done:
        return facts.broken
    return ProtocolError(
        f"{host} sent an empty reply.",
        code="empty",
        advice="Try again. If it stays so, try another model of this account.",
    )
