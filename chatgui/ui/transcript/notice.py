"""What stands under an answer that did not end well, and the line of progress while one is awaited."""

from __future__ import annotations

import math
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTextLayout, QTextOption

from chatgui.chat.turn import Phase
from chatgui.core.delta import Retrying
from chatgui.core.errors import Failure, Kind
from chatgui.core.message import Message, Reasoning, State
from chatgui.ui.transcript.chrome import ChromeRow, Label
from chatgui.ui.transcript.rows import Action, Look, Measure
from chatgui.ui.transcript.style import Style

THINKING = "Thinking"
QUIET_S = 2.0  # so long nobody needs to be told how long it takes

RETRY: Label = ("regenerate", "Try again", "Ask for another answer", False)
CONTINUE: Label = ("continue", "Continue", "Ask the model to go on from here", False)
ENTER_KEY: Label = ("enter_key", "Enter key…", "Enter a key for this account", False)
ACCOUNT: Label = ("account", "Open account…", "Open the account this was asked of, where it can be mended", False)
MODEL: Label = ("model", "Choose model…", "Ask another model", False)
NEXT: dict[Kind, tuple[Label, ...]] = {  # what may help where asking again alone will not
    Kind.AUTHENTICATION: (ENTER_KEY,),
    Kind.VAULT: (ENTER_KEY,),
    Kind.TLS: (ACCOUNT,),
    Kind.NOT_REACHED: (ACCOUNT,),
    Kind.PROTOCOL: (ACCOUNT,),
    Kind.INVALID_REQUEST: (ACCOUNT,),
    Kind.NOT_FOUND: (MODEL, ACCOUNT),
    Kind.PERMISSION: (MODEL,),
    Kind.QUOTA: (MODEL,),
    Kind.CONTEXT_TOO_LONG: (MODEL,),
    Kind.CONTENT_REFUSED: (MODEL,),
}
DETAILS: Label = ("details", "Details", "Show or hide what the server said", False)


class NoticeRow(ChromeRow):
    """Why an answer is not whole, what is kept, and what to do next. Details fold open."""

    action_colour = "accent"

    def __init__(self, message: Message, style: Style) -> None:
        super().__init__(style, space=round(style.px(8)))
        self.words, self.labels, self.colour = notice(message)
        self.failure = message.failure
        self.is_open = False
        self._words = QTextLayout()
        self._details = QTextLayout()
        self._top = self._details_top = 0.0  # of words and details, below the space

    @property
    def _indent(self) -> float:
        return self.style.px(12)

    def layout(self, measure: Measure) -> int:
        if self.width != measure.width:
            self.width = measure.width
            height, end = self._wrap(self._words, self.words)
            more, _ = self._wrap(self._details, details(self.failure) if self.is_open and self.failure else "")
            actions = self.place(self.labels, top=0, left=0)
            room = self.width - self._indent - sum(action.rect.width() for action in actions)
            is_short = height < 1.5 * self.style.line() and end < room - self.style.px(12) and not more
            self._top = max(0.0, (self.line - self.style.line()) / 2)
            self._details_top = self._top + height + self.style.px(4)
            left = self._indent + (end + self.style.px(6) if is_short else -self.style.px(6))
            top = self.space + (0 if is_short else self._details_top + more)
            self._actions = tuple(self._placed(action, left, top) for action in actions)
            self.height = math.ceil(top + self.line)
        return self.height

    def _placed(self, action: Action, dx: float, dy: float) -> Action:
        run = self.fold if action.name == "details" else None
        return Action(action.name, action.label, action.words, action.rect.translated(dx, dy), action.quiet, run)

    def _wrap(self, layout: QTextLayout, text: str) -> tuple[float, float]:
        """Lay words out in lines; their height and the width of the last line."""
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setText(text.replace("\n", "\u2028"))
        layout.setFont(self.style.font())
        layout.setTextOption(option)
        layout.beginLayout()
        step, y, end = self.style.line(), 0.0, 0.0
        while text and (line := layout.createLine()).isValid():
            line.setLineWidth(self.width - self._indent)
            line.setPosition(QPointF(0, y + (step - line.height()) / 2))
            y, end = y + step, line.naturalTextWidth()
        layout.endLayout()
        return y, end

    def fold(self) -> None:
        """Show the details, or hide them again."""
        self.is_open = not self.is_open
        self.width = 0
        self.touch()

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        colours = self.style.colours
        bar = QRectF(0, self.space, self.style.px(3), self.height - self.space)
        painter.fillRect(bar, colours[self.colour])
        painter.setPen(colours["text"])
        self._words.draw(painter, QPointF(self._indent, self.space + self._top))
        painter.setPen(colours["secondary"])
        self._details.draw(painter, QPointF(self._indent, self.space + self._details_top))
        self.paint_actions(painter, look)


def notice(message: Message) -> tuple[str, list[Label], str]:
    """The words, the actions and the colour's role; no words if all is well."""
    failure, kept = message.failure, " What had come is kept." if message.text else ""
    more = [DETAILS] if failure and details(failure) else []
    said = " ".join(part for part in (failure.sentence, failure.advice) if part) if failure else ""
    match message.state:
        case State.STOPPED:
            return "Stopped.", [CONTINUE, RETRY] if message.text else [RETRY], "line"
        case State.INTERRUPTED:
            return (
                f"The answer was interrupted.{kept} {said}".strip(),
                [*([CONTINUE] if message.text else []), RETRY, *more],
                "warning",
            )
        case State.FAILED:
            leads = NEXT.get(failure.kind, ()) if failure is not None else ()
            return (said or "No answer came.") + kept, [*leads, RETRY, *more], "error"
        case _:
            pass
    if message.finish_reason == "length":
        return "The answer reached the length limit.", [CONTINUE], "warning"
    if message.finish_reason == "content_filter":
        return "The provider’s filter ended this answer.", [RETRY], "warning"
    if message.state is State.FINISHED and message.parts and all(isinstance(one, Reasoning) for one in message.parts):
        return "The model thought, but gave no answer.", [RETRY], "warning"
    return "", [], "line"


def details(failure: Failure) -> str:
    """What the server said, and the numbers support staff ask for, one to a line."""
    lines = [
        f"Kind: {failure.kind.value}" if failure.status or failure.code else "",
        f"Status: {failure.status}" if failure.status else "",
        f"Code: {failure.code}" if failure.code else "",
        f"Request: {failure.request_id}" if failure.request_id else "",
        failure.said if failure.said != failure.message else "",
    ]
    return "\n".join(line for line in lines if line)


class Running(Protocol):
    """A turn, as the progress line sees it (`chat.turn.Turn`)."""

    phase: Phase
    retry: Retrying | None

    def elapsed(self) -> float:
        """Seconds since the message was sent."""

    def thinking_ms(self) -> float | None:
        """Milliseconds of reasoning so far."""


class ProgressRow(ChromeRow):
    """What is being waited for, and for how long; it stands where the answer's words will. With `keeps_room` it takes its line
    even when there is nothing to say, so that nothing moves when a footer comes in its place."""

    action_colour = "accent"

    def __init__(self, style: Style, *, keeps_room: bool = False) -> None:
        super().__init__(style)
        self.keeps_room = keeps_room
        self.words = ""
        self.can_cancel = False
        self.is_thinking = False
        self.beat = 0

    def say(self, words: str, *, can_cancel: bool, beat: int) -> bool:
        """Show these words; `beat` alternates the small mark's strength. Whether anything is different."""
        if (words, can_cancel, beat) == (self.words, self.can_cancel, self.beat):
            return False
        self.words, self.can_cancel, self.beat = words, can_cancel, beat
        self.is_thinking = words.startswith(THINKING)
        self.width = 0
        self.touch()
        return True

    @property
    def line(self) -> int:
        return super().line if self.words or self.keeps_room else 0

    def arrange(self) -> None:
        left = self.style.metrics("small").horizontalAdvance(self.words) + self.style.px(24)
        cancel: list[Label] = [("cancel", "Cancel", "Cancel the retry", False)] if self.can_cancel else []
        self._actions = tuple(self.place(cancel, top=self.space, left=left))

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        if not self.words:
            return
        dot = self.style.px(6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.style.colours["faint" if self.beat else "thinking" if self.is_thinking else "accent"])
        painter.drawEllipse(QRectF(0, self.space + (self.line - dot) / 2, dot, dot))
        self.write(painter, self.words, dot * 2, self.width, "secondary")
        self.paint_actions(painter, look)


def progress(turn: Running, since_retry: float = 0.0) -> str:
    """What a turn without words is doing, e.g. “Waiting · 0:42”; empty once it answers."""
    elapsed = turn.elapsed()
    match turn.phase:
        case Phase.CONNECTING:
            words = "Connecting"
        case Phase.WAITING:
            words = "Waiting for the model"
        case Phase.THINKING:
            words, elapsed = THINKING, (turn.thinking_ms() or 0) / 1000
        case Phase.RETRYING if turn.retry:
            return retrying(turn.retry, since_retry)
        case _:
            return ""
    return f"{words} · {clock(elapsed)}" if elapsed >= QUIET_S else f"{words} …"


def retrying(retry: Retrying, since: float) -> str:
    """Why it is tried again, and when, `since` seconds after that was known."""
    left = max(0, math.ceil(retry.wait_s - since))
    return f"{retry.failure.message.rstrip('.')}. Trying again in {left} s"


def clock(seconds: float) -> str:
    """Minutes and seconds, e.g. `0:42`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
