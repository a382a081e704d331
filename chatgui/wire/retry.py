"""When to try again by ourselves, and how long to wait first. Pure; the client does the waiting.

Only before anything of an answer has come, only where it can help, never for exhausted quota. At most three requests in all.
"""

from __future__ import annotations

import email.utils
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from chatgui.core.errors import ChatError, Kind, NotReached

BASE_S = 0.5
CEILING_S = 8.0
TOTAL_S = 20.0  # of waiting, where the server names no time of its own
PATIENCE_S = 60.0  # a longer wait the server asks for is shown, not waited out
LIMITS: dict[int, int] = {408: 2, 409: 1, 425: 2, 429: 2, 500: 1, 502: 2, 503: 2, 504: 2, 529: 2}  # retries per status
NEVER = {
    Kind.QUOTA,
    Kind.AUTHENTICATION,
    Kind.PERMISSION,
    Kind.CONTEXT_TOO_LONG,
    Kind.CONTENT_REFUSED,
    Kind.TLS,
    Kind.CANCELLED,
}
PROSE = re.compile(
    r"(?:try again|retry|wait)[^.\d]{0,40}?((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hours?)(?![a-z])\s*)+)",
    re.IGNORECASE,
)
PIECE = re.compile(
    r"(\d+(?:\.\d+)?)\s*(ms|milliseconds?|sec(?:ond)?s?|s|min(?:ute)?s?|m|hours?|h)(?![a-z])", re.IGNORECASE
)
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Phase(Enum):
    """How far an attempt had come when it failed."""

    NOTHING_SENT = "nothing sent"
    SENT = "sent, and no answer"  # it may have been processed and billed
    STALE = "sent on a kept connection that had died"
    REFUSED = "answered, and refused"
    STARTED = "the answer had begun"


@dataclass(slots=True)
class Bucket:
    """Retries an account may still make: when everything fails, retrying stops. Refills by one a minute, and by success."""

    tokens: float = 5.0
    capacity: float = 5.0
    clock: Callable[[], float] = time.monotonic
    _then: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._then = self.clock()

    def _refill(self) -> None:
        now = self.clock()
        self.tokens = min(self.capacity, self.tokens + (now - self._then) / 60)
        self._then = now

    def take(self) -> bool:
        """Use one token up; False if there is none."""
        self._refill()
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def success(self) -> None:
        """An answer came: give one back."""
        self._refill()
        self.tokens = min(self.capacity, self.tokens + 1)


def wait_before_retry(
    error: ChatError, phase: Phase, retries: int, waited: float, *, should_retry: bool | None = None,
    resent: bool = False, loopback: bool = False, rng: Callable[[], float] = random.random,
) -> float | None:  # fmt: skip
    """Seconds to wait before the next attempt, or None: do not.

    `retries` is how many there were, `waited` their waits in seconds, `should_retry` the server's `x-should-retry`,
    `resent` whether a connection that had died was replaced before.
    """
    if phase in {Phase.STARTED, Phase.SENT} or error.kind in NEVER or should_retry is False:
        return None
    if phase is Phase.STALE:
        return None if resent else 0.0
    if phase is Phase.NOTHING_SENT:
        # A local server that refuses is not running; waiting only hides that.
        limit = 2 if isinstance(error, NotReached) and error.retryable and not loopback else 0
    else:
        limit = 2 if should_retry else LIMITS.get(error.status or 0, 0)
    if retries >= limit:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= PATIENCE_S else None
    wait = backoff(retries, rng)
    return wait if waited + wait <= TOTAL_S else None


def backoff(retries: int, rng: Callable[[], float] = random.random) -> float:
    """Full jitter under a ceiling that doubles; never quite zero, so that the wait can be seen."""
    ceiling = min(CEILING_S, BASE_S * 2.0 ** (retries + 1))
    return ceiling * (0.25 + 0.75 * rng())


def retry_after(headers: Mapping[str, str], message: str = "", now: Callable[[], float] = time.time) -> float | None:
    """How long the server asks us to wait, in seconds: header in milliseconds, in seconds, as a date; else its prose."""
    exact = _number(headers.get("retry-after-ms", ""))
    plain = headers.get("retry-after", "")
    seconds = _number(plain.partition(",")[0])  # a header sent twice
    if exact is not None and not (exact == 0 and seconds):  # Azure says 0 ms and 1 s at once
        return exact / 1000
    if seconds is not None:
        return seconds
    if plain and (date := _date(plain, now)) is not None:
        return date
    if (length := duration(plain)) is not None:
        return length
    found = PROSE.search(message)
    return duration(found.group(1)) if found else None


def duration(text: str) -> float | None:
    """Seconds in `6m0s`, `6.5 s`, `300ms`, `2 minutes`; None if that is no duration."""
    pieces = PIECE.findall(text)
    if not pieces:
        return None
    return sum(float(number) * _unit(unit.lower()) for number, unit in pieces)


def _unit(word: str) -> float:
    if word == "ms" or word.startswith("milli"):
        return UNITS["ms"]
    return UNITS[word[0]]


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None  # also refuses inf and nan


def _date(text: str, now: Callable[[], float]) -> float | None:
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now())
    except (ValueError, TypeError, OverflowError):
        return None
