"""Kill the worker at random moments and judge what is left: `python -m tests.store.kill [KILLS] [SEED]`.

Corrupt databases, user's and finished messages lost or altered, and streamed text lost in milliseconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, State
from chatgui.store import backup, connecting, conversations, schema
from chatgui.store.database import Database
from chatgui.store.profile import Profile

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Verdict:
    """What was found after all kills."""

    kills: int = 0
    corrupt: int = 0
    lost: int = 0
    altered: int = 0
    half_migrated: int = 0
    unclean_starts: int = 0
    worst_tail_ms: float = 0.0
    complaints: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """What was promised."""
        return not (self.corrupt or self.lost or self.altered or self.half_migrated or self.unclean_starts) and (
            self.worst_tail_ms <= 250
        )


class Ledger:
    """What the killed programs said, over all kills: which texts a message may have now."""

    def __init__(self) -> None:
        self.allowed: dict[str, set[str]] = {}  # words of finished messages, by id
        self.streams: dict[str, list[tuple[float, str, str]]] = {}  # pieces of unfinished answers: (when, kind, text)
        self.finishing: dict[str, str] = {}
        self.edits: dict[str, str] = {}  # words last meant for a message
        self.maybe_gone: set[str] = set()
        self.refused: list[str] = []  # what the store would not do, in its words
        self.last = 0.0

    def take(self, lines: list[bytes]) -> None:
        """Read what one program said until it died."""
        for line in lines:
            if not line.endswith(b"\n"):
                continue
            fact: dict[str, Any] = json.loads(line)
            self.last = fact["at"]
            getattr(self, f"_{fact['what']}", lambda fact: None)(fact)

    def _refused(self, fact: dict[str, Any]) -> None:
        self.refused.append(fact["words"])

    def _user(self, fact: dict[str, Any]) -> None:
        self.allowed[fact["id"]] = {fact["text"]}

    def _begun(self, fact: dict[str, Any]) -> None:
        self.streams[fact["id"]] = []

    def _piece(self, fact: dict[str, Any]) -> None:
        self.streams[fact["id"]].append((fact["at"], fact["kind"], fact["text"]))

    def _finishing(self, fact: dict[str, Any]) -> None:
        self.finishing[fact["id"]] = fact["text"]

    def _finished(self, fact: dict[str, Any]) -> None:
        self.allowed[fact["id"]] = {self.finishing.pop(fact["id"])}
        del self.streams[fact["id"]]

    def _editing(self, fact: dict[str, Any]) -> None:
        self.edits[fact["id"]] = fact["text"]
        self.allowed.setdefault(fact["id"], set()).add(fact["text"])

    def _edited(self, fact: dict[str, Any]) -> None:
        self.allowed[fact["id"]] = {self.edits[fact["id"]]}

    def _purging(self, fact: dict[str, Any]) -> None:
        self.maybe_gone |= set(fact["ids"])

    def _purged(self, fact: dict[str, Any]) -> None:
        for one in fact["ids"]:
            self.allowed.pop(one, None)
            self.streams.pop(one, None)


def run(folder: Path, seed: int, chance: random.Random, mode: str, broken: str) -> list[bytes]:
    """Start the worker, let it go on for a random while, kill it; what it said."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.store.kill_worker", str(folder), str(seed), mode],
        stdout=subprocess.PIPE, bufsize=0, cwd=ROOT, env={**os.environ, "CHATGUI_BREAK": broken},
    )  # fmt: skip
    assert worker.stdout
    begin = b'"opening"' if mode == "migrate" else b'"ready"'
    lines = []
    for line in worker.stdout:
        lines.append(line)
        if begin in line:
            break
    end = time.monotonic() + (chance.uniform(0, 0.03) if mode == "migrate" else chance.expovariate(1 / 0.3))
    rest = b""
    while (left := end - time.monotonic()) > 0 and select.select([worker.stdout], [], [], left)[0]:
        if not (more := os.read(worker.stdout.fileno(), 1 << 16)):
            break
        rest += more
    worker.kill()
    worker.wait()
    rest += worker.stdout.read()
    worker.stdout.close()
    return [*lines, *rest.splitlines(keepends=True)]


def go_on(worker: subprocess.Popen[bytes], said: Path, seconds: float) -> bool:
    """Let a worker whose words go into a file work for so long once it is ready; whether it ended by itself."""
    limit = time.monotonic() + 60
    while b'"ready"' not in said.read_bytes() and time.monotonic() < limit:
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(0.02)
            return True
    with contextlib.suppress(subprocess.TimeoutExpired):
        worker.wait(seconds)
        return True
    worker.kill()
    worker.wait()
    return False


async def library(profile: Path, verdict: Verdict) -> dict[str, Message]:
    """Start as the program does, mend, and read everything."""
    database = Database(Profile(profile).database)
    try:
        await database.open()
        await database.write(conversations.recover, durable=True)
        if database.rescued:
            verdict.corrupt += 1
            verdict.complaints.append(database.rescued.words)
        check = await database.call(lambda one: one.execute("PRAGMA integrity_check").fetchall())
        if check != [("ok",)]:
            verdict.corrupt += 1
            verdict.complaints.append(str(check))
        found: dict[str, Message] = {}
        for deleted in (False, True):
            for row in await database.call(conversations.summaries, deleted):
                talk: Conversation | None = await database.call(conversations.load, row.id)
                assert talk is not None
                found |= talk.messages
        hidden = await database.call(
            lambda one: one.execute("SELECT id FROM messages WHERE deleted IS NOT NULL").fetchall()
        )
        await database.write(conversations.unhide_messages, [one for (one,) in hidden])
        for (one,) in hidden:
            message = await database.call(conversations.messages.one, one)
            assert message is not None
            found[one] = message
    except Exception as error:
        verdict.unclean_starts += 1
        verdict.complaints.append(repr(error))
        return {}
    finally:
        await database.close()
    return found


def judge(ledger: Ledger, found: dict[str, Message], verdict: Verdict) -> None:
    """Compare what is there with what was said."""
    for one, texts in list(ledger.allowed.items()):
        if one not in found:
            if one not in ledger.maybe_gone:
                verdict.lost += 1
                verdict.complaints.append(f"{one} is gone")
        elif found[one].text not in texts or (found[one].failure is not None and found[one].state is State.FINISHED):
            verdict.altered += 1
            verdict.complaints.append(f"{one} says {found[one].text[:40]!r} instead of {[text[:40] for text in texts]}")
    for one, pieces in ledger.streams.items():
        message = found.get(one)
        if message is None:
            if one not in ledger.maybe_gone:
                verdict.lost += 1
                verdict.complaints.append(f"the answer {one} is gone")
            continue
        verdict.worst_tail_ms = max(verdict.worst_tail_ms, _tail_ms(pieces, message, ledger.last))
    settle(ledger, found)


def _tail_ms(pieces: list[tuple[float, str, str]], message: Message, last: float) -> float:
    left = {"text": message.text, "reasoning": message.reasoning}
    if message.edited:
        return 0.0
    for at, kind, text in pieces:
        if not left[kind].startswith(text):
            return (last - at) * 1000
        left[kind] = left[kind][len(text) :]
    return 0.0


def settle(ledger: Ledger, found: dict[str, Message]) -> None:
    """What is there now is what must be there after the next kill; what was underway is decided."""
    ledger.allowed = {one: {message.text} for one, message in found.items()}
    ledger.streams.clear()
    ledger.finishing.clear()
    ledger.maybe_gone.clear()


def migrate_once(folder: Path, seed: int, chance: random.Random, broken: str, verdict: Verdict) -> None:
    """An old library is opened by the new program, which is killed at that."""
    profile = Profile(folder)
    old = sqlite_of_version_1(profile.database)
    run(folder, seed, chance, "migrate", broken)
    connection = connecting.connect(profile.database)
    version = schema.version(connection)
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    connection.close()
    if ("search_queue" in tables) != (version >= 2) or ("assistants" in tables) != (version >= 3):
        verdict.half_migrated += 1
        verdict.complaints.append(f"half-migrated: version {version}")
    found = asyncio.run(library(folder, verdict))
    missing = old - set(found)
    if missing:
        verdict.lost += len(missing)
        verdict.complaints.append(f"{len(missing)} messages were lost in migrating")


def sqlite_of_version_1(path: Path) -> set[str]:
    """An old library with some hundred messages; their ids."""
    path.touch()
    connection = connecting.connect(path)
    schema.migrate(connection, upto=1)
    connection.execute("BEGIN")
    connection.execute("INSERT INTO conversations (id, title, created, updated) VALUES ('c', 'Old', 1, 1)")
    ids = {f"m{number}" for number in range(300)}
    for one in ids:
        values = (one, "user", "finished", 1)
        connection.execute(
            "INSERT INTO messages (conversation, id, role, state, created) VALUES (1, ?, ?, ?, ?)", values
        )
    connection.execute("INSERT INTO parts SELECT seq, 0, 'text', 'old ' || id, NULL FROM messages")
    connection.execute("COMMIT")
    connection.close()
    connecting.marker(path).touch()
    return ids


def main(kills: int, seed: int, *, broken: str = "", migrations: float = 0.1, quiet: bool = True) -> Verdict:
    """Kill so many times; the same seed chooses the same things to do and the same moments."""
    chance = random.Random(seed)
    verdict, ledger = Verdict(), Ledger()
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        for number in range(kills):
            if chance.random() < migrations:
                migrate_once(Path(folder) / f"old-{number}", seed + number, chance, broken, verdict)
            else:
                ledger.take(run(Path(folder) / "profile", seed + number, chance, "talk", broken))
                judge(ledger, asyncio.run(library(Path(folder) / "profile", verdict)), verdict)
                verdict.unclean_starts += len(ledger.refused)
                verdict.complaints += ledger.refused
                ledger.refused.clear()
            verdict.kills += 1
            if not quiet and verdict.kills % 50 == 0:
                print(verdict, flush=True)
        copies = backup.backups(Path(folder) / "profile" / "backups")
        for copy in copies:
            if wrong := backup.check(copy):
                verdict.corrupt += 1
                verdict.complaints.append(f"{copy.name}: {wrong}")
    return verdict


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:3]]
    result = main(numbers[0] if numbers else 1000, numbers[1] if len(numbers) > 1 else 1, quiet=False)
    print(result, "good" if result.good else "BAD")
    sys.exit(not result.good)
