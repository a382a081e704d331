"""Beside the window the library is copied daily, and ends with it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatgui.chat.upkeep import Upkeep
from chatgui.store.backup import backups


async def test_a_copy_is_made_soon_after_the_start(opened: Callable[[], Any], profile: Path) -> None:
    async with opened() as session:
        upkeep = Upkeep(session._db, settle_s=0)
        upkeep.begin(3)
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(backups, profile / "backups"):
                await session._db.call(lambda _: None)
        await upkeep.end()


async def test_ending_before_it_began_and_beginning_twice_do_no_harm(opened: Callable[[], Any]) -> None:
    async with opened() as session:
        session.upkeep.begin(3)
        session.upkeep.begin(3)
        await Upkeep(session._db).end()


async def test_no_copies_where_none_are_wanted(opened: Callable[[], Any], profile: Path) -> None:
    async with opened() as session:
        upkeep = Upkeep(session._db, settle_s=0)
        upkeep.begin(0)
        await session._db.call(lambda _: None)
        await upkeep.end()
        assert backups(profile / "backups") == []
