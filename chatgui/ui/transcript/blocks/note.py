"""The quiet line beside a block that is not shown as what it is: why not, in words. It stands above what may be long."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from chatgui.ui.transcript.style import Style

TOO_LONG = "Shown as plain text: too long to typeset."
TOO_LARGE = "Shown as plain text: the table is too large."
TOO_MANY = "Shown as plain text: too many parts to typeset."
NO_FORMULA = "A formula here cannot be read; its source is shown."


@dataclass(frozen=True, slots=True)
class Note:
    """One line of small text; it takes no room if it has no words."""

    style: Style
    words: str = ""

    @property
    def height(self) -> int:
        """In pixels."""
        return round(self.style.line("small") + self.style.px(4)) if self.words else 0

    def paint(self, painter: QPainter, bottom: float, width: float) -> None:
        """Draw it above `bottom`."""
        if self.words:
            metrics = self.style.metrics("small")
            painter.setFont(self.style.font("small"))
            painter.setPen(self.style.colours["faint"])
            words = metrics.elidedText(self.words, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QPointF(0, bottom - metrics.descent()), words)
