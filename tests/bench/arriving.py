"""A whole library taken in beside a streaming answer: how late the answer's text is on the disk, and what a kill leaves.

    python -m tests.bench.arriving [CONVERSATIONS] [MESSAGES] [--rate 100] [--kills 3] [--disk 40]

The library is exported and imported through a file, then restored from a backup, each into an empty profile of its own. A
server in another process streams an answer at a steady rate. A thread with a connection of its own looks every few
milliseconds at what of the answer is in the database, and for how long what is not there yet has been here. Promised: 250 ms.

Then a process that does the same is killed while it imports, at different moments; and one imports onto a disk (a tmpfs, if
one may be mounted) of so many megabytes, which is too small. What is found afterwards is told.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import os
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
from typing import Any

from chatgui.chat.archive import Copy
from chatgui.chat.session import Session, open_session
from chatgui.core.account import Account, KeySource
from chatgui.core.errors import ChatError
from chatgui.core.ids import new_id
from chatgui.core.message import Reasoning, Text
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporting import export
from chatgui.exchange.importing import Reading, read
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


async def asked(session: Session, port: int) -> Any:
    """An answer that streams; its turn."""
    url = f"http://127.0.0.1:{port}/v1"
    account = await session.accounts.add(Account(new_id(), "T", url, key_source=KeySource.NONE, default_model="m"))
    talk = await session.new_conversation()
    await session.choose_model(talk.id, account.id, "m")
    return await session.send(talk.id, "Go on.")


def letters(turn: Any) -> int:
    return int(turn.reply.text.length + turn.reply.reasoning.length)


async def beside(profile: Path, port: int, name: str, work: Callable[[Session], Awaitable[str]]) -> None:
    """Do the work in a session that streams an answer, and say what was seen."""
    session = await open_session(profile)
    turn = await asked(session, port)
    watch = Watch(session.profile.database, turn.message_id)
    turn.changed.subscribe(lambda _: watch.came(letters(turn)))
    await asyncio.sleep(1)
    began, used = time.monotonic(), time.process_time()
    try:
        told = await work(session)
    except ChatError as error:
        told = error.message
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


async def to_be_killed(profile: Path, file: Path, port: int) -> None:
    """Import beside an answer, telling how far both are: `kind number moment`."""

    def tell(kind: str, number: int) -> None:
        os.write(1, f"{kind} {number} {time.monotonic()}\n".encode())

    reading = await asyncio.to_thread(read, file)
    session = await open_session(profile)
    turn = await asked(session, port)
    turn.changed.subscribe(lambda _: tell("letters", letters(turn)))
    await session.archive.merge(reading.entries, progress=lambda done: tell("done", done))
    tell("all", 0)
    await asyncio.Event().wait()


def killed(folder: Path, number: int, at: int, port: int) -> None:
    """Kill an import once so many conversations are done; what the next start finds."""
    profile, file = folder / f"killed-{number}", folder / "all.json"
    command = [sys.executable, "-m", "tests.bench.arriving", "--child", str(profile), str(file), str(port)]
    came: list[tuple[int, float]] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        for line in child.stdout:
            kind, value, moment = line.split()
            if kind == "letters":
                came.append((int(value), float(moment)))
            elif kind == "all" or int(value) >= at:
                break
        ended = time.monotonic()
        child.kill()
    due = max((count for count, moment in came if ended - moment > PROMISED_MS / 1000), default=0)
    asyncio.run(after(profile, file, due, f"killed at {at:,}"))


async def after(profile: Path, file: Path, due: int, name: str) -> None:
    """What is there, how soon the rest is gone, and whether the import can be done after all."""
    began = time.monotonic()
    session = await open_session(profile)
    rows = await session.library.summaries()
    opened = time.monotonic() - began
    answer = list((await session.conversation(rows[-1].id)).messages.values())[-1]
    kept = sum(len(part.text) for part in answer.parts if isinstance(part, (Text, Reasoning)))
    hidden = await left(session)
    while await left(session):  # noqa: ASYNC110  # asked rarely: it is taken away when nobody wants anything
        await asyncio.sleep(2)
    gone = time.monotonic() - began
    print(
        f"{name}: {len(rows)} conversation shown after {opened:.2f} s; of its answer {kept:,} letters, {due:,} were due"
        f" ({'all there' if kept >= due else 'LOST'}); {hidden:,} hidden messages, gone after {gone:.0f} s",
        flush=True,
    )
    reading = await asyncio.to_thread(read, file)
    merged = await session.archive.merge(reading.entries)
    print(f"    then imported: {merged.added:,} added, {len(await session.library.summaries()):,} there", flush=True)
    await session.close()


async def left(session: Session) -> int:
    """Messages that came and are not shown."""
    query = (
        "SELECT count(*) FROM messages WHERE conversation IN (SELECT conversation FROM arrived)"
        " AND conversation NOT IN (SELECT seq FROM conversations WHERE deleted IS NULL)"
    )
    found: int = await session._db.look(lambda connection: connection.execute(query).fetchone()[0])
    return found


def too_small(folder: Path, megabytes: int, port: int) -> None:
    """Import onto a disk that has no room for it."""
    disk = folder / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        print("may not mount a disk here")
        return
    try:
        reading = read(folder / "all.json")
        asyncio.run(beside(disk / "profile", port, "full disk", lambda session: merged_into(session, reading)))
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


async def merged_into(session: Session, reading: Reading) -> str:
    merged = await session.archive.merge(reading.entries)
    return f"{merged.added:,} added, {merged.messages:,} messages"


async def bring(folder: Path, port: int) -> None:
    """Import the file, then restore the backup."""
    reading = await asyncio.to_thread(read, folder / "all.json")

    async def restored(session: Session) -> str:
        (copy,) = await asyncio.to_thread(backup.backups, folder / "full" / "backups")
        return await session.archive.restore(Copy(copy, datetime.now(UTC), copy.stat().st_size, False))

    await beside(folder / "imported", port, "import", lambda session: merged_into(session, reading))
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
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--disk", type=int, default=40, help="megabytes of the disk that is too small")
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
                port = int(server.stdout.readline())
                asyncio.run(bring(folder, port))
                for number in range(1, wanted.kills + 1):
                    killed(folder, number, wanted.conversations * number // (wanted.kills + 1), port)
                too_small(folder, wanted.disk, port)
            finally:
                server.kill()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        asyncio.run(to_be_killed(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))
    else:
        main()
