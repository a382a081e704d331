"""Where a text is cut that is too long for one piece."""

from __future__ import annotations

from collections.abc import Iterator


def pieces(text: str, size: int) -> Iterator[str]:
    """`text` in pieces no longer than `size`, cut by `cut_at`."""
    at = 0
    while len(text) - at > size:
        piece = text[at : at + size]
        end = cut_at(piece)
        yield piece[:end]
        at += end
    yield text[at:]


def cut_at(text: str) -> int:
    """Where to cut in the second half of `text`: behind a line with something in it, else behind a word, else at its end."""
    half = len(text) // 2
    found = text.rfind("\n", half)
    while found > half and text[found - 1] == "\n":
        found -= 1
    if found < 0:
        found = text.rfind(" ", half)
    return found + 1 if found >= 0 else len(text)
