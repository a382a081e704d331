"""Token counts in every spelling."""

from __future__ import annotations

from typing import Any

import pytest

from chatgui.core.usage import Source
from chatgui.wire.usage import Counter, normalise


@pytest.mark.parametrize(
    ("raw", "cached"),
    [
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}}, 4),
        ({"prompt_tokens": 9, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 5}, 4),
        ({"prompt_tokens": 9, "cached_tokens": 4}, 4),
        ({"prompt_tokens": 9, "num_cached_tokens": 4}, 4),
        ({"prompt_tokens": 9, "cache_read_input_tokens": 4}, 4),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}, "prompt_cache_hit_tokens": 4}, 4),
        ({"prompt_tokens": 9, "prompt_token_details": {"cached_tokens": 4}}, 4),
        ({"prompt_tokens": 9}, None),
    ],
)
def test_cached_tokens_are_found_and_not_doubled(raw: dict[str, Any], cached: int | None) -> None:
    assert normalise(raw).cached_tokens == cached


@pytest.mark.parametrize(
    "raw",
    [
        {"completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 4}},
        {"completion_tokens": 9, "reasoning_tokens": 4},
        {"output_tokens": 9, "output_tokens_details": {"reasoning_tokens": 4}},
        {"completion_tokens": 9, "thinking_tokens": 4},
        {"completion_tokens": 9, "completion_token_details": {"reasoning_tokens": 4}},
        {"completion_tokens": "9", "reasoning_tokens": "4"},
    ],
)
def test_reasoning_tokens(raw: dict[str, Any]) -> None:
    usage = normalise(raw)
    assert (usage.completion_tokens, usage.reasoning_tokens) == (9, 4)


def test_reasoning_left_out_of_completion_is_counted_in_where_the_total_tells() -> None:
    raw = {
        "prompt_tokens": 12,
        "completion_tokens": 2,
        "total_tokens": 354,
        "completion_tokens_details": {"reasoning_tokens": 340},
    }
    usage = normalise(raw)
    assert (usage.completion_tokens, usage.total_tokens, usage.reasoning_tokens) == (342, 354, 340)


@pytest.mark.parametrize(
    ("raw", "cost"),
    [
        ({"cost": 0.25}, 0.25),
        ({"cost": {"total_cost": 0.25, "request_cost": 0.1}}, 0.25),
        ({"cost_in_usd_ticks": 2_500_000_000}, 0.25),
        ({"cost": "0.25"}, 0.25),
        ({"cost": 0}, 0.0),
        ({"cost": None}, None),
        ({"cost": -1}, None),
        ({"cost": float("inf")}, None),
    ],
)
def test_cost(raw: dict[str, Any], cost: float | None) -> None:
    usage = normalise({"prompt_tokens": 1, **raw})
    assert usage.cost == cost
    assert usage.cost_source is (Source.UNKNOWN if cost is None else Source.REPORTED)


@pytest.mark.parametrize(
    "value", [-1, "twelve", "-1", "1.5e3", "", "²", True, None, 2**70, float("nan"), float("inf"), [], {}]
)
def test_what_is_no_count_is_not_known(value: Any) -> None:
    usage = normalise({"prompt_tokens": value, "completion_tokens": value})
    assert (usage.prompt_tokens, usage.completion_tokens, usage.source) == (None, None, Source.UNKNOWN)


def test_all_zeros_is_not_known() -> None:
    assert not normalise({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}).known


def test_other_names_and_a_total_nobody_said() -> None:
    usage = normalise({"input_tokens": 3, "output_tokens": 4})
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (3, 4, 7)


@pytest.mark.parametrize(
    ("raw", "beside"),
    [
        ({"completion_tokens": 20}, {"timings": {"predicted_per_second": 40.0}}),
        ({"completion_tokens": 20, "completion_time": 0.5}, {}),
        ({"completion_tokens": 20}, {"time_info": {"completion_time": 0.5}}),
        ({"completion_tokens": 20, "tokens_per_second": 40}, {}),
    ],
)
def test_speed(raw: dict[str, Any], beside: dict[str, Any]) -> None:
    assert normalise(raw, beside).tokens_per_second == 40


def test_the_last_one_wins_and_nulls_change_nothing() -> None:
    counter = Counter()
    counter.take({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 4}})
    usage = counter.take(
        {"prompt_tokens": None, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": None}}
    )
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (9, 5, 4)


def test_earlier_totals_do_not_change_when_more_comes() -> None:
    counter = Counter()
    first = counter.take({"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}})
    counter.take({"prompt_tokens": 2, "prompt_tokens_details": {"cached_tokens": 2}})
    assert first.raw == {"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}}
