"""Writing exports: one file, or a folder of them, so that a failure or a change of mind leaves nothing half-done."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chatgui.core.errors import StoreError, StoreState
from chatgui.exchange import rendering
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters.base import Exporter, Options, title_of
from chatgui.exchange.names import safe_name
from chatgui.exchange.writing import AtomicFile, translated

Load = Callable[[str], Awaitable[Entry]]
Progress = Callable[[int, int], None]  # conversations done, of how many


def _nothing(done: int, total: int) -> None:
    """Progress nobody asked for."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One export: where its conversations come from, how they are written, whom it tells."""

    load: Load
    exporter: Exporter
    options: Options
    progress: Progress

    async def file(self, ids: Sequence[str], target: Path) -> Path:
        with AtomicFile(target) as file:
            document = None
            for done, one in enumerate(ids, 1):
                entry = await self.load(one)
                title = title_of(entry.conversation) if len(ids) == 1 else "Conversations"
                document = document or self.exporter.open(title, self.options)
                file.write(await asyncio.to_thread(document.add, entry))
                self.progress(done, len(ids))
            document = document or self.exporter.open("Conversations", self.options)
            file.write(await asyncio.to_thread(document.end))
        return file.path

    async def folder(self, ids: Sequence[str], target: Path) -> Path:
        taken: set[str] = set()
        path = target
        with _staged(target) as staging:
            for done, one in enumerate(ids, 1):
                entry = await self.load(one)
                document = self.exporter.open(title_of(entry.conversation), self.options)
                content = await asyncio.to_thread(document.add, entry) + await asyncio.to_thread(document.end)
                path = target / safe_name(entry.conversation.title, self.exporter.suffix, taken)
                taken.add(path.name.lower())
                with translated(target, len(content)):
                    (staging / path.name).write_bytes(content)
                self.progress(done, len(ids))
            if hasattr(os, "sync"):
                await asyncio.to_thread(os.sync)  # once for all of them
        return path if len(ids) == 1 else target


async def export(
    ids: Sequence[str], load: Load, exporter: Exporter, target: Path, options: Options, *,
    progress: Progress = _nothing, page: Callable[[int], None] | None = None,
) -> Path:  # fmt: skip
    """Write conversations to `target`; where they came to lie. Raises StoreError.

    Several go into the folder `target`, one file each, unless it is named like a file of this format: then into that one
    file. A single one becomes the file `target`, or a file in it if it is a folder. Cancelling the task leaves what
    was there before. `page` is told the number of each page that was made, where there are pages.
    """
    stop = threading.Event()
    options = replace(options, cancelled=stop.is_set)
    if page is not None:
        told, loop = page, asyncio.get_running_loop()

        def made(number: int) -> None:
            loop.call_soon_threadsafe(told, number)

        options = replace(options, page=made)
    job = _Job(load, exporter, options, progress)
    try:
        with rendering.at_work():
            if target.suffix.lower() == exporter.suffix or (len(ids) == 1 and not _is_folder(target)):
                return await job.file(ids, target)
            return await job.folder(ids, target)
    finally:
        stop.set()  # a thread still at work for a cancelled export ends soon


def file_names(titles: Sequence[str], exporter: Exporter) -> list[str]:
    """What the files of conversations with these titles are called in a folder."""
    taken: set[str] = set()
    names = []
    for title in titles:
        names.append(safe_name(title, exporter.suffix, taken))
        taken.add(names[-1].lower())
    return names


def _is_folder(path: Path) -> bool:
    return path.is_dir()


@contextlib.contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """A folder beside `target` whose files move there when the block ends well, and vanish when it does not."""
    if target.exists() and not target.is_dir():
        raise StoreError(StoreState.FAILED, f"“{target}” is a file, not a folder.", advice="Choose another name.")
    with translated(target):
        staging = Path(tempfile.mkdtemp(prefix=".chatgui-", suffix=".part", dir=target.parent))
    try:
        yield staging
        with translated(target):
            if target.exists():
                for path in sorted(staging.iterdir()):
                    path.replace(target / path.name)
            else:
                staging.chmod(0o777 & ~_umask())
                staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
