"""Power cuts: what the worker wrote is replayed up to a random moment, with unsynced writes lost or torn, and judged.

`python -m tests.store.powercut [CUTS] [SEED]`. A write counts as on the disk once its file was synced after it; before that,
each may be there, be missing, or be there in part (by sectors of 512 bytes), in any combination.
"""

from __future__ import annotations

import asyncio
import os
import random
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chatgui.store import connecting
from tests.store.kill import ROOT, Ledger, Verdict, go_on, judge, library

SECTOR = 512
_HEAD = struct.Struct("=cHQI")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to a file: w(rite), t(runcate), s(ync), u(nlink), r(ename to `data`)."""

    op: str
    path: str
    at: int
    data: bytes


@dataclass(slots=True)
class Disk:
    """Files as they are surely on the disk, and what was done to each since."""

    sure: dict[str, bytearray] = field(default_factory=dict)
    since: dict[str, list[Step]] = field(default_factory=dict)

    def take(self, step: Step, *, honest: bool) -> None:
        """Go on by one step; a disk that is not `honest` ignores syncs."""
        if step.op == "s":
            if honest:
                for one in self.since.pop(step.path, ()):
                    apply(self.sure.setdefault(step.path, bytearray()), one)
        elif step.op == "u":
            self.sure.pop(step.path, None)
            self.since.pop(step.path, None)
        elif step.op == "r":
            target = step.data.decode()
            self.sure[target] = self.sure.pop(step.path, bytearray())
            self.since[target] = self.since.pop(step.path, [])
        else:
            self.sure.setdefault(step.path, bytearray())
            self.since.setdefault(step.path, []).append(step)

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        """What a power cut now leaves."""
        left = {}
        for path, sure in self.sure.items():
            contents = bytearray(sure)
            for step in self.since.get(path, ()):
                fate = chance.random()
                if fate < 0.4:
                    apply(contents, step)
                elif fate < 0.7 and step.op == "w":
                    _torn(contents, step, chance)
            left[path] = bytes(contents)
        return left


def apply(contents: bytearray, step: Step) -> None:
    """Do a write or a truncation."""
    if step.op == "t":
        del contents[step.at :]
        contents.extend(bytes(step.at - len(contents)))
    else:
        contents.extend(bytes(max(0, step.at - len(contents))))
        contents[step.at : step.at + len(step.data)] = step.data


def _torn(contents: bytearray, step: Step, chance: random.Random) -> None:
    for at in range(0, len(step.data), SECTOR):
        if chance.random() < 0.5:
            apply(contents, Step("w", step.path, step.at + at, step.data[at : at + SECTOR]))


def steps(log: Path) -> Iterator[Step]:
    """The records of the shim."""
    raw = log.read_bytes()
    at = 0
    while at + _HEAD.size <= len(raw):
        op, length, offset, size = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        path = raw[at : at + length].decode()
        yield Step(op.decode(), path, offset, raw[at + length : at + length + size])
        at += length + size


def build(folder: Path) -> Path:
    """Compile the shim."""
    shim = folder / "powercut.so"
    source = Path(__file__).with_name("powercut.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl", "-lpthread"], check=True)
    return shim


def record(folder: Path, shim: Path, seed: int, seconds: float, broken: str) -> tuple[Path, list[Step]]:
    """Let the worker work, and write down what it does to its files."""
    profile, log = folder / f"profile-{seed}", folder / f"log-{seed}"
    profile.mkdir()
    env = {**os.environ, "LD_PRELOAD": str(shim), "POWERCUT_DIR": str(profile), "POWERCUT_LOG": str(log)}
    with (profile / "said").open("ab") as said:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.store.kill_worker", profile, str(seed), "talk"],
            cwd=ROOT, env=env | {"CHATGUI_BREAK": broken}, stdout=said,
        )  # fmt: skip
        go_on(worker, profile / "said", seconds)
    return profile, list(steps(log))


def cut(profile: Path, record_: list[Step], chance: random.Random, verdict: Verdict, *, honest: bool) -> None:
    """One power cut at a random moment of a record."""
    disk, ledger, said = Disk(), Ledger(), bytearray()
    first = next(index for index, step in enumerate(record_) if step.op == "w" and b'"ready"' in step.data)
    for step in record_[: chance.randrange(first, len(record_))]:
        if step.path.endswith("/said"):
            said += step.data
        else:
            disk.take(step, honest=honest)
    ledger.take(bytes(said).splitlines(keepends=True))
    with tempfile.TemporaryDirectory(prefix="cut-") as folder:
        for path, contents in disk.after_cut(chance).items():
            if Path(path).parent == profile and Path(path).name.startswith("chatgui.db"):
                (Path(folder) / Path(path).name).write_bytes(contents)
        connecting.marker(Path(folder) / "chatgui.db").touch()
        found = asyncio.run(library(Path(folder), verdict))
        tail = verdict.worst_tail_ms
        judge(ledger, found, verdict)
        verdict.worst_tail_ms = tail  # text not synced may go with the power; that is no promise
        verdict.kills += 1


def main(cuts: int, seed: int, *, broken: str = "", honest: bool = True, seconds: float = 4.0) -> Verdict:
    """So many cuts in records of a few seconds each."""
    chance, verdict = random.Random(seed), Verdict()
    with tempfile.TemporaryDirectory(prefix="power-") as name:
        shim = build(Path(name))
        records = [
            record(Path(name), shim, seed + number, seconds, broken) for number in range(max(1, min(5, cuts // 40)))
        ]
        for _ in range(cuts):
            cut(*chance.choice(records), chance, verdict, honest=honest)
    return verdict


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:3]]
    result = main(numbers[0] if numbers else 2000, numbers[1] if len(numbers) > 1 else 1)
    print(result, "good" if result.good else "BAD")
