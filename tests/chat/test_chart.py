"""What the chart of usage shows: days, weeks or months; few series; round numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chatgui.chat.chart import NAMED, TOKENS, chart_of, measures
from chatgui.store.usage import Piece

DAY = date(2026, 1, 5)  # a Monday


def piece(days: int, name: str = "m", reported: int | None = 100, **more: float | str | None) -> Piece:
    values = {"estimated": None, "cost": None, "estimated_cost": None, "currency": None, **more}
    return Piece((DAY + timedelta(days=days)).isoformat(), name, reported, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "bars", "label"), [(1, 1, "5 Jan"), (30, 30, "5 Jan"), (200, 29, "Week of 5 Jan"), (400, 14, "Jan 2026")]
)
def test_long_spans_are_shown_by_week_and_month(days: int, bars: int, label: str) -> None:
    chart = chart_of([piece(0), piece(days - 1)], TOKENS)
    assert (len(chart.bars), chart.bars[0].label) == (bars, label)
    assert sum(bar.height for bar in chart.bars) == 200


def test_a_chosen_span_has_its_empty_days_too() -> None:
    chart = chart_of([piece(3)], TOKENS, DAY, DAY + timedelta(days=6))
    assert [bar.height for bar in chart.bars] == [0, 0, 0, 100, 0, 0, 0]
    assert chart.bars[0].words == "5 Jan: nothing"


def test_many_models_are_few_series() -> None:
    chart = chart_of([piece(0, f"m{at}", 100 + at) for at in range(20)], TOKENS)
    assert len(chart.series) == NAMED
    assert chart.series[0] == "m19"
    assert chart.series[-1] == f"{20 - NAMED + 1} others"
    assert chart.named == NAMED - 1
    assert chart.bars[0].height == sum(100 + at for at in range(20))


def test_unknown_is_left_out_and_never_zero() -> None:
    assert chart_of([piece(0, reported=None)], TOKENS).bars == ()
    assert measures([piece(0)]) == (TOKENS,)


def test_money_is_shown_by_currency() -> None:
    pieces = [piece(0, cost=3.0, estimated_cost=1.0, currency="EUR"), piece(0, cost=9.0, currency="USD")]
    assert measures(pieces) == (TOKENS, "EUR", "USD")
    chart = chart_of(pieces, "EUR")
    assert chart.bars[0].pieces == ((0, 2.0, 1.0),)
    assert "2.00 EUR and ≈ 1.00 EUR estimated" in chart.bars[0].words


@pytest.mark.parametrize("highest", [1, 7, 99, 1234, 87_000, 4_500_000])
def test_the_scale_has_few_round_numbers(highest: int) -> None:
    scale = chart_of([piece(0, reported=highest)], TOKENS).scale
    assert scale[0] == (0, "0")
    assert highest <= scale[-1][0] <= highest * 2.6
    assert 2 <= len(scale) <= 6
    assert len({words for _, words in scale}) == len(scale)
