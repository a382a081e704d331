"""The assistants: ways of asking that were given names, and how a conversation takes one up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from chatgui.chat.undo import Step, UndoStack
from chatgui.core.assistant import Assistant
from chatgui.core.change import AssistantsChanged, Change
from chatgui.core.conversation import Conversation
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.event import Event
from chatgui.core.ids import new_id
from chatgui.core.params import refusals
from chatgui.store import assistants as rows
from chatgui.store.database import Database


class Conversations(Protocol):
    """The session, as the assistants use it."""

    async def conversation(self, conversation_id: str) -> Conversation:
        """Raises UsageError if there is none."""

    async def new_conversation(self) -> Conversation:
        """An empty one."""

    async def choose_model(self, conversation_id: str, account_id: str, model: str) -> None:
        """Raises UsageError if there is no such account."""

    async def set_params(self, conversation_id: str, params: Mapping[str, Any]) -> None:
        """Raises UsageError for what cannot be sent."""

    async def set_system(self, conversation_id: str, text: str) -> None:
        """The system prompt."""


class Assistants:
    """All assistants, in the user's order. They are replaced whole; views hear `AssistantsChanged`."""

    def __init__(
        self, database: Database, changed: Event[Change], undo: UndoStack, conversations: Conversations
    ) -> None:
        self._db = database
        self._changed = changed
        self._undo = undo
        self._conversations = conversations
        self._assistants: dict[str, Assistant] = {}
        self._greeting: dict[str, str] = {}  # by conversation id, while nothing was said in it

    async def load(self) -> None:
        """Read them from the database. One from an older version that cannot be written has none."""
        try:
            found = await self._db.call(rows.load)
        except StoreError:
            if self._db.refuses is None:
                raise
            found = []
        self._assistants = {one.id: one for one in found}

    def all(self) -> tuple[Assistant, ...]:
        """Every assistant, in order."""
        return tuple(sorted(self._assistants.values(), key=lambda one: one.position))

    def by_id(self, assistant_id: str) -> Assistant:
        """Raises UsageError if there is none."""
        try:
            return self._assistants[assistant_id]
        except KeyError:
            raise UsageError("This assistant is no longer there.") from None

    def by_name(self, name: str) -> Assistant:
        """By name (or id), ignoring case. Raises UsageError if there is none."""
        for one in self._assistants.values():
            if one.id == name or one.name.casefold() == name.casefold():
                return one
        raise UsageError(f"There is no assistant “{name}”.")

    async def add(self, assistant: Assistant) -> Assistant:
        """Keep a new assistant. Raises UsageError for a name that is taken or parameters that cannot be sent."""
        position = max((one.position for one in self._assistants.values()), default=-1) + 1
        assistant = replace(self._checked(assistant), position=position)
        await self._save(assistant)
        return assistant

    async def edit(self, assistant: Assistant) -> None:
        """Replace an assistant (same id). Raises as `add` does. Conversations that took it up stay as they are."""
        position = self.by_id(assistant.id).position
        await self._save(replace(self._checked(assistant), position=position))

    async def remove(self, assistant_id: str) -> None:
        """Forget an assistant; can be undone."""
        assistant = self.by_id(assistant_id)

        async def forth() -> None:
            await self._db.write(rows.delete, assistant_id, durable=True)
            del self._assistants[assistant_id]
            self._changed.emit(AssistantsChanged())

        async def back() -> None:
            await self._save(replace(assistant, name=self._free_name(assistant.name)))

        await self._undo.do(Step(f"Assistant “{assistant.name}” removed", back, forth))

    async def move(self, assistant_id: str, position: int) -> None:
        """Put an assistant at this place of the order, counted from 0."""
        moved = self.by_id(assistant_id)
        order = [one for one in self.all() if one.id != assistant_id]
        order.insert(max(position, 0), moved)
        for number, one in enumerate(order):
            if one.position != number:
                await self._save(replace(one, position=number))

    async def keep(self, conversation_id: str, name: str) -> Assistant:
        """Make an assistant of how a conversation asks now. Raises as `add` does."""
        one = await self._conversations.conversation(conversation_id)
        return await self.add(Assistant(new_id(), name, one.account, one.model, one.system, dict(one.params)))

    # Taking one up

    async def begin(self, assistant_id: str) -> Conversation:
        """A new conversation with this assistant."""
        self.by_id(assistant_id)
        conversation = await self._conversations.new_conversation()
        await self.apply(conversation.id, assistant_id)
        return conversation

    async def apply(self, conversation_id: str, assistant_id: str) -> str:
        """Ask as this assistant does from the next message on: its model, system prompt and exactly its parameters.

        If its account is no longer there the model stays, and that is said in words; else the words are empty.
        """
        assistant, words = self.by_id(assistant_id), ""
        if assistant.account:
            try:
                await self._conversations.choose_model(conversation_id, assistant.account, assistant.model)
            except UsageError:
                words = f"The account “{assistant.name}” asks is no longer there; the model stays as it was."
        await self._conversations.set_system(conversation_id, assistant.system)
        await self._conversations.set_params(conversation_id, assistant.params)
        self._greeting[conversation_id] = assistant.greeting
        return words

    async def greeting(self, conversation_id: str) -> str:
        """What to show in a conversation in which nothing was said yet; it is never sent."""
        words = self._greeting.get(conversation_id, "")
        return words if words and not (await self._conversations.conversation(conversation_id)).messages else ""

    # Keeping

    def _checked(self, assistant: Assistant) -> Assistant:
        name = " ".join(assistant.name.split())
        if not name:
            raise UsageError("An assistant needs a name.")
        if any(one.name.casefold() == name.casefold() and one.id != assistant.id for one in self._assistants.values()):
            raise UsageError(f"There is already an assistant “{name}”.", advice="Choose another name.")
        if words := refusals(assistant.params):
            raise UsageError(words)
        return replace(assistant, name=name, model=assistant.model.strip())

    def _free_name(self, name: str) -> str:
        taken = {one.name.casefold() for one in self._assistants.values()}
        names = [name, *(f"{name} {number}" for number in range(2, len(taken) + 3))]
        return next(one for one in names if one.casefold() not in taken)

    async def _save(self, assistant: Assistant) -> None:
        await self._db.write(rows.save, assistant, durable=True)
        self._assistants[assistant.id] = assistant
        self._changed.emit(AssistantsChanged())
