"""What was written and not sent: drafts, and messages that wait for the running answer to end. Nothing of it is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatgui.core.change import Change, MessagesChanged
from chatgui.core.conversation import Unsent
from chatgui.core.event import Event
from chatgui.core.message import Attachment

if TYPE_CHECKING:
    from chatgui.chat.session import Session


class Drafts:
    """One draft for each conversation, kept with it; and in memory, behind its running turn, what waits."""

    def __init__(self, session: Session, changed: Event[Change]) -> None:
        self._session = session
        self._changed = changed
        self._waiting: dict[str, list[Unsent]] = {}

    async def save(self, conversation_id: str, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Keep what stands unsent in the composer. An empty draft does not make a new conversation."""
        conversation = await self._session.conversation(conversation_id)
        if conversation.unsent != (fresh := Unsent(text, tuple(attachments))):
            await self._session.set_fields(conversation_id, draft=fresh.text, draft_attachments=fresh.attachments)

    async def wait(self, conversation_id: str, unsent: Unsent) -> None:
        """Send this when the running turn has ended; it is a draft no longer."""
        self._waiting.setdefault(conversation_id, []).append(unsent)
        self._changed.emit(MessagesChanged(conversation_id))
        await self.save(conversation_id, "")

    def waiting(self, conversation_id: str) -> tuple[Unsent, ...]:
        """What waits in a conversation, in order."""
        return tuple(self._waiting.get(conversation_id, ()))

    def next(self, conversation_id: str) -> Unsent | None:
        """What is to be sent now; it waits no longer."""
        waiting = self._waiting.get(conversation_id)
        return waiting.pop(0) if waiting else None

    def take_back(self, conversation_id: str, index: int) -> Unsent:
        """Take a waiting message back, for the composer; nothing if it was sent meanwhile."""
        waiting = self._waiting.get(conversation_id, [])
        taken = waiting.pop(index) if 0 <= index < len(waiting) else Unsent()
        self._changed.emit(MessagesChanged(conversation_id))
        return taken

    async def keep_waiting(self) -> None:
        """The program ends: what still waits stands before the draft when it begins again."""
        while self._waiting:
            conversation_id, waiting = self._waiting.popitem()
            if waiting:
                conversation = await self._session.conversation(conversation_id)
                whole = sum((*waiting[1:], conversation.unsent), waiting[0])
                await self.save(conversation_id, whole.text, whole.attachments)
