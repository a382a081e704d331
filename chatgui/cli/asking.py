"""A turn that leaves no trace in the library."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from chatgui.chat.asking import history_of, opening_answer, user_message
from chatgui.chat.turn import Turn
from chatgui.core.delta import Delta
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.message import Message, Text
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


def unsaved_turn(session: Session, conversation: Conversation, prompt: str) -> Turn:
    """Ask without writing anything. Raises UsageError if there is nobody to ask."""
    account = next((one for one in session.accounts.all() if one.id == conversation.account), None)
    account = account or session.accounts.default(session.settings.default_account)
    model = conversation.model or (account.default_model if account else "")
    if account is None or not model:
        raise UsageError("No account or no model is chosen.", advice="Name them with --account and --model.")
    question = user_message((Text(prompt),), conversation.tip)
    conversation.add(question)
    answer = opening_answer(conversation, account, model, question.id, None)
    request = ChatRequest(model, history_of(conversation, question.id, None), {**account.params, **conversation.params})

    async def stream(request: ChatRequest) -> AsyncGenerator[Delta, None]:
        reachable = await session.accounts.reachable(account)
        secret, password = await session.accounts.secret(account), await session.accounts.keys.proxy_password(account)
        return session.client.stream(reachable, secret, request, proxy_password=password)

    return Turn(conversation.id, answer, request, stream, _Nowhere())
