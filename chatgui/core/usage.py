"""Token usage of one message, and where each number came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Who says a number: the provider, this program's own estimate, or nobody."""

    REPORTED = "reported"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


LONG_PROMPT = 1500  # tokens; below that, templates and tools blur any comparison


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and cost of one request. `None` is "not known", never zero.

    `cached_tokens` are part of `prompt_tokens`, and `reasoning_tokens` part of `completion_tokens`: subsets, never added.
    `cost` is in units of `currency` (ISO 4217). `partial` says that the answer was cut short, so the true numbers may be
    higher. `sent_tokens` is this program's own estimate of the prompt, kept beside a reported `prompt_tokens` so that a server
    which silently read less than it was sent can be told. `raw` is the provider's own object, unchanged.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    tokens_per_second: float | None = None
    cost: float | None = None
    currency: str | None = None
    source: Source = Source.UNKNOWN
    cost_source: Source = Source.UNKNOWN
    partial: bool = False
    sent_tokens: int | None = None
    raw: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def known(self) -> bool:
        """Whether any token count is known at all."""
        return any(n is not None for n in (self.prompt_tokens, self.completion_tokens, self.total_tokens))

    @property
    def truncated(self) -> bool:
        """Whether the server says it read far less than it was sent. Estimates err by a few tokens in ten, not by half."""
        if self.source is not Source.REPORTED or not self.sent_tokens or self.prompt_tokens is None:
            return False
        return self.sent_tokens >= LONG_PROMPT and self.prompt_tokens < self.sent_tokens / 2


UNKNOWN = Usage()
