"""Every conversation as files in a folder of one's own: brought up to date daily and when the program ends, as wished.

The end waits for it at most `QUIT_S`; what is not written by then is written after the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chatgui.chat.archive import Archive
from chatgui.chat.preferences import Preferences
from chatgui.core.change import ArchiveTrouble, Change, SettingsChanged
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.event import Event
from chatgui.store.database import Database
from chatgui.store.marks import marks

if TYPE_CHECKING:
    from chatgui.exchange.filing import Filing

log = logging.getLogger(__name__)

T = TypeVar("T")
SETTLE_S = 25.0  # after the start, so that the first minute belongs to the person
SOON_S = 2.0  # after the settings were changed
EVERY_S = 900.0  # between looks whether a new day has begun
QUIT_S = 0.8
BATCH = 50  # conversations after which the index is kept, so that an end without warning costs little


@dataclass(frozen=True, slots=True)
class Filed:
    """What a run did: conversations written, and those that were due but not reached."""

    written: int
    left: int


class FolderArchive:
    """Runs beside a window; the command line has no need of it."""

    def __init__(
        self, archive: Archive, database: Database, preferences: Preferences, changed: Event[Change],
        settle_s: float = SETTLE_S,
    ) -> None:  # fmt: skip
        self._archive, self._db, self._preferences, self._changed = archive, database, preferences, changed
        self._settle_s = settle_s
        self._task: asyncio.Task[None] | None = None
        self._running = asyncio.Lock()
        self._told = ""  # the trouble that was told last; the same is not told twice
        self._day: date | None = None  # of the last run that had no trouble

    @property
    def wanted(self) -> bool:
        """Whether there is a folder to keep."""
        return bool(self._preferences.settings.archive_folder)

    def begin(self) -> None:
        """Start: finish what the last end left, then look after each new day, and after every change of the settings."""
        if self._task is None:
            self._changed.subscribe(self._hear)
            self._restart(self._settle_s)

    def _restart(self, settle_s: float) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.get_running_loop().create_task(self._run(settle_s))

    def _hear(self, change: Change) -> None:
        if isinstance(change, SettingsChanged) and change.names & {"archive_folder", "archive_formats", "archive_when"}:
            self._day, self._told = None, ""
            self._restart(SOON_S)

    async def end(self) -> None:
        """Stop; where that is wished, write first what has changed, as far as the time allows."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self.wanted and self._preferences.settings.archive_when in ("quit", "both"):
            try:
                async with asyncio.timeout(QUIT_S):
                    await self.bring_up_to_date(QUIT_S / 2)
            except (TimeoutError, StoreError) as error:
                log.info("the archive folder waits for the next start: %s", type(error).__name__)

    async def _run(self, settle_s: float) -> None:
        await asyncio.sleep(settle_s)
        while True:
            today = datetime.now().astimezone().date()
            first = self._day is None
            if self.wanted and self._day != today and (first or self._preferences.settings.archive_when != "quit"):
                try:
                    await self.bring_up_to_date()
                except StoreError as error:
                    self._tell(error)
                else:
                    self._day, self._told = today, ""
            await asyncio.sleep(EVERY_S)

    def _tell(self, error: StoreError) -> None:
        log.info("the archive folder was not brought up to date: %s", error.state.value)
        if error.message != self._told:
            self._told = error.message
            self._changed.emit(ArchiveTrouble(error.message, error.advice))

    async def bring_up_to_date(self, seconds: float = float("inf")) -> Filed:
        """Write what has changed since the last time, beginning nothing new after so many seconds. Raises StoreError."""
        from chatgui.exchange.filing import Filing
        from chatgui.exchange.rendering import at_work

        settings = self._preferences.settings
        folder, formats = Path(settings.archive_folder), tuple(settings.archive_formats.split())
        latest = time.monotonic() + seconds
        async with self._running:
            filing = await aside(lambda: Filing(folder, formats))
            standing = await self._db.look(marks)
            due = filing.due(standing)
            try:
                with at_work():
                    written = await self._write(filing, {one: standing[one] for one in due}, latest)
            except StoreError:
                with contextlib.suppress(StoreError):
                    await aside(filing.save)  # what was written before is not written again
                raise
            finally:
                filing.close()
            if due:
                await aside(filing.save)
        return Filed(written, len(due) - written)

    async def _write(self, filing: Filing, due: Mapping[str, str], latest: float) -> int:
        written = 0
        for done, (one, mark) in enumerate(due.items()):
            if time.monotonic() > latest:
                break
            if done and done % BATCH == 0:
                await aside(filing.save)
            written += await self._put(filing, one, mark)
        return written

    async def _put(self, filing: Filing, conversation_id: str, mark: str) -> bool:
        try:
            entry = await self._archive.entry(conversation_id)
        except UsageError:  # deleted a moment ago
            return True
        made = await aside(lambda: filing.put(entry, mark))
        if not made:
            log.info("a conversation could not be filed; it is tried again another time")
        return made


async def aside(work: Callable[[], T]) -> T:
    """Do something that may block for ever, on a drive that does not answer, where nobody has to wait for it."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(error: BaseException | None, result: Any) -> None:
        if not done.done():
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

    def run() -> None:
        error, result = None, None
        try:
            result = work()
        except BaseException as failed:  # noqa: BLE001 - it is raised where it is waited for
            error = failed
        with contextlib.suppress(RuntimeError):  # the loop ended before it did
            loop.call_soon_threadsafe(settle, error, result)

    threading.Thread(target=run, name="archive folder", daemon=True).start()
    return await done
