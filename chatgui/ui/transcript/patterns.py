"""What is searched for: words as patterns, and what counts them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

_BLANKS = re.compile(r"\s+")
_MARKED_GAP = r"[*_~`]*\s[>\s*_~`]*"
Count: TypeAlias = Callable[[str], int]


def nowhere(_: str) -> int:
    """Count nothing."""
    return 0


def pattern_of(query: str, gap: str = r"\s+") -> re.Pattern[str]:
    """What finds words: upper and lower case alike, and whatever blanks or line break stand between them."""
    words = gap.join(map(re.escape, query.split()))
    first, last = (r"\s" if end.isspace() else "" for end in (query[:1], query[-1:]))
    return re.compile(f"{first}{words}{last if words else ''}", re.IGNORECASE)


def counters(query: str) -> tuple[Count, Count]:
    """What counts places in Markdown, where marks may stand beside a blank, and in what is shown."""
    if query.isascii() and not _BLANKS.search(query):
        word = query.lower()  # of other scripts this may change a text's length, which is no matter for counting
        return (lambda text: text.lower().count(word),) * 2
    words = query.lower().split() if query.isascii() else []

    def of(pattern: re.Pattern[str]) -> Count:
        def count(text: str) -> int:
            if words:
                lower = text.lower()  # far quicker than the pattern is, and most texts have not even the words
                if not all(word in lower for word in words):
                    return 0
            return sum(1 for _ in pattern.finditer(text))

        return count

    return of(pattern_of(query, _MARKED_GAP)), of(pattern_of(query))
