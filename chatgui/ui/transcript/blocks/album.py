"""What is known of the images in texts, by address, for this run of the program: nothing is fetched or read from here.

An image in the text itself (`data:`) is taken up when it is first looked at; any other only when `supply` brings what a
person asked for. The child process decodes: its size is known before, so that its place is kept free.
"""

from __future__ import annotations

import base64
import binascii
import re
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from chatgui.ui.transcript.blocks.errands import Answer, errands

LARGEST = 8_000_000  # bytes of an encoded image
PIXELS = 24_000_000  # of a decoded one; read from its head before anything is decoded
ROOM = QSize(1120, 840)  # pixels it is decoded to at most: twice what is shown at 100 %
KEPT = 96_000_000  # bytes of decoded images kept
KINDS = (  # by their first bytes; raster only: a drawing may be made to take for ever
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("jpeg", re.compile(rb"\xff\xd8\xff")),
    ("gif", re.compile(rb"GIF8[79]a")),
    ("webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("bmp", re.compile(rb"BM.{12}[\x0c-\x7c]\x00\x00\x00", re.DOTALL)),
)

_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,", re.IGNORECASE)
_images: OrderedDict[str, QImage | QSize] = OrderedDict()  # a size while it is being decoded
_told: OrderedDict[str, Told] = OrderedDict()
_waiting: dict[str, list[weakref.WeakMethod[Callable[[], object]]]] = {}  # who shows it, as long as they live


@dataclass(frozen=True, slots=True)
class Told:
    """What is said in place of an image: that it is being loaded (`busy`), or why it is not there.

    `source` is where it would be loaded from instead of its own address; empty for that.
    """

    words: str
    busy: bool = False
    source: str = ""


def look(address: str, wait: Callable[[], object]) -> QImage | QSize | None:
    """The image behind an address, its size while it is being decoded, or None. `wait` is called when that changes."""
    if address not in _images and address not in _told and (head := _DATA.match(address)):
        _take_up(address, head.end())
    found = _images.get(address)
    if isinstance(found, QImage):
        _images.move_to_end(address)
        return found
    known = [one for one in _waiting.get(address, []) if one() is not None]
    one = weakref.WeakMethod(wait)
    _waiting[address] = known if one in known else [*known, one]
    while len(_waiting) > 1_000:
        del _waiting[next(iter(_waiting))]
    return found


def told(address: str) -> Told | None:
    """What there is to say of an image that is not there."""
    return _told.get(address)


def is_there(address: str) -> bool:
    """Whether the image is there, or is being decoded."""
    return address in _images


def tell(address: str, what: Told | None) -> None:
    """Say this in place of an image; None for nothing."""
    _told.pop(address, None)
    if what is not None:
        _told[address] = what
    while len(_told) > 1_000:
        _told.popitem(last=False)
    _stir(address)


def supply(address: str, content: bytes, *, largest: int = LARGEST, pixels: int = PIXELS) -> None:
    """Put in the image a person asked for. What is none, or beyond the limits, is said in its place."""
    kind = kind_of(content)
    size = size_of(content, kind, pixels) if kind and len(content) <= largest else None
    if size is None:
        is_large = bool(kind) and size_of(content, kind, 1 << 62) is not None
        tell(
            address, Told("The image is too large to be shown." if is_large else "This is no image that can be shown.")
        )
        return
    _images[address] = shrunk(size)
    tell(address, None)
    request = {"kind": "picture", "format": kind, "content": base64.b64encode(content), "room": ROOM.toTuple()}
    errands().ask(request, lambda answer: _came(address, answer))


def _take_up(address: str, start: int) -> None:
    """An image within the text."""
    if len(address) > LARGEST * 4 // 3:
        tell(address, Told("The image is too large to be shown."))
        return
    try:
        content = base64.b64decode(address[start:], validate=False)
    except (binascii.Error, ValueError):
        content = b""
    supply(address, content)


def kind_of(content: bytes) -> str:
    """What kind of raster image the first bytes say; empty for none that is shown."""
    return next((kind for kind, head in KINDS if head.match(content)), "")


def size_of(content: bytes, kind: str, pixels: int = PIXELS) -> QSize | None:
    """The size its head tells, or None: too large, or none."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.isEmpty() or size.width() * size.height() > pixels:
        return None
    turned = reader.transformation() & reader.transformation().TransformationRotate90
    return size.transposed() if turned else size


def shrunk(size: QSize) -> QSize:
    """The size it is decoded to."""
    if size.width() <= ROOM.width() and size.height() <= ROOM.height():
        return size
    return size.scaled(ROOM, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))


def _came(address: str, answer: Answer | None) -> None:
    """The child has decoded it, or could not."""
    image = image_of(answer, ROOM) if answer is not None else None
    if image is None:
        _images.pop(address, None)
        tell(address, Told("The image is damaged, or took too long to read."))
        return
    _images[address] = image
    while len(_images) > 1 and sum(one.sizeInBytes() for one in _images.values() if isinstance(one, QImage)) > KEPT:
        _images.popitem(last=False)
    _stir(address)


def image_of(answer: Answer, room: QSize) -> QImage | None:
    """The pixels the child gave, if they are as many as it says and fit the room they were asked for."""
    width, height, pixels = answer["width"], answer["height"], base64.b64decode(answer["pixels"])
    if not 0 < width <= room.width() or not 0 < height <= room.height() or len(pixels) != width * height * 4:
        return None
    return QImage(pixels, width, height, width * 4, QImage.Format.Format_RGBA8888).copy()


def _stir(address: str) -> None:
    for one in _waiting.pop(address, []):
        wait = one()
        if wait is not None:
            wait()
