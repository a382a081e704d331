"""Links: to a message of this program, which is shown; to anything else, which another program opens."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication

from chatgui.core.errors import UsageError
from chatgui.core.message_link import MessageLink, is_meant
from chatgui.ui.links import open_link

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.ui.stage import Stage
    from chatgui.ui.tasks import Tasks
    from chatgui.ui.transcript.links import Link

NO_LINK = "This is no link to a message."
UNKNOWN = "The conversation this link leads to is not kept here."
IN_TRASH = "The conversation this link leads to is in the trash."
GONE = "The message this leads to is no longer in this conversation."

Open = Callable[[str, str], Coroutine[Any, Any, None]]  # shows a conversation, and a message in it


class Going:
    """Follows links, and makes them."""

    def __init__(self, session: Session, stage: Stage, tasks: Tasks, open_message: Open) -> None:
        self._session = session
        self._stage = stage
        self._tasks = tasks
        self._open = open_message

    def follow(self, link: Link) -> None:
        """A person followed a link in something that was said or thought."""
        if is_meant(link.url):
            self.go_to(link.url)
        else:
            open_link(link.url, self._stage, warning=link.warning, refused=self._stage.notices.say)

    def go_to(self, text: str) -> None:
        """Show the message this text is a link to, or say why not. Whoever wrote it: that is all it can do."""
        if (link := MessageLink.read(text)) is not None:
            self._tasks.start(self._go(link))
        else:
            self._stage.notices.say(NO_LINK, meaning="warning")

    async def _go(self, link: MessageLink) -> None:
        try:
            row = await self._session.library.summary(link.conversation)
        except UsageError:
            self._stage.notices.say(UNKNOWN, meaning="warning")
            return
        if row.deleted:
            self._stage.notices.say(IN_TRASH, meaning="warning")
            return
        await self._open(link.conversation, link.message)

    def copy(self, conversation: str, message: str) -> None:
        """Put a link to a message on the clipboard."""
        QGuiApplication.clipboard().setText(str(MessageLink(conversation, message)))
        self._stage.notices.say("Link copied.")
