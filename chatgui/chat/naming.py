"""Titles asked of the model, for those who want them: once for a conversation, cheaply, and counted.

By default a title is made from the first words (`chat.titles`), without a request.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

from chatgui.chat.accounts import Accounts
from chatgui.chat.prices import costed, price_of
from chatgui.chat.titles import UNTITLED, title_from, title_of
from chatgui.chat.turn import Stream
from chatgui.chat.usage import settled
from chatgui.core.change import Change, LibraryChanged
from chatgui.core.conversation import Conversation
from chatgui.core.delta import Retrying
from chatgui.core.errors import ChatError
from chatgui.core.event import Event
from chatgui.core.ids import new_id
from chatgui.core.message import Message, Role, State, Text
from chatgui.core.reply import Reply
from chatgui.core.request import ChatRequest
from chatgui.store import conversations, replies
from chatgui.store.database import Database

log = logging.getLogger(__name__)

ASKED = "Give this exchange a title of at most six words, in its own language. Answer with the title only."
SHOWN = 600  # characters of the question and of the answer that are sent along
MOST_TOKENS = 32
WITHIN_S = 30.0


class Naming:
    """Asks for titles beside everything else; whatever goes wrong, the title stays as it is and nobody is bothered."""

    def __init__(
        self, database: Database, accounts: Accounts, changed: Event[Change], stream_of: Callable[[str, str], Stream]
    ) -> None:
        self._db = database
        self._accounts = accounts
        self._changed = changed
        self._stream_of = stream_of
        self._running: set[asyncio.Task[None]] = set()
        self._begun = False

    def begin(self) -> None:
        """Ask from now on. A window begins; the command line ends too soon after an answer for a title to come."""
        self._begun = True

    def consider(self, conversation: Conversation, answer: Message) -> None:
        """An answer has ended: ask for a title if it was the first one and nobody named the conversation."""
        if not self._begun:
            return
        question = conversation.messages.get(answer.parent or "")
        if question is None or question.role is not Role.USER or question.parent is not None:
            return
        first = len(conversation.siblings(question.id)) == len(conversation.siblings(answer.id)) == 1
        if first and answer.state is State.FINISHED and answer.text and _named_here(conversation, question):
            task = asyncio.get_running_loop().create_task(self._name(conversation, question, answer))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Ask no more; what is under way ends now."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _name(self, conversation: Conversation, question: Message, answer: Message) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                title = await self._ask(conversation, question, answer)
            if title and title != UNTITLED and _named_here(conversation, question):
                conversation.title = title
                await self._db.write(
                    lambda connection: conversations.set_fields(connection, conversation.id, title=title)
                )
                self._changed.emit(LibraryChanged(conversation.id))
        except (ChatError, TimeoutError) as error:
            log.info("no title came: %s", type(error).__name__)

    async def _ask(self, conversation: Conversation, question: Message, answer: Message) -> str:
        """What the model says, as a title; what it cost is put down, also when it says nothing of use."""
        account = self._accounts.by_id(conversation.account)
        model = conversation.model or account.default_model
        history = (_request_of(question, answer),)
        params = {"max_tokens": MOST_TOKENS, **({"reasoning_effort": "none"} if answer.reasoned else {})}
        told = Message(new_id(), Role.ASSISTANT, (), datetime.now(UTC), account=account.name, model=model)
        reply, ended = Reply(), False
        try:
            stream = await self._stream_of(account.id, told.id)(ChatRequest(model, history, params))
            async with aclosing(stream) as deltas:
                async for delta in deltas:
                    if isinstance(delta, Retrying):
                        return ""  # a title is not worth a second try
                    reply.apply(delta)
            ended = True
        finally:
            if not reply.empty or reply.usage.known:
                usage = settled(reply.usage, history, reply, cut_short=not ended)
                price = price_of(account, model, self._accounts.known_models(account.id))
                await self._db.write(replies.spend, conversation.id, replace(told, usage=costed(usage, price)))
        words = str(reply.text).strip().splitlines()
        return title_from(words[0].strip(" \"'“”„«»")) if words else ""


def _named_here(conversation: Conversation, question: Message) -> bool:
    """Whether the title is still the one made from the first words."""
    return conversation.title in (UNTITLED, title_of(question))


def _request_of(question: Message, answer: Message) -> Message:
    said = f"{ASKED}\n\nQuestion:\n{question.text[:SHOWN]}\n\nAnswer:\n{answer.text[:SHOWN]}"
    return Message("", Role.USER, (Text(said),), datetime.now(UTC))
