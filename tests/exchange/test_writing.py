"""Writing: the old file or the whole new one (rows 131–134, 141)."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from chatgui.core.errors import StoreError, StoreState
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporting import export
from chatgui.exchange.writing import AtomicFile, write_atomically
from tests.exchange.library import answered, asked, conversation

MARKDOWN = by_name("markdown")


async def load(name: str) -> Entry:
    made = conversation(asked(), answered("It is the moon."), title=name)
    return Entry(made)


def left(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_whole_and_alone(tmp_path: Path) -> None:
    """Nothing temporary stays."""
    assert write_atomically(tmp_path / "a.md", b"new") == tmp_path / "a.md"
    assert (tmp_path / "a.md").read_bytes() == b"new"
    assert left(tmp_path) == ["a.md"]


def test_the_mode_of_a_replaced_file_stays(tmp_path: Path) -> None:
    """A private export stays private; a link stays a link."""
    target = tmp_path / "a.md"
    target.write_bytes(b"old")
    target.chmod(0o640)
    (tmp_path / "link.md").symlink_to(target)
    write_atomically(tmp_path / "link.md", b"new")
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link.md").is_symlink()


def test_an_exception_keeps_the_old_file(tmp_path: Path) -> None:
    """Also when half was written."""
    target = tmp_path / "a.md"
    target.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), AtomicFile(target) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert target.read_bytes() == b"old"
    assert left(tmp_path) == ["a.md"]


@pytest.mark.parametrize("target", ["missing/a.md", "folder"])
def test_no_such_place(tmp_path: Path, target: str) -> None:
    """A folder that is not there, a name a folder has: a sentence, nothing written."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError) as told:
        write_atomically(tmp_path / target, b"new")
    assert target.split("/", maxsplit=1)[0] in told.value.message
    assert told.value.advice
    assert left(tmp_path) == ["folder"]


def test_a_write_protected_file_is_not_replaced(tmp_path: Path) -> None:
    """Even where the folder would allow it. (Root may write everything.)"""
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    target = tmp_path / "a.md"
    target.write_bytes(b"old")
    target.chmod(0o400)
    with pytest.raises(StoreError) as told:
        write_atomically(target, b"new")
    assert told.value.state is StoreState.READ_ONLY
    assert target.read_bytes() == b"old"


def test_someone_who_does_not_let_go_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three tries the export lies beside it, under a name that is told."""
    target = tmp_path / "a.md"
    target.write_bytes(b"old")
    replace = Path.replace
    tries = []

    def held(self: Path, other: Path) -> Path:
        if other == target:
            tries.append(other)
            raise PermissionError(13, "in use")
        return replace(self, other)

    monkeypatch.setattr(Path, "replace", held)
    assert write_atomically(target, b"new") == tmp_path / "a (2).md"
    assert len(tries) == 3
    assert (target.read_bytes(), (tmp_path / "a (2).md").read_bytes()) == (b"old", b"new")


FULL = """
    import sys
    from pathlib import Path
    from chatgui.core.errors import StoreError
    from chatgui.exchange.writing import AtomicFile
    target, bad = Path(sys.argv[1]) / "a.md", 0
    for size in range(900_000, 1_100_001, 20_000):
        target.write_bytes(b"old")
        try:
            with AtomicFile(target) as file:
                for start in range(0, size, 65_536):
                    file.write(b"x" * min(65_536, size - start))
            good = target.stat().st_size == size
            target.unlink()
        except StoreError as error:
            good = target.read_bytes() == b"old" and "disk is full" in error.message and "MB are needed" in error.message
        bad += not good or sorted(path.name for path in target.parent.iterdir()) not in ([], ["a.md"])
    print("bad", bad)
"""


def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    """Every size around what fits on a 1 MB disk: the whole file, or the old one and a sentence with the size."""
    if not shutil.which("unshare"):
        pytest.skip("needs unshare")
    mount = f'mount -t tmpfs -o size=1m tmpfs "{tmp_path}" && exec "{sys.executable}" -c "$CODE" "{tmp_path}"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount], env={**os.environ, "CODE": textwrap.dedent(FULL), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("may not mount here")
    assert done.stdout.strip() == "bad 0", done.stderr


ENDLESS = """
    import sys
    from pathlib import Path
    from chatgui.exchange.writing import write_atomically
    count = 0
    while True:
        count += 1
        write_atomically(Path(sys.argv[1]) / "a.md", b"%09d" % count * 50_000)
        if count == 1:
            print("begun", flush=True)
"""


@pytest.mark.parametrize("kills", [5, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_killed_in_the_middle(tmp_path: Path, kills: int) -> None:
    """Whenever it is killed, the file is whole."""
    for _ in range(kills):
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(ENDLESS), str(tmp_path)], stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        assert child.stdout
        child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        content = (tmp_path / "a.md").read_bytes()
        assert content == content[:9] * 50_000


async def test_several_go_into_a_folder(tmp_path: Path) -> None:
    """One file each, names told apart."""
    done = []
    path = await export(
        ["Tides", "tides", "a/b"], load, MARKDOWN, tmp_path / "out", Options(), progress=lambda *one: done.append(one)
    )
    assert path == tmp_path / "out"
    assert left(path) == ["Tides.md", "a b.md", "tides (2).md"]
    assert left(tmp_path) == ["out"]
    assert done == [(1, 3), (2, 3), (3, 3)]


async def test_several_go_into_one_file_if_it_is_named_like_one(tmp_path: Path) -> None:
    """The format's suffix says so."""
    path = await export(["One", "Two"], load, MARKDOWN, tmp_path / "all.MD", Options())
    assert path.read_text().count("# One") == path.read_text().count("# Two") == 1


async def test_one_goes_into_a_file_or_into_a_folder_that_is_there(tmp_path: Path) -> None:
    """As with cp."""
    assert await export(["One"], load, MARKDOWN, tmp_path / "x", Options()) == tmp_path / "x"
    assert await export(["One"], load, MARKDOWN, tmp_path, Options()) == tmp_path / "One.md"
    assert left(tmp_path) == ["One.md", "x"]


async def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """Nothing is written where a file has the folder's name."""
    (tmp_path / "out").write_bytes(b"old")
    with pytest.raises(StoreError):
        await export(["One", "Two"], load, MARKDOWN, tmp_path / "out", Options())
    assert (tmp_path / "out").read_bytes() == b"old"


@pytest.mark.parametrize("target", ["out", "out.md"])
async def test_cancelled_in_the_middle(tmp_path: Path, target: str) -> None:
    """Nothing is left, neither a part nor a temporary file."""
    begun = asyncio.Event()

    async def slow(name: str) -> Entry:
        if name == "Two":
            begun.set()
            await asyncio.Event().wait()
        return await load(name)

    task = asyncio.create_task(export(["One", "Two"], slow, MARKDOWN, tmp_path / target, Options()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left(tmp_path) == []


@pytest.mark.parametrize("name", ["markdown", "json", "html", "text"])
async def test_the_same_library_makes_the_same_bytes(tmp_path: Path, name: str) -> None:
    """Byte for byte, today and tomorrow."""
    exporter = by_name(name)
    first = await export(["One", "Two"], load, exporter, tmp_path / f"1{exporter.suffix}", Options())
    second = await export(["One", "Two"], load, exporter, tmp_path / f"2{exporter.suffix}", Options())
    assert first.read_bytes() == second.read_bytes()
