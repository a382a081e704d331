"""A file of a message, larger: a picture fitted to the window or at its own size, a text to be read. Within the program."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QSizePolicy, QWidget

from chatgui.core.attaching import Kind, described, kind_of, short, text_of
from chatgui.core.message import Attachment
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, scrolling, words
from chatgui.ui.transcript.blocks import hidden
from chatgui.ui.transcript.blocks.album import image_of
from chatgui.ui.transcript.blocks.errands import errands

SHOWN = 1_000_000  # characters of a text
LARGEST = QSize(2560, 1600)  # pixels a picture is decoded to at most


class Canvas(QWidget):
    """A picture, fitted to its room; never larger than it is, unless it is asked to be at its own size."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.image = QImage()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage) -> None:
        """The picture has come."""
        self.image = image
        self.update()

    def at_own_size(self, own: bool) -> None:
        """One pixel of the picture for one of the screen, or fitted."""
        ratio = self.devicePixelRatioF()
        size = QSize(round(self.image.width() / ratio), round(self.image.height() / ratio))
        self.setMinimumSize(size if own else QSize(0, 0))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """In the middle."""
        if self.image.isNull():
            return
        size = self.image.size() / self.devicePixelRatioF()
        if size.width() > self.width() or size.height() > self.height():
            size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(0, 0, size.width(), size.height())
        box.moveCenter(QRectF(self.rect()).center())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self.image)
        painter.end()


class ViewerDialog(Sheet):
    """Shows one attachment; `save` is called when it is to be written to a file."""

    def __init__(self, context: Context, attachment: Attachment, save: Callable[[Attachment], None]) -> None:
        kind = kind_of(attachment.media_type)
        size = (900, 680) if kind in (Kind.IMAGE, Kind.TEXT) else (460, 150)
        super().__init__(context.window, short(attachment.name), size)
        self._session = context.session
        self.attachment = attachment
        self.said = words(described(attachment))
        self.canvas = Canvas(f"{short(attachment.name)}, {described(attachment)}")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(short(attachment.name))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.fit = QPushButton("Actual Size")
        self.fit.setCheckable(True)
        self.fit.toggled.connect(self.canvas.at_own_size)
        self.copy = QPushButton("Copy")
        self.copy.clicked.connect(self._copy)
        if kind is Kind.IMAGE:
            self.body.addWidget(scrolling(self.canvas), 1)
        elif kind is Kind.TEXT:
            self.body.addWidget(self.text, 1)
        else:
            self.body.addWidget(
                words("Files of this kind are not shown here. Save it to open it with another program."), 1
            )
        self.fit.setVisible(kind is Kind.IMAGE)
        self.copy.setVisible(kind in (Kind.IMAGE, Kind.TEXT))
        self._lay_foot(lambda: save(attachment))
        self.start(context.tasks, self._load(kind))

    def _lay_foot(self, save: Callable[[], None]) -> None:
        keep, close = QPushButton("Save As…"), QPushButton("Close")
        keep.clicked.connect(save)
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self.said, 1)
        for button in (self.fit, self.copy, keep, close):
            foot.addWidget(button)
        self.body.addLayout(foot)

    async def _load(self, kind: Kind) -> None:
        content = await self._session.attachments.content(self.attachment)
        if content is None:
            self._say("It is no longer in the library.")
        elif kind is Kind.IMAGE:
            await self._load_image(content)
        elif kind is Kind.TEXT:
            text = await asyncio.to_thread(text_of, self.attachment.media_type, content)
            self.text.setPlainText(hidden.code(text[:SHOWN]))
            if len(text) > SHOWN:
                self._say(f"The first {SHOWN:,} of {len(text):,} characters are shown; saving takes all.")

    async def _load_image(self, content: bytes) -> None:
        encoded = await asyncio.to_thread(base64.b64encode, content)
        kind = self.attachment.media_type.removeprefix("image/").replace("jpg", "jpeg")
        answer = await errands().answer({"kind": "picture", "format": kind, "content": encoded, "room": LARGEST.toTuple(),
                             "patience": 3})  # fmt: skip
        image = await asyncio.to_thread(image_of, answer, LARGEST) if answer else None
        if image is None:
            self._say("The image is damaged, or too large to be shown.")
            return
        self.canvas.show_image(image)
        self.canvas.setFocus()

    def _say(self, more: str) -> None:
        self.said.setText(f"{described(self.attachment)}. {more}")

    def _copy(self) -> None:
        if not self.canvas.image.isNull():
            QGuiApplication.clipboard().setImage(self.canvas.image)
        elif text := self.text.textCursor().selectedText().replace("\u2029", "\n") or self.text.toPlainText():
            QGuiApplication.clipboard().setText(text)
