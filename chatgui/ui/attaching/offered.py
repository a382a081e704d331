"""What a paste or a drop brings besides text: files of this machine, or a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

# As the clipboard has them, best first. Decoded here they never are: the child does that.
PICTURES = (("image/png", "png"), ("image/jpeg", "jpg"), ("image/webp", "webp"), ("image/gif", "gif"))


@dataclass(frozen=True, slots=True)
class Offered:
    """Files by their paths, or one picture: encoded, or (`drawn`) as the system gave it."""

    paths: tuple[Path, ...] = ()
    picture: bytes = b""
    suffix: str = "png"
    drawn: QImage | None = None

    def __bool__(self) -> bool:
        return bool(self.paths or self.picture or self.drawn)


def may_be_offered(mime: QMimeData) -> bool:
    """Whether `offered` would find something, without fetching it from whoever holds the clipboard."""
    return any(url.isLocalFile() for url in mime.urls()) or (_has_picture(mime) and not mime.hasText())


def offered(mime: QMimeData) -> Offered:
    """Files before a picture. A picture beside text is a picture of that text (of cells, of a page): the text is meant."""
    urls = mime.urls()
    if urls and all(url.isLocalFile() for url in urls):
        return Offered(tuple(Path(url.toLocalFile()) for url in urls))
    if mime.hasText() or not _has_picture(mime):
        return Offered()
    for media_type, suffix in PICTURES:
        if content := bytes(mime.data(media_type).data()):
            return Offered(picture=content, suffix=suffix)
    drawn = mime.imageData()
    return Offered(drawn=drawn if isinstance(drawn, QImage) and not drawn.isNull() else None)


def _has_picture(mime: QMimeData) -> bool:
    return mime.hasImage() or any(mime.hasFormat(media_type) for media_type, _ in PICTURES)


def encoded(drawn: QImage, kind: str = "PNG") -> bytes:
    """A picture in a format Qt writes; empty if that fails. Takes a while: call it in a thread."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawn.save(buffer, kind)  # type: ignore[call-overload]  # the stubs forget that it takes a device
    return bytes(content.data())
