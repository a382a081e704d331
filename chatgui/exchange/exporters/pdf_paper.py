"""The pages of a PDF: a text document that reads no file, cut into sheets of A4 with a number on each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QBuffer, QByteArray, QHashSeed, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUuid
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from chatgui.exchange.exporters.base import Stopped
from chatgui.exchange.exporters.pdf_objects import Pictures

UNIT = 4.0  # layout units in a point: glyphs stand finer than whole points
PIXELS = 96 / 72  # of a point: Qt counts the space around blocks in these, whatever the paper
QUIET = QColor("#555d66")
_EDGE = 2  # pixels that keep lines off the edge where pages are cut
_FOOT = 20 * UNIT  # of a page, for its number
_STRETCH = 6  # pages laid out at once


class _Inert(QTextDocument):
    """A document that reads no file, whatever it is asked for."""

    def loadResource(self, kind: int, name: Any) -> Any:
        del kind, name
        return QImage()  # None would make Qt look for the file itself


class Paper:
    """A document to write into and the sheets it is printed on.

    A long one is printed in stretches: what Qt needs to lay out a page grows with the pages before it. `told` hears how
    many pages there are; `cancelled` may end the printing with Stopped.
    """

    def __init__(self, title: str, font: QFont, pictures: Pictures, told: Callable[[int], None]) -> None:
        self._font, self._pictures, self._told = font, pictures, told
        self._content = QByteArray()
        self._buffer = QBuffer(self._content)
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setResolution(int(72 * UNIT))
        self._writer.setTitle(title)
        self._writer.setCreator("chatgui")
        # a random one would make other bytes each time
        self._writer.setDocumentId(QUuid.createUuidV5(QUuid(), title.encode()))
        size, unit = QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Unit.Millimeter
        margins = QMarginsF(22, 18, 22, 16)
        self._writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, margins, unit))
        self.width, self._height = float(self._writer.width()), self._writer.height() - _FOOT
        self._painter: QPainter | None = None
        self._number = 0  # of the sheet that is printed on
        self.document = self._empty()

    def _empty(self) -> QTextDocument:
        made = _Inert()
        made.setDefaultFont(self._font)
        made.setUndoRedoEnabled(False)
        made.setDocumentMargin(_EDGE)
        made.documentLayout().setPaintDevice(self._writer)
        made.setPageSize(QSizeF(self.width, self._height))
        self._pictures.serve(made)
        return made

    @property
    def is_long(self) -> bool:
        """Whether it is time to `turn`."""
        return self.document.pageCount() > _STRETCH

    def turn(self, cancelled: Callable[[], bool]) -> float:
        """Print what is there and go on in an empty document: how far down its first page is taken, in pixels."""
        self._print(cancelled)
        last = self.document.lastBlock()
        taken = self.document.documentLayout().blockBoundingRect(last).bottom()
        taken -= (self.document.pageCount() - 1) * self._height
        self.document = self._empty()
        return max(0.0, taken / UNIT * PIXELS - _EDGE)

    def pages(self, cancelled: Callable[[], bool]) -> bytes:
        """The whole as a PDF file. Raises Stopped."""
        self._print(cancelled)
        self._end_printing()
        self._buffer.close()
        return bytes(self._content.data())

    def width_of(self, text: str) -> float:
        """How wide a text of the usual size is, in layout units."""
        return QFontMetricsF(self._font, self._writer).horizontalAdvance(text)

    def keep_together(self, first: QTextBlock, following: QTextBlock) -> None:
        """Begin a new page with `first` if `following` would begin one without it. Qt has no word for that."""
        while not following.text() and following.next().isValid():
            following = following.next()
        if self._page(first) == self._page(following):
            return
        cursor = QTextCursor(first)
        layout = cursor.blockFormat()
        layout.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        cursor.setBlockFormat(layout)

    def _page(self, block: QTextBlock) -> int:
        """The page on which the first line of a block stands."""
        top = self.document.documentLayout().blockBoundingRect(block).top()
        lines = block.layout()
        return int((top + (lines.lineAt(0).y() if lines.lineCount() else 0) + 1) / self._height)

    def close(self) -> None:
        """End what Qt holds on the thread it was made on: its timers mind, and Python would end it wherever it is."""
        self._end_printing()
        shiboken6.delete(self.document)

    def first_page(self, width: int) -> QImage:
        """A picture of the first page, so many pixels wide, before anything is printed."""
        sheet = self._writer.pageLayout()
        whole, inside = sheet.fullRectPoints(), sheet.paintRectPoints()
        image = QImage(width, width * whole.height() // whole.width(), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = width / (whole.width() * UNIT)
        painter.scale(scale, scale)
        painter.translate(inside.left() * UNIT, inside.top() * UNIT)
        self._print_page(painter, 0)
        painter.end()
        return image

    def _print(self, cancelled: Callable[[], bool]) -> None:
        if self._painter is None:
            QHashSeed.setDeterministicGlobalSeed()  # the order of the fonts in the file hangs on it
            self._painter = QPainter(self._writer)
            self._print_number(self._painter)
        for page in range(self.document.pageCount()):
            if cancelled():
                raise Stopped
            if page:
                self._writer.newPage()
                self._print_number(self._painter)
            self._print_page(self._painter, page)

    def _end_printing(self) -> None:
        painter, self._painter = self._painter, None
        if painter is not None:
            if painter.isActive():
                painter.end()
            QHashSeed.resetRandomGlobalSeed()

    def _print_page(self, painter: QPainter, page: int) -> None:
        painter.save()
        painter.translate(0, -page * self._height)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(0, page * self._height, self.width, self._height - 1)
        painter.setClipRect(context.clip)
        self.document.documentLayout().draw(painter, context)
        painter.restore()

    def _print_number(self, painter: QPainter) -> None:
        self._number += 1
        self._told(self._number)
        font = QFont(self._font)
        font.setPointSizeF(8)
        painter.setFont(font)
        painter.setPen(QUIET)
        room = QRectF(0, self._height + 6 * UNIT, self.width - _EDGE * UNIT, 14 * UNIT)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, str(self._number))
