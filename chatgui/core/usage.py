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


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and cost of one request. `None` is "not known", never zero.

    `cached_tokens` are part of `prompt_tokens`, and `reasoning_tokens` part of `completion_tokens`: subsets, never added.
    `cost` is in units of `currency` (ISO 4217). `partial` says that the answer was cut short, so the true numbers may be
    higher. `raw` is the provider's own object, unchanged.
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
    raw: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def known(self) -> bool:
        """Whether any token count is known at all."""
        return any(n is not None for n in (self.prompt_tokens, self.completion_tokens, self.total_tokens))


UNKNOWN = Usage()
