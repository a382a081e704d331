"""Windows that read anew while an older reading is under way: what was asked last is what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from chatgui.core.message import Message, Role
from chatgui.core.usage import Source, Usage
from chatgui.store import replies
from chatgui.ui.dialogs.trash import TrashDialog
from chatgui.ui.dialogs.usage import UsageDialog
from tests.store.samples import NOON, conversation
from tests.ui.conftest import showing, until


class FirstComesLast:
    """From now on the first reading waits with what it has `read` until its `release`; those after it do not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        self.read, self.release = asyncio.Event(), asyncio.Event()
        reads: Callable[..., Awaitable[Any]] = getattr(owner, name)

        async def reading(_: Any, *args: Any, **kwargs: Any) -> Any:
            mine = not self.read.is_set()
            read = await reads(*args, **kwargs)
            self.read.set()
            if mine:
                await self.release.wait()
            return read

        monkeypatch.setattr(type(owner), name, reading)


async def others_had_their_turn() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_usage(qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used = Usage(1000, 200, 1200, source=Source.REPORTED)
    answer = Message("a", Role.ASSISTANT, (), NOON, account="Local", model="big", usage=used)
    async with showing(qapp, profile) as (window, session):
        await session._db.write(replies.spend, "c", answer)
        window.actions_by_id["usage"].trigger()
        dialog = next(iter(window.findChildren(UsageDialog)))
        await until(dialog._summary.text)
        late = FirstComesLast(monkeypatch, session.ledger, "totals")
        dialog._by.activated.emit(0)
        await late.read.wait()
        dialog._by.setCurrentIndex(dialog._by.findData("account"))
        dialog._by.activated.emit(1)
        await until(lambda: (item := dialog._table.item(0, 0)) is not None and item.text() == "Local")
        late.release.set()
        await others_had_their_turn()
        item, header = dialog._table.item(0, 0), dialog._table.horizontalHeaderItem(0)
        assert item is not None
        assert header is not None
        assert (header.text(), item.text()) == ("Account", "Local")


async def test_trash(qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from chatgui.store import conversations

    async with showing(qapp, profile) as (window, session):
        talk = conversation()
        await session._db.write(conversations.create, talk)
        window.verbs_bound.open_trash()
        dialog = next(iter(window.findChildren(TrashDialog)))
        await until(lambda: "empty" in dialog.blank.text())
        late = FirstComesLast(monkeypatch, session.library, "summaries")
        dialog._refresh()
        await late.read.wait()
        await session.library.delete([talk.id])
        await until(lambda: dialog.list.count() == 1)
        late.release.set()
        await others_had_their_turn()
        assert dialog.list.count() == 1
