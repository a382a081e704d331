"""What went over the wire for a message: when what happened, request, answer and events, as they were, without the key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFontDatabase, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.chat.preview import shortened
from chatgui.chat.usage import duration
from chatgui.core.errors import StoreError
from chatgui.core.message import Message, Role
from chatgui.core.messages import Branch
from chatgui.ui.choosing import ask_where_to_save, save
from chatgui.ui.combo import Combo
from chatgui.ui.panels.moments_bar import MomentsBar

if TYPE_CHECKING:
    from chatgui.chat.inspector import Inspector, WireRecord
    from chatgui.chat.turn import Turn
    from chatgui.ui.tasks import Tasks
    from chatgui.ui.transcript.style import Style

SHOWN = 200_000  # characters; the file that is saved has more
LIVE_MS = 400  # between looks at a request that is under way
NONE = (
    "Nothing is remembered of this message’s request. Only the newest messages of this run are, unless the settings say to"
    " keep them."
)


class InspectorPanel(QWidget):
    """Follows the message the reader chose, or the newest answer."""

    def __init__(self, style: Style, inspector: Inspector, tasks: Tasks) -> None:
        super().__init__()
        self._inspector = inspector
        self._tasks = tasks
        self._message = ""
        self._turn: Turn | None = None
        self._sought = ""  # the message that was last looked for in the database
        self._attempt = Combo()
        self._attempt.setAccessibleName("Attempt")
        self._what = Combo()
        self._what.setAccessibleName("Part")
        self._what.addItems(["Times", "Request", "Answer", "Events"])
        for box in (self._attempt, self._what):
            box.activated.connect(lambda _: self._show())
        self.bar = MomentsBar(style)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Request details")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._note = QLabel(NONE)
        self._note.setWordWrap(True)
        self._note.setProperty("strength", "2")
        self._curl = QPushButton("Copy as curl")
        self._curl.clicked.connect(self._copy_curl)
        self._save = QPushButton("Save…")
        self._save.clicked.connect(self._choose_file)
        self._live = QTimer(self, interval=LIVE_MS)
        self._live.timeout.connect(self._look)
        self._lay_out()
        self.set_style(style)
        self._fill()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._attempt, 1)
        top.addWidget(self._what)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._curl)
        foot.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 12)
        column.addWidget(self._note)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addWidget(self.text, 1)
        column.addLayout(foot)
        column.addStretch(0)

    # What the window tells

    def set_style(self, style: Style) -> None:
        """Another theme or zoom."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(max(8, round(style.px(style.small_size))))
        self.text.setFont(font)
        self.bar.set_style(style)

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Another conversation or branch: its newest answer comes first."""
        branch = Branch.of(messages)
        at = branch.index_of(self._message)
        if at is None or branch.role(at) is not Role.ASSISTANT:
            self._message = branch.last(Role.ASSISTANT)
        self._fill()

    def begin_reply(self, message: Message, turn: Turn) -> None:
        """An answer begins; what is sent for it can be seen at once."""
        self._message = message.id
        self._turn = turn
        self._live.start()
        self._fill()

    def end_reply(self, message: Message) -> None:
        """The answer is whole, and so is its record."""
        if message.id == self._message:
            self._fill()

    def show_message(self, message_id: str) -> None:
        """The reader asked for this message."""
        self._message = message_id
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        """What came while nobody looked."""
        super().showEvent(event)
        self._fill()

    def _look(self) -> None:
        """A request is under way: its time line grows, an attempt may follow another."""
        if self._turn is None or self._turn.done:
            self._live.stop()
            self._turn = None
        elif self.isVisible() and self._turn.message_id == self._message:
            records = self._inspector.attempts(self._message)
            if len(records) != self._attempt.count():
                self._fill()
                return
            for at, record in enumerate(records):
                if (name := _name(at, record)) != self._attempt.itemText(at):
                    self._attempt.setItemText(at, name)  # it is answered now
            if self._what.currentText() == "Times":
                self._show()

    # What is shown

    def _fill(self) -> None:
        if not self.isVisible():
            return
        records = self._inspector.attempts(self._message)
        if not records and self._message and self._sought != self._message:
            self._sought = self._message  # once: what is not there now will not be in a moment
            self._tasks.start(self._recall(self._message))
        self._attempt.clear()
        self._attempt.addItems([_name(at, record) for at, record in enumerate(records)])
        self._attempt.setCurrentIndex(len(records) - 1)
        for widget in (self._attempt, self._what, self.text, self._curl, self._save):
            widget.setVisible(bool(records))
        self._note.setText(NONE)
        self._note.setVisible(not records)
        self._show()

    async def _recall(self, message_id: str) -> None:
        """Show what was kept of an older message, if anything was."""
        try:
            found = await self._inspector.recall(message_id)
        except StoreError as error:
            if message_id == self._message:
                self._sought = ""  # another time
                self._say(error.message)
            return
        if found and message_id == self._message:
            self._fill()

    def _record(self) -> WireRecord | None:
        records = self._inspector.attempts(self._message)
        at = self._attempt.currentIndex()
        return records[at] if 0 <= at < len(records) else None

    def _show(self) -> None:
        record = self._record()
        self.bar.show_moments(self._inspector.moments(record) if record is not None else None)
        words = self._words(record) if record is not None else ""
        if len(words) > SHOWN:
            words = f"{words[:SHOWN]}\n… cut here"
        if words != self.text.toPlainText():
            self.text.setPlainText(words)

    def _words(self, record: WireRecord) -> str:
        match self._what.currentText():
            case "Times":
                return "\n".join(
                    [*(self.bar.moments.lines if self.bar.moments else ()), *self._attempts(), *_dropped(record)]
                )
            case "Request":
                return shortened(self._inspector.request(record))
            case "Answer":
                return self._inspector.response(record)
            case _:
                return self._events(record)

    def _events(self, record: WireRecord) -> str:
        """The events as far as they are shown: a long stream is not read to its end for this."""
        lines, length = [], 0
        for one in self._inspector.events(record):
            lines.append(f"{one.ms:9.1f} ms  {one.name and one.name + ': '}{one.data}")
            length += len(lines[-1]) + 1
            if length > SHOWN:
                break
        return "\n".join([*lines, *_dropped(record)])

    def _attempts(self) -> list[str]:
        """How the attempts followed each other, if there were several."""
        records = self._inspector.attempts(self._message)
        if len(records) < 2:
            return []
        lines = [""]
        for at, one in enumerate(records, 1):
            begun = f"began {duration((one.started - records[0].started) * 1000)} later, " if at > 1 else ""
            lines.append(f"Attempt {at}: {begun}{'no answer' if one.status is None else f'status {one.status}'}")
        return lines

    def _copy_curl(self) -> None:
        if (record := self._record()) is not None:
            QGuiApplication.clipboard().setText(self._inspector.curl(record))
            self._say("Copied. Set API_KEY in the shell before running it.")

    def _say(self, words: str) -> None:
        self._note.setText(words)
        self._note.setVisible(True)

    def _choose_file(self) -> None:
        record = self._record()
        if record is None:
            return
        ask_where_to_save(
            self, "Save the Answer as It Came", "answer.sse",
            lambda path: self._tasks.start(self.write(path, self._inspector.raw(record))),
        )  # fmt: skip

    async def write(self, path: Path, body: bytes) -> None:
        """Save a body; how it went is said above."""
        _, words = await save(path, body)
        self._say(words)


def _name(at: int, record: WireRecord) -> str:
    status = "no answer yet" if record.ended is None else "no answer"
    return f"Attempt {at + 1} · {status if record.status is None else record.status}"


def _dropped(record: WireRecord) -> list[str]:
    return (
        [f"The first {record.kept:,} bytes of the answer are kept; {record.dropped:,} more came."]
        if record.dropped
        else []
    )
