"""The time line of a request, painted: what was waited for, what came, and where it fell silent. Words stand below it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from chatgui.chat.moments import Moments
from chatgui.chat.usage import duration
from chatgui.ui.transcript.style import Style

BAR, TOP, GAP = 14, 4, 6  # pixels
SWATCH, BESIDE, APART = 8, 5, 14  # pixels: a legend's square, from it to its name, to the next square
SILENCE = ("silence", "warning")
# what a stretch of time was: name, from, to (the first of them that is known), colour, filled
STRETCHES = (
    ("connect", (), ("connected",), "secondary", False),
    ("wait", ("connected",), ("first reasoning", "first words", "first byte"), "faint", False),
    ("think", ("first reasoning",), ("first words", "end"), "thinking", True),
    ("answer", ("first words",), ("end",), "accent", True),
)


class MomentsBar(QWidget):
    """A bar from the request to the end; its legend names only what there was."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self._style = style
        self.moments: Moments | None = None
        self.setAccessibleName("Time line")
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_style(self, style: Style) -> None:
        """Another theme or zoom."""
        self._style = style
        self.updateGeometry()
        self.update()

    def show_moments(self, moments: Moments | None) -> None:
        """Paint these from now on."""
        self.moments = moments
        self.setAccessibleDescription("; ".join(" ".join(line.split()) for line in moments.lines) if moments else "")
        self.setVisible(moments is not None)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The bar, its ends and its legend."""
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(max(self.width(), 1)))

    def heightForWidth(self, width: int) -> int:
        """The legend takes as many lines as it needs."""
        lines = 1 + max((line for _, line, *_ in self._legend(width)), default=0)
        return round(TOP + BAR + GAP + self._style.metrics("small").height() * (1.3 + 1.2 * lines))

    def stretches(self) -> list[tuple[str, float, float, str, bool]]:
        """What each part of the time was: name, from, to (ms), colour, filled."""
        moments = self.moments
        if moments is None or not moments.length:
            return []
        found = []
        for name, begins, ends, colour, filled in STRETCHES:
            begin = 0.0 if not begins else next((at for one in begins if (at := moments.at(one)) is not None), None)
            end = next((at for one in ends if (at := moments.at(one)) is not None), moments.length)
            if begin is not None and end > begin:
                found.append((name, begin, end, colour, filled))
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        """Stretches, silences, ends, legend."""
        if self.moments is None or not self.moments.length:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._style.font("small"))
        for _, begin, end, colour, filled in self.stretches():
            self._paint_stretch(painter, begin, end, colour, filled=filled)
        for begin, end in self.moments.gaps:
            painter.fillRect(self._box(begin, end), self._style.colours["raised"])
            self._paint_sign(painter, self._box(begin, end), SILENCE[1], filled=False)
        self._paint_words(painter)
        painter.end()

    def _box(self, begin: float, end: float) -> QRectF:
        scale = (self.width() - 1) / self.moments.length if self.moments else 0.0
        return QRectF(begin * scale, TOP, max((end - begin) * scale, 1.5), BAR)

    def _paint_stretch(self, painter: QPainter, begin: float, end: float, colour: str, *, filled: bool) -> None:
        box = self._box(begin, end)
        self._paint_sign(painter, box if filled else box.adjusted(0.5, 3.5, -0.5, -3.5), colour, filled=filled)

    def _paint_sign(self, painter: QPainter, box: QRectF, colour: str, *, filled: bool) -> None:
        """What stands for a stretch, in the bar and in the legend alike."""
        ink = self._style.colours[colour]
        if filled:
            painter.fillRect(box, ink)
        elif colour == SILENCE[1]:
            painter.fillRect(box, QBrush(ink, Qt.BrushStyle.BDiagPattern))
        else:
            painter.setPen(QPen(ink, 1, Qt.PenStyle.SolidLine if colour == "secondary" else Qt.PenStyle.DotLine))
            painter.drawRect(box)

    def _legend(self, width: int) -> list[tuple[float, int, str, str, bool]]:
        """What is named, and where: from the left, line, name, colour, filled."""
        entries = [(name, colour, filled) for name, _, _, colour, filled in self.stretches()]
        entries += [(*SILENCE, False)] if self.moments and self.moments.gaps else []
        metrics, placed, x, line = self._style.metrics("small"), [], 0.0, 0
        for entry in entries:
            end = x + SWATCH + BESIDE + metrics.horizontalAdvance(entry[0])
            if end > width and x:
                end, x, line = end - x, 0.0, line + 1
            placed.append((x, line, *entry))
            x = end + APART
        return placed

    def _paint_words(self, painter: QPainter) -> None:
        metrics, colours = self._style.metrics("small"), self._style.colours
        line, y = metrics.height(), float(TOP + BAR + GAP)
        length = duration(self.moments.length) if self.moments else ""
        painter.setPen(colours["faint"])
        painter.drawText(QRectF(0, y, self.width(), line), Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(QRectF(0, y, self.width(), line), Qt.AlignmentFlag.AlignRight, length)
        for x, at, name, colour, filled in self._legend(self.width()):
            top = y + line * (1.3 + 1.2 * at)
            sign = QRectF(x, top + (line - SWATCH) / 2, SWATCH, SWATCH)
            self._paint_sign(painter, sign, colour, filled=filled)
            painter.setPen(colours["secondary"])
            painter.drawText(QRectF(sign.right() + BESIDE, top, self.width(), line), Qt.AlignmentFlag.AlignLeft, name)
