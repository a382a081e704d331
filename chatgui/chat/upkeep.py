"""What a long-running program does for its library while nobody waits: look it over after a crash, copy it daily."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from chatgui.core.errors import StoreError
from chatgui.store import attachments
from chatgui.store.database import Database

log = logging.getLogger(__name__)

SETTLE_S = 20.0  # after the start, so that the first minute belongs to the person
EVERY_S = 3600.0  # between looks whether today's copy is made
FORGOTTEN = timedelta(days=1)  # a file that so long after it was last wanted belongs to no message and no draft, goes


class Upkeep:
    """Runs beside a window; the command line has no need of it. Ends at once when told, whatever it is doing."""

    def __init__(self, database: Database, settle_s: float = SETTLE_S) -> None:
        self._db = database
        self._settle_s = settle_s
        self._task: asyncio.Task[None] | None = None
        self._ending = False

    def begin(self, backups: int) -> None:
        """Start, keeping so many daily copies (0: none)."""
        if self._task is None and self._db.refuses is None:
            self._task = asyncio.get_running_loop().create_task(self._run(backups))

    async def end(self) -> None:
        """Stop; a copy half made is thrown away."""
        self._ending = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _stop(self) -> bool:
        return self._ending

    async def _run(self, backups: int) -> None:
        await asyncio.sleep(self._settle_s)
        if self._db.unclean:
            await self._db.examine(self._stop)
        await self._db.write(attachments.forget_unused, datetime.now(UTC) - FORGOTTEN)
        while not self._ending:
            if backups:
                try:
                    await self._db.back_up(backups, self._stop)
                except (StoreError, OSError) as error:
                    log.info("no copy of the library was made: %s", type(error).__name__)
            await asyncio.sleep(EVERY_S)
