"""Characters nobody sees, made visible: controls everywhere, in code and links whatever reorders or hides text, and all of
that in every text where a person asks to see it.

Every character stands for itself or is replaced by one other, so that positions stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_CONTROLS = {**{code: 0x2400 + code for code in range(32)}, 127: 0x2421, **dict.fromkeys(range(0x80, 0xA0), 0x2426)}
for _kept in (0x09, 0x0A):
    del _CONTROLS[_kept]
_LINES = {0x0A: 0x2028, 0x2029: 0x2028, 0x0D: 0x240D}
_REORDERING = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE = (
    0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x200C, 0x200D, *range(0x2060, 0x2066),
    *range(0x206A, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFA, 0xFFFB,
)  # fmt: skip
_TAGS = range(0xE0000, 0xE0080)
_SELECTORS = range(0xE0100, 0xE01F0)

_SPACES = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)  # look like a space, are none

_PROSE = {**_CONTROLS, **_LINES}
_CODE = {
    **_CONTROLS, **dict.fromkeys(_REORDERING, 0x21C4), **dict.fromkeys(_INVISIBLE, 0x2423),
    **dict.fromkeys(_TAGS, 0x25AF), **dict.fromkeys(_SELECTORS, 0x25AF), 0x2028: 0x2424, 0x2029: 0x2424, 0x0D: 0x240D,
}  # fmt: skip
_REVEALED = {**_CODE, **dict.fromkeys(_SPACES, 0x237D), 0x0A: 0x2028}
_STRAY_TAGS = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")


def prose(text: str) -> str:
    """`text` as it is shown in running text: controls as marks, line breaks as line separators."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text.replace("\n", "\u2028")
    shown = text.translate(_PROSE)
    return _STRAY_TAGS.sub(lambda match: "▯" * len(match.group()), shown) if not shown.isascii() else shown


def code(text: str) -> str:
    """`text` as it is shown in code and link targets: everything that hides or reorders as a mark."""
    return text.translate(_CODE) if not _plain(text) else text


def revealed(text: str) -> str:
    """`text` where hidden characters are to be seen: everything as a mark, line breaks as line separators."""
    return text.translate(_REVEALED) if not _plain(text) else text


def name(char: str) -> str:
    """What a mark stands for, in the words of the standard; empty for what is no hidden character."""
    code_point = ord(char)
    if code_point == 0x0A or char.translate(_REVEALED) == char:
        return ""
    words = unicodedata.name(char, "") or _CONTROL_NAMES.get(code_point, "CONTROL CHARACTER")
    return f"U+{code_point:04X} {words.capitalize()}"


_CONTROL_NAMES = {
    0x00: "null",
    0x07: "bell",
    0x08: "backspace",
    0x0D: "carriage return",
    0x1B: "escape",
    0x7F: "delete",
}


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def marks(text: str, shown: str) -> list[tuple[int, int]]:
    """Where `shown` says something `text` hides, as ranges. Line breaks do not count."""
    if text.replace("\n", "\u2028") == shown or len(text) != len(shown):
        return []
    found: list[tuple[int, int]] = []
    for index, (one, other) in enumerate(zip(text, shown, strict=True)):
        if other not in {one, "\u2028"}:
            if found and found[-1][1] == index:
                found[-1] = (found[-1][0], index + 1)
            else:
                found.append((index, index + 1))
    return found


@cache
def _harmful() -> re.Pattern[str]:
    return re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def copied(text: str) -> str:
    """`text` for the clipboard: without the controls a terminal might obey."""
    return _harmful().sub("", text)


def utf16_offset(text: str, start: int, position: int) -> int:
    """How far `position` is from `start` in UTF-16, as the text is shown in code."""
    part = text[start:position]
    return len(part) if part.isascii() else len(part) + sum(char > "\uffff" for char in code(part))


def character_at(text: str, start: int, end: int, offset: int) -> int:
    """How many characters of `text[start:end]` stand before an offset in UTF-16."""
    shown = code(text[start:end])
    if shown.isascii():
        return offset
    count = 0
    for index, char in enumerate(shown):
        if count >= offset:
            return index
        count += 2 if char > "\uffff" else 1
    return len(shown)
