"""Estimated token counts: near the truth, never zero for text, linear."""

from __future__ import annotations

import time

import pytest

from chatgui.core.estimate import LONG, count_tokens


@pytest.mark.parametrize(
    ("text", "real"),  # counted once with a common vocabulary of 200,000 tokens
    [
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("def add(a, b):\n    return a + b\n", 13),
        ("1234567890", 4),
        ("你好，世界", 3),
        ("Two bulges of water follow the moon around the turning earth, which is why there are two tides a day.", 22),
    ],
)
def test_an_estimate_is_within_half_of_the_truth(text: str, real: int) -> None:
    assert real * 0.6 <= count_tokens(text) <= real * 1.5


def test_nothing_is_zero_and_anything_is_at_least_one() -> None:
    assert count_tokens("") == 0
    assert count_tokens("a") == count_tokens(".") == 1


def test_a_very_long_text_costs_no_more_than_a_long_one() -> None:
    words = "The tide follows the moon, and turns twice a day. "
    begun = time.process_time()
    found = count_tokens(words * 200_000)
    assert time.process_time() - begun < 0.1
    just_short = words * (LONG // len(words))
    assert found == pytest.approx(count_tokens(just_short) * len(words) * 200_000 / len(just_short), rel=0.03)
