"""What an answer cost: the provider's own figure, else worked out from a price; an unknown price is an unknown cost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from chatgui import resources
from chatgui.core.account import Account, Model, Price, model_named
from chatgui.core.usage import Source, Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class PriceTable:
    """What the list that comes with the program says of one provider: prices and context lengths by model."""

    prices: dict[str, Price]
    context: dict[str, int]


@cache
def bundled(provider: str) -> PriceTable:
    """The list's part for a provider preset; read once, when first wanted. An account without a preset has none."""
    if not provider:
        return PriceTable({}, {})
    table = json.loads(resources.read_text("prices.json"))
    prices: dict[str, Price] = {}
    context: dict[str, int] = {}
    for name, (prompt, completion, cached, length) in table["models"].get(provider, {}).items():
        prices[name] = Price(prompt, completion, cached, table["currency"])
        if length:
            context[name] = int(length)
    return PriceTable(prices, context)


@cache
def collected() -> str:
    """The day the list was made (ISO)."""
    return str(json.loads(resources.read_text("prices.json"))["date"])


class Quote(StrEnum):
    """Where a price comes from, the first that knows one."""

    OWN = "your own price"
    LISTED = "the provider’s list of models"
    BUNDLED = "list prices"
    NONE = "unknown"


def quoted(account: Account, model: str, listed: Iterable[Model]) -> tuple[Price | None, Quote]:
    """The price of a model and where it comes from: the user's own, the account's list, the bundled table of its provider."""
    if (own := account.prices.get(model)) is not None:
        return own, Quote.OWN
    known = model_named(model, listed)
    if known is not None and _says(known.price):
        return known.price, Quote.LISTED
    found = bundled(account.provider).prices.get(model)
    return found, Quote.BUNDLED if found else Quote.NONE


def price_of(account: Account, model: str, listed: Iterable[Model]) -> Price | None:
    """The price of a model now; None if nobody says it."""
    return quoted(account, model, listed)[0]


def context_of(account: Account, model: str, listed: Iterable[Model]) -> int | None:
    """The context length in tokens, from the same places."""
    known = model_named(model, listed)
    said = known.context_length if known is not None else None
    return said or bundled(account.provider).context.get(model)


def described(account: Account, listed: Iterable[Model]) -> list[Model]:
    """The models of an account's list, each with the context length and price that are known of it from any place."""
    listed = list(listed)
    known = bundled(account.provider)
    prices, context = known.prices, known.context
    if not (prices or context or account.prices):
        return listed
    return [
        replace(
            one, context_length=one.context_length or context.get(one.id),
            price=account.prices.get(one.id) or (one.price if _says(one.price) else prices.get(one.id)),
        )
        for one in listed
    ]  # fmt: skip


def _says(price: Price | None) -> bool:
    return price is not None and (price.prompt is not None or price.completion is not None)


def costed(usage: Usage, price: Price | None) -> Usage:
    """The usage with its cost, frozen now. The provider's own figure stays; a price gives an estimate.

    Cached tokens are part of the prompt, so they are taken out of it before their own price is applied.
    """
    if usage.cost is not None or price is None or price.prompt is None or price.completion is None:
        return usage
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return usage
    cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
    cached_price = price.prompt if price.cached is None else price.cached
    cost = (
        (usage.prompt_tokens - cached) * price.prompt
        + cached * cached_price
        + usage.completion_tokens * price.completion
    ) / MILLION
    return replace(usage, cost=cost, currency=price.currency, cost_source=Source.ESTIMATED)
