"""The archive folder follows the library: at the start, each day, at the end; and never holds up the end."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatgui.chat import folder_archive
from chatgui.chat.folder_archive import QUIT_S, Filed, FolderArchive
from chatgui.core.change import ArchiveTrouble
from chatgui.exchange.filing import INDEX, Filing
from tests.exchange.library import answered, asked, conversation
from tests.exchange.test_round_trip import Entry
from tests.support.clock import Clock

HOUR = 3600.0  # seconds


def library(count: int) -> list[Entry]:
    made = []
    for number in range(count):
        one = conversation(asked(), answered(f"Answer {number}."), title=f"Title {number}")
        one.id = f"c{number}"
        made.append(Entry(one))
    return made


def names(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name != INDEX)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "archive"
    made.mkdir()
    return made


async def test_only_what_changed_is_written_again(opened: Callable[[], Any], folder: Path) -> None:
    """A rename, an edit, another shown branch; a deleted conversation's file stays."""
    async with opened() as session:
        await session.archive.merge(library(3))
        await session.change_settings(archive_folder=str(folder), archive_formats="markdown json")
        assert await session.folder_archive.bring_up_to_date() == Filed(3, 0)
        assert await session.folder_archive.bring_up_to_date() == Filed(0, 0)
        assert len(names(folder)) == 6
        await session.library.rename("c0", "Moon")
        shown = next(iter((await session.conversation("c1")).messages))
        await session.editing.edit_text("c1", shown, "Other words.")
        assert await session.folder_archive.bring_up_to_date() == Filed(2, 0)
        assert "Moon.md" in names(folder)
        assert "Title 0.md" not in names(folder)
        await session.library.delete(["c2"])
        assert await session.folder_archive.bring_up_to_date() == Filed(0, 0)
        assert "Title 2.md" in names(folder)


async def test_at_the_end(opened: Callable[[], Any], folder: Path) -> None:
    """Where it is wished."""
    async with opened() as session:
        await session.archive.merge(library(2))
        await session.change_settings(archive_folder=str(folder), archive_when="daily")
        session.folder_archive.begin()
    assert names(folder) == []
    async with opened() as session:
        await session.change_settings(archive_when="quit")
        session.folder_archive.begin()
    assert names(folder) == ["Title 0.md", "Title 1.md"]


async def test_at_the_start_what_the_last_end_left(opened: Callable[[], Any], folder: Path) -> None:
    """Soon, whatever the rule; the settings are followed at once."""
    async with opened() as session:
        await session.archive.merge(library(2))
        await session.change_settings(archive_folder=str(folder), archive_when="quit")
        archive = FolderArchive(session.archive, session._db, session.preferences, session.changed, settle_s=0)
        archive.begin()
        async with asyncio.timeout(10):
            while len(names(folder)) < 2:
                await session._db.call(lambda _: None)
        await archive.end()


async def test_a_folder_that_is_gone_is_said_once(opened: Callable[[], Any], folder: Path) -> None:
    """In words, with what to do."""
    told: list[ArchiveTrouble] = []
    async with opened() as session:
        session.changed.subscribe(lambda change: told.append(change) if isinstance(change, ArchiveTrouble) else None)
        os.rmdir(folder)
        await session.change_settings(archive_folder=str(folder))
        archive = FolderArchive(session.archive, session._db, session.preferences, session.changed, settle_s=0)
        for _ in range(2):
            archive._restart(0)
            assert archive._task
            async with asyncio.timeout(10):
                while not told:
                    await session._db.call(lambda _: None)
        await archive.end()
    (trouble,) = told
    assert "is not there" in trouble.message
    assert "Connect its drive" in trouble.advice


@pytest.mark.parametrize("work", ["much", "stuck"])
async def test_the_end_is_never_held_up(
    opened: Callable[[], Any], folder: Path, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    """Neither by much to write nor by a drive that does not answer; the rest is written after the next start."""
    put, puts, awake, done = Filing.put, list[Any](), threading.Event(), threading.Event()
    clock = Clock(monkeypatch)
    monkeypatch.setattr(folder_archive, "time", clock)

    def slow(self: Filing, *args: Any) -> bool:
        puts.append(args)
        if len(puts) == 3:
            clock.put_forward(HOUR * (0.6 if work == "much" else 1.1))  # nothing new is begun after half of the time
            if work == "stuck":
                awake.wait()
        try:
            return put(self, *args)
        finally:
            if len(puts) == 3:
                done.set()

    async with opened() as session:
        await session.archive.merge(library(6))
        await session.change_settings(archive_folder=str(folder), archive_when="quit")
        session.folder_archive.begin()
        monkeypatch.setattr(Filing, "put", slow)
        monkeypatch.setattr(folder_archive, "QUIT_S", HOUR)
        await session.folder_archive.end()
        assert len(puts) == 3
        assert len(names(folder)) == (3 if work == "much" else 2)
        awake.set()
        assert await asyncio.to_thread(done.wait, 30)  # the thread that was given up ends all the same
        monkeypatch.setattr(Filing, "put", put)
        session.folder_archive._task = None
        await session.change_settings(archive_when="daily")
        await session.folder_archive.bring_up_to_date()
    assert len(names(folder)) == 6
    assert QUIT_S < 1
