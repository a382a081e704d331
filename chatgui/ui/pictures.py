"""Images of answers that lie on the web: fetched by `chat` when a person asks, shown where they stand."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from chatgui.chat.pictures import Elsewhere, fetch_picture
from chatgui.core.errors import ChatError
from chatgui.ui.tasks import Tasks
from chatgui.ui.transcript.blocks import album
from chatgui.ui.transcript.blocks.album import Told
from chatgui.ui.transcript.blocks.images import LOAD, STOP, host

if TYPE_CHECKING:
    from chatgui.chat.session import Session


class Pictures:
    """The images being fetched, by the address they have in the text."""

    def __init__(self, session: Session, tasks: Tasks) -> None:
        self._session = session
        self._tasks = tasks
        self._running: dict[str, asyncio.Task[None]] = {}

    def do(self, what: str, address: str) -> None:
        """What a person wants of the image at `address`."""
        if what == LOAD and address not in self._running:
            told = album.told(address)
            source = told.source if told and told.source else address
            album.tell(address, Told(f"loading from {host(source)} …", busy=True, source=source))
            self._running[address] = started = self._tasks.start(self._load(address, source))
            started.add_done_callback(partial(self._ended, address))
        elif what == STOP and (task := self._running.get(address)):
            task.cancel()

    async def _load(self, address: str, source: str) -> None:
        try:
            found = await fetch_picture(self._session, source)
        except ChatError as error:
            album.tell(address, Told(error.message))
        else:
            if isinstance(found, Elsewhere):
                album.tell(address, Told(f"{host(source)} sends to {host(found.url)}.", source=found.url))
            else:
                album.supply(address, found)

    def _ended(self, address: str, task: asyncio.Task[None]) -> None:
        del self._running[address]
        if task.cancelled():
            album.tell(address, None)
