"""What a request asks for: the JSON of `POST /chat/completions`, read with patience, and the orders in its words.

Orders are phrases a person or a test may write to see a particular thing, for example “demo error 429 twice”.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chatgui.demo.count import PER_MESSAGE, pieces

EFFORTS = {"off": 0, "none": 0, "minimal": 1, "low": 1, "medium": 2, "high": 3, "xhigh": 3, "max": 3}
PACE = "demo_pace"  # request parameter; the header is X-Demo-Pace
CONTINUE = "continue exactly where you stopped"  # how clients ask for the rest of an answer, in lower case

_TIMES = r"(?:\s+(?P<times>once|twice|\d{1,3} times))?"
_ERROR = re.compile(
    r"\bdemo error (?P<what>[a-z0-9_-]+)" + _TIMES + r"(?:\s+retry-after (?P<after>\d+(?:\.\d+)?))?", re.IGNORECASE
)
_COUNTS = {"once": 1, "twice": 2}
MID_STREAM = frozenset({"mid-stream", "midstream", "stream"})


class NotAnAsk(ValueError):
    """The body is not a chat completion request; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class ErrorOrder:
    """“demo error WHAT”: a status, a code, or mid-stream. `times` limits it; `retry_after` replaces the seconds sent."""

    what: str
    times: int | None = None
    retry_after: str | None = None

    @property
    def mid_stream(self) -> bool:
        """Whether the answer shall begin well and fail later."""
        return self.what in MID_STREAM


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `id` and `created` (seconds since 1970) are what its answer will carry."""

    body: Mapping[str, Any]
    messages: tuple[Mapping[str, Any], ...]
    id: str = "chatcmpl-demo"
    created: int = 0

    @classmethod
    def read(cls, body: object, *, id: str = "chatcmpl-demo", created: int = 0) -> Ask:  # noqa: A002  the protocol's word
        """The request in `body`. Raises NotAnAsk."""
        if not isinstance(body, dict):
            raise NotAnAsk("The body is not a JSON object.")
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages or not all(isinstance(one, dict) for one in messages):
            raise NotAnAsk("“messages” is not a list of messages.")
        if not isinstance(body.get("model"), str):
            raise NotAnAsk("“model” is missing.")
        if len(messages) > 1 and text(messages[-1]).lower().startswith(CONTINUE):
            messages = messages[:-1]
        return cls(body, tuple(messages), id, created)

    @property
    def model(self) -> str:
        """The model asked for."""
        return str(self.body["model"])

    @property
    def stream(self) -> bool:
        """Whether the answer shall come piece by piece."""
        return self.body.get("stream") is True

    @property
    def include_usage(self) -> bool:
        """Whether usage is wanted at the end of the stream."""
        options = self.body.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True

    @property
    def prompt(self) -> str:
        """The last words of the user."""
        return next((text(one) for one in reversed(self.messages) if one.get("role") == "user"), "")

    @property
    def turn(self) -> int:
        """How many times the user has spoken, this time included."""
        return sum(one.get("role") == "user" for one in self.messages) or 1

    @property
    def begun(self) -> str:
        """The beginning of an answer that is to be continued: the text of a last message from the assistant."""
        last = self.messages[-1]
        return text(last).rstrip() if last.get("role") == "assistant" else ""

    @property
    def whole(self) -> Ask:
        """The request as it was before its answer had begun."""
        return replace(self, messages=self.messages[:-1]) if self.begun and len(self.messages) > 1 else self

    @property
    def effort(self) -> int:
        """How much to think: 0 (not at all) to 3; 2 unless `reasoning_effort` or its like says otherwise."""
        reasoning = self.body.get("reasoning")
        nested = reasoning.get("effort") if isinstance(reasoning, dict) else None
        return EFFORTS.get(str(self.body.get("reasoning_effort", nested)), 2)

    @property
    def limit(self) -> int | None:
        """The most tokens the answer may have, if the request says so."""
        for name in ("max_completion_tokens", "max_tokens"):
            value = self.body.get(name)
            if isinstance(value, int) and value > 0:
                return value
        return None

    @property
    def prompt_tokens(self) -> int:
        """Tokens of all messages by the rule of `count`."""
        return sum(len(pieces(text(one))) + PER_MESSAGE for one in self.messages)

    @property
    def error(self) -> ErrorOrder | None:
        """The error ordered in the user's last words."""
        found = _ERROR.search(self.prompt)
        if found is None:
            return None
        times = (found["times"] or "").lower()
        count = _COUNTS.get(times) or (int(times.split()[0]) if times else None)
        return ErrorOrder(found["what"].lower(), count, found["after"])

    def number(self, *units: str, default: float) -> float:
        """The first number in the user's last words that stands before one of `units` (“500/s”, “20 kB”)."""
        pattern = r"(?<!\d)(\d{1,9}(?:[.,]\d{1,9})?)\s*(?:" + "|".join(map(re.escape, units)) + r")(?![\w])"
        found = re.search(pattern, self.prompt, re.IGNORECASE)
        return float(found[1].replace(",", ".")) if found else default

    def says(self, *phrases: str) -> bool:
        """Whether the user's last words hold one of `phrases` as whole words."""
        return any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", self.prompt, re.IGNORECASE) for one in phrases)

    @property
    def pace(self) -> float | None:
        """The pace set in the request itself, or None."""
        return pace_of(self.body.get(PACE))


def pace_of(value: object) -> float | None:
    """`value` as a pace (a factor on every wait: 1 is human, 0 is no waiting at all), or None if it is none."""
    try:
        pace = float(value) if isinstance(value, (int, float, str)) else -1.0
    except (ValueError, OverflowError):
        return None
    return pace if 0 <= pace <= 1000 else None


def text(message: Mapping[str, Any]) -> str:
    """The words of a message, whether its content is a string or a list of parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text") or "") for part in _parts(content) if "text" in part)


def files(message: Mapping[str, Any]) -> int:
    """How many images and files a message carries."""
    return sum("text" not in part for part in _parts(message.get("content")))


def _parts(content: object) -> Sequence[Mapping[str, Any]]:
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
