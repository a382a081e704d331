"""The lines around a message's words: who and when, the reasoning trace, files, usage, actions. Painted, never widgets."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from PySide6.QtCore import QLocale, QPointF, QRectF, Qt, QTime
from PySide6.QtGui import QPainter, QPen

from chatgui.chat.usage import duration, usage_line
from chatgui.core.message import Attachment, Message, Reasoning, Role, State
from chatgui.ui.transcript.rows import Action, Look, Measure, Row
from chatgui.ui.transcript.style import Style

TARGET = 28  # least height of anything that can be clicked, in pixels


@dataclass(frozen=True)
class Lookups:
    """What the chrome asks about a message that the message itself does not know."""

    siblings: Callable[[str], tuple[int, int]] = lambda _: (0, 1)  # position from 0, and how many
    usage_line: Callable[[Message], tuple[str, str]] = usage_line
    fetch: Callable[[Attachment], object] = lambda _: None  # a file is to be shown: bring it to album or shelf
    unfolded: set[tuple[str, str]] = field(default_factory=set)  # texts that are open: message id, SHA-256


Label = tuple[str, str, str, bool]  # name, label, spoken words, quiet


class ChromeRow(Row):
    """A line of chrome: words at the left, actions from the left or the right."""

    action_colour = "secondary"

    def __init__(self, style: Style, space: int = 0) -> None:
        super().__init__()
        self.style = style
        self.space = space
        self._actions: tuple[Action, ...] = ()

    @property
    def line(self) -> int:
        """Height of the line itself."""
        return max(TARGET, math.ceil(self.style.px(TARGET)))

    def layout(self, measure: Measure) -> int:
        if self.width != measure.width:
            self.width = measure.width
            self.height = self.space + self.line
            self.arrange()
        return self.height

    def arrange(self) -> None:
        """Place the actions; `width` and `height` are set."""

    def actions(self) -> tuple[Action, ...]:
        return self._actions

    def place(self, labels: Sequence[Label], *, top: float, left: float | None = None) -> list[Action]:
        """Actions side by side from `left`, or ending at the right edge."""
        metrics, pad = self.style.metrics("small"), self.style.px(6)
        widths = [max(TARGET, math.ceil(metrics.horizontalAdvance(label)) + 2 * pad) for _, label, _, _ in labels]
        x = self.width + pad - sum(widths) if left is None else left
        placed = []
        for (name, label, words, quiet), width in zip(labels, widths, strict=True):
            placed.append(Action(name, label, words, QRectF(x, top, width, self.line), quiet))
            x += width
        return placed

    def write(
        self,
        painter: QPainter,
        text: str,
        left: float,
        right: float,
        colour: str,
        *,
        bold: bool = False,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> float:
        """One line of words, elided where they reach beyond `right`; where it ended is returned."""
        font = self.style.font("small")
        if bold:
            font = type(font)(font)
            font.setBold(True)
        painter.setFont(font)
        painter.setPen(self.style.colours[colour])
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, elide, max(0, int(right - left)))
        painter.drawText(QRectF(left, self.space, right - left, self.line), Qt.AlignmentFlag.AlignVCenter, text)
        return left + metrics.horizontalAdvance(text)

    def paint_actions(self, painter: QPainter, look: Look) -> None:
        """The actions that show at this moment."""
        colours = self.style.colours
        painter.setFont(self.style.font("small"))
        for action in self._actions:
            if not action.label or (action.quiet and not look.lit):
                continue
            box = action.rect.adjusted(0, 2, 0, -2)
            is_hot = bool(action.name) and look.hovered == action.name
            if is_hot:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colours["line"])
                painter.drawRoundedRect(box, 4, 4)
            if action.name and look.focused == action.name:
                painter.setPen(QPen(colours["accent"], 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
            painter.setPen(colours["text" if is_hot else self.action_colour])
            painter.drawText(action.rect, Qt.AlignmentFlag.AlignCenter, action.label)


class HeaderRow(ChromeRow):
    """Who speaks; when, and what can be done with one's own words, while the message is lit."""

    def __init__(self, message: Message, style: Style, lookups: Lookups, space: int) -> None:
        super().__init__(style, space)
        self.message = message
        self.siblings = lookups.siblings(message.id)
        self.who = speaker(message)

    def arrange(self) -> None:
        position, count = self.siblings
        labels: list[Label] = []
        if self.message.role is Role.USER:
            labels = [("edit", "Edit", "Edit this message", True), ("copy", "Copy", "Copy this message", True),
                      ("quote", "Quote", "Quote in the composer", True), ("more", "⋯", "More actions", True)]  # fmt: skip
        time_width = self.style.metrics("small").horizontalAdvance(when(self.message.created)) + self.style.px(8)
        placed = self.place(labels, top=self.space)
        placed = [_moved(action, -time_width) for action in placed]
        if count > 1 and self.message.role is Role.USER:  # an answer's stand in its footer, where reading ends
            name_width = self.style.metrics("small").horizontalAdvance(self.who) * 1.1 + self.style.px(12)
            placed = self.place(versions(position, count), top=self.space, left=name_width) + placed
        self._actions = tuple(placed)

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        words = when(self.message.created)
        width = self.style.metrics("small").horizontalAdvance(words)
        room = self.width * 0.6 if self._actions else self.width - width - self.style.px(12)
        self.write(painter, self.who, 0, room, "secondary", bold=True, elide=Qt.TextElideMode.ElideMiddle)
        self.paint_actions(painter, look)
        if look.lit:
            self.write(painter, words, self.width - width, self.width + 1, "faint")


def versions(position: int, count: int) -> list[Label]:
    """The way to the other versions of a message; `position` counts from 0."""
    return [
        ("previous_branch", "‹", f"Previous version, {position + 1} of {count} is shown", False),
        ("", f"{position + 1}/{count}", "", False),
        ("next_branch", "›", f"Next version, {position + 1} of {count} is shown", False),
    ]


def _moved(action: Action, dx: float) -> Action:
    return Action(action.name, action.label, action.words, action.rect.translated(dx, 0), action.quiet, action.run)


class TraceRow(ChromeRow):
    """One line that says the model thought, and shows the turn in the reasoning pane."""

    def __init__(self, words: str, style: Style) -> None:
        super().__init__(style)
        self.words = words

    def say(self, words: str) -> bool:
        """Other words (the thinking goes on); whether they are."""
        if words == self.words:
            return False
        self.words = words
        self.width = 0
        self.touch()
        return True

    @property
    def line(self) -> int:
        return super().line if self.words else 0

    def arrange(self) -> None:
        if not self.words:
            self._actions = ()
            return
        width = max(TARGET, self.style.metrics("small").horizontalAdvance(self.words) + self.style.px(24))
        rect = QRectF(0, self.space, width, self.line)
        self._actions = (Action("show_reasoning", "", f"{self.words}. Show the reasoning", rect, quiet=False),)

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        if not self.words:
            return
        is_hot = "show_reasoning" in (look.hovered, look.focused)
        dot = self.style.px(6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.style.colours["thinking"])
        painter.drawEllipse(QRectF(0, self.space + (self.line - dot) / 2, dot, dot))
        end = self.write(painter, self.words, dot * 2, self.width, "text" if is_hot else "secondary")
        if is_hot:
            painter.setPen(self.style.colours["accent" if look.focused else "secondary"])
            y = self.space + self.line - self.style.px(6)
            painter.drawLine(QPointF(dot * 2, y), QPointF(end, y))


class TurnRow(ChromeRow):
    """The head of one turn's reasoning, in a list of turns: what was asked, and how long was thought."""

    def __init__(self, question: str, words: str, style: Style, space: int) -> None:
        super().__init__(style, space)
        self.question = question
        self.words = words

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        width = self.style.metrics("small").horizontalAdvance(self.words) + 1
        painter.setPen(QPen(self.style.colours["line"], 1))
        painter.drawLine(QPointF(0, self.space - 4.5), QPointF(self.width, self.space - 4.5))
        self.write(painter, self.question, 0, self.width - width - self.style.px(12), "text", bold=True)
        self.write(painter, self.words, self.width - width, self.width, "faint")


class FooterRow(ChromeRow):
    """Under an answer: its usage in one quiet line, and what can be done with it while the message is lit."""

    def __init__(self, message: Message, style: Style, lookups: Lookups) -> None:
        super().__init__(style)
        self.message = message
        self._room = self._room_lit = 0.0  # for the usage: alone, and beside the actions
        self.siblings = lookups.siblings(message.id)
        self.short, self.spoken = lookups.usage_line(message)
        self.is_bare = not message.parts and not message.usage.known  # nothing came: nothing to copy or count
        if self.is_bare:
            self.short = ""

    def arrange(self) -> None:
        labels: list[Label] = [
            ("copy", "Copy", "Copy this answer", True), ("quote", "Quote", "Quote in the composer", True),
            ("regenerate", "Answer again", "Ask for another answer", True), ("more", "⋯", "More actions", True),
        ]  # fmt: skip
        if self.is_bare:
            labels = labels[3:]
        position, count = self.siblings
        walk = versions(position, count) if count > 1 else []
        placed = self.place([*labels, *walk], top=self.space)
        self._room_lit = placed[0].rect.left()
        self._room = placed[len(labels)].rect.left() if walk else self.width
        self._actions = tuple(placed)

    def _fitting(self, room: float) -> str:
        """The usage with as many of its parts as there is room for; the first, and what it cost, are the last to go."""
        metrics, parts = self.style.metrics("small"), self.short.split(" · ")
        words = self.short
        while len(parts) > 1 and metrics.horizontalAdvance(words) > room:
            del parts[-2 if len(parts) > 2 and self.message.usage.cost is not None else -1]
            words = " · ".join((*parts, "…"))
        return words

    def hint(self, point: QPointF) -> str:
        over = point.x() < self.style.metrics("small").horizontalAdvance(self.short)
        return self.spoken if over and point.x() >= 0 and not self.is_bare else ""

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        colour = "warning" if self.message.usage.truncated else "faint"
        room = self._room_lit if look.lit else self._room
        self.write(painter, self._fitting(room), 0, room, colour)
        self.paint_actions(painter, look)


class SpaceRow(Row):
    """Nothing, of a height."""

    def __init__(self, height: int) -> None:
        super().__init__()
        self.height = height

    def layout(self, measure: Measure) -> int:
        return self.height

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        pass


def speaker(message: Message) -> str:
    """Who a message is by, as people read it."""
    if message.role is Role.ASSISTANT:
        return message.model or message.account or "Assistant"
    return {Role.USER: "You", Role.SYSTEM: "System prompt", Role.TOOL: "Tool result"}[message.role]


def when(created: datetime) -> str:
    """The local time of a message; with the date if that was not today."""
    local = created.astimezone()
    time = QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
    if local.date() == datetime.now().astimezone().date():
        return time
    return f"{local:%-d %b %Y}, {time}"


def thought(message: Message) -> str:
    """The trace of a message's reasoning in words, e.g. “Thought for 12 s”; empty if there was none."""
    if not message.reasoned:
        return ""
    ms = message.timing.thinking_ms
    words = f"Thought for {duration(ms)}" if ms else "Thought"
    hidden = not message.reasoning and any(isinstance(part, Reasoning) and part.opaque for part in message.parts)
    if hidden or not message.reasoning:
        words += " · hidden by the provider"
    return words


def spoken_state(message: Message) -> str:
    """How an answer stands, in words; empty when there is nothing to say."""
    return {
        State.STREAMING: "being written",
        State.STOPPED: "stopped by you",
        State.INTERRUPTED: "interrupted",
        State.FAILED: "failed",
        State.FINISHED: "",
    }[message.state]
