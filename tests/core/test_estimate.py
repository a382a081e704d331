"""Estimated token counts: near the truth, never zero for text, linear."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chatgui.core.estimate import ERROR, LONG, count_tokens
from tests.bench.estimate import LEAST, Case, at, cases, errors


@pytest.mark.parametrize(
    ("text", "real"),  # counted once with a common vocabulary of 200,000 tokens
    [
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("def add(a, b):\n    return a + b\n", 13),
        ("1234567890", 4),
        ("你好，世界", 3),
        ("Der Mond zieht an der ganzen Erde, aber nicht überall gleich stark.", 14),
        ("Луна притягивает всю Землю, но не везде одинаково.", 16),
        ("चंद्रमा पूरी पृथ्वी को खींचता है, लेकिन हर जगह समान रूप से नहीं।", 21),
        ("يجذب القمر الأرض كلها، ولكن ليس بالقوة نفسها في كل مكان.", 16),
        ("月は地球全体を引っ張りますが、その強さはどこでも同じではありません。", 24),
        ("달은 지구 전체를 끌어당기지만 모든 곳에서 힘이 같지는 않습니다.", 21),
        ('{"name": "get_current_weather", "arguments": {"location": "San Francisco, CA"}}', 20),
        ("Two bulges of water follow the moon around the turning earth, which is why there are two tides a day.", 22),
    ],
)
def test_an_estimate_is_within_a_third_of_the_truth(text: str, real: int) -> None:
    assert real * 0.67 <= count_tokens(text) <= real * 1.34


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


def test_estimates_of_recorded_answers_are_as_good_as_is_said(shared: Path) -> None:
    long = [case for case in cases(shared) if case.reported >= LEAST]
    texts = errors([case for case in long if not case.calls], Case.estimate)
    assert len(texts) > 10
    assert at(0.9, texts) <= ERROR
    assert at(0.5, errors(long, Case.estimate)) <= 0.12
