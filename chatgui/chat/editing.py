"""Changing what was said: the words of a message, what is in the tree, which branch shows. Undoable where it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chatgui.chat.undo import Step, UndoStack
from chatgui.core.change import Change, MessagesChanged
from chatgui.core.conversation import Conversation
from chatgui.core.errors import UsageError
from chatgui.core.event import Event
from chatgui.core.message import Message, Text
from chatgui.core.messages import UNREADABLE
from chatgui.store import conversations
from chatgui.store.database import Database


def message_of(conversation: Conversation, message_id: str) -> Message:
    """Raises UsageError if the message is not in the conversation, or cannot be read: what is not known is not changed."""
    try:
        message = conversation.messages[message_id]
    except KeyError:
        raise UsageError("This message is no longer there.") from None
    if message.failure is UNREADABLE:
        raise UsageError(UNREADABLE.message, advice=UNREADABLE.advice)
    return message


class Editing:
    """The verbs that change a conversation without asking anyone. Each waits for no turn: stop a running one first."""

    def __init__(
        self,
        database: Database,
        changed: Event[Change],
        undo: UndoStack,
        idle: Callable[[str], Awaitable[Conversation]],
    ) -> None:
        self._db = database
        self._changed = changed
        self._undo = undo
        self._idle = idle  # the conversation, or UsageError while an answer is being written in it

    async def edit_text(self, conversation_id: str, message_id: str, text: str) -> None:
        """Change the words of a message in place."""
        conversation = await self._idle(conversation_id)
        before = message_of(conversation, message_id)
        others = tuple(part for part in before.parts if not isinstance(part, Text))
        after = replace(before, parts=(*others, Text(text)), edited=True)

        async def put(message: Message) -> None:
            await self._db.write(conversations.replace_message, conversation_id, message, durable=True)
            conversation.messages[message_id] = message
            self._changed.emit(MessagesChanged(conversation_id, message_id))

        await self._undo.do(Step("Message edited", lambda: put(before), lambda: put(after)))

    async def delete_message(self, conversation_id: str, message_id: str) -> None:
        """Take a message and the replies below it out of the conversation."""
        conversation = await self._idle(conversation_id)
        message_of(conversation, message_id)
        tip_before = conversation.tip
        taken: list[str] = []

        async def forth() -> None:
            taken[:] = conversation.remove(message_id)
            await self._hide(conversation, taken, datetime.now(UTC))

        async def back() -> None:
            conversation.put_back(taken)
            conversation.tip = tip_before
            await self._hide(conversation, taken, None)

        await self._undo.do(Step("Message deleted", back, forth))

    async def _hide(self, conversation: Conversation, ids: Sequence[str], when: datetime | None) -> None:
        tip = conversation.tip

        def write(connection: Any) -> None:
            if when is None:
                conversations.unhide_messages(connection, ids)
            else:
                conversations.hide_messages(connection, ids, when)
            conversations.set_fields(connection, conversation.id, tip=tip)

        await self._db.write(write, durable=True)
        self._changed.emit(MessagesChanged(conversation.id))

    async def show_branch(self, conversation_id: str, message_id: str) -> None:
        """Show the branch this message is on, down to its newest reply."""
        conversation = await self._idle(conversation_id)
        message_of(conversation, message_id)
        await self._set_tip(conversation, conversation.deepest(message_id))

    async def branch_from(self, conversation_id: str, message_id: str) -> None:
        """Go back to this message: what is said next begins a branch there, and what followed stays beside it."""
        conversation = await self._idle(conversation_id)
        message_of(conversation, message_id)
        before = conversation.tip
        await self._undo.do(
            Step(
                "Gone back to an earlier message",
                lambda: self._set_tip(conversation, before),
                lambda: self._set_tip(conversation, message_id),
            )
        )

    async def _set_tip(self, conversation: Conversation, tip: str | None) -> None:
        conversation.tip = tip
        await self._db.write(lambda connection: conversations.set_fields(connection, conversation.id, tip=tip))
        self._changed.emit(MessagesChanged(conversation.id))
