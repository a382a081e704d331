"""Heights of many things in a column: exact where measured, estimated elsewhere, with fast sums over any number."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatgui.ui.transcript.style import Style

CHUNK = 256  # heights summed together; 100,000 messages are 391 sums


class Heights:
    """Heights in whole pixels of `len(self)` things, from the top."""

    __slots__ = ("_exact", "_sums", "_unknown", "_values")

    def __init__(self, count: int = 0, height: int = 0) -> None:
        """All estimated at `height`. Estimates may be bettered later, a chunk at a time: see `refine`."""
        self._values = array("i", [height]) * count
        self._exact = bytearray(count)
        self._sums = [height * min(CHUNK, count - start) for start in range(0, count, CHUNK)]
        self._unknown = len(self._sums)  # chunks below this were never estimated one by one

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: int) -> int:
        return self._values[index]

    def is_exact(self, index: int) -> bool:
        """Whether this height was measured."""
        return bool(self._exact[index])

    @property
    def total(self) -> int:
        """The sum of all."""
        return sum(self._sums)

    def put(self, index: int, height: int, *, exact: bool = True) -> int:
        """Set one height; the difference to the former one is returned."""
        difference = height - self._values[index]
        if difference:
            self._values[index] = height
            self._sums[index // CHUNK] += difference
        self._exact[index] = exact
        return difference

    def append(self, height: int) -> None:
        """One more below, estimated."""
        if len(self._values) % CHUNK == 0:
            self._sums.append(0)
        self._values.append(height)
        self._exact.append(0)
        self._sums[-1] += height

    def splice(self, start: int, stop: int, heights: list[int]) -> None:
        """Put other things, estimated, in the place of [start, stop)."""
        values, exact = self._values, self._exact
        values[start:stop] = array("i", heights)
        exact[start:stop] = bytes(len(heights))
        first = start // CHUNK
        self._sums[first:] = [sum(values[at : at + CHUNK]) for at in range(first * CHUNK, len(values), CHUNK)]
        self._unknown = min(self._unknown, len(self._sums))

    def forget(self) -> None:
        """What was measured is an estimate from now on (the width changed)."""
        self._exact = bytearray(len(self._values))

    def top(self, index: int) -> int:
        """The sum of all above `index`."""
        chunk = index // CHUNK
        return sum(self._sums[:chunk]) + sum(self._values[chunk * CHUNK : index])

    def find(self, y: int) -> tuple[int, int]:
        """Which one covers `y` pixels from the top, and how far into it; the ends for what lies outside."""
        y = max(0, y)
        chunk = 0
        while chunk < len(self._sums) and y >= self._sums[chunk]:
            y -= self._sums[chunk]
            chunk += 1
        if chunk == len(self._sums):
            last = len(self._values) - 1
            return last, self._values[last] if last >= 0 else 0
        for index in range(chunk * CHUNK, len(self._values)):
            if y < self._values[index]:
                return index, y
            y -= self._values[index]
        return len(self._values) - 1, y

    def refine(self, estimate: Callable[[int], int]) -> bool:
        """Better the estimates of one more chunk, the lowest first; whether any are left."""
        if self._unknown == 0:
            return False
        self._unknown -= 1
        start = self._unknown * CHUNK
        for index in range(start, min(start + CHUNK, len(self._values))):
            if not self._exact[index]:
                self._values[index] = estimate(index)
        self._sums[self._unknown] = sum(self._values[start : start + CHUNK])
        return self._unknown > 0


def estimate_text(text: str, is_code: bool, width: float, style: Style) -> int:
    """A guess at the height of a text, from its length and its line breaks alone."""
    breaks = text.strip("\n").count("\n")
    if is_code:
        return round((breaks - 1) * style.line("code") + 2 * style.px(style.padding) + style.px(16))
    return estimate_length(len(text), width, style) + round(breaks * style.line() / 2)


def estimate_length(length: int, width: float, style: Style) -> int:
    """A guess at the height of running text of so many characters."""
    if not length:
        return 0
    per_line = max(8.0, width / (style.px(style.text_size) * 0.5))
    return round(math.ceil(length * 1.1 / per_line) * style.line())
