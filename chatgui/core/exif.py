"""What a camera writes beside a JPEG: which side is up, and where and when it was taken, which is nobody's business."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

_EXIF, _PHOTOSHOP = 0xE1, 0xED  # APP1 (Exif, XMP) and APP13 (IPTC)
_UPRIGHT = 1
_ORIENTATION = 0x0112


def is_turned(jpeg: bytes) -> bool:
    """Whether the picture lies on its side or head until what stands beside it is obeyed."""
    for marker, start, end in _segments(jpeg):
        if marker == _EXIF and jpeg[start + 4 : start + 10] == b"Exif\0\0":
            return _orientation(jpeg[start + 10 : end]) not in (0, _UPRIGHT)
    return False


def without_notes(jpeg: bytes) -> bytes:
    """The same picture, bit for bit, without what the camera and its programs wrote beside it; colours stay as they are."""
    kept, done = [], 0
    for marker, start, end in _segments(jpeg):
        if marker in (_EXIF, _PHOTOSHOP):
            kept.append(jpeg[done:start])
            done = end
    return b"".join((*kept, jpeg[done:]))


def _segments(jpeg: bytes) -> Iterator[tuple[int, int, int]]:
    """The marker of each segment before the picture itself, and where it begins and ends."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] not in (0xDA, 0xD9):
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if end > len(jpeg) or end < at + 4:
            return
        yield jpeg[at + 1], at, end
        at = end


def _orientation(tiff: bytes) -> int:
    """The number of the orientation in the first directory; 0 if it is not there."""
    if tiff[:2] not in (b"II", b"MM"):
        return 0
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    first = number(4, 4)
    entries = range(first + 2, first + 2 + 12 * min(number(first, 2), 500) + 1, 12)
    return next((number(at + 8, 2) for at, _ in pairwise(entries) if number(at, 2) == _ORIENTATION), 0)
