"""Messages, replies and pictures for the transcript's tests."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatgui.chat.turn import Phase
from chatgui.core.delta import Retrying
from chatgui.core.message import Message, Part, Reasoning, Role, State, Text
from chatgui.core.usage import Source, Usage
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.view import TranscriptView

WORDS = [
    "tides",
    "are",
    "caused",
    "by",
    "the",
    "gravity",
    "of",
    "the",
    "moon",
    "and",
    "the",
    "sun",
    "pulling",
    "on",
    "the",
    "oceans",
    "while",
    "the",
    "earth",
    "turns",
    "below",
    "them",
    "each",
    "day",
    "so",
    "that",
    "two",
    "bulges",
    "of",
    "water",
    "follow",
    "and",
    "ships",
    "wait",
    "for",
    "high",
    "water",
    "before",
    "they",
    "enter",
    "a",
    "harbour",
]
BEGAN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def sentence(chance: random.Random, count: int) -> str:
    """So many words."""
    return " ".join(chance.choice(WORDS) for _ in range(count)).capitalize() + "."


def document(chance: random.Random, blocks: int = 12) -> str:
    """Markdown with something of everything."""
    made = []
    for _ in range(blocks):
        words = sentence(chance, chance.randint(3, 60))
        kind = chance.randrange(9)
        made.append(
            {
                0: f"## {sentence(chance, 4)}",
                1: "\n".join(f"- {sentence(chance, 6)}" for _ in range(chance.randint(1, 5))),
                2: "\n".join(f"{n}. {sentence(chance, 5)}\n   - {sentence(chance, 3)}" for n in range(1, 4)),
                3: "```python\n" + "\n".join(f"x{n} = {n}  # {sentence(chance, 3)}" for n in range(5)) + "\n```",
                4: "| a | b |\n|---|--:|\n" + "\n".join(f"| {sentence(chance, 2)} | {n} |" for n in range(4)),
                5: f"> {words}",
                6: f"**{sentence(chance, 3)}** with `code` and *stress*, [a link](https://example.com). {words}",
            }.get(kind, words)
        )
    return "\n\n".join(made)


def message(number: int, role: Role, text: str, **more: Any) -> Message:
    """A message by its number."""
    parts: tuple[Part, ...] = (Text(text),) if text else ()
    created = BEGAN + timedelta(minutes=number)
    model = "tide-1" if role is Role.ASSISTANT else ""
    return Message(f"m{number}", role, more.pop("parts", parts), created, model=model, **more)


def talk(count: int, seed: int = 1) -> list[Message]:
    """A conversation of `count` messages, the user's and the model's by turns."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        if number % 2 == 0:
            made.append(message(number, Role.USER, sentence(chance, chance.randint(3, 30))))
        else:
            text = "\n\n".join(sentence(chance, chance.randint(10, 100)) for _ in range(chance.randint(1, 4)))
            usage = Usage(12, 418, 430, source=Source.REPORTED)
            made.append(message(number, Role.ASSISTANT, text, usage=usage))
    return made


def answer(text: str, reasoning: str = "", **more: Any) -> Message:
    """One answer."""
    parts = (*((Reasoning(reasoning),) if reasoning else ()), *((Text(text),) if text else ()))
    return message(1, Role.ASSISTANT, text, parts=parts, **more)


class Turn:
    """A turn as the transcript sees one, with a clock of our own."""

    def __init__(self, phase: Phase = Phase.ANSWERING, seconds: float = 0.0) -> None:
        self.phase = phase
        self.retry: Retrying | None = None
        self.seconds = seconds
        self.thought: float | None = None

    def elapsed(self) -> float:
        """Seconds since the message was sent."""
        return self.seconds

    def thinking_ms(self) -> float | None:
        """Milliseconds of reasoning."""
        return self.thought


def streaming(number: int = 999) -> Message:
    """An answer of which nothing has come yet."""
    return message(number, Role.ASSISTANT, "", state=State.STREAMING)


def shown(messages: list[Message], width: int = 900, height: int = 600, **more: Any) -> TranscriptView:
    """A view of these messages on the screen."""
    view = TranscriptView(Style(), **more)
    view.resize(width, height)
    view.show()
    assert QTest.qWaitForWindowExposed(view)  # before that nothing is painted at all
    view.show_messages(messages)
    settle(view)
    return view


def settle(view: TranscriptView) -> None:
    """Let everything that was asked for be laid out and painted, now."""
    QCoreApplication.sendPostedEvents()
    QCoreApplication.sendEvent(view.window(), QEvent(QEvent.Type.UpdateRequest))


def picture(view: TranscriptView) -> QImage:
    """What the screen shows of the viewport, without what floats over it."""
    settle(view)
    screen = QApplication.primaryScreen()
    whole = screen.grabWindow(view.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)
    area = view.viewport().geometry()
    return whole.copy(area.x(), area.y(), area.width(), area.height() - 60)


def painted_anew(view: TranscriptView) -> QImage:
    """The same after everything was painted from nothing."""
    view.viewport().update()
    return picture(view)


def tops(view: TranscriptView) -> dict[tuple[int, int], int]:
    """Where each block of text stands in the viewport, by message and place in its text."""
    return {(one.index, one.row.start): one.y for one in view.page.placed if one.row.start >= 0}


def seen_text(view: TranscriptView) -> str:
    """The text in sight."""
    return "\n".join(one.row.text for one in view.page.placed if one.row.start >= 0)


def flush(view: TranscriptView) -> None:
    """Take in everything a reply has said so far."""
    while view.page.live is not None:
        view._flush()
        if not view.page.live.backlog:
            break


def wait_for(fact: Callable[[], bool], seconds: float = 5.0) -> None:
    """Let the window live until something is so."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it never came to be so"
        QTest.qWait(2)
