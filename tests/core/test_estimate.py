"""Estimated token counts: near the truth, never zero for text, linear."""

from __future__ import annotations

import pytest

from chatgui.core.estimate import count_prompt, count_tokens


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


def test_a_prompt_counts_every_message_and_its_frame() -> None:
    assert count_prompt(["hello", "hello"]) == 2 * count_prompt(["hello"]) > 2 * count_tokens("hello")
