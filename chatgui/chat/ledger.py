"""What was spent, and whether the books are sound."""

from __future__ import annotations

from datetime import datetime

from chatgui.chat.budget import Standing, month_of, standing_of
from chatgui.core.account import Account
from chatgui.store import usage
from chatgui.store.database import Database
from chatgui.store.usage import Piece, Total

__all__ = ["Ledger", "Piece", "Total"]


class Ledger:
    """Sums over everything ever asked, deleted conversations included."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def totals(
        self, by: str = "model", since: datetime | None = None, until: datetime | None = None
    ) -> list[Total]:
        """Sums by model, account, day or conversation, from `since` up to but not including `until`."""
        return await self._db.call(usage.totals, by, since, until)

    async def pieces(
        self, by: str = "model", since: datetime | None = None, until: datetime | None = None
    ) -> list[Piece]:
        """The days of a span, each by model or account, for a chart."""
        return await self._db.call(usage.pieces, by, since, until)

    async def standing(self, account: Account, now: datetime | None = None) -> Standing | None:
        """How an account stands against its budget in this calendar month, by the local clock; None without a budget."""
        if account.budget is None:
            return None
        begin, end = month_of(now or datetime.now().astimezone())
        rows = await self._db.call(usage.spent, account.name, begin, end)
        return standing_of(account, begin, rows)

    async def check(self) -> str:
        """What is wrong with the database, in words; empty if nothing is. Seconds for a large one."""
        return await self._db.examine()

    @property
    def rescued(self) -> str:
        """What opening did about a damaged or missing database, in words; empty if there was nothing to do."""
        return self._db.rescued.words if self._db.rescued else ""
