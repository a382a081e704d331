"""What went over the wire for a message: request, answer and events, as they were, without the key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.core.message import Message, Role
from chatgui.ui.combo import Combo

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.chat.turn import Turn
    from chatgui.ui.transcript.style import Style

SHOWN = 400_000  # characters; the file that is saved is whole
NONE = "Nothing is remembered of this message’s request. Only the newest messages of this run are kept, in memory."


class InspectorPanel(QWidget):
    """Follows the message the reader chose, or the newest answer."""

    def __init__(self, style: Style, session: Session) -> None:
        super().__init__()
        self._inspector = session.inspector
        self._message = ""
        self._attempt = Combo()
        self._attempt.setAccessibleName("Attempt")
        self._what = Combo()
        self._what.setAccessibleName("Part")
        self._what.addItems(["Request", "Answer", "Events"])
        for box in (self._attempt, self._what):
            box.activated.connect(lambda _: self._show())
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
        column.addWidget(self.text, 1)
        column.addLayout(foot)

    # What the window tells

    def set_style(self, style: Style) -> None:
        """Another theme or zoom."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(max(8, round(style.px(style.small_size))))
        self.text.setFont(font)

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Another conversation or branch: its newest answer comes first."""
        answers = [message.id for message in messages if message.role is Role.ASSISTANT]
        if self._message not in answers:
            self._message = answers[-1] if answers else ""
        self._fill()

    def begin_reply(self, message: Message, turn: Turn) -> None:
        """An answer begins; what is sent for it can be seen at once."""
        self._message = message.id
        self._fill()

    def end_reply(self, message: Message) -> None:
        """The answer is whole, and so is its record."""
        if message.id == self._message:
            self._fill()

    def show_message(self, message_id: str) -> None:
        """The reader asked for this message."""
        self._message = message_id
        self._fill()

    # What is shown

    def _fill(self) -> None:
        records = self._inspector.attempts(self._message)
        self._attempt.clear()
        for at, record in enumerate(records, 1):
            status = "no answer" if record.status is None else str(record.status)
            self._attempt.addItem(f"Attempt {at} · {status}")
        self._attempt.setCurrentIndex(len(records) - 1)
        for widget in (self._attempt, self._what, self.text, self._curl, self._save):
            widget.setVisible(bool(records))
        self._note.setVisible(not records)
        self._show()

    def _record(self) -> Any | None:
        records = self._inspector.attempts(self._message)
        at = self._attempt.currentIndex()
        return records[at] if 0 <= at < len(records) else None

    def _show(self) -> None:
        record = self._record()
        self.text.setPlainText(self._words(record)[:SHOWN] if record is not None else "")

    def _words(self, record: Any) -> str:
        match self._what.currentText():
            case "Request":
                return self._inspector.request(record)
            case "Answer":
                return self._inspector.response(record)
            case _:
                events = self._inspector.events(record)
                return "\n".join(f"{one.ms:9.1f} ms  {one.name and one.name + ': '}{one.data}" for one in events)

    def _copy_curl(self) -> None:
        if (record := self._record()) is not None:
            QGuiApplication.clipboard().setText(self._inspector.curl(record))

    def _choose_file(self) -> None:
        record = self._record()
        if record is None:
            return
        chooser = QFileDialog(self, "Save the answer as it came")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("sse")
        chooser.fileSelected.connect(lambda path: self._write(Path(path), self._inspector.raw(record)))
        chooser.finished.connect(lambda _: chooser.deleteLater())
        chooser.open()

    def _write(self, path: Path, body: bytes) -> None:
        try:
            path.write_bytes(body)
        except OSError as error:
            self._note.setText(f"Not saved: {error.strerror}.")
            self._note.setVisible(True)
