"""A month's spending beside the budget of an account, in numbers and in words. It warns; it never hinders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chatgui.core.account import Account, Budget
from chatgui.core.figures import counted, percent
from chatgui.core.money import said
from chatgui.store.usage import Spent

LEVELS = (0.8, 1.0)  # parts of the budget at which a word is said


@dataclass(frozen=True, slots=True)
class Standing:
    """One account in one month: what is known to be spent in the budget's currency, and what is not in that sum.

    `uncosted` answers have no known cost; `elsewhere` are sums in other currencies, which are never converted.
    """

    account: str
    month: str
    budget: Budget
    spent: float = 0.0
    uncosted: int = 0
    elsewhere: tuple[tuple[str, float], ...] = ()

    @property
    def share(self) -> float:
        """The part of the budget that is spent; 1 for all of it."""
        return self.spent / self.budget.amount

    @property
    def level(self) -> float:
        """The highest of `LEVELS` that is reached; 0 below the first."""
        return max((level for level in LEVELS if self.share >= level), default=0.0)

    @property
    def words(self) -> str:
        """`Mira, November 2026: 8.20 USD of 10.00 USD spent (82 %).` and what is not in it."""
        budget = self.budget
        of = f"{said(self.spent, budget.currency)} of {said(budget.amount, budget.currency)}"
        sentences = [f"{self.account}, {self.month}: {of} spent ({percent(self.share)})."]
        if self.uncosted:
            answers = counted(self.uncosted, "answer")
            sentences.append(f"{answers} of unknown cost {'are' if self.uncosted > 1 else 'is'} not in it.")
        if self.elsewhere:
            sums = " and ".join(said(cost, currency) for currency, cost in self.elsewhere)
            sentences.append(f"Beside it {sums}, not converted.")
        return " ".join(sentences)

    @property
    def warning(self) -> str:
        """The same with what it means, once a level is reached; empty before."""
        if not self.level:
            return ""
        return (
            "The month’s budget is used up. " if self.level >= 1 else "The month’s budget is nearly used up. "
        ) + self.words


def month_of(now: datetime) -> tuple[datetime, datetime]:
    """The calendar month around `now`, as its first moment and the next one's, in the same time zone."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    later = (first + timedelta(days=32)).replace(day=1)
    return _local(first), _local(later)


def _local(moment: datetime) -> datetime:
    """The same wall clock with the offset that holds then: months have changes of the clock in them."""
    return moment.replace(tzinfo=None).astimezone()


def standing_of(account: Account, month: datetime, rows: Iterable[Spent]) -> Standing:
    """Put the sums of a month beside the account's budget, which it must have."""
    budget = account.budget
    if budget is None:
        raise ValueError("no budget")
    sums = {row.currency: row for row in rows}
    unknown = sums.pop(None, None)
    own = sums.pop(budget.currency, None)
    return Standing(
        account.name, f"{month:%B %Y}", budget, (own.cost if own else None) or 0.0, unknown.answers if unknown else 0,
        tuple((currency, row.cost or 0.0) for currency, row in sums.items() if currency),
    )  # fmt: skip
