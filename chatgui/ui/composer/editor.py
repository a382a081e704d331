"""The field the message is written in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from chatgui.ui.attaching.offered import Offered, may_be_offered, offered

LEAST = 32  # pixels: as tall as the buttons beside it
LINES = 10  # the editor grows to so many lines, then scrolls
LARGE = 100_000  # characters; longer pastes stand beside the editor, which would stall on them
LONG = 8_000  # characters; of longer pastes it is said that they may be files instead
PAGES = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
KEEP = QTextCursor.MoveMode.KeepAnchor


class MessageEditor(QPlainTextEdit):
    """Plain text only. Enter sends, unless an input method is composing."""

    send_wanted = Signal()
    edit_last_wanted = Signal()
    large_paste = Signal(str)
    long_paste = Signal(str, int)  # a longer text was put into the editor, at this position
    offered = Signal(Offered)  # files or a picture were pasted or dropped

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Message")
        self.setPlaceholderText("Message")
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.send_with = "enter"
        self._composing = False
        self.textChanged.connect(self.fit)

    def event(self, event: QEvent) -> bool:
        """Undo and redo are the window's where there is nothing typed to take back."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            document, standard = self.document(), QKeySequence.StandardKey
            undo = event.matches(standard.Undo) and not document.isUndoAvailable()
            if undo or (event.matches(standard.Redo) and not document.isRedoAvailable()):
                event.ignore()
                return False
        return super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether something is being composed."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send, break the line, or type."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.key() == Qt.Key.Key_Up and not self.toPlainText() and not event.modifiers():
                self.edit_last_wanted.emit()
                return
            if event.key() in PAGES and not event.modifiers() and not self.verticalScrollBar().maximum():
                event.ignore()  # all of it is in sight: the key turns the pages of the conversation
                return
            super().keyPressEvent(event)
            return
        if self._composing:
            return
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control = bool(held & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier))
        plain = held == Qt.KeyboardModifier.NoModifier
        if control or (plain and self.send_with == "enter"):
            self.send_wanted.emit()
        else:  # a real line break: Qt would put U+2028 for Shift+Enter
            self.textCursor().insertText("\n")
            self.ensureCursorVisible()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste as plain text; files, pictures and what is too large for an editor are handed on."""
        if found := offered(source):
            self.offered.emit(found)
            return
        text = source.text()
        if len(text) > LARGE:
            self.large_paste.emit(text)
        elif text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            start = self.textCursor().selectionStart()
            self.textCursor().insertText(text)
            self.ensureCursorVisible()
            if len(text) > LONG:
                self.long_paste.emit(text, start)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text in any form, files, pictures."""
        return source.hasText() or may_be_offered(source)

    def take_out(self, text: str, start: int) -> None:
        """Take out a text that was put in at this position, if it still stands there."""
        cursor = self.textCursor()
        cursor.setPosition(min(start, self.document().characterCount() - 1))
        cursor.setPosition(min(start + len(text.encode("utf-16-le")) // 2, self.document().characterCount() - 1), KEEP)
        if cursor.selectedText().replace("\u2029", "\n") == text:
            cursor.removeSelectedText()

    def changeEvent(self, event: QEvent) -> None:
        """Text of another size takes another height."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.fit()

    def fit(self) -> None:
        """As tall as the text, from one line to `LINES`."""
        lines = min(max(int(self.document().size().height()), 1), LINES)
        margins = self.document().documentMargin() * 2 + self.contentsMargins().top() + self.contentsMargins().bottom()
        line = self.fontMetrics().lineSpacing()
        above = (
            max(0, LEAST - round(line + margins)) // 2
        )  # one line stands in the middle, as the words of the button do
        self.setViewportMargins(0, above, 0, 0)
        height = max(LEAST, round(lines * line + margins) + 2 * above)
        if height != self.height():
            self.setFixedHeight(height)
        policy = Qt.ScrollBarPolicy
        scrolls = self.document().size().height() > LINES
        self.setVerticalScrollBarPolicy(policy.ScrollBarAsNeeded if scrolls else policy.ScrollBarAlwaysOff)
