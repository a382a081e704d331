"""The assistants: ways of asking that were given names, and how a conversation takes one up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chatgui.chat.names import free_name, is_taken
from chatgui.chat.undo import Step, UndoStack
from chatgui.core.assistant import Assistant
from chatgui.core.change import AssistantsChanged, Change
from chatgui.core.conversation import Conversation
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.event import Event
from chatgui.core.ids import new_id
from chatgui.core.params import refusals
from chatgui.core.settings import Settings
from chatgui.store import assistants as rows
from chatgui.store.database import Database

if TYPE_CHECKING:
    from chatgui.chat.accounts import Accounts


class Conversations(Protocol):
    """The session, as the assistants use it."""

    accounts: Accounts

    @property
    def settings(self) -> Settings:
        """Those in force."""

    async def conversation(self, conversation_id: str) -> Conversation:
        """Raises UsageError if there is none."""

    async def new_conversation(self) -> Conversation:
        """An empty one."""

    async def set_fields(self, conversation_id: str, **values: Any) -> None:
        """Change a conversation."""


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
            await self._take_out(assistant_id)

        async def back() -> None:
            await self._save(replace(assistant, name=self._free_name(assistant.name)))

        await self._undo.do(Step(f"Assistant “{assistant.name}” removed", back, forth))

    async def _take_out(self, assistant_id: str) -> None:
        await self._db.write(rows.delete, assistant_id, durable=True)
        del self._assistants[assistant_id]
        self._changed.emit(AssistantsChanged())

    async def move(self, assistant_id: str, position: int) -> None:
        """Put an assistant at this place of the order, counted from 0."""
        moved = self.by_id(assistant_id)
        order = [one for one in self.all() if one.id != assistant_id]
        order.insert(max(position, 0), moved)
        for number, one in enumerate(order):
            if one.position != number:
                await self._save(replace(one, position=number))

    async def keep(self, conversation_id: str, name: str) -> Assistant:
        """Make an assistant of how a conversation asks now; from now on it asks as this one. Raises as `add` does."""
        one = await self._conversations.conversation(conversation_id)
        kept = await self.add(Assistant(new_id(), name, one.account, one.model, one.system, dict(one.params)))
        await self._conversations.set_fields(conversation_id, assistant=kept.id)
        return kept

    async def duplicate(self, assistant_id: str) -> Assistant:
        """A copy of an assistant, right below it."""
        source = self.by_id(assistant_id)
        copy = await self.add(replace(source, id=new_id(), name=self._free_name(f"{source.name} copy")))
        await self.move(copy.id, [one.id for one in self.all()].index(source.id) + 1)
        return self.by_id(copy.id)

    # Out and in

    def _account_names(self) -> dict[str, str]:
        return {account.id: account.name for account in self._conversations.accounts.all()}

    async def export(self, target: Path) -> Path:
        """Write all of them into a file; where it came to lie. Raises StoreError."""
        from chatgui.exchange import assistants as files

        return await asyncio.to_thread(files.write, self.all(), self._account_names(), target)

    async def take_in(self, path: Path) -> str:
        """Add the assistants of a file; what came of it, in words. One that is here already is not added again, and none
        is changed. Can be undone. Raises UsageError if it is no such file."""
        from chatgui.exchange import assistants as files

        found, skips = await asyncio.to_thread(files.read, path, self._account_names())
        new = [one for one in found if not self._is_here(one)]
        if new:
            await self._undo.do(self._taking_in(new))
        words = [f"{len(new)} added"]
        words += [f"{len(found) - len(new)} already here"] if len(found) > len(new) else []
        return (
            ", ".join(words) + "." + "".join(f" {skip.what.capitalize()} was left out: {skip.why}." for skip in skips)
        )

    def _is_here(self, one: Assistant) -> bool:
        known = self._assistants.get(one.id)
        return known is not None and replace(known, position=0) == replace(one, position=0)

    def _taking_in(self, new: list[Assistant]) -> Step:
        taken: list[str] = []

        async def forth() -> None:
            for one in new:
                name = new_id() if one.id in self._assistants else one.id
                taken.append((await self.add(replace(one, id=name, name=self._free_name(one.name)))).id)

        async def back() -> None:
            for one in taken:
                await self._take_out(one)
            taken.clear()

        return Step("Assistants imported", back, forth)

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
        values, words = self.fields(self.by_id(assistant_id))
        await self._conversations.set_fields(conversation_id, **values)
        return words

    def fields(self, assistant: Assistant) -> tuple[dict[str, Any], str]:
        """What becomes of a conversation that takes this assistant up, and the words of `apply`."""
        values = {"params": dict(assistant.params), "system": assistant.system, "assistant": assistant.id}
        if not assistant.account:
            return values, ""
        if assistant.account not in self._account_names():
            return values, f"The account “{assistant.name}” asks is no longer there; the model stays as it was."
        return {**values, "account": assistant.account, "model": assistant.model}, ""

    async def leave(self, conversation_id: str) -> None:
        """Ask as a new conversation does, from the next message on; account and model stay."""
        system = self._conversations.settings.system_prompt
        await self._conversations.set_fields(conversation_id, system=system, params={}, assistant="")

    def of(self, conversation: Conversation) -> Assistant | None:
        """The assistant a conversation asks as; None if it asks as none, or as one that was removed."""
        return self._assistants.get(conversation.assistant)

    def greeting(self, conversation: Conversation) -> str:
        """What to show in a conversation in which nothing was said yet; it is never sent."""
        one = self.of(conversation)
        return one.greeting if one is not None and not conversation.messages else ""

    # Keeping

    def _checked(self, assistant: Assistant) -> Assistant:
        name = " ".join(assistant.name.split())
        if not name:
            raise UsageError("An assistant needs a name.")
        if is_taken(name, (one.name for one in self._assistants.values() if one.id != assistant.id)):
            raise UsageError(f"There is already an assistant “{name}”.", advice="Choose another name.")
        if words := refusals(assistant.params):
            raise UsageError(words)
        return replace(assistant, name=name, model=assistant.model.strip())

    def _free_name(self, name: str) -> str:
        return free_name(name, (one.name for one in self._assistants.values()))

    async def _save(self, assistant: Assistant) -> None:
        await self._db.write(rows.save, assistant, durable=True)
        self._assistants[assistant.id] = assistant
        self._changed.emit(AssistantsChanged())
