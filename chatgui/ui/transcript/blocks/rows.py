"""The rows of a text of many lines: where each begins, without laying any of them out.

A line takes one row, or several where it is wrapped to a number of columns, or is so long that it is broken anyway.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtGui import QFontMetricsF

LONGEST = 4_000  # characters in a row; more in one go would be shaped for seconds


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `start:end` of the text, in line `line` from its `offset`-th character on."""

    start: int
    end: int
    line: int
    offset: int


class Rows:
    """The rows of a text."""

    def __init__(self, metrics: QFontMetricsF) -> None:
        self.metrics = metrics
        self.columns = 0  # to wrap to; 0 for as long as a row may be
        self.widest = 0  # columns of the widest row
        self._starts: list[int] = [0]  # of lines
        self._lengths: list[int] = [0]
        self._pieces: list[str] = [""]  # the lines
        self._rows: list[tuple[int, int, int]] = []  # (line, offset, length); only where some line takes several
        self._simple = True  # one row a line

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return len(self._pieces)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._pieces) if self._simple else len(self._rows)

    def set(self, text: str) -> None:
        """Begin anew."""
        self._pieces = text.split("\n")
        self._measure(0)
        self.wrap(self.columns)

    def _measure(self, first: int) -> None:
        del self._starts[first:]
        del self._lengths[first:]
        position = self._starts[-1] + self._lengths[-1] + 1 if first and self._starts else 0
        lengths = list(map(len, self._pieces[first:]))
        self._lengths += lengths
        self._starts += list(accumulate(map((1).__add__, lengths), initial=position))[:-1]

    def replace_tail(self, lines: list[str], *, instead: bool) -> int:
        """Put `lines` behind the last line, or `instead` of it; the first line that is new."""
        if instead:
            self._pieces.pop()
        first = len(self._pieces)
        self._pieces += lines
        if not self._pieces:
            self._pieces = [""]
            first = 0
        self._measure(first)
        if not self.columns and self._simple and all(len(line) <= LONGEST for line in lines):
            self.widest = max(self.widest, _widest(lines))
        else:
            self.wrap(self.columns, first)
        return first

    def text(self, before: str, first: int) -> str:
        """The whole text, given what it was `before` the lines from `first` on changed."""
        if first >= len(self._starts):
            return before
        start = self._starts[first]
        new = "\n".join(self._pieces[first:])
        if start == 0:
            return new
        return before[: start - 1] + "\n" + new

    def wrap(self, to: int, first: int = 0) -> None:
        """Wrap to so many columns; 0 for not at all. Lines before `first` are as they were."""
        if to != self.columns:
            first = 0
        self.columns = to
        limit = min(to or LONGEST, LONGEST)
        if first == 0:
            self.widest = 0
        if not to and (self._simple or first == 0) and max(self._lengths) <= LONGEST:
            self._simple, self._rows = True, []
            self.widest = max(self.widest, _widest(self._pieces[first:]))
            return
        if self._simple:
            first, self._simple, self._rows = 0, False, []
        while self._rows and self._rows[-1][0] >= first:
            self._rows.pop()
        for line in range(first, len(self._pieces)):
            for offset, length in _broken(self._pieces[line], limit):
                self._rows.append((line, offset, length))
        self.widest = (
            limit if any(row[2] >= limit for row in self._rows) else max((row[2] for row in self._rows), default=0)
        )

    def at(self, index: int) -> Row:
        """The row number `index`."""
        if self._simple:
            start = self._starts[index]
            return Row(start, start + self._lengths[index], index, 0)
        line, offset, length = self._rows[index]
        start = self._starts[line] + offset
        return Row(start, start + length, line, offset)

    def first_row(self, line: int) -> int:
        """The first row of a line."""
        return line if self._simple else bisect_right(self._rows, (line, -1, 0))

    def holding(self, position: int) -> int:
        """The row a position stands in."""
        line = max(0, bisect_right(self._starts, position) - 1)
        if self._simple:
            return line
        offset = position - self._starts[line]
        return max(self.first_row(line), bisect_right(self._rows, (line, offset, 1 << 60)) - 1)


def columns(line: str) -> int:
    """How many columns a line takes in a fixed-pitch font."""
    if line.isascii():
        return len(line) + 3 * line.count("\t")
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line[:LONGEST])


def _widest(lines: list[str]) -> int:
    """Columns of the widest of them."""
    whole = "".join(lines)
    is_plain = whole.isascii() and "\t" not in whole
    return max(map(len if is_plain else columns, lines), default=0)


def _broken(line: str, limit: int) -> list[tuple[int, int]]:
    """(offset, length) of the rows of a line; broken after a space where there is one in the last third."""
    if columns(line) <= limit and len(line) <= limit:
        return [(0, len(line))]
    plain = line.isascii() and "\t" not in line
    made = []
    start = 0
    while start < len(line):
        end = start + limit if plain else _fitting(line, start, limit)
        if end < len(line):
            space = line.rfind(" ", start + limit * 2 // 3, end)
            if space > start:
                end = space + 1
        end = min(end, len(line))
        made.append((start, end - start))
        start = end
    return made


def _fitting(line: str, start: int, limit: int) -> int:
    width = 0
    for index in range(start, len(line)):
        char = line[index]
        width += 4 if char == "\t" else 2 if char > "\u10ff" and unicodedata.east_asian_width(char) in "WF" else 1
        if width > limit:
            return max(index, start + 1)
    return len(line)
