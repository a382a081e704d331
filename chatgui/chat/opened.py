"""The conversations that are open: each once in memory, for as long as anybody holds it, and the last few longer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakValueDictionary

from chatgui.core.change import Change, LibraryChanged
from chatgui.core.conversation import Conversation
from chatgui.core.errors import StoreError, StoreState, UsageError
from chatgui.core.event import Event
from chatgui.core.message import Message
from chatgui.core.messages import UNREADABLE
from chatgui.store import conversations, messages
from chatgui.store.database import Database

LAST = 8  # conversations kept in memory though nobody looks at them, so that going back to one costs nothing
NEWEST = 200  # messages read with a conversation; the others when somebody looks at them
AT_ONCE = 2_000  # messages read together, where many are needed


class Opened:
    """Reads them, and writes their fields; what is in the tree is changed by others."""

    def __init__(self, database: Database, changed: Event[Change]) -> None:
        self._db = database
        self._changed = changed
        self._known: WeakValueDictionary[str, Conversation] = WeakValueDictionary()
        self._last: OrderedDict[str, Conversation] = OrderedDict()
        self._unsaved: dict[str, Conversation] = {}  # in which nothing was said yet

    async def get(self, conversation_id: str) -> Conversation:
        """The conversation. Raises UsageError if there is none."""
        known = self._known.get(conversation_id)
        if known is None:
            read = await self._read(conversation_id)  # a long one delays no running answer
            if read is None:
                raise UsageError(f"There is no conversation “{conversation_id}”.")
            known = self._known.setdefault(conversation_id, read)
        self._hold(known)
        return known

    async def _read(self, conversation_id: str) -> Conversation | None:
        if (bodies := self._db.bodies) is None:
            return await self._db.look(conversations.load, conversation_id)
        return await self._db.look(conversations.outlined, conversation_id, bodies, NEWEST)

    def _hold(self, conversation: Conversation) -> None:
        self._last[conversation.id] = conversation
        self._last.move_to_end(conversation.id)
        while len(self._last) > LAST:
            self._last.popitem(last=False)

    def begin(self, conversation: Conversation) -> None:
        """A new one, which is kept once something is said or drafted in it."""
        self._known[conversation.id] = self._unsaved[conversation.id] = conversation

    async def keep(self, conversation: Conversation) -> None:
        """See to it that it is in the database."""
        if conversation.id in self._unsaved:
            await self._db.write(conversations.create, conversation)
            self._unsaved.pop(conversation.id, None)
            self._hold(conversation)
            self._changed.emit(LibraryChanged(conversation.id))

    async def set_fields(self, conversation_id: str, **values: Any) -> None:
        """Change a conversation (names of `core.conversation`) and keep that, unless nothing was said in it yet."""
        conversation = await self.get(conversation_id)
        for name, value in values.items():
            setattr(conversation, name, value)
        if conversation_id in self._unsaved and not conversation.unsent:
            return
        await self.keep(conversation)
        await self._db.write(lambda connection: conversations.set_fields(connection, conversation_id, **values))

    def follow(self, conversation_id: str, values: Mapping[str, Any]) -> None:
        """These fields were changed in the database."""
        conversation = self._known.get(conversation_id)
        for name, value in values.items() if conversation else ():
            if name in ("title", "params", "system", "account", "model", "assistant"):
                setattr(conversation, name, value)

    def forget(self, ids: Iterable[str]) -> None:
        """These are no longer what is in the database: read them anew when somebody asks."""
        for one in ids:
            self._known.pop(one, None)
            self._last.pop(one, None)

    async def branch(self, conversation: Conversation, tip: str | None) -> list[Message]:
        """The messages down to a tip, oldest first, all of them read: for sending them. Raises StoreError if one cannot be."""
        branch = conversation.messages.branch(tip)
        read: dict[str, Message] = {}
        far = branch.far()
        for start in range(0, len(far), AT_ONCE):
            some = await self._db.look(messages.some, far[start : start + AT_ONCE])
            read.update((message.id, message) for message in some)
        found = [read.get(branch.id(at)) or branch[at] for at in range(len(branch))]
        if any(message.failure is UNREADABLE for message in found):
            raise StoreError(
                StoreState.FAILED, "A message of this conversation cannot be read.", advice=UNREADABLE.advice
            )
        return found

    async def whole(self, conversation: Conversation) -> Conversation:
        """The same with every message in memory: for copying it."""
        if conversation.messages.source is None:
            return conversation
        return await self._db.look(conversations.load, conversation.id) or conversation
