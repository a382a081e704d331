"""Folding text for searching: no case, no accents, one shape for each character. Pure."""

from __future__ import annotations

import re
import unicodedata


def _fold_character(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    # Only marks that people leave out when they search: those of Latin, Greek and Cyrillic, Hebrew points, Arabic
    # harakat. Marks that make another letter (Japanese が, Thai vowels) stay.
    kept = "".join(c for c in decomposed if not ("̀" <= c <= "ͯ" or "֑" <= c <= "ׇ" or "ً" <= c <= "ٰ"))
    return unicodedata.normalize("NFC", kept)


class _Table(dict[int, str]):
    """What each character becomes, found out when it first comes."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


_TABLE = _Table()


def fold(text: str) -> str:
    """`text` as it is searched."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).translate(_TABLE)


# Scripts written without spaces (or, as Korean, searched by syllables) are indexed character by character.
_SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3100-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua000-\ua48f\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
LONGEST = 64  # a longer run of letters is cut into words of so many
_SYMBOL = r"[^\w\s\x00-\xbf\u2000-\u206f\u3000-\u303f]"  # emoji, arrows, mathematics; not punctuation
_WORD = re.compile(rf"[{_SINGLE}]|[^\W_{_SINGLE}]{{1,{LONGEST}}}|{_SYMBOL}")
_IS_SINGLE = re.compile(rf"[{_SINGLE}]|{_SYMBOL}")


def words(folded: str) -> list[str]:
    """The words of folded text, in order."""
    return _WORD.findall(folded)


def is_single(word: str) -> bool:
    """Whether a word is one character of a script indexed by characters."""
    return len(word) == 1 and _IS_SINGLE.fullmatch(word) is not None


VERSION = f"1/{unicodedata.unidata_version}"  # indexes made by another folding are made anew


def unfolded(text: str, position: int) -> int:
    """Where in `text` (in normal form C) the character stands that became the one at `position` of `fold(text)`."""
    if text.isascii():
        return position
    start = 0
    while start < len(text):
        length = len(fold(text[start : start + _BLOCK]))
        if position < length:
            break
        position -= length
        start += _BLOCK
    low, high = start, min(start + _BLOCK, len(text))
    while low < high:  # the last character whose folded text begins at or before the position
        middle = (low + high + 1) // 2
        if len(fold(text[start:middle])) <= position:
            low = middle
        else:
            high = middle - 1
    return low


_BLOCK = 4096
