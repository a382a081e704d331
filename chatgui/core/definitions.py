"""What links and notes of a text refer to: definitions, which may come long after those that need them."""

from __future__ import annotations

import re
from collections import deque

from chatgui.core.markup import parser
from chatgui.core.starts import definition

LATE = 64  # blocks that take in definitions that come after them, before the text is at its end
LATE_LONGEST = 4_000  # characters of one of those

_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999})\]")


class Definitions:
    """Those that are known so far, and the last blocks that might need others."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._waiting: dict[str, deque[int]] = {}  # numbers of blocks, by what stands in brackets there

    def wait(self, number: int, text: str) -> None:
        """A block may need what is not known yet."""
        if len(text) <= LATE_LONGEST:
            for label in _labels(text).keys() - self._known.keys():
                self._waiting.setdefault(label, deque(maxlen=LATE)).append(number)

    def take_note(self, label: str) -> set[int]:
        """A footnote has come; the numbers of the blocks that wait for it."""
        return self._take({f"^{label}".casefold(): f"[^{label}]: x"})

    def take(self, text: str) -> set[int]:
        """Take in the definitions of links in a text; the numbers of the blocks that wait for one of them."""
        found = parser().reference_definitions(text).items()
        return self._take({" ".join(label.casefold().split()): definition(label, one) for label, one in found})

    def _take(self, found: dict[str, str]) -> set[int]:
        self._known = found | self._known  # of several the first holds
        return {number for label in found for number in self._waiting.pop(label, ())}

    def needed(self, text: str, *, growing: bool) -> str:
        """The definitions a text needs. While it grows, a note it refers to is thought to come: answers have their notes at
        the end."""
        named = _labels(text)
        guessed = {one: f"[{label}]: x" for one, label in named.items() if growing and one[:1] == "^" != one}
        found = guessed | {one: self._known[one] for one in named if one in self._known}
        return "\n\n".join(found[one] for one in sorted(found))


def _labels(text: str) -> dict[str, str]:
    """What stands in brackets, as it is compared, and as it is written."""
    return {" ".join(one.casefold().split()): one for one in _LABEL.findall(text)}
