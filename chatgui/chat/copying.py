"""Conversations made of conversations: a copy of the whole tree, or of one branch up to a message. What was copied stays as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chatgui.chat.editing import message_of
from chatgui.chat.opened import Opened
from chatgui.chat.undo import Step, UndoStack
from chatgui.core.change import Change, LibraryChanged
from chatgui.core.conversation import Conversation
from chatgui.core.event import Event
from chatgui.core.ids import new_id
from chatgui.core.message import Message
from chatgui.store import conversations
from chatgui.store.database import Database

SHELF = ("folder", "tags")  # what a copy has in common with what it was made of


class Copying:
    """The verbs that make new conversations of what was said. Nothing is spent, so nothing is counted twice."""

    def __init__(
        self, database: Database, changed: Event[Change], undo: UndoStack,
        idle: Callable[[str], Awaitable[Conversation]], opened: Opened,
    ) -> None:  # fmt: skip
        self._db = database
        self._changed = changed
        self._undo = undo
        self._idle = idle  # the conversation, or UsageError while an answer is being written in it
        self._opened = opened

    async def duplicate(self, conversation_id: str) -> str:
        """A conversation like this one, every branch included; its id. Undo puts it into the trash."""
        source = await self._opened.whole(await self._idle(conversation_id))
        made = copied(source, source.messages.values(), source.tip, f"{source.title} (copy)")
        return await self._keep("Conversation duplicated", source, made)

    async def fork(self, conversation_id: str, message_id: str) -> str:
        """A conversation that goes on from this message: what was said up to it; its id. Undo puts it into the trash."""
        source = await self._idle(conversation_id)
        message_of(source, message_id)
        branch = await self._opened.branch(source, message_id)
        made = copied(source, branch, message_id, f"{source.title} (branch)")
        return await self._keep("Forked to a new conversation", source, made)

    async def _keep(self, words: str, source: Conversation, made: Conversation) -> str:
        def write(connection: Any) -> None:
            conversations.create(connection, made)
            if (shelf := conversations.summary(connection, source.id)) is not None:
                conversations.set_fields(connection, made.id, **{name: getattr(shelf, name) for name in SHELF})
            conversations.set_fields(connection, made.id, deleted=None)  # done again: out of the trash

        async def forth() -> None:
            await self._db.write(write, durable=True)
            self._changed.emit(LibraryChanged(made.id))

        async def back() -> None:
            now = datetime.now(UTC)
            await self._db.write(
                lambda connection: conversations.set_fields(connection, made.id, deleted=now), durable=True
            )
            self._changed.emit(LibraryChanged(made.id))

        await self._undo.do(Step(words, back, forth))
        return made.id


def copied(source: Conversation, messages: Iterable[Message], tip: str | None, title: str) -> Conversation:
    """A conversation of these messages (parents first), asked as `source` is, all under ids of their own."""
    now = datetime.now(UTC)
    made = Conversation(
        new_id(), title, now, now, source.account, source.model, source.system, source.params,
        assistant=source.assistant,
    )  # fmt: skip
    own: dict[str, str] = {}
    for message in messages:
        own[message.id] = new_id()
        made.add(replace(message, id=own[message.id], parent=own[message.parent] if message.parent else None))
    made.tip = own[tip] if tip else None
    return made
