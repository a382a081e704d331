"""The session: everything the window and the command line can ask for, in verbs; everything that happens, in facts.

    session = await open_session(profile)      # store, keyring and client wired together
    conversation = await session.new_conversation()
    turn = await session.send(conversation.id, "How do tides work?")
    message = await turn.wait()
    await session.close()

One session serves one profile in one process. Any number of conversations may have a running turn, each at most one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chatgui.chat.accounts import Accounts
from chatgui.chat.archive import Archive
from chatgui.chat.asking import history_of, opening_answer, parts_of, user_message
from chatgui.chat.assistants import Assistants
from chatgui.chat.attachments import Attachments
from chatgui.chat.copying import Copying
from chatgui.chat.drafts import Drafts
from chatgui.chat.editing import Editing, message_of
from chatgui.chat.folder_archive import FolderArchive
from chatgui.chat.inspector import Inspector
from chatgui.chat.keeper import StoreKeeper
from chatgui.chat.ledger import Ledger
from chatgui.chat.library import Library
from chatgui.chat.naming import Naming
from chatgui.chat.opened import Opened
from chatgui.chat.preferences import Preferences
from chatgui.chat.prices import price_of
from chatgui.chat.requests import Requests
from chatgui.chat.titles import UNTITLED, title_of
from chatgui.chat.turn import Turn
from chatgui.chat.undo import UndoStack
from chatgui.chat.upkeep import Upkeep
from chatgui.core.account import Account
from chatgui.core.change import (
    Change,
    LibraryChanged,
    StoreTrouble,
    TurnEnded,
    TurnStarted,
)
from chatgui.core.conversation import Conversation, Unsent
from chatgui.core.delta import Learned
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.event import Event
from chatgui.core.ids import new_id
from chatgui.core.message import Attachment, Message, Part, Role, State
from chatgui.core.params import refusals as param_refusals
from chatgui.core.request import ChatRequest
from chatgui.core.settings import Settings
from chatgui.store import conversations
from chatgui.store.database import Database
from chatgui.store.profile import Profile
from chatgui.store.vault import Vault

if TYPE_CHECKING:
    from chatgui.wire.client import Client


async def open_session(profile: Path | None = None, *, frame_s: float = 0.0, client: Client | None = None) -> Session:
    """A session on a profile directory (default: the platform's). `frame_s` paces reads to paint frames, in seconds.

    `client` is one to use instead of a new one: the command line brings one that is loaded when it first speaks.

    Raises StoreError where the database cannot be opened.
    """
    place = Profile(profile) if profile else Profile.default()
    if client is None:
        from chatgui.wire.client import Client

        client = Client(frame_s=frame_s)
    session = Session(place, Database(place.database), Vault(place.service), client)
    await session.open()
    return session


class Session:
    """See the module. Made by `open_session`."""

    def __init__(self, profile: Profile, database: Database, vault: Vault, client: Client) -> None:
        self.profile = profile
        self.changed: Event[Change] = Event()
        self.turns: dict[str, Turn] = {}
        self._asking: set[str] = set()  # conversations whose next turn is on its way to the database
        self.client = client
        self._db = database
        self.opened = Opened(database, self.changed)
        self._tasks: set[asyncio.Task[None]] = set()
        self.undo_stack = UndoStack()
        self.accounts = Accounts(database, vault, client, self.changed, self.undo_stack)
        self.library = Library(database, self.changed, self.undo_stack, self.opened.follow, lambda: bool(self.turns))
        self.assistants = Assistants(database, self.changed, self.undo_stack, self)
        self.attachments = Attachments(database, self.accounts)
        self.drafts = Drafts(self, database, self.changed, self.opened.keep)
        self.ledger = Ledger(database)
        self.upkeep = Upkeep(database)
        self.inspector = Inspector(self.accounts.secrets, database)
        self.preferences = Preferences(profile.settings, self.changed, self.inspector.forget)
        reread = (self.accounts.load, self.assistants.load, self.preferences.forget_unwanted)
        self.archive = Archive(database, self.changed, self._forget, reread)
        self.folder_archive = FolderArchive(self.archive, database, self.preferences, self.changed)
        self.requests = Requests(self.accounts, self.attachments, self.inspector, self.preferences, client)
        self.naming = Naming(database, self.accounts, self.changed, self.requests.stream_of)
        self.editing = Editing(database, self.changed, self.undo_stack, self._idle)
        self.copying = Copying(database, self.changed, self.undo_stack, self._idle, self.opened)

    # Beginning and end

    async def open(self) -> None:
        """Open the database, mend what a crash left, read settings and accounts."""
        await self._db.open()
        self._db.trouble.subscribe(self._tell_trouble)
        if self._db.refuses is None:
            await self._db.write(conversations.recover, durable=True)
        await self.preferences.load()
        if self._db.refuses is None:
            await self.preferences.forget_unwanted()  # a crash may have come in between
        await self.accounts.load()
        await self.assistants.load()

    async def close(self) -> None:
        """Stop every turn, keep what has come, end the demo server. Safe to call at any moment, once."""
        running = list(self.turns.values())
        await self.upkeep.end()
        await self.naming.close()
        for turn in running:
            turn.stop()
        await asyncio.gather(*(turn.wait() for turn in running), return_exceptions=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.folder_archive.end()
        await self.accounts.demo.close()
        await self.client.aclose()
        await self._db.close()

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.preferences.settings

    async def change_settings(self, **values: Any) -> None:
        """Replace settings and keep them. Raises UsageError for a name or value that cannot be."""
        await self.preferences.change(values)

    # Conversations

    async def conversation(self, conversation_id: str) -> Conversation:
        """The tree of a conversation. Raises UsageError if there is none. Read it only; change it by verbs."""
        return await self.opened.get(conversation_id)

    async def new_conversation(self) -> Conversation:
        """An empty conversation with the default account. It is kept once something is said or drafted in it."""
        now = datetime.now(UTC)
        account = self.accounts.default(self.settings.default_account)
        conversation = Conversation(
            new_id(), UNTITLED, now, now,
            account=account.id if account else "",
            model=account.default_model if account else "",
            system=self.settings.system_prompt,
        )  # fmt: skip
        self.opened.begin(conversation)
        return conversation

    async def choose_model(self, conversation_id: str, account_id: str, model: str) -> None:
        """Ask this account and model from the next message on."""
        await self.set_fields(conversation_id, account=self.accounts.by_id(account_id).id, model=model.strip())

    async def set_params(self, conversation_id: str, params: Mapping[str, Any]) -> None:
        """The parameters sent from the next message on; only these, under the protocol's names. Raises UsageError."""
        if words := param_refusals(params):
            raise UsageError(words)
        await self.set_fields(conversation_id, params=dict(params))

    async def set_system(self, conversation_id: str, text: str) -> None:
        """The system prompt sent from the next message on."""
        await self.set_fields(conversation_id, system=text)

    async def set_fields(self, conversation_id: str, **values: Any) -> None:
        """Change a conversation (names of `core.conversation`) and keep that, unless nothing was said in it yet."""
        await self.opened.set_fields(conversation_id, **values)

    def _forget(self, ids: Iterable[str]) -> None:
        self.opened.forget(one for one in ids if not self.is_busy(one))

    # Saying something

    async def send(
        self, conversation_id: str, text: str, attachments: Sequence[Attachment] = (), *, after: str | None = None,
        draft: Unsent = Unsent(),  # noqa: B008 - never changes
    ) -> Turn | None:  # fmt: skip
        """Say something and ask for an answer; None if it waits behind a running turn. Raises ChatError.

        It is on disk before anything is sent, and follows `after` (default: the shown tip); `draft` is what stays unsent.
        """
        if self.is_busy(conversation_id):
            await self.drafts.wait(conversation_id, Unsent(text, tuple(attachments)), draft)
            return None
        with self._asking_in(conversation_id):
            conversation = await self.conversation(conversation_id)
            parent = after if after is not None else conversation.tip
            return await self._ask(conversation, user_message(parts_of(text, attachments), parent), draft)

    async def _ask(self, conversation: Conversation, message: Message, draft: Unsent) -> Turn:
        before, fresh = conversation.unsent, not conversation.messages
        asked = await self._request(conversation, message.parent, message)  # first: what cannot be asked is not said
        await self.opened.keep(conversation)
        if conversation.unsent != before:
            draft = conversation.unsent  # written meanwhile
        if fresh and conversation.title == UNTITLED:
            conversation.title = title_of(message)
        title, keep_unsent = conversation.title, self.drafts.put(conversation, draft)

        def say(connection: Any) -> None:
            conversations.set_fields(connection, conversation.id, title=title, tip=message.id)
            keep_unsent(connection)
            conversations.insert_message(connection, conversation.id, message)

        return await self._answer(conversation, message.id, *asked, question=message, say=say)

    async def preview(
        self, conversation_id: str, text: str, attachments: Sequence[Attachment] = (),
        contents: Mapping[str, bytes] = MappingProxyType({}),
    ) -> dict[str, Any]:  # fmt: skip
        """Exactly what sending this now would send (see `chat.preview`), with `$API_KEY` for the key. Raises ChatError.

        `contents` are bytes of files that are not in the library, by SHA-256.
        """
        conversation = await self.conversation(conversation_id)
        message = user_message(parts_of(text, attachments), conversation.tip)
        said = await self.opened.branch(conversation, conversation.tip)
        return await self.requests.preview(conversation, [*said, message], contents)

    async def regenerate(self, conversation_id: str, message_id: str) -> Turn:
        """Another answer beside this one (or to this message of the user's); the old one stays as a version."""
        conversation = await self._idle(conversation_id)
        message = message_of(conversation, message_id)
        parent = message.parent if message.role is Role.ASSISTANT else message_id
        with self._asking_in(conversation_id):
            return await self._answer(conversation, parent, *await self._request(conversation, parent))

    async def resume(self, conversation_id: str, message_id: str) -> Turn:
        """Go on from an answer that was cut short, in a new version that begins with what there is.

        The request ends with the answer so far where the account is known to take that; a seam stays visible.
        """
        conversation = await self._idle(conversation_id)
        message = message_of(conversation, message_id)
        if message.role is not Role.ASSISTANT or not message.text:
            return await self.regenerate(conversation_id, message_id)
        with self._asking_in(conversation_id):
            asked = await self._request(conversation, message.parent, message, continuing=True)
            return await self._answer(conversation, message.parent, *asked, begun=message.parts)

    async def edit_and_send(
        self, conversation_id: str, message_id: str, text: str, attachments: Sequence[Attachment] | None = None
    ) -> Turn:
        """Say it differently: a new version of the user's message beside the old one, and its answer.

        It keeps the files of the old one unless others are given.
        """
        conversation = await self._idle(conversation_id)
        message = message_of(conversation, message_id)
        if attachments is None:
            attachments = [part for part in message.parts if isinstance(part, Attachment)]
        fresh = user_message(parts_of(text, attachments), message.parent)
        with self._asking_in(conversation_id):
            return await self._ask(conversation, fresh, conversation.unsent)

    def stop(self, conversation_id: str) -> None:
        """Stop the conversation's turn, if one runs; what has come is kept."""
        if turn := self.turns.get(conversation_id):
            turn.stop()

    # Turns

    def is_busy(self, conversation_id: str) -> bool:
        """Whether a turn runs in a conversation or is about to."""
        return conversation_id in self.turns or conversation_id in self._asking

    @contextmanager
    def _asking_in(self, conversation_id: str) -> Iterator[None]:
        """Until its turn is among `turns`, nobody else may begin one: there is an await or two in between."""
        self._asking.add(conversation_id)
        try:
            yield
        finally:
            self._asking.discard(conversation_id)

    async def _request(
        self, conversation: Conversation, tip: str | None, *more: Message, continuing: bool = False
    ) -> tuple[Account, ChatRequest]:
        """Who is asked, and what: all that was said down to `tip`, and `more`. Nothing is written. Raises ChatError."""
        said = await self.opened.branch(conversation, tip)
        account = self.requests.account_of(conversation)
        history = history_of(conversation, [*said, *more])
        return account, await self.requests.of(account, conversation, history, continuing=continuing)

    async def _answer(
        self, conversation: Conversation, parent: str | None, account: Account, request: ChatRequest,
        *, begun: Sequence[Part] = (), question: Message | None = None, say: Callable[[Any], None] | None = None,
    ) -> Turn:  # fmt: skip
        """Begin an answer; a new question that `say` writes is kept together with it, or not at all."""
        message = opening_answer(conversation, account, request.model, parent, begun)

        def begin(connection: Any) -> None:
            if say is not None:
                say(connection)
            conversations.begin_reply(connection, conversation.id, message)

        await self._db.write(begin, durable=True)
        if question is not None:
            conversation.add(question)
            self.changed.emit(LibraryChanged(conversation.id))
        conversation.add(message)
        conversation.tip = message.id
        turn = Turn(
            conversation.id, message, request, self.requests.stream_of(account.id, message.id),
            StoreKeeper(self._db, self.changed, conversation.id),
            learned=lambda learned: self._learn(account.id, learned),
            ended=lambda ended: self._ended(conversation, ended),
            price=price_of(account, request.model, self.accounts.known_models(account.id)),
        )  # fmt: skip
        self.turns[conversation.id] = turn
        self.changed.emit(TurnStarted(conversation.id, message.id))
        return turn

    def _ended(self, conversation: Conversation, message: Message) -> None:
        del self.turns[conversation.id]
        if message.state is State.STOPPED and not message.parts:
            conversation.remove(message.id)
            conversation.tip = message.parent
        else:
            conversation.add(message)
        conversation.updated = datetime.now(UTC)
        self.changed.emit(TurnEnded(conversation.id, message.id))
        self.changed.emit(LibraryChanged(conversation.id))
        if self.settings.keep_requests:
            self._spawn(self.inspector.keep(message.id))
        if self.settings.titles == "model":
            self.naming.consider(conversation, message)
        if message.state is State.FINISHED:
            self._spawn(self.drafts.send_next(conversation.id))

    def _learn(self, account_id: str, learned: Learned) -> None:
        self._spawn(self.accounts.learn(account_id, learned.traits))

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell_trouble(self, error: StoreError | None) -> None:
        self.changed.emit(StoreTrouble(error.message if error else "", error.advice if error else ""))

    @property
    def opening_words(self) -> str:
        """What a person should hear of how this start went: what was rescued, refused, or stands in a risky folder."""
        return " ".join(filter(None, (self.ledger.rescued, self.preferences.trouble, self._db.warning)))

    @property
    def read_only(self) -> StoreError | None:
        """Why nothing can be kept in this profile, if so; everything can be read all the same."""
        return self._db.refuses

    # What must be there

    async def _idle(self, conversation_id: str) -> Conversation:
        conversation = await self.conversation(conversation_id)
        if self.is_busy(conversation_id):
            raise UsageError("An answer is still being written.", advice="Stop it first.")
        return conversation
