"""The composer: where the message is written, and the one button that sends or stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.core.conversation import Unsent
from chatgui.core.message import Attachment
from chatgui.ui import assets
from chatgui.ui.attaching.tray import Tray
from chatgui.ui.composer.editor import LARGE, MessageEditor
from chatgui.ui.composer.gauge import Gauge
from chatgui.ui.composer.notes import ComposerNotes
from chatgui.ui.theme import Theme

DRAFT_MS = 500
DRAFT_RATE = 1_000  # characters a millisecond: a draft of megabytes is not written twice a second


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in the composer: the editor's text and, behind it, large pastes."""

    text: str
    pasted: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n\n".join(part for part in (self.text, *self.pasted) if part)


class Composer(QFrame):
    """Editor, large pastes, waiting messages, and the button. Says what is wanted; knows no session."""

    send_wanted = Signal(str)
    stop_wanted = Signal()
    edit_last_wanted = Signal()
    draft_changed = Signal(str)
    take_back_wanted = Signal(int)
    attach_wanted = Signal()
    file_wanted = Signal(int)  # a large paste is to be a file
    stirred = Signal()  # something else stands in it now

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Composer")
        self._theme = theme
        self._streaming = False
        self._pasted: list[str] = []
        self._loading = False
        self.editor = MessageEditor()
        self.button = QPushButton()
        self.button.setObjectName("Send")
        self.button.setMinimumWidth(76)
        self.gauge = Gauge(theme)
        self.notes = ComposerNotes()
        self.tray = Tray(theme)
        self.tray.changed.connect(self._files_changed)
        self.tray.left.connect(self.editor.setFocus)
        self.attach = assets.tool_button("attach", "Attach files…", theme.tokens)
        self.attach.setFixedSize(32, 32)
        self.attach.clicked.connect(self.attach_wanted)
        self._chips = QVBoxLayout()
        self._chips.setSpacing(2)
        self._queue = QVBoxLayout()
        self._queue.setSpacing(2)
        self._lay_out()
        self._draft = QTimer(self, singleShot=True, interval=DRAFT_MS)
        self._draft.timeout.connect(self.flush_draft)
        self.editor.send_wanted.connect(self._send)
        self.editor.edit_last_wanted.connect(self.edit_last_wanted)
        self.editor.large_paste.connect(self.put_pasted)
        self.editor.textChanged.connect(self._changed)
        self.editor.installEventFilter(self)
        self.button.clicked.connect(self._pressed)
        self.show_streaming(False)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.attach, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.editor, 1)
        row.addWidget(self.gauge, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        column.addWidget(self.notes)
        column.addLayout(self._queue)
        column.addWidget(self.tray)
        column.addLayout(self._chips)
        column.addLayout(row)

    # What stands in it

    def said(self) -> Said:
        """What would be sent."""
        return Said(self.editor.toPlainText().strip("\n"), tuple(self._pasted))

    @property
    def length(self) -> int:
        """Characters in the editor and beside it, without reading them."""
        return self.editor.document().characterCount() - 1 + sum(map(len, self._pasted))

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to send; of a long text only its beginning is read."""
        if self.tray.attachments:
            return False
        block = self.editor.document().begin()
        while block.isValid():
            if block.text().strip():
                return False
            block = block.next()
        return not any(one.strip() for one in self._pasted)

    @property
    def unsent(self) -> Unsent:
        """What stands here, large pastes as text."""
        return Unsent(str(self.said()), self.tray.attachments)

    def put(self, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Replace what stands here (a draft, a message to be edited) without calling it a change."""
        self._loading = True
        self.tray.put(attachments)
        self._draft.stop()
        self._pasted = [text] if len(text) > LARGE else []
        self.editor.setPlainText("" if self._pasted else text)
        self.editor.moveCursor(self.editor.textCursor().MoveOperation.End)
        self._loading = False
        self._show_pasted()
        self.stir()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands here."""
        return not self.unsent and not self.tray.chips

    def take(self) -> Unsent:
        """What stands here; the composer is empty afterwards."""
        unsent = self.unsent
        self.put("")
        return unsent

    def flush_draft(self) -> None:
        """Tell the draft now, rather than in a moment."""
        self._draft.stop()
        self.draft_changed.emit(str(self.said()))

    @property
    def draft_pending(self) -> bool:
        """Whether something was typed that was not told yet."""
        return self._draft.isActive()

    def _changed(self) -> None:
        if self._loading:
            return
        if not self._draft.isActive():  # begun anew with each letter, it would wait for the end of the typing
            self._draft.start(DRAFT_MS + self.length // DRAFT_RATE)
        self.stir()

    def _files_changed(self) -> None:
        """Other files: that is kept at once."""
        self.stir()
        self.flush_draft()

    def stir(self) -> None:
        """Something else stands here now."""
        self._show_button()
        self.stirred.emit()

    # Large pastes

    def put_pasted(self, text: str) -> None:
        """Put a large text beside the editor."""
        self._pasted.append(text)
        self._show_pasted()
        self._changed()

    def _show_pasted(self) -> None:
        _clear(self._chips)
        for at, text in enumerate(self._pasted):
            size = f"{len(text) / 1e6:.1f} million" if len(text) >= 1e6 else f"{len(text):,}"
            self._chips.addLayout(
                self._chip(
                    f"Pasted text · {size} characters", "Remove pasted text", partial(self.take_pasted, at),
                    also=("Attach as File", partial(self.file_wanted.emit, at)),
                )
            )  # fmt: skip

    def take_pasted(self, at: int) -> str:
        """Take out a large text."""
        text = self._pasted.pop(at)
        self._show_pasted()
        self._changed()
        return text

    # Waiting messages

    def show_queue(self, texts: tuple[str, ...]) -> None:
        """Messages that will be sent when the running answer has ended."""
        _clear(self._queue)
        for at, text in enumerate(texts):
            line = " ".join(text[:200].split())
            metrics = self.fontMetrics()
            short = metrics.elidedText(line, Qt.TextElideMode.ElideRight, max(200, self.width() - 200))
            self._queue.addLayout(self._chip(f"Waiting: {short}", "Take back", partial(self.take_back_wanted.emit, at)))

    def _chip(
        self, words: str, hint: str, act: Callable[[], object], also: tuple[str, Callable[[], object]] | None = None
    ) -> QHBoxLayout:
        label = QLabel(words)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("strength", "2")
        button = assets.tool_button("close", hint, self._theme.tokens)
        button.clicked.connect(lambda _=False: act())
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 0, 0)
        row.addWidget(label)
        if also is not None:
            other = QToolButton()
            other.setText(also[0])
            other.setProperty("flat", "link")
            other.clicked.connect(lambda _=False: also[1]())
            row.addWidget(other)
        row.addWidget(button)
        row.addStretch(1)
        return row

    # The button

    def show_streaming(self, streaming: bool) -> None:
        """Offer Stop while an answer is being written, else Send."""
        self._streaming = streaming
        name = "Stop" if streaming else "Send"
        self.button.setText(name)
        self.button.setAccessibleName(name)
        self.button.setToolTip("Stop the answer (Esc)" if streaming else "Send the message")
        self.button.setProperty("primary", not streaming)
        self.button.style().polish(self.button)
        assets.dress(
            self.button, "stop" if streaming else "send", self._theme.tokens, "text" if streaming else "on_accent"
        )
        self._show_button()

    def _show_button(self) -> None:
        self.button.setEnabled(self._streaming or (not self.is_blank and not self.tray.is_reading))

    def _pressed(self) -> None:
        if self._streaming:
            self.stop_wanted.emit()
        else:
            self._send()

    def _send(self) -> None:
        if not self.is_blank and not self.tray.is_reading:
            self._draft.stop()
            self.send_wanted.emit(str(self.said()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show on the frame that the editor inside it has the focus."""
        if isinstance(event, QFocusEvent) and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("focused", event.gotFocus())
            self.style().polish(self)
        return super().eventFilter(watched, event)


def _clear(column: QVBoxLayout) -> None:
    """Remove the rows of chips."""
    while (row := column.takeAt(0)) is not None:
        inner = row.layout()
        while inner is not None and (item := inner.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
