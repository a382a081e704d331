"""A session on a private profile, and accounts at scripted servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chatgui.chat.session import Session, open_session
from chatgui.core.account import Account, KeySource
from chatgui.core.ids import new_id

SessionOpener = Callable[[], Any]


@pytest.fixture
def opened(profile: Path) -> Callable[[], Any]:
    """`async with opened() as session`: a session on the test's profile; opening again continues it."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[Session]:
        session = await open_session(profile)
        try:
            yield session
        finally:
            await session.close()

    return opening


async def add_account(session: Session, base_url: str, name: str = "Test", **fields: Any) -> Account:
    """A keyless account at this address with the model `m`."""
    fields = {"key_source": KeySource.NONE, "default_model": "m", **fields}
    return await session.accounts.add(Account(new_id(), name, base_url, **fields))


Asking = Callable[..., Awaitable[Any]]
