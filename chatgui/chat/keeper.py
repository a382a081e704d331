"""The store, as a running turn sees it."""

from __future__ import annotations

from collections.abc import Sequence

from chatgui.core.change import Change, StoreTrouble
from chatgui.core.errors import StoreError
from chatgui.core.event import Event
from chatgui.core.message import Message, State
from chatgui.store import conversations
from chatgui.store.database import Database


class StoreKeeper:
    """Appends a running answer of one conversation to the database, and tells when the database refuses."""

    def __init__(self, database: Database, changed: Event[Change], conversation_id: str) -> None:
        self._db = database
        self._changed = changed
        self._conversation_id = conversation_id

    async def append(self, message_id: str, seq: int, chunks: Sequence[tuple[str, str]]) -> None:
        """Append text; cheap, and on disk once the operating system writes it."""
        await self._db.write(conversations.append_chunks, message_id, seq, chunks)

    async def finish(self, message: Message) -> None:
        """Keep the final message, synced to the disk; one that was stopped before anything came is dropped."""
        if message.state is State.STOPPED and not message.parts:
            await self._db.write(conversations.drop_reply, message.id, durable=True)
            return
        await self._db.write(conversations.finish_reply, self._conversation_id, message, durable=True)

    def trouble(self, error: StoreError | None) -> None:
        """Tell everyone that the database refuses text, or takes it again."""
        self._changed.emit(StoreTrouble(error.message if error else "", error.advice if error else ""))
