"""Words and tables for terminals, JSON for programs."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

# What could move the cursor, change colours or turn the text around, if a stranger's words were printed as they are.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
DIM, PLAIN = "\x1b[2m", "\x1b[0m"


def as_text(argument: str) -> str:
    """An argument as text: what of it is in another encoding than the system's becomes U+FFFD. Not for names of files."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def visible(text: str) -> str:
    """`text` with control characters as their pictures; line breaks and tabs stay."""
    return _CONTROLS.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def one_line(text: str) -> str:
    """`text` on one line, safe to print."""
    return visible(" ".join(text.split()))


def print_json(value: Any, *, lines: bool = False) -> None:
    """One JSON value to standard output, flushed; `lines` keeps it on one line."""
    separators = (",", ":") if lines else (",", ": ")
    text = json.dumps(value, ensure_ascii=_needs_ascii(), indent=None if lines else 2, separators=separators)
    print(text, flush=True)


def _needs_ascii() -> bool:
    """Whether standard output could not carry every letter as it is."""
    return (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "") != "utf8"


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; the last one is left as long as it is."""
    cells = [[one_line(cell) for cell in row] for row in [headings, *rows]]
    widths = [max(width(row[column]) for row in cells) for column in range(len(headings))]
    for row in cells:
        padded = [cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)]
        print("  ".join(padded).rstrip())


def width(text: str) -> int:
    """How many columns `text` takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def shortened(text: str, columns: int) -> str:
    """At most `columns` columns of `text` on one line."""
    text = one_line(text)
    if width(text) <= columns:
        return text
    while width(text) >= columns:
        text = text[:-1]
    return text.rstrip() + "…"
