"""What an export will look like: the first page as it is set, or the first lines of the file."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QScrollArea

from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters.base import Exporter, Options
from chatgui.exchange.exporters.pdf import ensure_application, first_page
from chatgui.exchange.exporters.sample import first_lines
from chatgui.ui.stack import Stack

PAGES = ("pdf", "html", "docx")  # formats that are looked at, not read as they are


class ExportPreview(Stack):
    """Shows one or the other. A picture is made twice as fine as it is shown, for screens that are."""

    def __init__(self) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Preview")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.page = QLabel()
        self.page.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.page.setAccessibleName("Preview")
        self._area = QScrollArea()
        self._area.setWidget(self.page)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.StyledPanel)
        self._area.setAccessibleName("Preview of the first page")
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._image = QImage()
        self.add(self.text)
        self.add(self._area)
        self.setMinimumWidth(300)

    def sizeHint(self) -> QSize:
        return QSize(440, 480)

    async def show_export(self, exporter: Exporter, entry: Entry, options: Options) -> None:
        """Make the beginning of this export and show it."""
        lines = await asyncio.to_thread(first_lines, exporter, entry, options) if exporter.name not in PAGES else ""
        if exporter.name in PAGES:
            ensure_application()
            self._image = await asyncio.to_thread(first_page, entry, options, 2 * self._width())
            self._fit()
            self.show_page(self._area)
        else:
            self.text.setPlainText(lines)
            self.show_page(self.text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _width(self) -> int:
        bar = self._area.verticalScrollBar().sizeHint().width()
        return max(280, self.width() - bar - 6)

    def _fit(self) -> None:
        if not self._image.isNull():
            ratio = self.devicePixelRatioF()
            width = round(self._width() * ratio)
            pixmap = QPixmap.fromImage(self._image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation))
            painter = QPainter(pixmap)
            painter.setPen(self.palette().mid().color())
            painter.drawRect(0, 0, pixmap.width() - 1, pixmap.height() - 1)  # the edge of the paper
            painter.end()
            pixmap.setDevicePixelRatio(ratio)
            self.page.setPixmap(pixmap)
