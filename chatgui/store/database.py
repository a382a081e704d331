"""The database: one connection on one thread. Calls run in the order they are made, and come back by `await`.

    database = Database(profile.database)
    await database.open()
    talk = await database.call(conversations.load, id)
    await database.write(conversations.set_fields, id, durable=True)
    hits = await database.look(search.search, "tides")

SQLite runs in WAL mode. A write is one transaction. `durable` writes are synced to the disk before they return (what the
user said, and final answers); others, such as the text of a running answer, survive the end of the process at once and a
power cut a little later. What takes long is looked up on a second connection (`look`), so that no write waits for it.
Every failure is a StoreError.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from chatgui.core.errors import StoreError, StoreState
from chatgui.core.event import Event
from chatgui.store import arriving, backup, border, connecting, places, rescue, search_index
from chatgui.store.ballast import Ballast
from chatgui.store.bodies import Bodies
from chatgui.store.reader import Reader
from chatgui.store.run import Run
from chatgui.store.salvage import Report, accounts, salvage
from chatgui.store.worker import IDLE_S, Worker

P = ParamSpec("P")
R = TypeVar("R")

_LOOK_EVERY = 5.0  # seconds between looks whether the file is still the one we opened
_IDLE_AFTER_TROUBLE = 60.0
_FORGET = 0.5  # seconds in which what was purged is looked after at once


class Database:
    """The library's file. `refuses` says why nothing can be written (read-only folder, newer version), if so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.created = False  # whether this opening made the library
        self.unclean = False  # whether a run before this one ended without closing
        self.refuses: StoreError | None = None
        self.warning = places.warning(path.parent)  # about the folder, to be said once; empty if it is a good one
        self.rescued: rescue.Rescue | None = None  # what opening did about a damaged or missing file, to be shown
        # space was taken from the reserve; None once it is whole again
        self.trouble: Event[StoreError | None] = Event()
        self.run = Run(path.parent / "run")
        self.arriving = asyncio.Lock()  # held while something is taken in that comes piece by piece
        self._ballast = Ballast(path.parent / "ballast")
        self._worker: Worker | None = None
        self._reader: Reader | None = None
        self.bodies: Bodies | None = None  # of messages, at once; None where conversations are read whole
        self._connection: sqlite3.Connection | None = None
        self._durable: bool | None = None  # how the connection syncs now
        self._identity: tuple[int | None, int | None] = (None, None)
        self._looked = 0.0
        self._forgetting = False  # what was purged is still in the index's old pages or in the log
        self._loop: asyncio.AbstractEventLoop

    async def open(self) -> None:
        """Open or make the database, and bring its schema up to date.

        A damaged or missing file is kept and a new one made of what can be read and of the newest backup; `rescued`
        then says so. If the database can only be read, it opens, and `refuses` says why. Raises StoreError if it
        cannot be used at all.
        """
        self._loop = asyncio.get_running_loop()
        self._worker = Worker("database", self._translated, self._index)
        try:
            await self._submit(self._open)
        except BaseException:
            await self.close()
            raise

    async def call(self, fn: Callable[Concatenate[sqlite3.Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `fn(connection, …)` outside a transaction: for reading."""
        return await self._submit(lambda: self._read(lambda connection: fn(connection, *args, **kwargs)))

    async def look(self, fn: Callable[Concatenate[sqlite3.Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `fn(connection, …)` beside the writes, for reading that takes long; it sees all that was written before.

        Cancelling the wait interrupts it. Where there is no second connection (see `apart`), this is `call`.
        """
        if self._reader is None:
            return await self.call(fn, *args, **kwargs)
        return await self._reader.call(lambda connection: fn(connection, *args, **kwargs))

    @property
    def apart(self) -> bool:
        """Whether looking delays no write: not without a write-ahead log. Where nothing can be written, there is none."""
        return self._reader is not None

    async def write(self, fn: Callable[..., R], *args: Any, durable: bool = False, spare: bool = True) -> R:
        """Run `fn(connection, …)` in one transaction. Cancelling the wait does not undo the write.

        On a full disk it may take of the reserve, if it is `spare`, and is then run again.
        """
        return await self._submit(lambda: self._write(lambda connection: fn(connection, *args), durable, spare))

    async def forget(self) -> bool:
        """Empty the search index and the log of what was purged; whether that is done. Half a second at most.

        Otherwise it goes on while the database is idle: a large index takes its time, and so may whoever reads meanwhile.
        """
        return await self._submit(lambda: self._forget(_FORGET))

    async def examine(self, stop: Callable[[], bool] = backup.never) -> str:
        """What SQLite's check of the whole file finds wrong, empty if nothing. Seconds for a large file; in the background.

        If something is wrong, the next start rescues what can be read.
        """
        wrong = await asyncio.to_thread(backup.check, self.path, stop=stop)
        if wrong:
            self._suspect()
            self.trouble.emit(border.trouble(StoreState.CORRUPT, wrong))
        return wrong

    async def back_up(self, keep: int, stop: Callable[[], bool] = backup.never) -> Path | None:
        """Make today's copy in the background if there is none yet; see `backup.daily`."""
        return await asyncio.to_thread(backup.daily, self.path, keep, stop=stop)

    async def restore(self, copy: Path, progress: Callable[[int, int], object] = lambda *_: None) -> Report:
        """Take in what a backup holds and this library lacks; nothing that is here is changed. `progress` is told how far
        it is, and of how much."""
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=".restore-", dir=self.path.parent))
            try:
                source = await asyncio.to_thread(stack.enter_context, rescue.opened_copy(copy, Path(folder)))
            except (sqlite3.Error, OSError) as error:
                ours = border.translate(error, copy)
                if ours.state is StoreState.CORRUPT:  # the copy, not the library
                    ours = StoreError(StoreState.CORRUPT, "This backup cannot be read.", advice="Choose another one.")
                raise ours from error
            report = Report()
            async with arriving.arriving(self) as arrival:
                arrival.told = lambda: progress(min(report.done, report.total), report.total)
                await arrival.take(lambda connection: salvage(source, connection, report, hidden=True))
                arrival.last = lambda connection: accounts(source, connection, report)
            return report

    async def close(self) -> None:
        """Finish what was asked, put the log into the file, and end the thread. May be called twice."""
        if self._worker is None:
            return
        if self.bodies is not None:
            self.bodies.close()
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.close()  # first, so that the last connection to close is the one that tidies the log
        with contextlib.suppress(StoreError):
            await self._submit(self._close)
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()

    # ------------------------------------------------------------------------------------- on the database's thread

    def _open(self) -> None:
        if border.is_full(self.path):
            self._ballast.drop()
        try:
            if rescue.suspect(self.path).exists() and backup.check(self.path):
                raise border.trouble(StoreState.CORRUPT)
            opened = connecting.open_library(self.path, self.run)
        except (StoreError, sqlite3.Error) as error:
            ours = error if isinstance(error, StoreError) else border.translate(error, self.path)
            if ours.state is not StoreState.CORRUPT or self.run.others():  # the other one still holds the library
                raise
            self.rescued = rescue.rescue(self.path)
            opened = connecting.open_library(self.path, self.run)
        if opened.refuses is None:
            rescue.suspect(self.path).unlink(missing_ok=True)
        self._connection, self.created, self.refuses = opened.connection, opened.created, opened.refuses
        if self.refuses is None:
            self.unclean = bool(self.run.died)
            self._identity = connecting.identity(self.path)
            if arriving.is_left(opened.connection, complete=True):
                with contextlib.suppress(sqlite3.Error):  # no room: at leisure
                    arriving.settle_all(opened.connection)
            if connecting.has_log(opened.connection):
                self._reader = Reader(self.path, self._translated)
                self.bodies = Bodies(self.path, self._unread)
            if self._worker is not None:
                self._worker.post(self._ballast.fill)

    def _read(self, job: Callable[[sqlite3.Connection], R]) -> R:
        return connecting.tolerantly(self._connected(), job)

    def _write(self, job: Callable[[sqlite3.Connection], R], durable: bool, spare: bool) -> R:
        if self.refuses is not None:
            raise self.refuses
        self._look_for_file()
        try:
            result = self._transaction(job, durable)
        except sqlite3.Error as error:
            full = border.translate(error, self.path).state is StoreState.DISK_FULL
            if not (full and spare and self._ballast.drop()):
                raise
            self._tell(border.trouble(StoreState.DISK_FULL))
            return self._transaction(job, durable)
        if durable and self._ballast.refill():
            self._tell(None)
        return result

    def _transaction(self, job: Callable[[sqlite3.Connection], R], durable: bool) -> R:
        connection = self._connected()
        if durable is not self._durable:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = self._read(job)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(StoreState.FAILED, "The database is closed.")
        return self._connection

    def _look_for_file(self) -> None:
        """If the file was taken away under us, what the connection still holds is put back in its place."""
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        if connecting.identity(self.path) == self._identity:
            return
        self._connection = connecting.put_back(self._connected(), self.path, self.run)
        self._durable = None
        self._identity = connecting.identity(self.path)
        if self._reader is not None:
            self._reader.renew()
        if self.bodies is not None:
            self.bodies.renew()
        self._tell(
            StoreError(
                StoreState.FAILED,
                "The database file was removed while the program ran. It has been written again.",
                advice="Check what cleans or synchronises the profile folder.",
            )
        )

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        self.run.end()

    # ------------------------------------------------------------------------------------------------- the thread

    def _tell(self, error: StoreError | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody listens any more
            self._loop.call_soon_threadsafe(self.trouble.emit, error)

    async def _submit(self, job: Callable[[], R]) -> R:
        if self._worker is None:
            raise StoreError(StoreState.FAILED, "The database is closed.")
        return await self._worker.do(job)

    def _translated(self, error: BaseException) -> BaseException:
        if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.ProgrammingError):
            ours = border.translate(error, self.path)
            ours.__cause__ = error
            if ours.state is StoreState.CORRUPT:
                self._suspect()
            return ours
        return error

    def _unread(self, error: sqlite3.Error) -> None:
        ours = self._translated(error)
        if not isinstance(ours, StoreError):
            raise error
        self._tell(ours)

    def _suspect(self) -> None:
        with contextlib.suppress(OSError):
            rescue.suspect(self.path).touch(0o600)  # the next start looks closely, and rescues what there is

    def _index(self) -> float | None:
        """Nobody wants anything: make what was said findable, a little at a time. How long to wait then."""
        if self._connection is None or self.refuses is not None:
            return None
        try:
            if not self.arriving.locked() and arriving.is_left(self._connection):
                self._transaction(lambda connection: arriving.settle(connection, arriving.PIECE_S), False)
                return 0
            self._forgetting = self._forgetting or search_index.is_compacting(self._connection)
            if self._transaction(search_index.work, self._durable or False):
                return 0
            if self._forgetting and not self._forget(0):
                return IDLE_S
            connecting.rest(self._connection)
            return None
        except (sqlite3.Error, StoreError):
            return _IDLE_AFTER_TROUBLE

    def _forget(self, budget_s: float) -> bool:
        connection = self._connected()
        self._forgetting = True
        if search_index.compact(connection, time.monotonic() + budget_s) and connecting.empty_log(connection):
            self._forgetting = False
        return not self._forgetting
