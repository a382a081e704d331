"""A turn that leaves no trace in the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chatgui.chat.asking import history_of, opening_answer, user_message
from chatgui.chat.turn import Turn
from chatgui.core.errors import StoreError
from chatgui.core.message import Attachment, Message, Part

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.core.conversation import Conversation


class _Nowhere:
    """Keeps nothing."""

    async def append(self, message_id: str, seq: int, chunks: Sequence[tuple[str, str]]) -> None:
        """Drop what came."""

    async def finish(self, message: Message) -> None:
        """Drop the message."""

    def trouble(self, error: StoreError | None) -> None:
        """Nothing is written, so nothing fails."""


def doubt_of(session: Session, conversation: Conversation, attachments: Sequence[Attachment]) -> str:
    """What is known against sending these files to whom is asked; empty if nothing. Raises UsageError if nobody can be."""
    account = session.requests.account_of(conversation)
    return session.attachments.doubt(account, conversation.model or account.default_model, attachments)


async def unsaved_turn(
    session: Session, conversation: Conversation, parts: Sequence[Part], contents: Mapping[str, bytes]
) -> Turn:
    """Ask without writing anything; `contents` are the bytes of new files. Raises UsageError if there is nobody to ask."""
    account = session.requests.account_of(conversation)
    question = user_message(parts, conversation.tip)
    conversation.add(question)
    answer = opening_answer(conversation, account, conversation.model or account.default_model, question.id, ())
    history = history_of(conversation, await session.opened.branch(conversation, question.id))
    request = await session.requests.of(account, conversation, history, contents=contents)
    return Turn(conversation.id, answer, request, session.requests.stream_of(account.id, answer.id), _Nowhere())
