"""What a conversation asks, and of whom: its account and model, the request, the stream that answers it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chatgui.chat.accounts import Accounts
from chatgui.chat.asking import history_of
from chatgui.chat.attachments import Attachments
from chatgui.chat.inspector import Inspector
from chatgui.chat.preferences import Preferences
from chatgui.chat.preview import preview_of
from chatgui.chat.turn import Stream
from chatgui.core.account import Account
from chatgui.core.conversation import Conversation
from chatgui.core.delta import Delta
from chatgui.core.errors import UsageError
from chatgui.core.message import Message
from chatgui.core.request import ChatRequest

if TYPE_CHECKING:
    from chatgui.wire.client import Client


class Requests:
    """Makes requests and opens their streams; writes nothing."""

    def __init__(
        self,
        accounts: Accounts,
        attachments: Attachments,
        inspector: Inspector,
        preferences: Preferences,
        client: Client,
    ) -> None:
        self._accounts = accounts
        self._attachments = attachments
        self._inspector = inspector
        self._preferences = preferences
        self._client = client

    def asked(self, conversation: Conversation | None) -> tuple[Account | None, str]:
        """The account and model that would answer: its own, or the default ones if its account is gone; empty if none."""
        own = [one for one in self._accounts.all() if conversation and one.id == conversation.account]
        if own and conversation:
            return own[0], conversation.model or own[0].default_model
        default = self._accounts.default(self._preferences.settings.default_account)
        return default, default.default_model if default else ""

    def account_of(self, conversation: Conversation) -> Account:
        """Who is asked; a conversation whose account is gone takes the default one. Raises UsageError if nobody can be."""
        account, model = self.asked(conversation)
        if account is None:
            raise UsageError("There is no account to ask.", advice="Add an account first.")
        if account.id != conversation.account:
            conversation.account, conversation.model = account.id, account.default_model
        account = self._accounts.usable(account.id)
        if not model:
            raise UsageError(f"No model is chosen for “{account.name}”.", code="no_model", advice="Choose a model.")
        return account

    async def of(
        self, account: Account, conversation: Conversation, history: tuple[Message, ...], *, continuing: bool = False,
        contents: Mapping[str, bytes] = MappingProxyType({}),
    ) -> ChatRequest:  # fmt: skip
        """The request for an answer to this history; `contents` are bytes of files not in the library, by SHA-256."""
        model = conversation.model or account.default_model
        return ChatRequest(
            model, history, {**account.params, **conversation.params}, continuing=continuing,
            attachments={**await self._attachments.contents(history), **contents},
            sees=self._attachments.sees(account, model),
        )  # fmt: skip

    async def preview(
        self, conversation: Conversation, said: Sequence[Message], contents: Mapping[str, bytes]
    ) -> dict[str, Any]:
        """What asking for an answer to what was said would send now: see `chat.preview`. Raises ChatError."""
        account = await self._accounts.reachable(self.account_of(conversation))
        history = history_of(conversation, said)
        return preview_of(account, await self.of(account, conversation, history, contents=contents))

    def stream_of(self, account_id: str, message_id: str) -> Stream:
        """What opens the stream of an answer: account and key are those of the moment it is opened."""

        async def stream(request: ChatRequest) -> AsyncGenerator[Delta, None]:
            account = await self._accounts.reachable(self._accounts.by_id(account_id))
            secret, password = await self._accounts.secret(account), await self._accounts.keys.proxy_password(account)
            record = self._inspector.recorder(message_id)
            return self._client.stream(account, secret, request, proxy_password=password, record=record)

        return stream
