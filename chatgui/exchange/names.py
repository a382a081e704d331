"""File names made from titles: safe on every system, never a path, never too long."""

from __future__ import annotations

import unicodedata
from collections.abc import Container

LONGEST = 120  # bytes of UTF-8, suffix included: room for a counter below every file system's 255
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")}
_KEPT = frozenset(" -_.,()+&'")


def safe_name(title: str, suffix: str, taken: Container[str] = ()) -> str:
    """A file name from `title`, ending in `suffix` (".md"). `taken` holds the names in use, in lower case.

    Letters and digits of every script stay; accents fall where the plain letter is Latin; all else becomes a space.
    """
    words = _words(title)
    stem = _cut(words, LONGEST - len(suffix))
    if not stem or stem.split(".")[0].strip().lower() in _DEVICES:
        stem = _cut(f"Conversation {stem}".strip(), LONGEST - len(suffix))
    name, count = stem + suffix, 1
    while name.lower() in taken:
        count += 1
        ending = f" ({count}){suffix}"
        name = _cut(stem, LONGEST - len(ending)) + ending
    return name


def _words(title: str) -> str:
    plain = []
    for letter in unicodedata.normalize("NFC", title):
        base = unicodedata.normalize("NFKD", letter)
        if base[0].isascii() and base[0].isalnum():
            plain.append(base[0])
        elif letter in _KEPT or unicodedata.category(letter)[0] in "LN":
            plain.append(letter)
        elif unicodedata.category(letter) in ("Mn", "Mc") and plain and not plain[-1].isascii():
            plain.append(letter)  # vowel signs are part of the word in many scripts
        else:
            plain.append(" ")
    return " ".join("".join(plain).split())


def _cut(text: str, size: int) -> str:
    """At most `size` bytes of `text`, without anything a file system strips or hides."""
    return text.encode("utf-8", "ignore")[:size].decode("utf-8", "ignore").strip(" .")
