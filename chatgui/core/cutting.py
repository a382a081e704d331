"""Long texts cut into blocks a little at a time, from the beginning; and the blocks at an end, guessed at before that is read.

cutting = Cutting(texts)
while not cutting.done:
    cutting.step()          # cutting.sources grows
cutting.sources             # now as if they had been cut at once
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from chatgui.core import literal
from chatgui.core.markdown import LONGEST, LONGEST_TABLE, Source, Splitter, blocks
from chatgui.core.pieces import cut_at

NEAR = 8_000  # characters read in a step, and for what stands at an end
_FENCE = "\n```"
_FENCE_LINE = re.compile(r" {0,3}(?:`{3}|~{3})")


@dataclass(frozen=True, slots=True)
class Script:
    """A text, and whether it is somebody's literal words rather than Markdown."""

    text: str
    is_plain: bool = False


def cut(parts: Sequence[Script]) -> list[Source]:
    """All blocks of some texts."""
    made: list[Source] = []
    for part in parts:
        made += literal.literal(part.text) if part.is_plain else blocks(part.text)
    return made


class Cutting:
    """The blocks of some texts, so far. What is in `sources` changes at the end only, and only in the definitions it needs."""

    def __init__(self, parts: Sequence[Script]) -> None:
        self.parts = [part for part in parts if part.text.strip()]
        self.sources: list[Source] = []
        self.changed: list[int] = []  # of these, those whose definitions came later
        self.done = False
        self._steps = self._all()

    def step(self) -> None:
        """Cut a little more: what is parsed at once is no longer than a block may be."""
        self.done = next(self._steps, True)

    def _all(self) -> Iterator[bool]:
        for part in self.parts:
            yield from self._literally(part.text) if part.is_plain else self._split(part.text)

    def _literally(self, text: str) -> Iterator[bool]:
        for some in literal.cut(text):
            self.sources += some
            yield False

    def _split(self, text: str) -> Iterator[bool]:
        splitter, begin, at = Splitter(), len(self.sources), 0
        while at < len(text):
            waiting = splitter.waiting  # as much again, so that it is parsed seldom; of long code less, which is not
            end = at + max(NEAR, min(waiting, LONGEST), waiting // 4)
            splitter.feed(text[at:end])
            at = end
            self._take_in(splitter, begin)
            self.sources += splitter.closed[len(self.sources) - begin :]
            yield False
        before, known = splitter.closed.copy(), len(self.sources) - begin
        splitter.end()
        self.sources += splitter.closed[known:]
        for index in {*splitter.linked, known - 1}:  # of the last, empty lines may have come to belong to it
            if 0 <= index < known and splitter.closed[index] is not before[index]:
                self.sources[begin + index] = splitter.closed[index]
                self.changed.append(begin + index)
        yield False

    def _take_in(self, splitter: Splitter, begin: int) -> None:
        """Definitions of known blocks have come meanwhile."""
        for index in splitter.late:
            if begin + index < len(self.sources):
                self.sources[begin + index] = splitter.closed[index]
                self.changed.append(begin + index)
        splitter.late.clear()


class Ends:
    """What probably stands above a place of some texts. Nearly always it is what `Cutting` will find there; where it is not, that
    holds."""

    def __init__(self, parts: Sequence[Script]) -> None:
        self.parts = parts
        self._ends = list(accumulate(len(part.text) for part in parts))
        self.length = self._ends[-1] if parts else 0

    def text(self, begin: int, end: int) -> str:
        """The texts between two places."""
        starts = [0, *self._ends]
        return "".join(
            part.text[max(0, begin - start) : max(0, end - start)]
            for part, start in zip(self.parts, starts, strict=False)
        )

    def above(self, end: int) -> tuple[int, list[Source]]:
        """The last blocks of the texts up to `end`, and where they begin. `end` is a block's beginning, or the texts' end."""
        if end <= 0:
            return 0, []
        at = bisect_left(self._ends, end)
        before = self._ends[at - 1] if at else 0
        part = self.parts[at]
        start, sources = (_plain_end if part.is_plain else _markdown_end)(part.text, end - before)
        return before + start, sources


def _markdown_end(text: str, end: int) -> tuple[int, list[Source]]:
    near = NEAR
    while near < 2 * LONGEST_TABLE:
        begin = max(0, end - near)
        if begin and text.count(_FENCE, 0, begin) % 2:  # within code
            begin = text.rfind(_FENCE, 0, begin) + 1
            return begin, blocks(text[begin:end])
        if begin:
            begin = _line_behind(text, begin, end)
        sources = blocks(text[begin:end])
        if not begin:
            return 0, sources
        surely = _surely(sources)
        if surely < len(sources):
            return begin + sum(len(one.markdown) for one in sources[:surely]), sources[surely:]
        if "\n" not in text[max(0, end - LONGEST) : end - 1]:
            break  # one line, and longer than a block
        near *= 8
    blank = text.rfind("\n\n", 0, begin)
    begin = blank + 2 if blank >= 0 else 0
    return _pieces_end(text, begin, end, next((one.kind for one in blocks(text[begin : begin + NEAR])), ""))


def _surely(sources: list[Source]) -> int:
    """Where what is known begins: the first may be the end of something, and a list may have begun before."""
    begins = [one.kind == "item" and one.first for one in sources[:2]]
    return 2 if begins == [False, True] else 1


def _line_behind(text: str, begin: int, end: int) -> int:
    """Where a block begins soon behind `begin`, or at least a line does."""
    for sign in ("\n\n", "\n"):
        found = text.find(sign, begin, end - 1)
        if found >= 0:
            return found + len(sign)
    return begin


def _plain_end(text: str, end: int) -> tuple[int, list[Source]]:
    fence = _fence_before(text, end)
    begin = text.find("\n", fence + 1, end) + 1 if fence >= 0 else 0
    if begin >= end or (fence >= 0 and not begin):  # code ends there
        begin = max(0, _fence_before(text, fence) + 1)
        return begin, literal.literal(text[begin:end])
    if begin and text.count(_FENCE, 0, begin) % 2:
        begin = 0
    goes_on = bool(text[end : end + LONGEST].strip()) and not _FENCE_LINE.match(text, end)
    if goes_on or end - begin > LONGEST:
        return _pieces_end(text, begin, end, "plain")
    return begin, literal.literal(text[begin:end])


def _fence_before(text: str, end: int) -> int:
    return max(text.rfind(mark, 0, end) for mark in (_FENCE, "\n~~~"))


def _pieces_end(text: str, begin: int, end: int, kind: str) -> tuple[int, list[Source]]:
    """The last pieces of what is too long for a block and begins at `begin`."""
    at, starts = begin, [begin]
    while end - at > LONGEST:
        at += cut_at(text[at : at + LONGEST])
        starts.append(at)
    last = starts[-2:]
    made = [
        Source("long", text[one:other], kind, int(not one or text[one - 1] == "\n"), first=one == begin)
        for one, other in zip(last, (*last[1:], end), strict=True)
    ]
    return last[0], made
