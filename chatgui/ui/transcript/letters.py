"""Letters as people see them: one may be several characters, as an emoji of a family or a base with its accents."""

from __future__ import annotations

from PySide6.QtCore import QTextBoundaryFinder

REACH = 64  # characters looked at; a longer letter is taken in pieces


def next_letter(text: str, position: int) -> int:
    """Where the letter at `position` ends."""
    part = text[position : position + REACH]
    if part[:2].isascii():
        return min(len(text), position + 1)
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, part)
    finder.setPosition(0)
    return position + max(1, _characters(part, finder.toNextBoundary()))


def previous_letter(text: str, position: int) -> int:
    """Where the letter before `position` begins."""
    part = text[max(0, position - REACH) : position]
    if part[-2:].isascii():
        return max(0, position - 1)
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, part)
    finder.toEnd()
    return position - max(1, len(part) - _characters(part, finder.toPreviousBoundary()))


def _characters(text: str, offset: int) -> int:
    """How many characters stand before an offset in UTF-16."""
    return len(text.encode("utf-16-le", "replace")[: 2 * max(0, offset)].decode("utf-16-le", "replace"))
