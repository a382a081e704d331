"""Sums of usage in words and as CSV: what is reported, what is estimated and what nobody knows stay apart."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

from chatgui.chat.usage import DASH
from chatgui.core.figures import counted
from chatgui.core.money import said
from chatgui.store.usage import Total

__all__ = ["DASH", "as_csv", "cost", "counts", "details", "remarks", "summary"]


def counts(total: Total) -> tuple[str, str, str, str]:
    """Prompt, answer, reasoning and total tokens as they stand in a table; `≈` where estimates are in the sum."""
    mark = "≈ " if total.estimated else ""
    numbers = (total.prompt_tokens, total.completion_tokens, total.reasoning_tokens, total.total_tokens)
    return tuple(DASH if one is None else f"{mark}{one:,}" for one in numbers)  # type: ignore[return-value]  # four


def cost(total: Total) -> str:
    """The known cost of a row; `≈` where some of it was worked out from prices."""
    if total.cost is None:
        return DASH
    return f"{'≈ ' if total.estimated_cost is not None else ''}{said(total.cost, total.currency)}"


def details(total: Total) -> str:
    """A row's numbers by where they come from, in sentences."""
    return summary([total])


def summary(totals: Sequence[Total]) -> str:
    """All rows together in sentences: `340 answers. 1,204,000 tokens reported, ≈ 98,000 estimated. …`"""
    answers = sum(one.answers for one in totals)
    if not answers:
        return "Nothing was asked in this time."
    return " ".join([f"{counted(answers, 'answer')}.", _tokens(totals), *_costs(totals), *_partial(totals)])


def remarks(totals: Sequence[Total]) -> list[str]:
    """What must be known to read a table of these rows; nothing if all is reported and known."""
    estimated, unknown = (sum(getattr(one, name) for one in totals) for name in ("estimated", "unknown"))
    uncosted = sum(one.uncosted for one in totals)
    return [
        *([f"≈: the counts of {counted(estimated, 'answer')} are estimates."] if estimated else []),
        *([f"{counted(unknown, 'answer')} without any count: not in the sums of tokens."] if unknown else []),
        *([f"{counted(uncosted, 'answer')} of unknown cost: not in the sums of money."] if uncosted else []),
    ]


def _tokens(totals: Sequence[Total]) -> str:
    estimated = sum(one.estimated_tokens or 0 for one in totals)
    known = sum(one.total_tokens or 0 for one in totals)
    unknown = sum(one.unknown for one in totals)
    parts = [f"{known - estimated:,} tokens reported"] if known - estimated or not estimated else []
    parts += [f"≈ {estimated:,} {'' if parts else 'tokens '}estimated"] if estimated else []
    words = ", ".join(parts) if known or not unknown else "Tokens unknown"
    apart = f"; {counted(unknown, 'answer')} of unknown count" if unknown and known else ""
    return f"{words}{apart}."


def _costs(totals: Sequence[Total]) -> list[str]:
    known: dict[str, tuple[float, float]] = {}
    for one in totals:
        if one.cost is not None:
            whole, guessed = known.get(one.currency or "USD", (0.0, 0.0))
            known[one.currency or "USD"] = whole + one.cost, guessed + (one.estimated_cost or 0.0)
    uncosted = sum(one.uncosted for one in totals)
    said_each = [
        f"{said(whole, currency)}" + (f" (≈ {said(guessed, currency)} of it by list or own prices)" if guessed else "")
        for currency, (whole, guessed) in sorted(known.items())
    ]
    if not said_each:
        return ["Cost unknown."]
    apart = f"; {counted(uncosted, 'answer')} of unknown cost" if uncosted else ""
    return [f"Cost {' and '.join(said_each)}{apart}."]


def _partial(totals: Sequence[Total]) -> list[str]:
    partial = sum(one.partial for one in totals)
    return [f"{counted(partial, 'answer')} cut short: partial counts."] if partial else []


def as_csv(by: str, totals: Iterable[Total]) -> str:
    """The rows as CSV with a line of names; unknown numbers are empty, never 0."""
    out = io.StringIO()
    names = [one.name for one in fields(Total) if one.name != "title" or by == "conversation"]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([by if name == "name" else name for name in names])
    for total in totals:
        values = asdict(total)
        writer.writerow([_cell(values[name]) for name in names])
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A value a spreadsheet does not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value
