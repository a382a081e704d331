"""Scrolling sideways within a block: how far, the thin bar that tells so, and the fading edges where more is to come."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter

from chatgui.ui.transcript.style import Style

FADE = 20.0  # pixels at 100 % over which text fades at an edge beyond which there is more
REACH = 7.0  # pixels around the bar that belong to it for the pointer


class Sideways:
    """A horizontal scroll position."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.x = 0.0
        self.content = 0.0  # width of what is shown
        self.view = 1.0  # width it is shown in
        self._track = QRectF()  # where the bar was drawn

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

    def has_bar_at(self, point: QPointF) -> bool:
        """Whether a point is on the bar, or as near as a person hits it."""
        return self.room >= 1 and self._track.adjusted(0, -REACH, 0, 1).contains(point)

    def pull(self, dx: float) -> bool:
        """The bar is pulled so far."""
        free = self._track.width() - self._length(self._track.width())
        return self.by(dx * self.room / free) if free > 0 else False

    def aim(self, x: float) -> bool:
        """The bar is to stand around `x`, unless it does."""
        length = self._length(self._track.width())
        left = self._left(self._track)
        return self.pull(x - left - length / 2) if not left <= x <= left + length else False

    def _length(self, width: float) -> float:
        return max(24.0, width * self.view / self.content)

    def _left(self, track: QRectF) -> float:
        return track.left() + (track.width() - self._length(track.width())) * self.x / self.room

    def paint(self, painter: QPainter, x: float, y: float, width: float) -> None:
        """Draw the bar, where there is anything to scroll."""
        if self.room < 1:
            return
        self._track = QRectF(x, y, width, 3)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.style.colours["edge"])
        painter.drawRoundedRect(QRectF(self._left(self._track), y, self._length(width), 3), 1.5, 1.5)
        painter.restore()

    def fade(self, painter: QPainter, box: QRectF, ground: QColor) -> None:
        """Let what is painted in `box` fade into the ground where it goes on beyond an edge."""
        width = min(self.style.px(FADE), box.width() / 3)
        clear = QColor(ground.red(), ground.green(), ground.blue(), 0)
        for goes_on, outer, inner in (
            (self.x >= 1, box.left(), box.left() + width),
            (self.room - self.x >= 1, box.right(), box.right() - width),
        ):
            if goes_on:
                gradient = QLinearGradient(outer, 0, inner, 0)
                gradient.setColorAt(0, ground)
                gradient.setColorAt(1, clear)
                painter.fillRect(QRectF(min(outer, inner), box.top(), width, box.height()), gradient)
