"""Somebody's own words, shown as typed: cut into blocks like Markdown; fenced code among them is code all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from chatgui.core.markdown import LONGEST, Source
from chatgui.core.pieces import pieces

MOST = 10_000  # fences looked at; what stands behind so many is shown as typed
WINDOW = 1_000_000  # characters looked through in one go

_FENCE_LINE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)


Fence = tuple[int, int, str, str]  # start and end of its line, the ticks, and what stands behind them


def literal(text: str) -> list[Source]:
    """All blocks of `text`. Joined, they are the text, but for empty lines at its end."""
    return [source for some in cut(text) for source in some]


def cut(text: str) -> Iterator[list[Source]]:
    """The blocks of `text` in order, some at a time: none of the steps takes long."""
    fences: list[Fence] = []
    for some in _fences(text):
        fences += some
        yield []
    at = shown = 0
    for start, end, info in _code(fences):
        if text[at:start].strip():
            yield from _plain(text[at:start])
            shown = start
        at = min(len(text), end + 1)
        yield [Source("code", text[shown:at], info)]
        shown = at
    if text[at:].strip():
        yield from _plain(text[at:])


def _fences(text: str) -> Iterator[list[Fence]]:
    """The lines that may begin or end code."""
    at, left = 0, MOST
    while at < len(text) and left > 0:
        end = text.find("\n", at + WINDOW) + 1 or len(text)
        found = []
        if any(text.find(mark, at, end) >= 0 for mark in ("```", "~~~")):
            lines = islice(_FENCE_LINE.finditer(text, at, end), left)
            found = [(line.start(), line.end(), line[1], line[2]) for line in lines]
        yield found
        at, left = end, left - len(found)


def _code(fences: list[Fence]) -> Iterator[tuple[int, int, str]]:
    """Start, end and info of the code between `fences`. What never closes is none, and is known not to without a search."""
    longest = {"`": [0], "~": [0]}  # from each fence on, of those that may close: how many ticks; from the last
    for _, _, mark, rest in reversed(fences):
        for sign, known in longest.items():
            known.append(max(known[-1], len(mark) if mark[0] == sign and not rest.strip() else 0))
    at = 0
    while at < len(fences):
        start, _, mark, rest = fences[at]
        at += 1
        if (mark[0] == "`" and "`" in rest) or longest[mark[0]][len(fences) - at] < len(mark):
            continue
        while not (fences[at][2].startswith(mark) and not fences[at][3].strip()):
            at += 1
        yield start, fences[at][1], rest.strip()
        at += 1


def _plain(text: str) -> Iterator[list[Source]]:
    if len(text) <= LONGEST:
        yield [Source("plain", text)]
        return
    before = "\n"
    for number, piece in enumerate(pieces(text, LONGEST)):
        yield [Source("long", piece, "plain", int(before.endswith("\n")), first=not number)]
        before = piece
