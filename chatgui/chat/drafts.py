"""What was written and not sent: drafts, messages being said differently, and those that wait for the running answer to
end. Nothing of it is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from chatgui.core.change import Change, MessagesChanged
from chatgui.core.conversation import Conversation, Unsent
from chatgui.core.errors import ChatError
from chatgui.core.event import Event
from chatgui.core.message import Attachment
from chatgui.store import conversations
from chatgui.store.database import Database

if TYPE_CHECKING:
    from chatgui.chat.session import Session


class Drafts:
    """One draft for each conversation, other words for its messages, and behind its running turn what waits; all are kept
    with the conversation.

    In the database what waits stands before the draft, so that a program that is killed finds it in the composer again.
    """

    def __init__(
        self,
        session: Session,
        database: Database,
        changed: Event[Change],
        ensure_kept: Callable[[Conversation], Awaitable[None]],
    ) -> None:
        self._session = session
        self._db = database
        self._changed = changed
        self._ensure_kept = ensure_kept  # in the database, if it is not yet
        self._waiting: dict[str, list[Unsent]] = {}

    async def save(self, conversation_id: str, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Keep what stands unsent in the composer. An empty draft does not make a new conversation."""
        conversation = await self._session.conversation(conversation_id)
        if conversation.unsent != (fresh := Unsent(text, tuple(attachments))):
            await self._keep(conversation, fresh)

    def put(self, conversation: Conversation, draft: Unsent) -> Callable[[Any], None]:
        """Another draft; what keeps it in the database: what waits, then the draft, and what is being made of messages."""
        conversation.draft, conversation.draft_attachments = draft.text, draft.attachments
        kept, edits = sum((*self.waiting(conversation.id), draft), Unsent()), dict(conversation.edits)
        return lambda connection: conversations.keep_unsent(connection, conversation.id, kept, edits)

    async def _keep(self, conversation: Conversation, draft: Unsent, *, durable: bool = False) -> None:
        write = self.put(conversation, draft)
        if draft or conversation.edits or self.waiting(conversation.id):
            await self._ensure_kept(conversation)
        await self._db.write(write, durable=durable)

    async def edit(self, conversation_id: str, message_id: str, unsent: Unsent | None) -> None:
        """Keep what is being made of a message; None if nothing is any more."""
        conversation = await self._session.conversation(conversation_id)
        if conversation.edits.get(message_id) == unsent:
            return
        conversation.edits.pop(message_id, None)
        if unsent is not None:
            conversation.edits[message_id] = unsent
        await self._keep(conversation, conversation.unsent)

    async def wait(self, conversation_id: str, unsent: Unsent, draft: Unsent) -> None:
        """Send this when the running turn has ended; `draft` is what stands in the composer now."""
        self._waiting.setdefault(conversation_id, []).append(unsent)
        self._changed.emit(MessagesChanged(conversation_id))
        await self._keep(await self._session.conversation(conversation_id), draft, durable=True)

    def waiting(self, conversation_id: str) -> tuple[Unsent, ...]:
        """What waits in a conversation, in order."""
        return tuple(self._waiting.get(conversation_id, ()))

    async def send_next(self, conversation_id: str) -> None:
        """Send what waits longest, if anything does; if that cannot be, it waits again. The draft stays."""
        conversation = await self._session.conversation(conversation_id)
        waiting = self._waiting.get(conversation_id)
        if waiting and not self._session.is_busy(conversation_id):
            first, draft = waiting.pop(0), conversation.unsent
            try:
                await self._session.send(conversation_id, first.text, first.attachments, draft=draft)
            except ChatError:
                waiting.insert(0, first)
                self._changed.emit(MessagesChanged(conversation_id))

    def take_back(self, conversation_id: str, index: int) -> Unsent:
        """Take a waiting message back, for the composer; nothing if it was sent meanwhile."""
        waiting = self._waiting.get(conversation_id, [])
        taken = waiting.pop(index) if 0 <= index < len(waiting) else Unsent()
        self._changed.emit(MessagesChanged(conversation_id))
        return taken
