"""A whole library taken in beside a streaming answer: how late the answer's text is on the disk meanwhile.

    python -m tests.bench.arriving [CONVERSATIONS] [MESSAGES] [--rate 100]

The library is exported and imported through a file, then restored from a backup, each into an empty profile of its own. A
server in another process streams an answer at a steady rate. A thread with a connection of its own looks every few
milliseconds at what of the answer is in the database, and for how long what is not there yet has been here. Promised: 250 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from chatgui.chat.archive import Copy
from chatgui.chat.session import Session, open_session
from chatgui.core.account import Account, KeySource
from chatgui.core.ids import new_id
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporting import export
from chatgui.exchange.importing import read
from chatgui.store import backup
from tests.bench.store_library import make

PROMISED_MS = 250
TOKENS = 100_000  # more than any of this takes
LOOK_S = 0.005


class Watch:
    """Looks at a database for how late the text of one answer is there."""

    def __init__(self, database: Path, message_id: str) -> None:
        self._database, self._id = database, message_id
        self._came: list[tuple[int, float]] = []  # letters here, and since when
        self._stop = threading.Event()
        self.late: list[float] = []  # seconds, one for each look
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def came(self, letters: int) -> None:
        """So much of the answer is here now."""
        if not self._came or letters > self._came[-1][0]:
            self._came.append((letters, time.monotonic()))

    def _look(self) -> None:
        connection = sqlite3.connect(f"{self._database.as_uri()}?mode=ro", uri=True)
        query = "SELECT total(length(text)) FROM chunks JOIN messages ON seq = message WHERE id = ?"
        while not self._stop.wait(LOOK_S):
            known = len(self._came)
            (kept,) = connection.execute(query, (self._id,)).fetchone()
            at = bisect.bisect_right(self._came, kept, hi=known, key=lambda one: one[0])  # the first not kept
            self.late.append(time.monotonic() - self._came[at][1] if at < known else 0.0)
        connection.close()

    def end(self) -> list[float]:
        """Stop looking; what was seen, sorted."""
        self._stop.set()
        self._thread.join()
        return sorted(self.late)


async def beside(profile: Path, port: int, name: str, work: Callable[[Session], Awaitable[str]]) -> None:
    """Do the work in a session that streams an answer, and say what was seen."""
    session = await open_session(profile)
    url = f"http://127.0.0.1:{port}/v1"
    account = await session.accounts.add(Account(new_id(), "T", url, key_source=KeySource.NONE, default_model="m"))
    talk = await session.new_conversation()
    await session.choose_model(talk.id, account.id, "m")
    turn = await session.send(talk.id, "Go on.")
    assert turn is not None
    reply = turn.reply
    watch = Watch(session.profile.database, turn.message_id)
    turn.changed.subscribe(lambda _: watch.came(reply.text.length + reply.reasoning.length))
    await asyncio.sleep(1)
    began, used = time.monotonic(), time.process_time()
    told = await work(session)
    took, cpu = time.monotonic() - began, time.process_time() - used
    await asyncio.sleep(1)
    late = [one * 1000 for one in watch.end()]
    turn.stop()
    await turn.wait()
    there = len(await session.library.summaries())
    await session.close()
    print(
        f"{name:10}{took:7.1f} s, {cpu:.1f} CPU s; {told}; {there:,} conversations there;  late ms:"
        f" median {statistics.median(late):.0f}, p99 {late[len(late) * 99 // 100]:.0f}, worst {late[-1]:.0f}"
        f" (promised {PROMISED_MS})",
        flush=True,
    )


async def bring(folder: Path, port: int) -> None:
    """Import the file, then restore the backup."""
    reading = await asyncio.to_thread(read, folder / "all.json")

    async def imported(session: Session) -> str:
        merged = await session.archive.merge(reading.entries)
        return f"{merged.added:,} added, {merged.messages:,} messages"

    async def restored(session: Session) -> str:
        (copy,) = await asyncio.to_thread(backup.backups, folder / "full" / "backups")
        return await session.archive.restore(Copy(copy, datetime.now(UTC), copy.stat().st_size, False))

    await beside(folder / "imported", port, "import", imported)
    await beside(folder / "restored", port, "restore", restored)


async def export_all(full: Path, target: Path) -> None:
    """Everything, as one JSON file."""
    session = await open_session(full)
    ids = [row.id for row in reversed(await session.library.summaries())]
    await export(ids, session.archive.entry, by_name("json"), target, Options())
    await session.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conversations", type=int, nargs="?", default=10_000)
    parser.add_argument("messages", type=int, nargs="?", default=100_000)
    parser.add_argument("--rate", type=float, default=100)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        full = folder / "full"
        full.mkdir()
        _, _, size = make(full / "chatgui.db", wanted.conversations, wanted.messages)
        print(f"{wanted.conversations:,} conversations, {wanted.messages:,} messages, {size / 1e6:,.0f} MB of text")
        backup.daily(full / "chatgui.db", 1)
        asyncio.run(export_all(full, folder / "all.json"))
        serving = [sys.executable, "-m", "tests.bench.process", "--serve", "--tokens", str(TOKENS), "--order", "after"]
        serving += ["--packet", "1", "--rate", str(wanted.rate)]
        with subprocess.Popen(serving, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
            assert server.stdout
            try:
                asyncio.run(bring(folder, int(server.stdout.readline())))
            finally:
                server.kill()


if __name__ == "__main__":
    main()
