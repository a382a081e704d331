"""Folding text for searching: no case, no accents, one shape for each character. Pure."""

from __future__ import annotations

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
