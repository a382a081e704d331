"""A real window on a real session: private profile, real database, the demo server in its own process."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from chatgui.chat.session import Session, open_session
from chatgui.core.account import Account, KeySource
from chatgui.core.ids import new_id
from chatgui.demo.server import serve
from chatgui.ui.sidebar.view import Sidebar
from chatgui.ui.theme import Theme
from chatgui.ui.window import Window


@pytest.fixture(autouse=True, scope="module")
def collected_here() -> Iterator[None]:
    """As in the program, garbage is collected on Qt's thread only, and what was there before is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.collect()
    gc.unfreeze()
    gc.enable()


@asynccontextmanager
async def showing(
    qapp: QApplication,
    profile: Path,
    size: tuple[int, int] = (1200, 800),
    *,
    pace: float = 0.0,
    state: str = "",
    demo: bool = False,
    careful: bool = False,
) -> AsyncIterator[tuple[Window, Session]]:
    """A window bound to a session on `profile`; both end with the block, in the program's own order.

    It asks the demo's server, run in this process to save its start, and as fast as `pace` says; with `demo` the demo
    account is the only one, and its server a process of its own.
    """
    theme = Theme(qapp)
    theme.choose("light")
    window = Window(theme)
    window.resize(*size)
    window.show()
    window.restore(state)
    window.careful = careful
    async with serve(pace=pace) as server:
        session = await open_session(profile)
        for account in session.accounts.all():
            if account.name == "Local":  # of an earlier run on this profile, at a port that is gone
                await session.accounts.remove(account.id)
        if not demo:
            local = Account(new_id(), "Local", server.url, key_source=KeySource.NONE, default_model="demo")
            await session.accounts.add(local)
        try:
            await window.bind(session)
            yield window, session
        finally:
            await window.unbind()
            await session.close()
            window.close_for_good()
            window.deleteLater()


async def until(fact: Callable[[], object], seconds: float = 40.0) -> None:
    """Wait until `fact()` is true; the test fails if it never is."""
    async with asyncio.timeout(seconds):
        while not fact():  # noqa: ASYNC110 - facts of widgets have no event to wait for
            await asyncio.sleep(0.01)


@pytest.fixture
def sidebar(qapp: QApplication) -> Iterator[Sidebar]:
    made = Sidebar(Theme(qapp))
    made.resize(260, 600)
    made.show()
    yield made
    made.hide()
