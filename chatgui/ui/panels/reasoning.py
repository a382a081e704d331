"""The reasoning pane: what a model thought before it answered, for one turn or for the whole conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from chatgui.chat.usage import duration, number
from chatgui.core.message import Message, Reasoning, Role, State
from chatgui.core.messages import Branch
from chatgui.ui.transcript.facet import ReasoningFacet
from chatgui.ui.transcript.places import END
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.view import TranscriptView

if TYPE_CHECKING:
    from chatgui.chat.turn import Turn

SECOND_MS = 500  # how often the time is brought up to date while a model thinks


class ReasoningPane(QWidget):
    """Follows the turn the reader chose, or the one being written; scrolls, finds and copies by itself."""

    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facet = ReasoningFacet()
        self._facet.question = self._question
        self._branch = Branch.of(())
        self._answers = Branch.of(())  # those among them
        self._shown = ""  # id of the message whose reasoning is shown
        self._turn: Turn | None = None
        self._unsubscribe: Callable[[], None] = _nothing
        self._excuses = True  # words stand where reasoning would
        self._head = QLabel()
        self._head.setTextFormat(Qt.TextFormat.PlainText)
        keeps = self._head.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # nothing moves when there is something to say
        self._head.setSizePolicy(keeps)
        self._all = QToolButton()
        self._all.setText("All turns")
        self._all.setAccessibleName("Whole conversation")
        self._all.setCheckable(True)
        self._all.setToolTip("Show the reasoning of every turn")
        self._all.toggled.connect(self.set_whole)
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.view = TranscriptView(style.secondary(), facet=self._facet)
        self.view.setAccessibleName("Reasoning")
        self._clock = QTimer(self, interval=SECOND_MS)
        self._clock.timeout.connect(self._show_head)
        self._lay_out()
        self.set_style(style)
        self._show()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 0, 8, 4)
        head.addWidget(self._head, 1)
        head.addWidget(self._all)
        self._words.setContentsMargins(16, 8, 16, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._words)
        column.addWidget(self.view, 1)

    # what the window tells

    def set_style(self, style: Style) -> None:
        """Another theme or zoom."""
        self.view.set_style(style.secondary())
        for label in (self._head, self._words, self._all):
            label.setFont(style.font("small"))
        colour = style.colours["secondary"].name()
        self._head.setStyleSheet(f"color: {colour}")
        self._words.setStyleSheet(f"color: {colour}")

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Another conversation or branch is shown: its newest answer's reasoning comes first."""
        self._leave_turn()
        branch = self._branch = Branch.of(messages)
        self._answers = branch.by(Role.ASSISTANT)
        if self._answers.index_of(self._shown) is None:
            self._shown = self._answers.id(len(self._answers) - 1) if self._answers else ""
        self._show()

    def begin_reply(self, message: Message, turn: Turn) -> None:
        """An answer begins: its reasoning is shown as it comes."""
        self._leave_turn()
        self._put(message)
        self._shown = message.id
        self._turn = turn
        self._unsubscribe = turn.changed.subscribe(lambda _: self._stir())
        self._clock.start()
        self._show()

    def end_reply(self, message: Message) -> None:
        """The answer has become a message."""
        self._leave_turn()
        self._put(message)
        if self._is_live(message.id):
            self.view.end_reply(message)
            self._show_head()
        else:
            self.view.replace(message)

    def _put(self, message: Message) -> None:
        at = self._answers.index_of(message.id)
        if at is None:
            self._answers.append(message)
        else:
            self._answers.put(at, message)

    def show_message(self, message_id: str) -> None:
        """The reader turned to this message."""
        if message_id == self._shown or self._answers.index_of(message_id) is None:
            return
        self._shown = message_id
        if self.is_whole:
            self.view.jump_to(message_id)
            self._show_head()
        else:
            self._show()

    # one turn, or all

    @property
    def is_whole(self) -> bool:
        """Whether the reasoning of the whole conversation is shown."""
        return self._facet.heads

    def set_whole(self, whole: bool) -> None:
        """Show the reasoning of every turn, or of one."""
        self._facet.heads = whole
        self._all.setChecked(whole)
        self._show()
        if whole and not self._is_live(self._shown):
            self.view.jump_to(self._shown, mark=False)

    def _question(self, answer: Message) -> str:
        """What was asked before a turn."""
        at = self._branch.index_of(answer.parent or "")
        asked = self._branch[at] if at is not None else None
        return " ".join(asked.text[:200].split()) if asked is not None and asked.role is Role.USER else ""

    def _is_live(self, message_id: str) -> bool:
        live = self.view.page.live
        return live is not None and live.message.id == message_id

    def _message(self) -> Message | None:
        at = self._answers.index_of(self._shown)
        return self._answers[at] if at is not None else None

    def _show(self) -> None:
        turn, message, answers = self._turn, self._message(), self._answers
        shown: Sequence[Message] = [message] if message else []
        if self.is_whole:
            now = turn.message_id if turn else ""
            shown = answers.only(lambda at: answers.thought(at) > 0 or answers.id(at) == now)
        following = not self.is_whole and (turn is None or turn.message_id != self._shown)
        self.view.show_messages(shown, END)
        if turn is not None and shown and shown[-1].id == turn.message_id:
            self.view.begin_reply(shown[-1], turn.reply)
        elif following:
            self.view.to_start()  # what was thought is read from its beginning
        self._show_head()

    def _stir(self) -> None:
        turn = self._turn
        if turn is not None and self._is_live(turn.message_id):
            self.view.wake()
            if self._excuses and turn.reply.reasoning:
                self._show_head()

    def _leave_turn(self) -> None:
        self._unsubscribe()
        self._unsubscribe = _nothing
        self._turn = None
        self._clock.stop()

    # the words above

    def _show_head(self) -> None:
        message = self._message()
        turn = self._turn if self._turn is not None and self._turn.message_id == self._shown else None
        self._head.setText(head(message, turn))
        self._head.setVisible(bool(self._head.text()))  # nobody is to meet an empty label
        words = "" if self.is_whole and self.view.messages else absent(message, turn)
        self._all.setVisible(turn is not None or self._answers.reasoned)
        self._excuses = bool(words)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self.view.setVisible(not words)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._show_head()
        super().changeEvent(event)


def _nothing() -> None:
    pass


def head(message: Message | None, turn: Turn | None) -> str:
    """How long and how much was thought, e.g. “Thought for 12 s · 1,204 tokens”; empty if nothing is known."""
    if turn is not None:
        ms = turn.thinking_ms()
        if ms is None:
            return ""
        return f"{'Thinking' if not turn.reply.text else 'Thought for'} {duration(ms)}"
    if message is None or not message.reasoned:
        return ""
    ms, usage = message.timing.thinking_ms, message.usage
    words = f"Thought for {duration(ms)}" if ms else "Thought"
    if usage.reasoning_tokens:
        words += f" · {number(usage.reasoning_tokens, usage.source)} tokens"
    return words


def absent(message: Message | None, turn: Turn | None) -> str:
    """Why there is no reasoning to read; empty if there is some."""
    if turn is not None:
        if turn.reply.reasoning:
            return ""
        return "This answer came without reasoning." if turn.reply.text else "No reasoning has come yet."
    if message is None:
        return "Reasoning shows here when a model says what it thinks."
    if message.reasoning:
        return ""
    if any(isinstance(part, Reasoning) for part in message.parts):
        return "The provider keeps this reasoning encrypted. It goes back with the next request, and cannot be read."
    if message.usage.reasoning_tokens:
        return "The provider counted reasoning tokens and did not show what was thought."
    if message.state is State.STREAMING:
        return "No reasoning has come yet."
    return "This answer came without reasoning."
