"""Amounts of money: read as people write them, said as people read them. Never converted."""

from __future__ import annotations

import math
import re

_WRITTEN = re.compile(
    r"\s*(?P<before>[A-Za-z]{3})?\s*(?P<amount>\d+(?:[.,]\d+)?|[.,]\d+)\s*(?P<after>[A-Za-z]{3})?\s*\Z"
)


def read_money(text: str, currency: str = "USD") -> tuple[float, str] | None:
    """`10 EUR`, `EUR 10`, `2.50` or `2,50` (in `currency`) as amount and ISO 4217 code; None for anything else."""
    found = _WRITTEN.match(text)
    if found is None or (found["before"] and found["after"]):
        return None
    amount = float(found["amount"].replace(",", "."))
    return (amount, (found["before"] or found["after"] or currency).upper()) if math.isfinite(amount) else None


def said(amount: float, currency: str | None) -> str:
    """An amount with its currency; small sums keep four digits that matter."""
    digits = f"{amount:,.2f}" if amount >= 1 or amount == 0 else f"{amount:.4f}" if amount >= 0.01 else f"{amount:.4g}"
    return f"{digits} {currency or 'USD'}"
