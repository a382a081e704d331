"""The frame code stands in."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from chatgui.ui.transcript.style import Style


def paint_frame(painter: QPainter, width: float, height: float, clip: QRectF, style: Style) -> None:
    """Ground and line of a block of this size, as far as `clip` shows it: a rounded shape costs its height, and the block may
    have any."""
    top = max(0.5, clip.top() - 2 * style.radius)
    bottom = min(height - 0.5, clip.bottom() + 2 * style.radius)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(style.colours["line"])
    painter.setBrush(style.colours["code_ground"])
    painter.drawRoundedRect(QRectF(0.5, top, width - 1, bottom - top), style.radius, style.radius)
    painter.restore()
