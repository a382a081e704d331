"""What a provider counts, from whichever spelling it uses, to `core.usage.Usage`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from chatgui.core.usage import Source, Usage

Path = tuple[str, ...]

# Tried in order; the first number found counts, so a value said twice is never added up.
PROMPT: tuple[Path, ...] = (
    ("prompt_tokens",),
    ("input_tokens",),
    ("inputTokens",),
    ("promptTokens",),
    ("prompt_eval_count",),
)
COMPLETION: tuple[Path, ...] = (
    ("completion_tokens",),
    ("output_tokens",),
    ("outputTokens",),
    ("completionTokens",),
    ("eval_count",),
)
TOTAL: tuple[Path, ...] = (("total_tokens",), ("totalTokens",))
CACHED: tuple[Path, ...] = (
    ("prompt_tokens_details", "cached_tokens"),
    ("input_tokens_details", "cached_tokens"),
    ("prompt_token_details", "cached_tokens"),
    ("prompt_cache_hit_tokens",),
    ("cached_tokens",),
    ("num_cached_tokens",),
    ("cache_read_input_tokens",),
)
REASONING: tuple[Path, ...] = (
    ("completion_tokens_details", "reasoning_tokens"),
    ("completion_token_details", "reasoning_tokens"),
    ("output_tokens_details", "reasoning_tokens"),
    ("reasoning_tokens",),
    ("thinking_tokens",),
)
SPEED: tuple[Path, ...] = (
    ("timings", "predicted_per_second"),
    ("tokens_per_second",),
    ("completion_tokens_per_sec",),
)
COST: tuple[Path, ...] = (
    ("cost",),
    ("cost", "total_cost"),
    ("total_cost",),
    ("cost_details", "total_cost"),
    ("estimated_cost",),
    ("market_cost",),
    ("gateway_cost",),
)
TIMES: tuple[Path, ...] = (("completion_time",), ("time_info", "completion_time"))  # seconds
BILLION = 10_000_000_000  # xAI counts in ticks: ten thousand million to the dollar
MAX_COUNT = 2**53  # beyond it, the number is a fault and not a count
DIGITS = 15  # of a count written as text


class Counter:
    """Usage as it comes: later values replace earlier ones, absent and null ones leave them, nothing is ever added up."""

    def __init__(self) -> None:
        self._raw: dict[str, Any] = {}
        self._extra: dict[str, Any] = {}

    def take(self, raw: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> Usage:
        """Merge one usage object (and what stood beside it, such as `timings`); returns the whole truth so far."""
        _merge(self._raw, raw)
        _merge(self._extra, extra or {})
        return normalise(self._raw, self._extra)


def _merge(known: dict[str, Any], new: Mapping[str, Any]) -> None:
    for name, value in new.items():
        if value is None:
            known.setdefault(name, None)
        elif isinstance(value, Mapping) and isinstance(known.get(name), dict):
            inner = dict(known[name])  # the caller may hold the old object
            _merge(inner, value)
            known[name] = inner
        else:
            known[name] = value


def normalise(raw: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> Usage:
    """One usage object in our words; numbers that cannot be counts are left out."""
    prompt, completion, total = (_count(raw, paths) for paths in (PROMPT, COMPLETION, TOTAL))
    reasoning, cached = _count(raw, REASONING), _count(raw, CACHED)
    if not any((prompt, completion, total)):
        prompt = completion = total = None  # some proxies report zeros for "I do not know"
    completion = _including_reasoning(prompt, completion, total, reasoning)
    if total is None and prompt is not None and completion is not None:
        total = prompt + completion
    cost = _cost(raw)
    known = any(n is not None for n in (prompt, completion, total))
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=total,
        reasoning_tokens=reasoning if known else None,
        cached_tokens=cached if known else None,
        tokens_per_second=_speed({**(extra or {}), **raw}, completion),
        cost=cost,
        currency="USD" if cost is not None else None,
        source=Source.REPORTED if known else Source.UNKNOWN,
        cost_source=Source.REPORTED if cost is not None else Source.UNKNOWN,
        raw=dict(raw),
    )


def _including_reasoning(
    prompt: int | None, completion: int | None, total: int | None, reasoning: int | None
) -> int | None:
    """Completion tokens with reasoning counted in: some providers leave it out, and only the total tells."""
    if prompt is None or total is None or not reasoning:
        return completion
    return max(completion or 0, total - prompt)


def _find(raw: Mapping[str, Any], path: Path) -> Any:
    value: Any = raw
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _number(value: Any) -> float | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= DIGITS:
        return int(value)  # some gateways write numbers as text
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= MAX_COUNT else None
    return value if math.isfinite(value) and 0 <= value <= MAX_COUNT else None


def _count(raw: Mapping[str, Any], paths: tuple[Path, ...]) -> int | None:
    numbers = (_number(_find(raw, path)) for path in paths)
    return next((int(number) for number in numbers if number is not None), None)


def _cost(raw: Mapping[str, Any]) -> float | None:
    for path in COST:
        value = _find(raw, path)
        if isinstance(value, str):  # Vercel's gateway writes prices as text
            try:
                value = float(value)
            except ValueError:
                continue
        if (number := _number(value)) is not None:
            return float(number)
    ticks = _number(raw.get("cost_in_usd_ticks"))
    return ticks / BILLION if ticks is not None else None


def _speed(raw: Mapping[str, Any], completion: int | None) -> float | None:
    for path in SPEED:
        if number := _number(_find(raw, path)):
            return float(number)
    for path in TIMES:
        if completion and (seconds := _number(_find(raw, path))):
            return completion / seconds
    return None
