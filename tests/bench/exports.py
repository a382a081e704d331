"""A whole library out into files and back in: seconds, CPU seconds, peak memory; and what a cancel in the middle leaves.

    python -m tests.bench.exports [CONVERSATIONS] [MESSAGES] [--formats json,markdown,html,text]

Each step is a process of its own on a profile below a temporary folder, so that its peak memory is its own. “one” is one
file, “many” a folder with a file for each. The archive folder runs twice: the second time nothing has changed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatgui.chat.session import Session, open_session
from chatgui.core.errors import UsageError
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporting import export
from chatgui.exchange.importing import read
from tests.bench.store_library import make

CANCEL_AT = 0.5  # of all conversations


async def ids_of(session: Session) -> list[str]:
    return [row.id for row in reversed(await session.library.summaries())]


async def out(session: Session, folder: Path, name: str, how: str) -> str:
    """Export everything."""
    exporter = by_name(name)
    target = folder / f"{name}-{how}{exporter.suffix if how == 'one' else ''}"
    ids = await ids_of(session)
    await export(ids, session.archive.entry, exporter, target, Options())
    files = [target] if how == "one" else list(target.iterdir())
    return f"{len(files):,} files, {sum(one.stat().st_size for one in files) / 1e6:,.0f} MB"


async def out_cancelled(session: Session, folder: Path, name: str, how: str) -> str:
    """Cancel an export in the middle: how soon it ended, and what is left of it."""
    place = folder / f"cancelled-{name}-{how}"
    place.mkdir()
    target = place / ("x" + by_name(name).suffix if how == "one" else "x")
    ids = await ids_of(session)
    middle = asyncio.Event()

    def progress(done: int, total: int) -> None:
        if done >= total * CANCEL_AT:
            middle.set()

    task = asyncio.ensure_future(
        export(ids, session.archive.entry, by_name(name), target, Options(), progress=progress)
    )
    await middle.wait()
    began = time.monotonic()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return f"ended after {(time.monotonic() - began) * 1000:.0f} ms, {len(list(place.iterdir()))} files left"


async def into(session: Session, folder: Path, how: str) -> str:
    """Import everything; `again` on top of itself, `cancelled` in the middle."""
    began = time.monotonic()
    reading = await asyncio.to_thread(read, folder / "json-one.json")
    took = time.monotonic() - began
    total, seen = len(reading.entries), [0]

    def progress(done: int) -> None:
        seen[0] = done

    cancelled = (lambda: seen[0] >= total * CANCEL_AT) if how == "cancelled" else (lambda: False)
    try:
        merged = await session.archive.merge(reading.entries, progress=progress, cancelled=cancelled)
        told = f"{merged.added:,} added, {merged.unchanged:,} already there"
    except UsageError as error:
        told = error.message
    return f"read in {took:.1f} s; {told}; {len(await session.library.summaries()):,} conversations there"


async def filed(session: Session, folder: Path) -> str:
    """Bring an archive folder up to date."""
    (folder / "archive").mkdir(exist_ok=True)
    await session.change_settings(archive_folder=str(folder / "archive"), archive_formats="markdown json")
    done = await session.folder_archive.bring_up_to_date()
    return f"{done.written:,} written, {len(os.listdir(folder / 'archive')):,} files"


STEPS: dict[str, Callable[..., Any]] = {"out": out, "out_cancelled": out_cancelled, "into": into, "filed": filed}


def peak_mb() -> float:
    """The most memory this process has held; what getrusage says was held by whoever started it, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


async def one_step(profile: Path, folder: Path, step: str, arguments: list[str]) -> None:
    """Do one step in this process and say what it took."""
    session = await open_session(profile)
    before = peak_mb()
    began, used = time.monotonic(), time.process_time()
    told = await STEPS[step](session, folder, *arguments)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{step + ' ' + ' '.join(arguments):28}{time.monotonic() - began:8.1f} s {time.process_time() - used:8.1f} CPU s"
        f" + {children.ru_utime + children.ru_stime:6.1f} in children {before:6.0f} →"
        f" {peak_mb():.0f} MB (child {children.ru_maxrss / 1024:.0f});  {told}",
        flush=True,
    )
    await session.close()


def main() -> None:
    """Make the library, then each step in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conversations", type=int, nargs="?", default=10_000)
    parser.add_argument("messages", type=int, nargs="?", default=100_000)
    parser.add_argument("--formats", default="json,markdown,html,text")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        full, empty = folder / "full", folder / "empty"
        full.mkdir()
        _, _, size = make(full / "chatgui.db", wanted.conversations, wanted.messages)
        print(f"{wanted.conversations:,} conversations, {wanted.messages:,} messages, {size / 1e6:,.0f} MB of text")
        steps = [(full, "out", one, how) for one in wanted.formats.split(",") for how in ("one", "many")]
        steps += [(full, "out_cancelled", "json", how) for how in ("one", "many")]
        steps += [(empty, "into", "cancelled"), (empty, "into", "all"), (empty, "into", "again")]
        steps += [(full, "filed"), (full, "filed")]
        for profile, *step in steps:
            command = [sys.executable, "-m", "tests.bench.exports", "--step", str(profile), str(folder), *step]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        asyncio.run(one_step(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], sys.argv[5:]))
    else:
        main()
