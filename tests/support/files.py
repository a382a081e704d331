"""Real files for tests: images as encoders write them, heads that promise too much, PDF, texts in several encodings."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Literal

import pytest

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"


def png(width: int, height: int, pixel: bytes = b"\xe0\x60\x20") -> bytes:
    """A PNG of one colour."""
    rows = (b"\0" + pixel * width) * height
    return _png(width, height, zlib.compress(rows))


def bomb(width: int, height: int) -> bytes:
    """A PNG whose head promises so many pixels, in a few bytes."""
    return _png(width, height, zlib.compress(b""))


def _png(width: int, height: int, data: bytes) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def image(kind: str, width: int, height: int) -> bytes:
    """An image with a gradient, as Qt's encoder writes it; a GIF, which Qt only reads, by hand."""
    if kind == "gif":
        return gif(width, height)
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

    made = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(made)
    gradient = QLinearGradient(0, 0, width, height)
    gradient.setColorAt(0, QColor("#20406f"))
    gradient.setColorAt(1, QColor("#f0c060"))
    painter.fillRect(made.rect(), gradient)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert made.save(buffer, kind.upper())  # type: ignore[call-overload]  # the stubs forget that it takes a device
    return bytes(content.data())


def gif(width: int, height: int) -> bytes:
    """A GIF of one colour: the smallest codes, cleared before the table grows."""
    head = b"GIF89a" + width.to_bytes(2, "little") + height.to_bytes(2, "little") + b"\x80\0\0" + b"\xe0\x60\x20\0\0\0"
    frame = b"\x2c\0\0\0\0" + width.to_bytes(2, "little") + height.to_bytes(2, "little") + b"\0"
    bits, count, codes = 0, 0, bytearray()
    for code in [one for _ in range(width * height) for one in (4, 0)] + [5]:  # clear, a pixel, …, end: 3 bits each
        bits |= code << count
        count += 3
        while count >= 8:
            codes.append(bits & 255)
            bits, count = bits >> 8, count - 8
    codes.append(bits & 255)
    blocks = b"".join(bytes([len(codes[at : at + 255])]) + codes[at : at + 255] for at in range(0, len(codes), 255))
    return head + frame + b"\x02" + blocks + b"\0\x3b"


def webp_head(form: str, width: int, height: int) -> bytes:
    """The head of a WebP file of one of its three forms."""
    match form:
        case "VP8X":
            rest = b"\x0a\0\0\0" + bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        case "VP8L":
            rest = b"\x10\0\0\0\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
        case _:
            rest = (
                b"\x10\0\0\0" + bytes(3) + b"\x9d\x01\x2a" + width.to_bytes(2, "little") + height.to_bytes(2, "little")
            )
    return b"RIFF" + (4 + 4 + len(rest)).to_bytes(4, "little") + b"WEBP" + form.encode() + rest


def hole(path: Path, request: pytest.FixtureRequest) -> None:
    """A file of five gigabytes that takes no room on the disk; gone after the test: whoever reads all files would read it."""
    with path.open("wb") as file:
        file.truncate(5_000_000_000)
    request.addfinalizer(path.unlink)


def photo(width: int, height: int, orientation: int, order: Literal["little", "big"], note: bytes) -> bytes:
    """A JPEG as a camera writes it: which side is up (0: not said), and a note, in Exif before the picture."""
    plain = image("jpeg", width, height)
    entry = b"".join(
        number.to_bytes(size, order) for number, size in ((0x0112, 2), (3, 2), (1, 4), (orientation, 2), (0, 2))
    )
    other = b"".join(number.to_bytes(size, order) for number, size in ((0x0100, 2), (3, 2), (1, 4), (7, 2), (0, 2)))
    entries = (other, entry) if orientation else (other,)
    head = (b"II" if order == "little" else b"MM") + (42).to_bytes(2, order) + (8).to_bytes(4, order)
    tiff = head + len(entries).to_bytes(2, order) + b"".join(entries) + bytes(4) + note
    exif = b"Exif\0\0" + tiff
    return plain[:2] + b"\xff\xe1" + (2 + len(exif)).to_bytes(2) + exif + plain[2:]
