"""Images in answers: never fetched and never read from a file by what a model wrote.

A `data:` image is decoded within limits; anything else is a chip with its description and where it would come from. What
a person asked for is put in by `supply`.
"""

from __future__ import annotations

import base64
import binascii
import re
import weakref
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QImageReader, QPainter

from chatgui.core.markup import Run
from chatgui.ui.transcript.blocks import hidden
from chatgui.ui.transcript.style import Style

LARGEST = 8_000_000  # bytes of an encoded image
PIXELS = 24_000_000  # of a decoded one; read from its head before anything is decoded
WIDEST, HIGHEST = 560.0, 420.0  # pixels at 100 % it is shown in
FORMATS = (b"png", b"jpeg", b"gif", b"webp", b"bmp")  # raster only: a drawing may be made to take for ever

_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,", re.IGNORECASE)
_kept: OrderedDict[str, QImage | None] = OrderedDict()
_waiting: dict[str, list[weakref.WeakMethod[Callable[[], object]]]] = {}  # who shows a chip, as long as they live


class Chip:
    """An image that is not there: its description, and its host."""

    def __init__(self, words: str, style: Style) -> None:
        self.style = style
        font = style.font("small")
        metrics = QFontMetricsF(font)
        self.words = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, style.px(WIDEST))
        self.width = metrics.horizontalAdvance(self.words) + style.px(32)
        self._text = metrics.ascent()
        self.ascent = metrics.ascent() + style.px(3)
        self.descent = metrics.descent() + style.px(3)

    def fit(self, width: float) -> None:
        """Become as narrow as `width`, with fewer words."""
        metrics = QFontMetricsF(self.style.font("small"))
        room = max(0.0, width - self.style.px(32))
        self.words = metrics.elidedText(self.words, Qt.TextElideMode.ElideMiddle, room)
        self.width = metrics.horizontalAdvance(self.words) + self.style.px(32)

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw it with its left end at `x`."""
        style = self.style
        box = QRectF(x + 0.5, baseline - self.ascent + 0.5, self.width - 3, self.ascent + self.descent - 1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.colours["line"])
        painter.setBrush(style.colours["raised"])
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(style.colours["faint"])
        side = style.px(10)
        frame = QRectF(x + style.px(7), box.center().y() - side / 2, side, side)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 2, 2)
        peaks = ((0.0, 0.8), (0.35, 0.45), (0.6, 0.7), (0.75, 0.55), (1.0, 0.8))
        painter.drawPolyline([QPointF(frame.x() + side * a, frame.y() + side * b) for a, b in peaks])
        painter.setFont(style.font("small"))
        painter.setPen(style.colours["secondary"])
        painter.drawText(QPointF(x + style.px(23), baseline), self.words)
        painter.restore()


class Picture:
    """An image that is there, scaled to fit."""

    def __init__(self, image: QImage, style: Style) -> None:
        scale = min(1.0, style.px(WIDEST) / image.width(), style.px(HIGHEST) / image.height())
        self.image = image
        self.width, self.ascent = image.width() * scale, image.height() * scale
        self.descent = 0.0

    def fit(self, width: float) -> None:
        """Become as narrow as `width`."""
        self.ascent *= width / self.width
        self.width = width

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw it with its left end at `x`."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(x, baseline - self.ascent, self.width, self.ascent), self.image)
        painter.restore()


def inline_image(run: Run, style: Style, wait: Callable[[], object]) -> Chip | Picture:
    """What stands in the line for an image; `wait` is called when a person has asked for it and it has come."""
    url = run.link
    if url not in _kept and _DATA.match(url):
        _keep(url, decoded(url))
    image = _kept.get(url)
    if image is not None:
        return Picture(image, style)
    known = [one for one in _waiting.get(url, []) if one() is not None]
    one = weakref.WeakMethod(wait)
    _waiting[url] = known if one in known else [*known, one]
    while len(_waiting) > 1_000:
        del _waiting[next(iter(_waiting))]
    return Chip(" · ".join(filter(None, (hidden.code(" ".join(run.text.split()))[:200] or "Image", host(url)))), style)


def supply(url: str, content: bytes) -> bool:
    """Put in an image a person asked for; False if it is none, or beyond the limits."""
    image = decode(content)
    _keep(url, image)
    for one in _waiting.pop(url, []):
        wait = one()
        if wait is not None:
            wait()
    return image is not None


def host(url: str) -> str:
    """Where an image would come from, in a word."""
    try:
        parts = urlsplit(url)
        name = parts.hostname or ""
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return "unknown place"
    if parts.scheme in {"http", "https"} and name:
        return name
    return "in the text" if parts.scheme == "data" else "not loaded"


def is_remote(url: str) -> bool:
    """Whether a person may ask for it to be fetched."""
    from chatgui.ui.transcript.links import judge

    return url.lower().startswith(("http://", "https://")) and judge(url).allowed


def decoded(url: str) -> QImage | None:
    """A `data:` image, or None if it is none or too large."""
    head = _DATA.match(url)
    if head is None or len(url) > LARGEST * 4 // 3:
        return None
    try:
        return decode(base64.b64decode(url[head.end() :], validate=False))
    except (binascii.Error, ValueError):
        return None


def decode(content: bytes) -> QImage | None:
    """An encoded raster image, or None. Its size is read before it is decoded, and it is decoded no larger than shown."""
    if len(content) > LARGEST:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if bytes(reader.format().data()) not in FORMATS or not size.isValid() or size.width() * size.height() > PIXELS:
        return None
    room = QSize(int(WIDEST) * 2, int(HIGHEST) * 2)
    if size.width() > room.width() or size.height() > room.height():
        reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


def _keep(url: str, image: QImage | None) -> None:
    _kept[url] = image
    while len(_kept) > 64:
        _kept.popitem(last=False)
