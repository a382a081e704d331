"""The files of messages, brought to whoever shows them: read from the library, decoded in the child, opened larger, saved."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from chatgui.core.attaching import Kind, kind_of, short, text_of
from chatgui.core.message import Attachment
from chatgui.ui.attaching.intake import show_image
from chatgui.ui.choosing import ask_where_to_save, save
from chatgui.ui.conversation_binding import ConversationBinding
from chatgui.ui.stage import Stage
from chatgui.ui.tasks import Tasks
from chatgui.ui.transcript import shelf
from chatgui.ui.transcript.blocks import album
from chatgui.ui.transcript.blocks.album import Told

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.ui.dialogs import Dialogs

GONE = "This file is no longer in the library."
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


class Showing(QObject):
    """Hears what the transcript and the composer want of a file."""

    def __init__(
        self, session: Session, stage: Stage, tasks: Tasks, conversation: ConversationBinding, dialogs: Dialogs
    ) -> None:
        super().__init__(stage)
        self._session = session
        self._stage = stage
        self._tasks = tasks
        self._shown = conversation
        self._dialogs = dialogs
        self._fetching: set[str] = set()
        stage.fetch = self.fetch
        stage.view.action_requested.connect(self._act)
        stage.composer.tray.open_wanted.connect(self.open)
        stage.composer.tray.picture_wanted.connect(self.fetch)

    def fetch(self, attachment: Attachment) -> None:
        """Read a file that is to be shown, once at a time."""
        if attachment.sha256 not in self._fetching:
            self._fetching.add(attachment.sha256)
            self._tasks.start(self._fetch(attachment))

    async def _fetch(self, attachment: Attachment) -> None:
        try:
            content = await self._session.attachments.content(attachment)
            if kind_of(attachment.media_type) is not Kind.IMAGE:
                found = await asyncio.to_thread(lambda: shelf.excerpt(text_of(attachment.media_type, content or b"")))
                shelf.supply(attachment, found)
            elif content is None:
                album.tell(shelf.address(attachment), Told(GONE))
            else:
                show_image(attachment, content)
        finally:
            self._fetching.discard(attachment.sha256)

    def _act(self, message_id: str, action: str) -> None:
        verb, _, sha256 = action.partition(":")
        message = self._shown.conversation.messages.get(message_id) if self._shown.conversation else None
        for part in message.parts if message else ():
            if isinstance(part, Attachment) and part.sha256 == sha256:
                if verb == "open_file":
                    self.open(part)
                elif verb == "save_file":
                    self.save(part)
                return

    def open(self, attachment: Attachment) -> None:
        """Show a file in a window of the program; another program is never asked."""
        self._dialogs.close("viewer")
        self._dialogs.open("viewer", attachment, self.save)

    def save(self, attachment: Attachment) -> None:
        """Ask where to, and write the file as it is in the library."""
        ask_where_to_save(
            self._stage,
            f"Save “{short(attachment.name)}”",
            _NOT_IN_NAMES.sub("_", attachment.name).strip(" .") or "file",
            lambda path: self._tasks.start(self._write(attachment, path)),
        )

    async def _write(self, attachment: Attachment, path: Path) -> None:
        content = await self._session.attachments.content(attachment)
        if content is None:
            self._stage.notices.say(GONE, meaning="error", stays=True)
            return
        done, words = await save(path, content)
        self._stage.notices.say(words, meaning="" if done else "error", stays=not done)
