"""Exports and imports while the ground moves: really provoked, not pretended (rows 130–134, 141)."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread  # noqa: F401 - later, who is not root may not be able to load it
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatgui.core.errors import StoreError, StoreState
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporting import export
from chatgui.exchange.filing import Filing
from chatgui.exchange.writing import AtomicFile, write_atomically
from chatgui.store.database import Database
from chatgui.store.marks import marks
from tests.exchange.test_filing import entry
from tests.exchange.test_writing import load

MARKDOWN = by_name("markdown")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder in which not even root may do everything: for the time of the test nobody is root."""
    folder = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    if root:
        os.chown(folder, 65534, 65534)
        os.setresuid(65534, 65534, 0)
    try:
        yield folder
    finally:
        for one in (folder, *folder.rglob("*")):
            one.chmod(0o700)
        if root:
            os.setresuid(0, 0, 0)
        shutil.rmtree(folder)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written(place: Path, what: str) -> None:
    """Neither a file that is write-protected nor one in a folder that is; a sentence, and what was there is there."""
    target = place / "a.md"
    target.write_bytes(b"old")
    (target if what == "file" else place).chmod(0o400 if what == "file" else 0o500)
    with pytest.raises(StoreError) as told:
        write_atomically(target, b"new")
    assert told.value.state is StoreState.READ_ONLY
    assert "Choose another place" in told.value.advice
    assert names(place) == ["a.md"]
    assert target.read_bytes() == b"old"


async def test_a_folder_into_which_nothing_may_be_written(place: Path) -> None:
    """Several files, and the archive."""
    (place / "out").mkdir()
    (place / "out").chmod(0o500)
    with pytest.raises(StoreError, match="may not be written"):
        await export(["One", "Two"], load, MARKDOWN, place / "out", Options())
    filing = Filing(place / "out", ("markdown",))
    with pytest.raises(StoreError, match="may not be written"):
        filing.put(entry(), "1")
    assert names(place / "out") == []
    assert names(place) == ["out"]


@pytest.mark.parametrize("what", ["temporary file", "folder"])
def test_what_vanishes_in_the_middle(tmp_path: Path, what: str) -> None:
    """Somebody moves the unfinished file away, or removes the folder: a sentence, and no other file is touched."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.md").write_bytes(b"old")
    with pytest.raises(StoreError) as told, AtomicFile(folder / "a.md") as file:
        file.write(b"half")
        if what == "folder":
            folder.rename(tmp_path / "elsewhere")
        else:
            next(folder.glob(".chatgui-*.part")).rename(tmp_path / "grabbed")
    assert "was not written" in told.value.message
    kept = tmp_path / "elsewhere" if what == "folder" else folder
    assert (kept / "a.md").read_bytes() == b"old"


@pytest.mark.parametrize("into", ["new folder", "folder that is there"])
async def test_a_folder_that_vanishes_while_many_are_written(tmp_path: Path, into: str) -> None:
    """A drive is pulled: a sentence, not a traceback, and nothing anywhere else."""
    drive = tmp_path / "drive"
    drive.mkdir()
    target = drive / "out"
    if into != "new folder":
        target.mkdir()

    async def pulling(name: str) -> object:
        if name == "Two":
            shutil.rmtree(drive)
        return await load(name)

    with pytest.raises(StoreError, match="was not written"):
        await export(["One", "Two"], pulling, MARKDOWN, target, Options())  # type: ignore[arg-type]
    assert names(tmp_path) == []


ENDLESS = """
    import asyncio, sys
    from pathlib import Path
    from chatgui.exchange.exporters import Options, by_name
    from chatgui.exchange.exporting import export
    from tests.exchange.test_writing import load
    async def main():
        count = 0
        while True:
            count += 1
            ids = [f"{one} {'x' * 50}" for one in range(30)]
            await export(ids, load, by_name("markdown"), Path(sys.argv[1]) / sys.argv[2], Options())
            if count == 1:
                print("begun", flush=True)
    asyncio.run(main())
"""


@pytest.mark.parametrize("target", ["out", "all.md"])
@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_killed_while_many_are_written(tmp_path: Path, target: str, kills: int) -> None:
    """Every file that has its name is whole."""
    for _ in range(kills):
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(ENDLESS), str(tmp_path), target], stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        assert child.stdout
        child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        files = [tmp_path / target] if target == "all.md" else list((tmp_path / target).iterdir())
        assert len(files) == (1 if target == "all.md" else 30)
        for file in files:
            assert file.read_text().rstrip().endswith("*Tokens: 10 in, 20 out, 30 in all (reported)*")


IMPORTING = """
    import asyncio, sys
    from pathlib import Path
    from chatgui.chat.archive import Archive
    from chatgui.core.event import Event
    from chatgui.store.database import Database
    from tests.exchange.test_filing import entry
    def entries():
        for number in range(100_000):
            if number == 500:
                print("in the middle", flush=True)
            yield entry(f"Title {number}", name=f"c{number}")
    async def main():
        database = Database(Path(sys.argv[1]))
        await database.open()
        await Archive(database, Event(), lambda ids: None).merge(entries())
    asyncio.run(main())
"""


async def test_killed_while_importing(tmp_path: Path) -> None:
    """Nothing of it is there at the next start."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(IMPORTING), str(tmp_path / "a.db"), stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert child.stdout
    assert await child.stdout.readline() == b"in the middle\n"
    child.kill()
    await child.wait()
    database = Database(tmp_path / "a.db")
    await database.open()
    assert await database.call(marks) == {}
    await database.close()


FULL = """
    import asyncio, shutil, sys
    from pathlib import Path
    from chatgui.chat.archive import Archive
    from chatgui.core.errors import StoreError
    from chatgui.core.event import Event
    from chatgui.exchange.filing import Filing
    from chatgui.store.database import Database
    from chatgui.store.marks import marks
    from tests.exchange.test_filing import entry
    folder = Path(sys.argv[1])
    async def main():
        database = Database(folder / "a.db")
        await database.open()
        archive = Archive(database, Event(), lambda ids: None)
        await archive.merge([entry(name="kept")])
        try:
            await archive.merge(entry(f"Title {number}", "x" * 5_000, name=f"c{number}") for number in range(10_000))
        except StoreError as error:
            print("import", error.state.value, sorted(await database.call(marks)))
        await database.close()
        for one in folder.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        filing = Filing(folder, ("markdown",))
        written = 0
        try:
            for number in range(10_000):
                filing.put(entry(f"Title {number}", "x" * 50_000, name=f"c{number}"), "1")
                written += 1
        except StoreError as error:
            names = [one.name for one in folder.iterdir()]
            print("archive", error.state.value, "MB are needed" in error.message, len(names) == written > 3)
    asyncio.run(main())
"""


def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    """An import into a full disk leaves what was there; an archive leaves the files that are whole."""
    if not shutil.which("unshare"):
        pytest.skip("needs unshare")
    mount = f'mount -t tmpfs -o size=6m tmpfs "{tmp_path}" && exec "{sys.executable}" -c "$CODE" "{tmp_path}"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount], env={**os.environ, "CODE": textwrap.dedent(FULL), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("may not mount here")
    assert done.stdout.split("\n")[:2] == ["import disk_full ['kept']", "archive disk_full True True"], done.stderr
