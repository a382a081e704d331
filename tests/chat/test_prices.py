"""Costs: the provider's figure first, then a price; never a guess."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from chatgui import resources
from chatgui.chat.prices import Quote, bundled, collected, context_of, costed, described, price_of, quoted
from chatgui.core.account import Account, Model, Price
from chatgui.core.usage import Source, Usage
from chatgui.wire.presets import BY_NAME

OPENAI = Account("a", "Mine", "https://api.openai.com/v1", provider="openai")


def test_the_providers_own_figure_stays() -> None:
    usage = Usage(1000, 1000, 2000, cost=0.5, currency="EUR", source=Source.REPORTED, cost_source=Source.REPORTED)
    assert costed(usage, Price(1, 1)) is usage


def test_a_price_gives_an_estimate_and_cached_tokens_are_not_paid_twice() -> None:
    usage = Usage(1_000_000, 500_000, 1_500_000, cached_tokens=400_000, source=Source.REPORTED)
    cost = costed(usage, Price(prompt=2.0, completion=8.0, cached=0.5))
    assert cost.cost == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.5 * 8)
    assert (cost.currency, cost.cost_source, cost.source) == ("USD", Source.ESTIMATED, Source.REPORTED)


@pytest.mark.parametrize("price", [None, Price(), Price(prompt=1.0)])
def test_an_unknown_price_is_an_unknown_cost(price: Price | None) -> None:
    assert costed(Usage(10, 10, 20, source=Source.REPORTED), price).cost is None


def test_an_unknown_count_is_an_unknown_cost() -> None:
    assert costed(Usage(None, 10, None, source=Source.REPORTED), Price(1, 1)).cost is None


def test_a_model_is_known_by_its_other_names_too_unless_they_are_anothers() -> None:
    listed = [
        Model("big-2026", context_length=1_000, price=Price(1, 2), aliases=("big", "small")),
        Model("small", context_length=10, price=Price(0.1, 0.2)),
    ]
    account = replace(OPENAI, provider="")
    assert (price_of(account, "big", listed), context_of(account, "big", listed)) == (Price(1, 2), 1_000)
    assert (price_of(account, "small", listed), context_of(account, "small", listed)) == (Price(0.1, 0.2), 10)


def test_what_the_account_lists_is_believed_before_the_bundled_table() -> None:
    assert price_of(OPENAI, "gpt-4o", []) == bundled("openai").prices["gpt-4o"]
    assert price_of(OPENAI, "gpt-4o", [Model("gpt-4o", price=Price(9, 9))]) == Price(9, 9)
    assert price_of(OPENAI, "never-heard-of", []) is None


def test_one_s_own_price_comes_before_any_list() -> None:
    own = replace(OPENAI, prices={"gpt-4o": Price(1, 2, None, "EUR")})
    listed = [Model("gpt-4o", price=Price(9, 9)), Model("gpt-5-mini")]
    assert quoted(own, "gpt-4o", listed) == (Price(1, 2, None, "EUR"), Quote.OWN)
    assert [quoted(OPENAI, name, listed)[1] for name in ("gpt-4o", "gpt-5-mini", "x")] == [
        Quote.LISTED, Quote.BUNDLED, Quote.NONE,
    ]  # fmt: skip
    assert [one.price for one in described(own, listed)] == [
        Price(1, 2, None, "EUR"),
        price_of(own, "gpt-5-mini", listed),
    ]


def test_an_account_without_a_preset_does_not_read_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "read_text", lambda _: pytest.fail("read"))
    own = replace(OPENAI, provider="")
    assert (price_of(own, "gpt-4o", []), context_of(own, "gpt-4o", [])) == (None, None)
    assert described(own, [Model("gpt-4o")]) == [Model("gpt-4o")]


def test_the_same_name_at_another_provider_has_no_price() -> None:
    assert price_of(Account("b", "Local", "http://127.0.0.1:1/v1"), "gpt-4o", []) is None


def test_the_bundled_table_is_dated_and_names_known_providers_only() -> None:
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", collected())
    assert set(json.loads(resources.read_text("prices.json"))["models"]) <= set(BY_NAME)
    assert context_of(OPENAI, "gpt-4o", []) == 128_000
