"""The composer's gauge, kept true: the draft is counted as it is typed, the conversation in the pauses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from chatgui.chat.asking import system_of
from chatgui.chat.counting import HistoryCounter
from chatgui.chat.fill import Fill, asked_of
from chatgui.chat.prices import context_of
from chatgui.core.change import AccountsChanged, Change, LibraryChanged, MessagesChanged, TurnEnded, TurnStarted
from chatgui.core.estimate import count_attachment, count_tokens
from chatgui.ui.conversation_binding import ConversationBinding
from chatgui.ui.stage import Stage

if TYPE_CHECKING:
    from chatgui.chat.session import Session

SHORT = 2_000  # characters; a longer draft is counted when the keys rest
REST_MS = 150
STEP_S, STEP_MS = 0.003, 12  # of counting the conversation: so long, then so long nothing


class Filling(QObject):
    """Watches composer and session. Nothing is counted on the way from a key to its paint but a short draft."""

    def __init__(self, session: Session, stage: Stage, conversation: ConversationBinding) -> None:
        super().__init__(stage)
        self._session = session
        self._composer = stage.composer
        self._shown = conversation
        self._counter = HistoryCounter()
        self._pasted: list[tuple[str, int]] = []  # large texts beside the editor, counted once
        self._fill = Fill()
        stage.composer.gauge.show_fill(self._fill)
        self._place = ""  # the counted conversation
        self._after: str | None = None  # the message the counted branch ends with
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._count_draft)
        self._soon = QTimer(self, singleShot=True, interval=REST_MS)
        self._soon.timeout.connect(self._begin)
        self._steps = QTimer(self, interval=STEP_MS)
        self._steps.timeout.connect(self._step)
        stage.composer.stirred.connect(self._typed)
        stage.header.model_shown.connect(self._typed)
        self._unsubscribe = session.changed.subscribe(self._hear)
        self.recount()

    def close(self) -> None:
        """Count no more."""
        self._unsubscribe()
        for timer in (self._rest, self._soon, self._steps):
            timer.stop()

    def recount(self) -> None:
        """Another conversation, branch or model: count anew, soon."""
        self._soon.start()
        self._typed()

    def _hear(self, change: Change) -> None:
        match change:
            case TurnStarted(one) | TurnEnded(one) | MessagesChanged(one) if one == self._shown.id:
                self._soon.start()
            case LibraryChanged(one) if one in ("", self._shown.id):
                self._soon.start()
            case AccountsChanged():
                self._soon.start()
            case _:
                pass

    # The draft

    def _typed(self) -> None:
        if self._shown.composing.after != self._after:  # a message is being edited, or no longer
            self._soon.start()
        if self._composer.length <= SHORT:
            self._count_draft()
        else:
            self._rest.start()

    def _count_draft(self) -> None:
        self._rest.stop()
        said = self._composer.said()
        known = {id(text): (text, tokens) for text, tokens in self._pasted}
        self._pasted = [known.get(id(text)) or (text, count_tokens(text)) for text in said.pasted]
        draft = count_tokens(said.text) + sum(tokens for _, tokens in self._pasted)
        files = [count_attachment(one) for one in self._composer.tray.attachments]
        self._show(draft=draft + sum(files), uncounted=files.count(0), **self._window())

    # The conversation

    def _begin(self) -> None:
        conversation = self._shown.conversation
        account, _ = self._shown.asked()
        if conversation is None or account is None:
            self._show(history=0)
            return
        if conversation.id != self._place:
            self._place = conversation.id
            self._show(history=None)
        self._after = self._shown.composing.after
        self._counter.begin(
            conversation.messages.branch(self._after), before=system_of(conversation),
            reasoning=bool(account.traits.returns_reasoning),
        )  # fmt: skip
        self._step()

    def _window(self) -> dict[str, int | None]:
        """How much the chosen model reads, and how much it is asked to write."""
        conversation, (account, model) = self._shown.conversation, self._shown.asked()
        if conversation is None or account is None:
            return {"context": None, "asked": 0}
        known = self._session.accounts.known_models(account.id)
        return {"context": context_of(account, model, known), "asked": asked_of(account, conversation)}

    def _step(self) -> None:
        if self._counter.step(STEP_S):
            self._steps.stop()
            self._show(history=self._counter.tokens, **self._window())
        elif not self._steps.isActive():
            self._steps.start()

    def _show(self, **values: int | None) -> None:
        fill = replace(self._fill, **values)  # type: ignore[arg-type]  # its own fields
        if fill == self._fill:
            return
        self._fill = fill
        self._composer.gauge.show_fill(fill)
        self._composer.notes.say("fill", fill.warning)
