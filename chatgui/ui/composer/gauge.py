"""What sending now would fill of the model's window: a ring and a number, and words where they matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel

from chatgui.ui.theme import Theme

if TYPE_CHECKING:
    from chatgui.chat.fill import Fill

RING, GAP, STROKE = 14, 6, 2.5  # pixels
WIDEST = "≈ 8,888"


class Gauge(QLabel):
    """One quiet number; the ring before it shows how full the window is, where its length is known."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.fill: Fill | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("strength", "3")
        self.setFixedHeight(32)  # as the button beside it
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.hide()

    def sizeHint(self) -> QSize:
        """Wide enough for any number: the editor beside it keeps its width while one types."""
        return QSize(RING + GAP + self.fontMetrics().horizontalAdvance(WIDEST) + 2, 32)

    def minimumSizeHint(self) -> QSize:
        """The same: it does not give way."""
        return self.sizeHint()

    def show_fill(self, fill: Fill) -> None:
        """Show this from now on; nothing while there is nothing to count."""
        self.fill = fill
        self.setText(fill.short)
        self.setVisible(bool(fill.short))
        self.setToolTip(fill.sentences)
        self.setAccessibleName(f"Tokens to send: {fill.sentences}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The number, and the ring."""
        super().paintEvent(event)
        share = self.fill.share if self.fill else None
        if share is None:
            return
        tokens = self._theme.tokens
        left = self.width() - self.fontMetrics().horizontalAdvance(self.text()) - GAP - RING
        box = QRectF(left + STROKE / 2, (self.height() - RING + STROKE) / 2, RING - STROKE, RING - STROKE)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.line), STROKE))
        painter.drawEllipse(box)
        warns = bool(self.fill and self.fill.warning)
        colour = tokens.error if share > 1 else tokens.warning if warns else tokens.secondary
        pen = QPen(QColor(colour), STROKE)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(box, 90 * 16, -round(min(max(share, 0.02), 1) * 360 * 16))
        painter.end()
