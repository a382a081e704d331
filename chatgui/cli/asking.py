"""A turn that leaves no trace in the library."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import TYPE_CHECKING

from chatgui.chat.asking import history_of, opening_answer, user_message
from chatgui.chat.turn import Turn
from chatgui.core.account import Account
from chatgui.core.delta import Delta
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.message import Attachment, Message, Part
from chatgui.core.request import ChatRequest

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.core.conversation import Conversation


class _Nowhere:
    """Keeps nothing."""

    async def append(self, message_id: str, seq: int, kind: str, text: str) -> None:
        """Drop what came."""

    async def finish(self, message: Message) -> None:
        """Drop the message."""

    def trouble(self, error: StoreError | None) -> None:
        """Nothing is written, so nothing fails."""


def _asked(session: Session, conversation: Conversation) -> tuple[Account, str] | None:
    """The account and model that will answer."""
    account = next((one for one in session.accounts.all() if one.id == conversation.account), None)
    account = account or session.accounts.default(session.settings.default_account)
    model = conversation.model or (account.default_model if account else "")
    return (account, model) if account is not None and model else None


def doubt_of(session: Session, conversation: Conversation, attachments: Sequence[Attachment]) -> str:
    """What is known against sending these files to whom is asked; empty if nothing."""
    asked = _asked(session, conversation)
    return session.attachments.doubt(*asked, attachments) if asked else ""


async def unsaved_turn(
    session: Session, conversation: Conversation, parts: Sequence[Part], contents: Mapping[str, bytes]
) -> Turn:
    """Ask without writing anything; `contents` are the bytes of new files. Raises UsageError if there is nobody to ask."""
    asked = _asked(session, conversation)
    if asked is None:
        raise UsageError("No account or no model is chosen.", advice="Name them with --account and --model.")
    account, model = asked
    question = user_message(parts, conversation.tip)
    conversation.add(question)
    answer = opening_answer(conversation, account, model, question.id, None)
    history = history_of(conversation, question.id, None)
    request = ChatRequest(
        model, history, {**account.params, **conversation.params}, sees=session.attachments.sees(account, model),
        attachments={**await session.attachments.contents(history), **contents},
    )  # fmt: skip

    async def stream(request: ChatRequest) -> AsyncGenerator[Delta, None]:
        reachable = await session.accounts.reachable(account)
        secret, password = await session.accounts.secret(account), await session.accounts.keys.proxy_password(account)
        return session.client.stream(reachable, secret, request, proxy_password=password)

    return Turn(conversation.id, answer, request, stream, _Nowhere())
