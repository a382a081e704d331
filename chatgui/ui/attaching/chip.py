"""One file in the composer: its picture, name and size, a click to look at it, and a way to take it out."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QToolButton

from chatgui.core.attaching import Kind, described, in_bytes, kind_of, short
from chatgui.core.message import Attachment
from chatgui.ui import assets
from chatgui.ui.theme import Theme
from chatgui.ui.transcript import shelf

HEIGHT, SIDE, WORDS = 44, 36, 168  # pixels: of a chip, of its picture, and the most its words take


class Face(QAbstractButton):
    """Picture and words of a chip; pressed, it shows the file."""

    remove_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture = QPixmap()
        self.name, self.line = "", ""
        self.icon_name = "running"
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(HEIGHT - 4)

    def show_words(self, name: str, line: str) -> None:
        """Its two lines."""
        self.name, self.line = name, line
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(name), metrics.horizontalAdvance(line))
        self.setFixedWidth(SIDE + 10 + min(WORDS, widest) + 8)
        self.update()

    def show_image(self, image: QImage | None) -> None:
        """Its picture, once it is decoded: the middle of it, as a square."""
        self._picture = QPixmap()
        if image is not None:
            side, ratio = min(image.width(), image.height()), self.devicePixelRatioF()
            middle = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
            smooth = Qt.TransformationMode.SmoothTransformation
            self._picture = QPixmap.fromImage(middle.scaledToWidth(round(SIDE * ratio), smooth))
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words need."""
        return self.size()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes the file out; Enter looks at it, like Space."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture or sign, then name over kind and size."""
        tokens, painter = self._theme.tokens, QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(2, (self.height() - SIDE) / 2, SIDE, SIDE)
        if self._picture.isNull():
            sign = assets.pixmap(self.icon_name, tokens.secondary, 20, self.devicePixelRatioF())
            painter.drawPixmap(round(box.center().x() - 10), round(box.center().y() - 10), sign)
        else:
            corners = QPainterPath()
            corners.addRoundedRect(box, 4, 4)
            painter.setClipPath(corners)
            painter.drawPixmap(box, self._picture, QRectF(self._picture.rect()))
            painter.setClipping(False)
        left, width = SIDE + 10, self.width() - SIDE - 14
        metrics = self.fontMetrics()
        for words, colour, top in ((self.name, tokens.text, 0), (self.line, tokens.faint, self.height() / 2)):
            painter.setPen(QColor(colour))
            at = QRectF(left, top + (3 if not top else -3), width, self.height() / 2)
            elided = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, width)
            painter.drawText(at, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)
        if self.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 5, 5)


class AttachmentChip(QFrame):
    """A file that is being read (no `attachment` yet) or stands ready to be sent."""

    open_wanted = Signal(Attachment)
    remove_wanted = Signal()
    picture_wanted = Signal(Attachment)  # the album has it not, or no longer

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("Attachment")
        self.attachment: Attachment | None = None
        self.is_unwanted = False  # taken out by the user, perhaps before it was read
        self.face = Face(theme)
        self.face.clicked.connect(self._open)
        self.face.remove_wanted.connect(self.remove_wanted)
        self.remove = QToolButton()
        assets.dress(self.remove, "close", theme.tokens)
        self.remove.clicked.connect(self.remove_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 4, 2)
        row.setSpacing(0)
        row.addWidget(self.face)
        row.addWidget(self.remove)
        self._say(name, "Reading …", "being read")

    def _say(self, name: str, line: str, spoken: str) -> None:
        name = short(name)
        self.face.show_words(name, line)
        self.face.setAccessibleName(f"Attachment {name}, {spoken}")
        self.face.setToolTip(f"{name}\n{spoken}")
        self.remove.setAccessibleName(f"Remove {name}")
        self.remove.setToolTip("Remove")

    def show_attachment(self, attachment: Attachment) -> None:
        """It has been read: this is it."""
        self.attachment = attachment
        kind = kind_of(attachment.media_type)
        words = {Kind.TEXT: "Text", Kind.PDF: "PDF", Kind.OTHER: "File"}
        shape = f"{attachment.width} × {attachment.height}" if attachment.width else "Image"
        self.face.icon_name = "attach" if kind is Kind.IMAGE else "file"
        self._say(attachment.name, f"{words.get(kind, shape)} · {in_bytes(attachment.size)}", described(attachment))
        if kind is Kind.IMAGE:
            self._look()

    def _open(self) -> None:
        if self.attachment is not None:
            self.open_wanted.emit(self.attachment)

    def _look(self) -> None:
        """Show the picture as soon as the album has it."""
        from chatgui.ui.transcript.blocks import album  # after the first frame

        if self.attachment is None or not shiboken6.isValid(self):  # taken out meanwhile
            return
        found = album.look(shelf.address(self.attachment), self._look)
        self.face.show_image(found if isinstance(found, QImage) else None)
        if found is None and album.told(shelf.address(self.attachment)) is None:
            self.picture_wanted.emit(self.attachment)
