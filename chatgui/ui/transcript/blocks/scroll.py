"""Scrolling sideways within a block: how far, and the thin bar that tells so."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from chatgui.ui.transcript.style import Style


class Sideways:
    """A horizontal scroll position."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.x = 0.0
        self.content = 0.0  # width of what is shown
        self.view = 1.0  # width it is shown in

    @property
    def depth(self) -> float:
        """How much height the bar takes."""
        return self.style.px(8)

    @property
    def room(self) -> float:
        """How far one can scroll."""
        return max(0.0, self.content - self.view)

    def set(self, content: float, view: float) -> None:
        """What is shown in how much."""
        self.content, self.view = content, max(1.0, view)
        self.x = min(self.x, self.room)

    def widen(self, content: float) -> None:
        """Something turned out wider than thought."""
        self.content = max(self.content, content)

    def by(self, dx: float) -> bool:
        """Scroll by so many pixels; False if it makes no difference."""
        before = self.x
        self.x = min(max(0.0, self.x + dx), self.room)
        return self.x != before

    def reach(self, left: float, right: float) -> bool:
        """Scroll as little as needed to show what lies between."""
        if left < self.x:
            return self.by(left - self.x)
        return self.by(right - self.view - self.x) if right > self.x + self.view else False

    def paint(self, painter: QPainter, x: float, y: float, width: float) -> None:
        """Draw the bar, where there is anything to scroll."""
        if self.room < 1:
            return
        length = max(24.0, width * self.view / self.content)
        at = x + (width - length) * self.x / self.room
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.style.colours["edge"])
        painter.drawRoundedRect(QRectF(at, y, length, 3), 1.5, 1.5)
        painter.restore()
