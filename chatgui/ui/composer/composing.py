"""What stands in the composer and the shown conversation, kept together: drafts, sending, saying it differently, quoting."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QTextCursor

from chatgui.core.conversation import Conversation, Unsent
from chatgui.core.errors import ChatError
from chatgui.core.message import Attachment, Message, Role
from chatgui.ui.stage import Stage
from chatgui.ui.tasks import Tasks

if TYPE_CHECKING:
    from chatgui.chat.session import Session


WORDS_OF_EDITING = {
    Role.USER: "Sending makes a new version of this message.",
    Role.ASSISTANT: "Sending puts these words in the answer’s place; nothing is asked.",
}


class Composing(QObject):
    """Writes for one conversation at a time. `trouble` is told what could not be sent."""

    def __init__(
        self, session: Session, stage: Stage, tasks: Tasks, *, trouble: Callable[[BaseException], None]
    ) -> None:
        super().__init__(stage)
        self._session = session
        self._stage = stage
        self._composer = stage.composer
        self._tasks = tasks
        self._trouble = trouble
        self._conversation: Conversation | None = None
        self._editing = ""  # id of the message that is being said differently
        self._in_place = False  # whether it is an answer, whose words are changed where they stand
        self._composer.send_wanted.connect(lambda text: tasks.start(self.send(text, self._composer.tray.attachments)))
        self._composer.draft_changed.connect(self._save_draft)
        self._composer.take_back_wanted.connect(self._take_back)
        stage.escaped.connect(self.give_up_editing)

    @property
    def _here(self) -> str:
        return self._conversation.id if self._conversation else ""

    @property
    def after(self) -> str | None:
        """The message that what stands in the composer would follow; None for a first one."""
        conversation = self._conversation
        edited = conversation.messages.get(self._editing) if conversation else None
        return edited.parent if edited else conversation.tip if conversation else None

    # Drafts

    def begin(self, conversation: Conversation) -> None:
        """Write for this conversation from now on, beginning with what is being made of a message, or with its draft."""
        self._stop_editing()
        self._conversation = conversation
        self._composer.editor.setReadOnly(False)
        for message_id in reversed(conversation.edits):
            if message := conversation.messages.get(message_id):
                self._begin_editing(message)
                return
        self._composer.put(conversation.draft, conversation.draft_attachments)

    def pause(self) -> None:
        """Write for none until the next `begin`."""
        self._stop_editing()
        self._conversation = None
        self._composer.put("")
        self._composer.editor.setReadOnly(True)

    def _save_draft(self, text: str) -> None:
        if self._conversation is not None:
            self._tasks.start(self._keeping(Unsent(text, self._composer.tray.attachments)))

    def _keeping(self, unsent: Unsent) -> Coroutine[Any, Any, None]:
        """What keeps this as what it is now: the draft, or other words for the message that is being said differently."""
        drafts, here, edited = self._session.drafts, self._here, self._editing
        if not edited:
            return drafts.save(here, unsent.text, unsent.attachments)
        message = self._conversation.messages.get(edited) if self._conversation else None
        return drafts.edit(here, edited, None if message and unsent == _said_in(message) else unsent)

    def keep_pending(self) -> None:
        """Tell a draft that was not told yet."""
        if self._composer.draft_pending:
            self._composer.flush_draft()

    async def keep(self) -> None:
        """Keep the draft now: the program ends."""
        if self._conversation is not None and self._composer.draft_pending:
            await self._keeping(self._composer.unsent)

    # Sending

    def send(self, text: str, attachments: tuple[Attachment, ...] = ()) -> Coroutine[Any, Any, None]:
        """What sends this, which is taken from the composer at once; if it cannot be sent, it stands there again."""
        in_place, editing = self._in_place, self._stop_editing()
        self._composer.editor.setFocus()  # a button of the welcome had it
        draft = self._conversation.unsent if self._conversation else Unsent()
        left = draft if editing else Unsent()
        self._composer.put(left.text, left.attachments)
        return self._sending(self._here, Unsent(text, attachments), draft, editing, in_place=in_place)

    async def _sending(self, here: str, unsent: Unsent, draft: Unsent, editing: str, *, in_place: bool) -> None:
        text, attachments = unsent.text, unsent.attachments
        try:
            if editing and in_place:
                await self._session.editing.edit_text(here, editing, text)
            elif editing:
                await self._session.edit_and_send(here, editing, text, attachments)
            else:
                await self._session.send(here, text, attachments)
            if editing:
                await self._session.drafts.edit(here, editing, None)
        except ChatError as error:
            self._trouble(error)
            if here == self._here:
                self._editing, self._in_place = editing, in_place
                self._put_before(unsent)
            elif editing:
                await self._session.drafts.edit(here, editing, unsent)
            else:  # the composer is another conversation's by now
                now = (await self._session.conversation(here)).unsent
                whole = unsent if now == draft else unsent + now  # the draft of then was this, as far as it was told
                await self._session.drafts.save(here, whole.text, whole.attachments)

    def _take_back(self, index: int) -> None:
        self._put_before(self._session.drafts.take_back(self._here, index))

    def _put_before(self, unsent: Unsent) -> None:
        """Put this before what was typed meanwhile."""
        whole = unsent + self._composer.take()
        self._composer.put(whole.text, whole.attachments)
        self._composer.flush_draft()

    # Saying it differently

    def edit(self, message: Message | None) -> None:
        """Put a message into the composer, to be said differently: a question asks anew, an answer is changed in place."""
        if message is None or message.role not in WORDS_OF_EDITING:
            return
        self.keep_pending()
        self._begin_editing(message)
        self._composer.editor.setFocus()

    def _begin_editing(self, message: Message) -> None:
        self._editing, self._in_place = message.id, message.role is Role.ASSISTANT
        edits = self._conversation.edits if self._conversation else {}
        unsent = edits.get(message.id, _said_in(message))
        self._composer.put(unsent.text, unsent.attachments)
        self._stage.notices.say(WORDS_OF_EDITING[message.role], [("Leave as It Was", self.give_up_editing)], stays=True)

    def give_up_editing(self) -> bool:
        """Leave the message as it was; False if none was being said differently."""
        conversation, edited = self._conversation, self._stop_editing()
        if not edited or conversation is None:
            return False
        self._tasks.start(self._session.drafts.edit(conversation.id, edited, None))
        self._composer.put(conversation.draft, conversation.draft_attachments)
        return True

    def _stop_editing(self) -> str:
        """The message that was being said differently, if one was; the notice of it goes."""
        editing, self._editing = self._editing, ""
        if editing:
            self._stage.notices.dismiss()
        return editing

    # Quoting

    def quote(self, message: Message | None) -> None:
        """Put a whole message into the composer as a quote."""
        if message is not None:
            self.put_quote("\n".join(f"> {line}" for line in message.text.split("\n")))

    def put_quote(self, quote: str) -> None:
        """Add a quote to what stands in the composer."""
        editor = self._composer.editor
        editor.moveCursor(QTextCursor.MoveOperation.End)
        editor.insertPlainText(f"\n\n{quote}\n\n" if editor.toPlainText() else f"{quote}\n\n")
        editor.setFocus()


def _said_in(message: Message) -> Unsent:
    return Unsent(message.text, tuple(part for part in message.parts if isinstance(part, Attachment)))


def waiting_words(unsent: Unsent) -> str:
    """What is shown of a message that waits: its text, before it the names of its files."""
    return " · ".join((*(one.name for one in unsent.attachments), *filter(None, [unsent.text])))
