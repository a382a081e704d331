"""Amounts of money, read and said."""

from __future__ import annotations

import pytest

from chatgui.core.money import read_money, said


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("10", (10.0, "USD")), (" 10 eur ", (10.0, "EUR")), ("EUR 2,50", (2.5, "EUR")), ("2.5USD", (2.5, "USD")),
        (".5", (0.5, "USD")), ("", None), ("ten", None), ("-3", None), ("1e9", None), ("USD 1 EUR", None), ("1 2", None),
        ("inf", None), ("10 €", None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text: str, read: tuple[float, str] | None) -> None:
    assert read_money(text) == read


def test_small_sums_keep_the_digits_that_matter() -> None:
    assert [said(one, "USD") for one in (0, 0.000123456, 0.0456, 12.3, 1234.5)] == [
        "0.00 USD", "0.0001235 USD", "0.0456 USD", "12.30 USD", "1,234.50 USD",
    ]  # fmt: skip
