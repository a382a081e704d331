"""What a backup brings back is there at once, accounts and assistants included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatgui.core.assistant import Assistant
from chatgui.core.ids import new_id
from chatgui.store import backup
from tests.chat.conftest import add_account


async def test_accounts_and_assistants_of_a_backup_are_there_at_once(opened: Callable[[], Any], profile: Path) -> None:
    async with opened() as session:
        await add_account(session, "http://127.0.0.1:9/v1", name="Moon")
        one = await session.assistants.add(Assistant(new_id(), "Pilot"))
        before = [account.name for account in session.accounts.all()]
        backup.daily(session.profile.database, 7)
        await session.accounts.remove(session.accounts.by_name("Moon").id)
        await session.assistants.remove(one.id)
        (copy,) = await session.archive.copies()
        told = await session.archive.restore(copy)
        assert "1 account" in told
        assert [account.name for account in session.accounts.all()] == before
        assert [assistant.name for assistant in session.assistants.all()] == ["Pilot"]
