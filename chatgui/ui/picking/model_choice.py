"""The model button and its picker, kept together with the session's accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from chatgui.chat.prices import described
from chatgui.core.errors import ChatError
from chatgui.ui.conversation_binding import ConversationBinding
from chatgui.ui.header import Header
from chatgui.ui.picking.model_picker import NOBODY, ModelPicker, Offer, Place, Way
from chatgui.ui.tasks import Tasks
from chatgui.ui.theme import Theme

if TYPE_CHECKING:
    from chatgui.chat.session import Session

RECENT = 5  # models remembered beside the favourites


class ModelChoice(QObject):
    """Offers every account's models, what is known at once and the rest as it is answered."""

    def __init__(
        self, session: Session, header: Header, theme: Theme, tasks: Tasks, conversation: ConversationBinding
    ) -> None:
        super().__init__(header)
        self._session = session
        self._button = header.model
        self._tasks = tasks
        self._conversation = conversation
        self._notes: dict[str, str] = {}
        self.picker = ModelPicker(header, theme)
        self.picker.chosen.connect(lambda account, model: tasks.start(self._choose(account, model)))
        self.picker.assistant_chosen.connect(lambda one: tasks.start(self._choose_assistant(one)))
        self.picker.star_wanted.connect(lambda account, model: tasks.start(self._star(account, model)))
        header.model_wanted.connect(self.open)

    def open(self) -> None:
        """Open the picker, or close it; accounts never asked before are asked now."""
        if self.picker.isVisible():
            self.picker.hide()
            return
        shown = self._conversation.conversation
        usable = [one for one in self._session.accounts.all() if not one.disabled]
        for account in usable:
            if not self._session.accounts.known_models(account.id):
                self._notes[account.id] = "asking …"
                self._tasks.start(self._ask(account.id))
        account_id, model = (shown.account, shown.model) if shown else ("", "")
        self._remember()
        self.picker.model.offer_ways(self._ways())
        self.picker.open_below(self._button, self._offers(), account_id, model)

    def _offers(self) -> list[Offer]:
        known, usable = self._session.accounts.known_models, self._session.accounts.all()
        shown = self._conversation.conversation
        here = shown.account if shown else ""  # first, then the others
        return [
            Offer(one.id, one.name, tuple(model for model in described(one, known(one.id)) if model.chat is not False),
                  self._notes.get(one.id, ""), one.colour)
            for one in sorted(usable, key=lambda one: one.id != here)
            if not one.disabled
        ]  # fmt: skip

    def _ways(self) -> list[Way]:
        """The assistants there are; and the way back, if the conversation asks as one."""
        names = {one.id: one.name for one in self._session.accounts.all()}
        shown = self._conversation.conversation
        ways = [
            Way(one.id, one.name, " · ".join(filter(None, (names.get(one.account, ""), one.model))))
            for one in self._session.assistants.all()
        ]
        return [*ways, Way(NOBODY, "No assistant")] if shown and self._session.assistants.of(shown) else ways

    async def _ask(self, account_id: str) -> None:
        try:
            found = await self._session.accounts.models(account_id)
            self._notes[account_id] = "" if found else "none listed; type a name"
        except ChatError as error:
            self._notes[account_id] = error.message
        if self.picker.isVisible():
            self.picker.show_offers(self._offers())

    async def _choose(self, account_id: str, model: str) -> None:
        await self._session.choose_model(self._conversation.id, account_id, model)
        self._conversation.show_asked()
        account = self._session.accounts.by_id(account_id)
        if not account.default_model and not account.is_demo:  # the next conversation need not ask again
            await self._session.accounts.edit(replace(account, default_model=model))
        if not self._session.settings.keep_recent:
            return
        this = f"{account_id}/{model}"
        others = [one for one in self._session.settings.recent_models if one != this]
        await self._session.change_settings(recent_models=(this, *others)[:RECENT])

    async def _choose_assistant(self, assistant: str) -> None:
        """Ask as an assistant from the next message on, or as none."""
        assistants, here = self._session.assistants, self._conversation.id
        if assistant == NOBODY:
            words = ""
            await assistants.leave(here)
        else:
            words = await assistants.apply(here, assistant)
        self._conversation.show_asked(words)

    async def _star(self, account_id: str, model: str) -> None:
        """Make a model a favourite, or no longer."""
        this, favourites = f"{account_id}/{model}", self._session.settings.favourite_models
        others = tuple(one for one in favourites if one != this)
        await self._session.change_settings(favourite_models=others if this in favourites else (*favourites, this))
        self._remember()

    def _remember(self) -> None:
        settings = self._session.settings
        self.picker.show_memory(_places(settings.favourite_models), _places(settings.recent_models))


def _places(kept: tuple[str, ...]) -> tuple[Place, ...]:
    """Account and model of each; the account's id has no slash, a model's name may have several."""
    return tuple((account, model) for account, _, model in (one.partition("/") for one in kept) if model)
