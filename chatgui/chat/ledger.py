"""What was spent, and whether the books are sound."""

from __future__ import annotations

from datetime import datetime

from chatgui.store import usage
from chatgui.store.database import Database
from chatgui.store.usage import Total

__all__ = ["Ledger", "Total"]


class Ledger:
    """Sums over everything ever asked, deleted conversations included."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def totals(
        self, by: str = "model", since: datetime | None = None, until: datetime | None = None
    ) -> list[Total]:
        """Sums by model, account, day or conversation, from `since` up to but not including `until`."""
        return await self._db.call(usage.totals, by, since, until)

    async def check(self) -> str:
        """What is wrong with the database, in words; empty if nothing is. Seconds for a large one."""
        return await self._db.examine()

    @property
    def rescued(self) -> str:
        """What opening did about a damaged or missing database, in words; empty if there was nothing to do."""
        return self._db.rescued.words if self._db.rescued else ""
