"""The monthly budget of the account that is asked: a line in the composer once it is nearly used up; a notice for any other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from chatgui.core.account import Account
from chatgui.core.change import AccountsChanged, Change, TurnEnded
from chatgui.ui.conversation_binding import ConversationBinding
from chatgui.ui.stage import Stage
from chatgui.ui.tasks import Tasks

if TYPE_CHECKING:
    from chatgui.chat.session import Session


class Budgeting(QObject):
    """Looks after every answer and every change of account; accounts without a budget cost nothing."""

    def __init__(self, session: Session, stage: Stage, conversation: ConversationBinding, tasks: Tasks) -> None:
        super().__init__(stage)
        self._session = session
        self._stage = stage
        self._shown = conversation
        self._tasks = tasks
        self._comparing: asyncio.Task[None] | None = None
        self._levels: dict[str, float] = {}  # by account id: the level last seen
        self._unsubscribe = session.changed.subscribe(self._hear)
        stage.header.model_shown.connect(self._look)
        self._look()

    def close(self) -> None:
        """Look no more."""
        self._unsubscribe()

    def _hear(self, change: Change) -> None:
        if isinstance(change, (TurnEnded, AccountsChanged)):
            self._look()

    def _look(self) -> None:
        if self._comparing is not None:
            self._comparing.cancel()  # what it would say is no longer so
        budgeted = [one for one in self._session.accounts.all() if one.budget is not None]
        if not budgeted:
            self._stage.composer.notes.say("budget", "")
            self._levels.clear()
        else:
            self._comparing = self._tasks.start(self._compare(budgeted))

    async def _compare(self, accounts: list[Account]) -> None:
        standings = [(account, await self._session.ledger.standing(account)) for account in accounts]
        asked, _ = self._shown.asked()
        words, is_news = "", False
        for account, standing in standings:
            if standing is None:
                continue
            risen = standing.level > self._levels.get(account.id, standing.level)
            self._levels[account.id] = standing.level
            if asked is not None and account.id == asked.id:
                words, is_news = standing.warning, risen
            elif risen:  # by an answer in another conversation
                self._stage.notices.say(standing.warning, meaning="warning")
        self._stage.composer.notes.say("budget", words, is_news=is_news)
