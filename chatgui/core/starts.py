"""Where the top-level blocks of a text begin, as the parser says; a list's items are blocks of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chatgui.core.markup import parser


@dataclass(frozen=True, slots=True)
class Start:
    """Where a block begins in the tail, and as what. `fence` and `math` are read on by rules of their own; where that would come
    to the same, `end` says where they end."""

    at: int
    kind: str
    info: str = ""
    number: int | None = None
    first: bool = False
    end: int = 0


_KINDS = {
    "Paragraph": "paragraph", "Heading": "heading", "BlockQuote": "quote", "CodeBlock": "code", "HtmlBlock": "html",
    "List": "item", "FootnoteDefinition": "footnote", "Table": "table",
}  # fmt: skip


def top_level(text: str, carried: Start | None) -> Iterator[tuple[int, int, Start]]:
    """(start, end, what) of the blocks of `text`, a list's items one by one; positions in characters."""
    encoded = b"" if text.isascii() else text.encode("utf-8", "replace")
    byte = char = depth = 0
    number: int | None = None
    first = True
    for event, extent in parser().events_with_range(text):
        if event == "Rule":
            name, detail = "Rule", None
        elif isinstance(event, dict) and "Start" in event:
            depth += 1
            tag = event["Start"]
            name, detail = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
            if name == "List" and depth == 1:
                number, first = detail, True
                if carried is not None:
                    number, first = carried.number, carried.first
            if depth != (2 if name == "Item" else 1) or name == "List":
                continue
        else:
            depth -= isinstance(event, dict) and "End" in event
            continue
        if name == "Rule" and depth:
            continue
        start, end = extent["start"], extent["end"]
        if encoded:
            char += len(encoded[byte:start].decode("utf-8", "replace"))
            byte, end = start, char + len(encoded[start:end].decode("utf-8", "replace"))
            start = char
        carried = None
        if name == "Item":
            yield start, end, Start(start, "item", "", number, first)
            number, first = None if number is None else number + 1, False
        else:
            info = str(detail) if name == "FootnoteDefinition" else ""
            yield start, end, Start(start, _KINDS.get(name, "rule"), info)


def settled(text: str, start: Start) -> bool:
    """Whether enough of a block is there to know that it is one: its first line, of a table the line below, too."""
    line = text.find("\n", start.at)
    return line >= 0 and (start.kind != "table" or text.find("\n", line + 1) >= 0)


def first_line(text: str, start: int, end: int) -> int:
    """Where the first line of `text[start:end]` that is not blank begins."""
    gap = text[start:end]
    return text.rfind("\n", 0, start + len(gap) - len(gap.lstrip())) + 1


def blank_lines(text: str) -> int:
    """Length of the empty lines `text` begins with."""
    return text.rfind("\n", 0, len(text) - len(text.lstrip(" \t\n"))) + 1


def definition(label: str, found: Any) -> str:
    """A link definition as Markdown of one line."""
    address = re.sub(r"([<>\\])", r"\\\1", found["dest"])
    title = re.sub(r'(["\\])', r"\\\1", " ".join((found["title"] or "").split()))
    return f"[{' '.join(label.split())}]: <{address}>" + (f' "{title}"' if title else "")
