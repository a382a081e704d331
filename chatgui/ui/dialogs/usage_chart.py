"""The chart of the usage window: a bar for each day, stacked by model or account, what is only estimated hatched.

The table below it has the same numbers for the keyboard and screen readers; the chart itself says its outline in words.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from chatgui.chat.chart import Bar, Chart
from chatgui.ui.theme import Theme

ROLES = ("accent", "warning", "good", "thinking", "builtin", "keyword")  # a hue for each series; the last one is grey
LEFT, TOP, FOOT, LEGEND = 64, 8, 22, 22  # pixels around the bars
WIDEST = 36


class UsageChart(QWidget):
    """Shows a `Chart`; hovering a bar says its numbers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.chart = Chart((), (), "", ())
        self.setAccessibleName("Chart of usage")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(190)

    def sizeHint(self) -> QSize:
        """Wide enough for a month of days."""
        return QSize(640, 190)

    def show_chart(self, chart: Chart) -> None:
        """Draw this from now on."""
        self.chart = chart
        self.setAccessibleDescription(chart.words)
        self.setVisible(bool(chart.bars))
        self.update()

    def event(self, event: QEvent) -> bool:
        """The numbers of the bar under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            bar = self._bar_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), bar.words if bar else "", self)
            return True
        return super().event(event)

    # Where things are

    def _plot(self) -> QRectF:
        return QRectF(LEFT, TOP, max(1, self.width() - LEFT - 8), max(1, self.height() - TOP - FOOT - LEGEND))

    def _slot(self, at: int) -> QRectF:
        """The column of a bar, gaps included."""
        plot = self._plot()
        width = plot.width() / max(len(self.chart.bars), 1)
        return QRectF(plot.left() + at * width, plot.top(), width, plot.height())

    def _bar_at(self, point: QPointF) -> Bar | None:
        return next((bar for at, bar in enumerate(self.chart.bars) if self._slot(at).contains(point)), None)

    def colour(self, series: int) -> QColor:
        """The hue of a series; those without a name of their own are grey."""
        name = ROLES[series] if series < min(len(ROLES), self.chart.named) else "edge"
        return QColor(getattr(self._theme.tokens, name))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lines and their numbers, bars, days, legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        painter.setFont(font)
        self._paint_scale(painter)
        for at, bar in enumerate(self.chart.bars):
            self._paint_bar(painter, self._slot(at), bar)
        self._paint_days(painter)
        self._paint_legend(painter)
        painter.end()

    def _paint_scale(self, painter: QPainter) -> None:
        plot, tokens = self._plot(), self._theme.tokens
        for value, words in self.chart.scale:
            y = plot.bottom() - plot.height() * value / self.chart.top
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(tokens.faint))
            box = QRectF(0, y - 10, LEFT - 8, 20)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_bar(self, painter: QPainter, slot: QRectF, bar: Bar) -> None:
        width = min(slot.width() * 0.7, WIDEST)
        y, ground = slot.bottom(), QColor(self._theme.tokens.ground)
        for series, sure, guessed in bar.pieces:
            for amount, is_guess in ((sure, False), (guessed, True)):
                height = slot.height() * amount / self.chart.top
                if height <= 0:
                    continue
                box = QRectF(slot.center().x() - width / 2, y - height, width, height)
                y -= height
                painter.fillRect(box, self.colour(series) if not is_guess else ground)
                if is_guess:
                    self._hatch(painter, box, series)
                painter.fillRect(QRectF(box.left(), box.top(), box.width(), min(1.0, height / 2)), ground)  # a gap

    def _hatch(self, painter: QPainter, box: QRectF, series: int) -> None:
        colour = self.colour(series)
        painter.fillRect(box, QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.setPen(QPen(colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_days(self, painter: QPainter) -> None:
        metrics, painted_to = painter.fontMetrics(), -1e9
        painter.setPen(QColor(self._theme.tokens.faint))
        for at, bar in enumerate(self.chart.bars):
            slot, width = self._slot(at), metrics.horizontalAdvance(bar.label)
            left = slot.center().x() - width / 2
            if left > painted_to + 12 and left + width <= self.width():
                painter.drawText(QPointF(left, slot.bottom() + 4 + metrics.ascent()), bar.label)
                painted_to = left + width

    def _paint_legend(self, painter: QPainter) -> None:
        metrics, x = painter.fontMetrics(), float(LEFT)
        top = self.height() - LEGEND + 4
        entries = [(name, series, False) for series, name in enumerate(self.chart.series)]
        if self.chart.guesses:
            entries.append(("estimated", len(self.chart.series), True))
        for name, series, is_guess in entries:
            short = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, 150)
            width = metrics.horizontalAdvance(short)
            if x + 16 + width > self.width():
                break
            box = QRectF(x, top + (metrics.height() - 10) / 2, 10, 10)
            if is_guess:
                self._hatch(painter, box, series)
            else:
                painter.fillRect(box, self.colour(series))
            painter.setPen(QColor(self._theme.tokens.secondary))
            painter.drawText(QPointF(x + 16, top + metrics.ascent()), short)
            x += 16 + width + 16
