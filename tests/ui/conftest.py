"""A real window on a real session: private profile, real database, the demo server in its own process."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from chatgui.chat.session import Session, open_session
from chatgui.ui.theme import Theme
from chatgui.ui.window import Window


@pytest.fixture(autouse=True)
def collected_here() -> Iterator[None]:
    """As in the program, garbage is collected on Qt's thread only."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@asynccontextmanager
async def showing(
    qapp: QApplication, profile: Path, size: tuple[int, int] = (1200, 800), pace: float = 0.05, state: str = ""
) -> AsyncIterator[tuple[Window, Session]]:
    """A window bound to a session on `profile`; both end with the block, in the program's own order."""
    theme = Theme(qapp)
    theme.choose("light")
    window = Window(theme)
    window.resize(*size)
    window.show()
    window.restore(state)
    session = await open_session(profile)
    for account in session.accounts.all():  # the demo speaks as fast as a test wants it to
        await session.accounts.edit(replace(account, headers=(("X-Demo-Pace", str(pace)),)))
    try:
        await window.bind(session)
        yield window, session
    finally:
        await window.unbind()
        await session.close()
        window.close_for_good()
        window.deleteLater()


async def until(fact: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until `fact()` is true; the test fails if it never is."""
    async with asyncio.timeout(seconds):
        while not fact():  # noqa: ASYNC110 - facts of widgets have no event to wait for
            await asyncio.sleep(0.01)
