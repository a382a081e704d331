"""What the head of a raster image says of it: its format and its size, read without decoding anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Raster:
    """`name` is the format as people know it; the size is in pixels, as stored (a turned photo is not turned yet)."""

    name: str
    media_type: str
    width: int
    height: int


def raster_of(content: bytes) -> Raster | None:
    """The image these bytes begin; None if they are none of the four formats that may be sent, or say no size."""
    for name, media_type, magic, size_of in FORMATS:
        if content.startswith(magic):
            size = size_of(content)
            return Raster(name, media_type, *size) if size is not None and all(size) else None
    return None


Size = tuple[int, int]


def _png(content: bytes) -> Size | None:
    if content[12:16] != b"IHDR":
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _gif(content: bytes) -> Size | None:
    if content[4:6] not in (b"7a", b"9a") or len(content) < 10:
        return None
    return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")


def _jpeg(content: bytes) -> Size | None:
    """The size stands in the first frame header, behind segments of any length."""
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        elif marker in (0x01, *range(0xD0, 0xD8)):  # stand alone
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None


def _webp(content: bytes) -> Size | None:
    if content[8:12] != b"WEBP":
        return None
    match content[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
        case b"VP8L" if content[20:21] == b"\x2f":
            bits = int.from_bytes(content[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 " if content[23:26] == b"\x9d\x01\x2a":
            width, height = int.from_bytes(content[26:28], "little"), int.from_bytes(content[28:30], "little")
            return width & 0x3FFF, height & 0x3FFF
    return None


FORMATS: tuple[tuple[str, str, bytes, Callable[[bytes], Size | None]], ...] = (
    ("PNG", "image/png", b"\x89PNG\r\n\x1a\n", _png),
    ("JPEG", "image/jpeg", b"\xff\xd8\xff", _jpeg),
    ("GIF", "image/gif", b"GIF8", _gif),
    ("WebP", "image/webp", b"RIFF", _webp),
)
MEDIA_TYPES = tuple(media_type for _, media_type, _, _ in FORMATS)
