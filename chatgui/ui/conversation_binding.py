"""The conversation in the window and the session, kept together: facts change the views, wishes call verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from chatgui.core.account import Account
from chatgui.core.assistant import Assistant
from chatgui.core.change import (
    AccountsChanged,
    AssistantsChanged,
    Change,
    LibraryChanged,
    MessagesChanged,
    SettingsChanged,
    StoreTrouble,
    TurnEnded,
    TurnStarted,
)
from chatgui.core.conversation import Conversation
from chatgui.core.errors import ChatError, UsageError
from chatgui.core.message import Message, Role
from chatgui.ui.branching import Branching
from chatgui.ui.composer.composing import Composing, waiting_words
from chatgui.ui.going import GONE, Going
from chatgui.ui.reading import Reading
from chatgui.ui.side_pane import SidePane
from chatgui.ui.stage import Stage
from chatgui.ui.tasks import Tasks
from chatgui.ui.transcript.places import END, Place

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.chat.turn import Turn


class ConversationBinding(QObject):
    """Shows one conversation at a time. `moved` is told when another one is shown, `stirred` when its state changed."""

    def __init__(
        self,
        session: Session,
        stage: Stage,
        side: SidePane,
        tasks: Tasks,
        *,
        moved: Callable[[str], None],
        stirred: Callable[[], None],
        open_accounts: Callable[[], None],
    ) -> None:
        super().__init__(stage)
        self._session = session
        self._stage = stage
        self._side = side
        self._tasks = tasks
        self._moved = moved
        self._stirred = stirred
        self._open_accounts = open_accounts
        self.conversation: Conversation | None = None
        self._reading = Reading(session, stage)
        self.branching = Branching(session, stage, tasks, self.open, lambda: self.conversation)
        self.going = Going(session, stage, tasks, self.open)
        self._has_own = self._own_account()
        self.library_used = False  # whether anything was ever said in this profile
        self._heard: Callable[[], None] = lambda: None
        stage.siblings = self.branching.versions
        self.composing = Composing(session, stage, tasks, trouble=self.trouble)
        self._connect()
        self._unsubscribe = session.changed.subscribe(self._hear)

    def _connect(self) -> None:
        stage, view = self._stage, self._stage.view
        stage.composer.stop_wanted.connect(self.stop)
        stage.composer.edit_last_wanted.connect(lambda: self.composing.edit(self.message(self.last(Role.USER))))
        stage.composer.take_back_wanted.connect(lambda _: self._show_state())
        stage.header.renamed.connect(lambda title: self._tasks.start(self._session.library.rename(self.id, title)))
        view.turn_selected.connect(self._side.show_message)

    def close(self) -> None:
        """Hear no more."""
        self._heard()
        self._unsubscribe()

    @property
    def id(self) -> str:
        """Of the shown conversation; empty before the first one."""
        return self.conversation.id if self.conversation else ""

    @property
    def turn(self) -> Turn | None:
        """The running turn of the shown conversation."""
        return self._session.turns.get(self.id)

    # Showing

    async def open(self, conversation_id: str, message_id: str = "", words: str = "") -> None:
        """Show a conversation, in it a message, and in that the words a search found. The draft before is kept first."""
        self._reading.want(conversation_id)
        if conversation_id != self.id:
            self.composing.keep_pending()
            self._reading.leave(self.id)
            place: Place | None = self._reading.place(conversation_id)
            if await self._reading.show_end(conversation_id):
                self._leave()
                place = None
                self.composing.pause()
            conversation = await self._session.conversation(conversation_id)
            if not self._reading.wants(conversation_id):
                return
            self._leave()
            self.conversation = conversation
            self._show_branch(place)
            self.composing.begin(conversation)
            self.show_head()
            self._moved(conversation_id)
        if message_id:
            await self._reveal(message_id)
            self._stage.show_hit(message_id, words)

    def _leave(self) -> None:
        self._stage.header.title.keep()  # what is being typed there is this conversation's
        self.conversation = None

    async def open_last(self, conversation_id: str, place: Place = END) -> None:
        """Go on where the program was left, if that is still there; else begin an empty conversation."""
        try:
            if conversation_id and not (await self._session.library.summary(conversation_id)).deleted:
                self._reading.leave(conversation_id, place)
                await self.open(conversation_id)
                self._stage.composer.editor.setFocus()
                return
        except UsageError:  # deleted for ever, or nothing was ever said in it
            pass
        await self.open_new()

    async def open_new(self) -> None:
        """Show an empty conversation."""
        if self.conversation is not None and not self.conversation.messages and self._stage.composer.is_empty:
            self._stage.composer.editor.setFocus()
            return
        conversation = await self._session.new_conversation()
        await self.open(conversation.id)
        self._stage.composer.editor.setFocus()

    async def _reveal(self, message_id: str) -> None:
        if not self._stage.view.jump_to(message_id) and self.conversation:
            if message_id not in self.conversation.messages:
                self._stage.notices.say(GONE, meaning="warning")
                return
            await self._session.editing.show_branch(self.id, message_id)
            self._stage.view.jump_to(message_id)
        self._side.show_message(message_id)

    def _show_branch(self, place: Place | None = END) -> None:
        conversation = self.conversation
        if conversation is None:
            return
        branch = conversation.branch()
        self._stage.view.show_messages(branch, place)
        self._side.show_messages(branch)
        self._stage.show_messages(bool(branch))
        if not branch:
            self._show_welcome()
        if turn := self.turn:
            self._follow_turn(turn)
        self._show_state()

    def _follow_turn(self, turn: Turn) -> None:
        self._heard()
        message = turn.message
        self._stage.view.begin_reply(message, turn.reply, turn)
        self._side.begin_reply(message, turn)
        self._heard = turn.changed.subscribe(lambda _: self._stage.view.wake())

    def _show_welcome(self) -> None:
        accounts = [one for one in self._session.accounts.all() if not one.disabled]
        if all(one.is_demo for one in accounts) and not self.library_used:
            self._stage.welcome.show_first_start(demo=bool(accounts))
        elif assistant := self._assistant():
            self._stage.welcome.show_assistant(assistant.name, assistant.greeting, self.asked()[1])
        else:
            self._stage.welcome.show_empty(self.asked()[1])

    def _assistant(self) -> Assistant | None:
        """The one the shown conversation asks as."""
        return self._session.assistants.of(self.conversation) if self.conversation else None

    def asked(self) -> tuple[Account | None, str]:
        """The account and model that will be asked."""
        return self._session.requests.asked(self.conversation)

    def show_head(self) -> None:
        """Show the title, and who will be asked."""
        conversation, (account, model), assistant = self.conversation, self.asked(), self._assistant()
        self._stage.header.title.show_title(conversation.title if conversation else "")
        self._stage.header.show_model(
            account.name if account else "", model,
            assistant=assistant.name if assistant else "", colour=account.colour if account else "",
        )  # fmt: skip
        self._stirred()

    def show_asked(self, words: str = "") -> None:
        """Who is asked, and how, has changed; `words` say what a person should know of it."""
        if words:
            self._stage.notices.say(words, meaning="warning")
        self.show_head()
        if self.conversation and not self.conversation.messages:
            self._show_welcome()

    def _show_state(self) -> None:
        self._stage.composer.show_streaming(self.turn is not None)
        self._stage.composer.show_queue(tuple(map(waiting_words, self._session.drafts.waiting(self.id))))
        self._stirred()

    # Facts

    def _hear(self, change: Change) -> None:
        match change:
            case TurnStarted(conversation) if conversation == self.id:
                self.library_used = True
                self._show_branch()
                self.show_head()
            case TurnEnded(conversation, message) if conversation == self.id:
                self._end_turn(message)
            case MessagesChanged(conversation, message) if conversation == self.id:
                self._show_changed(message)
            case LibraryChanged(conversation) if conversation in ("", self.id):
                self.show_head()
            case AccountsChanged() | AssistantsChanged() | SettingsChanged():
                self.show_asked()
                if not self._has_own and self._own_account():
                    self._leave_demo()
                self._has_own = self._own_account()
            case StoreTrouble(message, advice):
                self._say_trouble(message, advice)
            case _:
                pass

    def _own_account(self) -> bool:
        return any(not one.is_demo and not one.disabled for one in self._session.accounts.all())

    def _leave_demo(self) -> None:
        """The user's first own account is there: a conversation in which nothing was said asks it."""
        wanted = self._session.accounts.default(self._session.settings.default_account)
        if self.conversation is not None and not self.conversation.messages and wanted is not None:
            self._tasks.start(self._ask_of(wanted.id))

    async def _ask_of(self, account_id: str) -> None:
        await self._session.choose_model(self.id, account_id, "")
        self.show_asked()

    def _end_turn(self, message_id: str) -> None:
        self._heard()
        self._heard = lambda: None
        message = self.message(message_id)
        if message is None:  # stopped before anything came
            self._show_branch()
        else:
            self._stage.view.end_reply(message)
            self._side.end_reply(message)
            self._show_state()

    def _show_changed(self, message_id: str) -> None:
        message = self.message(message_id)
        if message is not None:
            self._stage.view.replace(message)
        else:
            self._show_branch(place=None)
        self._show_state()

    def _say_trouble(self, message: str, advice: str) -> None:
        if message:
            self._stage.notices.say(f"{message} {advice}".strip(), meaning="error", stays=True)
        else:
            self._stage.notices.say("Saving works again. Nothing was lost.")

    async def send(self, text: str) -> None:
        """Send this text, as if it stood in the composer."""
        await self.composing.send(text)

    def stop(self) -> None:
        """Stop the running answer."""
        self._session.stop(self.id)

    def trouble(self, error: BaseException) -> None:
        """Say what went wrong, with the way on."""
        if isinstance(error, ChatError) and error.code == "no_model":
            self._stage.header.model_wanted.emit()
        no_account = not [one for one in self._session.accounts.all() if not one.disabled]
        self._stage.notices.trouble(error, [("Accounts…", self._open_accounts)] if no_account else [])

    async def keep(self) -> None:
        """Keep the draft now: the program ends."""
        await self.composing.keep()

    # What is shown

    def message(self, message_id: str) -> Message | None:
        """A message of the shown conversation, if it is one."""
        return self.conversation.messages.get(message_id) if self.conversation else None

    def last(self, role: Role) -> str:
        """The id of the newest message of a role on the shown branch, or empty."""
        return self.conversation.branch().last(role) if self.conversation else ""
