"""What goes into a request, made from a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from chatgui.core.account import Account
from chatgui.core.conversation import Conversation
from chatgui.core.errors import UsageError
from chatgui.core.ids import new_id
from chatgui.core.message import Attachment, Message, Part, Role, State, Text


def user_message(parts: Iterable[Part], parent: str | None) -> Message:
    """A message of the user's, said now."""
    return Message(new_id(), Role.USER, tuple(parts), datetime.now(UTC), parent)


def parts_of(text: str, attachments: Sequence[Attachment]) -> tuple[Part, ...]:
    """What a message of the user's is made of: files first, as people read them. Raises UsageError if there is nothing."""
    if not text and not attachments:
        raise UsageError("There is nothing to send.")
    return (*attachments, Text(text)) if text else tuple(attachments)


def history_of(conversation: Conversation, said: Sequence[Message]) -> tuple[Message, ...]:
    """What was said, oldest first, behind the system prompt."""
    return (*system_of(conversation), *said)


def system_of(conversation: Conversation) -> tuple[Message, ...]:
    """The system prompt as the message it is sent as, if there is one."""
    if not conversation.system.strip():
        return ()
    return (Message("", Role.SYSTEM, (Text(conversation.system),), conversation.created),)


def opening_answer(
    conversation: Conversation, account: Account, model: str, parent: str | None, begun: Sequence[Part]
) -> Message:
    """The answer as it begins: empty, or with what it goes on from."""
    return Message(
        new_id(),
        Role.ASSISTANT,
        tuple(begun),
        datetime.now(UTC),
        parent,
        State.STREAMING,
        account=account.name,
        model=model,
        params=dict(conversation.params),
    )
