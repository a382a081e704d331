"""What a person asks of a message of the shown conversation: the transcript's actions, each by its name, and its menus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication, QImage

from chatgui.core.errors import Failure
from chatgui.core.message import Role
from chatgui.ui.attaching.offered import encoded
from chatgui.ui.choosing import ask_where_to_save, save
from chatgui.ui.conversation_binding import ConversationBinding
from chatgui.ui.message_menu import Asked, open_menu, open_thought_menu
from chatgui.ui.panels import REASONING, REQUEST
from chatgui.ui.panes import Panes, Place
from chatgui.ui.pictures import Pictures
from chatgui.ui.side_pane import SidePane
from chatgui.ui.stage import Stage
from chatgui.ui.tasks import Tasks

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.ui.transcript.links import Link
    from chatgui.ui.transcript.view import TranscriptView

IMAGES = "Images (*.png *.jpg *.webp)"


class MessageActions(QObject):
    """Does what the transcripts ask for. `enter_key` and `mend_account` are given the name of the account that answered."""

    def __init__(
        self,
        session: Session,
        conversation: ConversationBinding,
        tasks: Tasks,
        *,
        stage: Stage,
        side: SidePane,
        panes: Panes,
        enter_key: Callable[[str], None],
        mend_account: Callable[[str, Failure | None], None],
    ) -> None:
        super().__init__(stage)
        self._tasks = tasks
        self._stage = stage
        self._side = side
        self._panes = panes
        self._shown = shown = conversation
        self._pictures = Pictures(session, tasks)
        self._enter_key = enter_key
        self._mend_account = mend_account
        self._actions: dict[str, Callable[[str], object]] = {
            "regenerate": lambda one: tasks.start(session.regenerate(shown.id, one)),
            "continue": lambda one: tasks.start(session.resume(shown.id, one)),
            "cancel": lambda _: session.stop(shown.id),
            "edit": lambda one: shown.composing.edit(shown.message(one)),
            "quote": lambda one: shown.composing.quote(shown.message(one)),
            "copy": self._copy,
            "copy_link": lambda one: shown.going.copy(shown.id, one),
            "show_reasoning": partial(self._show_beside, REASONING),
            "request": partial(self._show_beside, REQUEST),
            "model": lambda _: stage.header.model_wanted.emit(),
            "enter_key": self._ask_for_key,
            "account": self._look_after_account,
            **shown.branching.actions(),
        }
        self._connect()

    def _connect(self) -> None:
        view = self._stage.view
        view.action_requested.connect(self._act)
        view.menu_requested.connect(self._open_menu)
        for one in self._side.views:
            one.menu_requested.connect(partial(self._open_thought_menu, one))
        for one in (view, *self._side.views):
            one.quote_requested.connect(self._shown.composing.put_quote)
            one.link_activated.connect(self._shown.going.follow)
            one.wanted.connect(self._pictures.do)

    def _act(self, message_id: str, action: str) -> None:
        if act := self._actions.get(action):
            act(message_id)

    def _copy(self, message_id: str) -> None:
        if message := self._shown.message(message_id):
            QGuiApplication.clipboard().setText(message.text)
            self._stage.notices.say("Copied.")

    def _show_beside(self, panel: str, message_id: str) -> None:
        self._panes.show_pane(Place.TRAILING, True)
        self._side.show_panel(panel)
        self._side.show_message(message_id)

    def _ask_for_key(self, message_id: str) -> None:
        message = self._shown.message(message_id)
        self._enter_key(message.account if message else "")

    def _look_after_account(self, message_id: str) -> None:
        if message := self._shown.message(message_id):
            self._mend_account(message.account, message.failure)

    # Menus

    def _open_menu(self, message_id: str, link: Link | None, place: QPoint) -> None:
        message = self._shown.message(message_id)
        newest = message_id == self._shown.last(Role.ASSISTANT)
        versions = self._shown.branching.versions(message_id)
        asked = Asked(message, newest, *versions) if message is not None else None
        open_menu(self._stage.view, asked, link, place, keep=self._ask_where)

    def _open_thought_menu(self, view: TranscriptView, message_id: str, link: Link | None, place: QPoint) -> None:
        open_thought_menu(view, message_id, link, place, keep=self._ask_where, go=self._stage.view.jump_to)

    def _ask_where(self, image: QImage) -> None:
        ask_where_to_save(
            self._stage, "Save Image", "image.png", lambda path: self._tasks.start(self._save(image, path)),
            folder=str(Path.home()), kinds=IMAGES,
        )  # fmt: skip

    async def _save(self, image: QImage, path: Path) -> None:
        """Write an image, in the format its name asks for."""
        kind = path.suffix.lstrip(".").upper() or "PNG"
        content = await asyncio.to_thread(encoded, image, kind)
        done, words = (
            await save(path, content) if content else (False, f"Not saved: no image can be written as {kind}.")
        )
        self._stage.notices.say(words, meaning="" if done else "error", stays=not done)
