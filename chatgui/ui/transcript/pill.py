"""What floats over the transcript: the way back to its end, and where a link leads."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLabel

from chatgui.ui.transcript.style import Style

LONGEST_HINT = 400  # characters
WIDEST_HINT = 520  # pixels
ORIGIN = QPoint()


class JumpButton(QAbstractButton):
    """“Jump to latest”, in the transcript's own colours."""

    def __init__(self, parent: QAbstractScrollArea, style: Style) -> None:
        super().__init__(parent)
        self.setText("Jump to latest  ↓")
        self.setAccessibleName("Jump to latest")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()
        self.restyle(style)

    def restyle(self, style: Style) -> None:
        """Take other colours and sizes."""
        self._style = style
        self.setFont(style.font("small"))
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text()) + round(self._style.px(32))
        return QSize(width, max(32, round(self._style.px(32))))

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._style.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(colours["accent" if self.hasFocus() else "line"], 2 if self.hasFocus() else 1))
        painter.setBrush(colours["raised" if self.underMouse() else "ground"])
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(colours["text"])
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())


class Hint(QLabel):
    """Words about what is under the pointer: where a link leads, what a number means."""

    def __init__(self, parent: QAbstractScrollArea, style: Style) -> None:
        super().__init__(parent)
        self._pane = parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        self.restyle(style)

    def restyle(self, style: Style) -> None:
        """Take other colours and sizes."""
        colours = style.colours
        self.setFont(style.font("small"))
        self.setStyleSheet(
            f"background: {colours.raised}; color: {colours.secondary}; border: 1px solid {colours.line}; padding: 4px 8px;"
        )

    def say(self, words: str, at: QPoint = ORIGIN) -> None:
        """Show these words near a point of the pane, covering none of its line; no words hide the hint."""
        if words == self.text() and self.isVisible() == bool(words):
            return
        self.setText(words[:LONGEST_HINT])
        if words:
            area = self._pane.viewport().geometry()
            width = min(area.width() - 16, WIDEST_HINT, self.fontMetrics().horizontalAdvance(self.text()) + 24)
            self.resize(width, self.heightForWidth(width))
            y = at.y() - self.height() - 20
            x = max(8, min(at.x() - 20, area.width() - width - 8))
            self.move(area.left() + x, y if y >= 0 else at.y() + 24)
            self.raise_()
        self.setVisible(bool(words))
