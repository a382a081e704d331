"""A window with a transcript and a reasoning pane, for a look from outside: `python -m tests.ui.transcript.window_program`."""

from __future__ import annotations

import sys
from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QSplitter

from chatgui.core.delta import ReasoningDelta, TextDelta
from chatgui.core.message import Message, Role, Timing
from chatgui.core.reply import Reply
from chatgui.core.usage import Source, Usage
from chatgui.ui.panels.reasoning import ReasoningPane
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, answer, message, streaming

ANSWER = "Two bulges of water follow the moon.\n\nThe earth turns below them: ☃ 日本語 😀."
REASONING = "The user asks about tides."
STEP_MS = 30


def finished() -> Message:
    """The answer once all of it has come."""
    usage = Usage(12, 418, 430, source=Source.REPORTED)
    return replace(answer(ANSWER, REASONING, usage=usage, timing=Timing(thinking_ms=1200)), id="m3", parent="m2")


def main() -> int:
    """Stream one answer, then stay open."""
    app = QApplication(sys.argv)
    both = QSplitter()
    view, pane = TranscriptView(Style()), ReasoningPane(Style())
    both.addWidget(view)
    both.addWidget(pane)
    both.resize(1000, 700)
    both.setWindowTitle("Transcript")
    both.show()
    before = [
        message(0, Role.USER, "Hello"),
        answer("Hello.\n\n```python\nx = 1\n```"),
        message(2, Role.USER, "Tides?"),
    ]
    view.show_messages(before)
    reply, pieces = Reply(), [ANSWER[at : at + 3] for at in range(0, len(ANSWER), 3)]
    view.begin_reply(streaming(3), reply, Turn())
    reply.apply(ReasoningDelta(REASONING))

    def step() -> None:
        if pieces:
            reply.apply(TextDelta(pieces.pop(0)))
            view.wake()
            return
        timer.stop()
        view.end_reply(finished())
        pane.show_messages([*before, finished()])

    timer = QTimer(interval=STEP_MS)
    timer.timeout.connect(step)
    timer.start()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
