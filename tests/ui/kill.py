"""Kill the real program while an answer streams, and judge by what the server sent: `python -m tests.ui.kill [KILLS] [RATE]`.

A window on a profile of its own asks a server here, which sends RATE numbered words a second, reasoning and answer in turn.
After a random time the program is killed. Told: databases that are not whole, questions lost, and for how many milliseconds
of what had been sent nothing was kept (allowed: 250).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALLOWED_MS = 250
# The benchmark's way in: it opens the window, makes an account and asks.
PROGRAM = (
    "import sys; from pathlib import Path; from tests.bench import process_inside as it; it.SETTLED_S = 0.1;"
    "sys.exit(it.program(Path(sys.argv[1]), int(sys.argv[2]), 1))"
)


class Sender:
    """Answers every request with numbered words until the client is gone. `sent` is when each was, by `time.monotonic`."""

    def __init__(self, rate: float) -> None:
        self.sent: list[float] = []
        self.begun = asyncio.Event()
        self._rate = rate

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        began, number = time.monotonic(), 0
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while not writer.is_closing():
                field = ("content", "reasoning_content")[number % 2]
                delta = {"choices": [{"index": 0, "delta": {field: f"w{number} "}}]}
                writer.write(b"data: " + json.dumps(delta).encode() + b"\n\n")
                await writer.drain()
                self.sent.append(time.monotonic())
                self.begun.set()
                number += 1
                await asyncio.sleep(began + number / self._rate - time.monotonic())
        writer.transport.abort()


async def killed(profile: Path, port: int, sender: Sender, after: float) -> float:
    """Start the program, kill it so many seconds after the first word; when that was."""
    sender.sent.clear()
    sender.begun.clear()
    env = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    null = asyncio.subprocess.DEVNULL
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(profile), str(port), env=env, cwd=ROOT, stdout=null
    )
    async with asyncio.timeout(60):
        await sender.begun.wait()
    await asyncio.sleep(after)
    program.kill()
    at = time.monotonic()
    await program.wait()
    return at


def judge(profile: Path, sent: list[float], at: float) -> tuple[bool, float]:
    """Whether the database is whole and has the question, and milliseconds of words that are missing."""
    with contextlib.closing(sqlite3.connect(profile / "chatgui.db")) as database:
        whole = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        asked = database.execute("SELECT count(*) FROM messages WHERE role = 'user'").fetchone() == (1,)
        text = "".join(row[0] for row in database.execute("SELECT text FROM chunks ORDER BY message, position"))
    kept = {int(number) for number in re.findall(r"w(\d+) ", text)}
    missing = [when for number, when in enumerate(sent) if number not in kept and when <= at]
    return whole and asked, (at - missing[0]) * 1000 if missing else 0.0


async def run(kills: int, rate: float) -> bool:
    """So many kills; whether all of them were well."""
    chance, tails, bad = random.Random(20261130), [], 0
    sender = Sender(rate)
    server = await asyncio.start_server(sender.answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        for _ in range(kills):
            with tempfile.TemporaryDirectory() as folder:
                at = await killed(Path(folder), port, sender, chance.uniform(0.5, 2.5))
                is_well, tail = judge(Path(folder), sender.sent, at)
            bad += not is_well
            tails.append(tail)
    tails.sort()
    print(f"kills {kills}, not whole {bad}, lost of what was sent: median {tails[kills // 2]:.0f} ms, worst {tails[-1]:.0f} ms (allowed {ALLOWED_MS})")  # fmt: skip
    return not bad and tails[-1] <= ALLOWED_MS


if __name__ == "__main__":
    arguments = sys.argv[1:]
    good = asyncio.run(run(int(arguments[0]) if arguments else 20, float(arguments[1]) if arguments[1:] else 100.0))
    sys.exit(0 if good else 1)
