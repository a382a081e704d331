"""Each write or sync to the disk fails in its turn: the program says so, lives, and nothing that was kept is lost."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chatgui.core.message import Message
from chatgui.store import conversations
from chatgui.store.database import Database
from chatgui.store.profile import Profile
from tests.store import kill, powercut
from tests.store.samples import answer, conversation, user

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="needs a C compiler and LD_PRELOAD"
)


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that lets writes fail."""
    return powercut.build(tmp_path_factory.mktemp("shim"))


async def prepared(folder: Path) -> dict[str, Message]:
    """A library with some talks in it; its messages."""
    database = Database(Profile(folder).database)
    await database.open()
    for number in range(5):
        talk, question = conversation(f"Talk {number}"), user(f"why {number}")
        talk.extend([question, answer("because " * 300, question.id)])
        await database.write(conversations.create, talk)
    await database.close()
    return await kill.library(folder, kill.Verdict())


def work(shim: Path, folder: Path, first: int, many: int, number: int) -> tuple[kill.Verdict, kill.Ledger, str]:
    """Let the worker go on for a second while writes fail from the `first` on; what was found afterwards."""
    env = {
        **os.environ, "LD_PRELOAD": str(shim), "POWERCUT_DIR": str(folder / "chatgui.db"), "POWERCUT_LOG": os.devnull,
        "POWERCUT_FAIL": str(first), "POWERCUT_FAILS": str(many), "POWERCUT_ERRNO": str(number),
    }  # fmt: skip
    before = asyncio.run(prepared(folder))
    command = [sys.executable, "-m", "tests.store.kill_worker", str(folder), str(first), "talk"]
    said = folder / "said"
    with said.open("wb") as out:
        worker = subprocess.Popen(command, cwd=kill.ROOT, env=env, stdout=out, stderr=subprocess.PIPE)
        ended = kill.go_on(worker, said, 1.0)
    err = worker.communicate()[1]
    verdict, ledger = kill.Verdict(), kill.Ledger()
    ledger.take(said.read_bytes().splitlines(keepends=True))
    for one, message in before.items():
        ledger.allowed.setdefault(one, set()).add(message.text)
    found = asyncio.run(kill.library(folder, verdict))
    kill.judge(ledger, found, verdict)
    assert not ended or b"StoreError" in err, err.decode()
    return verdict, ledger, err.decode()


def check(shim: Path, folder: Path, first: int, many: int, number: int) -> bool:
    """One case; whether anything was refused (a failing write of the log into the file is tried again, and no loss)."""
    verdict, ledger, err = work(shim, folder, first, many, number)
    wrong = verdict.corrupt + verdict.lost + verdict.altered + verdict.unclean_starts
    assert wrong == 0, (first, many, verdict)
    assert "Traceback" not in err or "StoreError" in err, err
    return bool(ledger.refused or err)


CASES = [(errno.EIO, 1), (errno.EIO, 3), (errno.ENOSPC, 5), (errno.ENOSPC, 10_000)]


@pytest.mark.timeout(120)
def test_some_writes_fail(shim: Path, tmp_path: Path) -> None:
    chance = random.Random(2)
    refused = [
        check(shim, tmp_path / str(number), chance.randint(1, 40), many, code)
        for number, (code, many) in enumerate(CASES)
    ]
    assert any(refused), "no write failed"


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("code", "many"), CASES)
def test_every_write_fails_in_its_turn(shim: Path, tmp_path: Path, code: int, many: int) -> None:
    refused = [check(shim, tmp_path / str(first), first, many, code) for first in range(1, 201)]
    assert sum(refused) > 100, "hardly any write failed"
