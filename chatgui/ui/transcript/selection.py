"""What is selected: two points in the messages' plain text, in order or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

_WORD = re.compile(r"\w+(?:[’'\-]\w+)*|\s+|[^\w\s]")


class Point(NamedTuple):
    """A place in the text: message, start of its block in the message's source, position in the block's plain text."""

    message: int
    start: int
    position: int


@dataclass(frozen=True, slots=True)
class Selection:
    """From the `anchor`, which stays, to the `caret`, which moves."""

    anchor: Point
    caret: Point

    @property
    def first(self) -> Point:
        """The earlier end."""
        return min(self.anchor, self.caret)

    @property
    def last(self) -> Point:
        """The later end."""
        return max(self.anchor, self.caret)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is between the ends."""
        return self.anchor == self.caret

    def span(self, index: int, start: int, length: int) -> tuple[int, int] | None:
        """What is selected of one block of `length` characters; None if nothing."""
        first, last = self.first, self.last
        if start < 0 or (index, start) < first[:2] or (index, start) > last[:2]:
            return None
        begin = first.position if (index, start) == first[:2] else 0
        end = min(length, last.position) if (index, start) == last[:2] else length
        return (begin, end) if begin < end else None


def word_at(text: str, position: int) -> tuple[int, int]:
    """The word (or the gap, or the sign) around a position."""
    start = max(0, text.rfind("\n", 0, position))
    for match in _WORD.finditer(text, max(start, position - 400)):
        if match.start() <= position < match.end():
            return match.span()
        if match.start() > position:
            break
    return position, position


def line_at(text: str, position: int) -> tuple[int, int]:
    """The line of text around a position: what three clicks select."""
    breaks = "\n\u2028\u2029"
    start = max(text.rfind(sign, 0, position) for sign in breaks) + 1
    ends = [end for sign in breaks if (end := text.find(sign, position)) >= 0]
    return start, min(ends, default=len(text))


def next_word(text: str, position: int) -> int:
    """Where the next word begins."""
    match = re.compile(r"\w*\W*").match(text, position)
    end = match.end() if match else position
    return end if end > position else min(len(text), position + 1)


def previous_word(text: str, position: int) -> int:
    """Where the word before begins."""
    before = re.search(r"\w*\W*\Z", text[max(0, position - 400) : position])
    found = position - len(before.group()) if before else position
    return found if found < position else max(0, position - 1)
