"""Markdown of strangers made safe to stand among other Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chatgui.core.formulas import formulas
from chatgui.core.markup import FENCE, closing_fence, parser

_ROUNDS = 4  # escaping HTML may lay bare what it covered; texts that need more are fenced instead


def contained(markdown: str) -> str:
    """`markdown` with nothing that loads, runs or swallows what follows it.

    HTML becomes the text it is, an image a link to it, and a code block left open (the answer broke off in it) is
    closed. All else stays as it was written.
    """
    for _ in range(_ROUNDS):
        changes = list(_changes(markdown))
        if not changes:
            return markdown + _missing_fence(markdown)
        pieces, done = [], 0
        for start, end, text in changes:
            pieces += [markdown[done:start], text]
            done = end
        markdown = "".join((*pieces, markdown[done:]))
    return fenced(markdown)


def fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"


def _changes(markdown: str) -> Iterator[tuple[int, int, str]]:
    """What must be replaced: (start, end, by what), in order. Viewers without maths see markup in formulas, too."""
    maths = [(one.start, one.end) for one in formulas(markdown)]
    for event, start, end in _events(markdown):
        name, value = next(iter(event.items())) if isinstance(event, dict) else (event, None)
        if name in {"Html", "InlineHtml"}:
            for found in re.finditer("<", markdown[start:end]):
                at = start + found.start()
                yield at, at + 1, "\\lt " if _within(at, maths) else "\\<"
        elif name == "Start" and isinstance(value, dict) and "Image" in value:
            yield start, start + 1, "! " if _within(start, maths) else ""  # LaTeX does not mind the space


def _within(position: int, extents: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in extents)


def _events(markdown: str) -> Iterator[tuple[Any, int, int]]:
    """The parser's events with their extent in characters, those that end something left out."""
    encoded = markdown.encode("utf-8", "replace")
    byte = char = 0
    for event, extent in parser().events_with_range(markdown):
        start, end = extent["start"], extent["end"]
        if start < byte or (isinstance(event, dict) and "End" in event):
            continue
        char += len(encoded[byte:start].decode("utf-8", "replace"))
        byte = start
        yield event, char, char + len(encoded[start:end].decode("utf-8", "replace"))


def _missing_fence(markdown: str) -> str:
    """The fence that closes the last block, if it is code left open."""
    last, outside = None, 0
    for event, start, end in _events(markdown):
        name, value = next(iter(event.items())) if isinstance(event, dict) else (event, None)
        if start >= outside:  # not within the block before
            last = (value if name == "Start" else None, start)
            outside = end
    if last is None or not (isinstance(last[0], dict) and "CodeBlock" in last[0]):
        return ""
    line = markdown.rfind("\n", 0, last[1]) + 1
    head = FENCE.match(markdown, line)
    ticks = (head[1] or head[3]) if head else ""
    if not head or closing_fence(ticks).search(markdown, head.end()):
        return ""
    return ticks if markdown.endswith("\n") else f"\n{ticks}"
