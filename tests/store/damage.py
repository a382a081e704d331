"""Ways a file can be damaged, and what of it SQLite can still read."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

from chatgui.store.connecting import tolerant_text

PAGE = 4096


def header(chance: random.Random, raw: bytearray) -> None:
    """Garbage over the first 100 bytes."""
    raw[:100] = chance.randbytes(100)


def first_page(chance: random.Random, raw: bytearray) -> None:
    """The whole first page, which holds the list of tables, is zeros."""
    raw[:PAGE] = bytes(PAGE)


def pages(chance: random.Random, raw: bytearray) -> None:
    """Some pages behind the first are garbage."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(1, len(raw) // PAGE) * PAGE
        raw[at : at + PAGE] = chance.randbytes(PAGE)


def zeroed(chance: random.Random, raw: bytearray) -> None:
    """A stretch of zeros, as a file system leaves after a power cut."""
    at = chance.randrange(1, len(raw) // PAGE) * PAGE
    end = min(len(raw), at + PAGE * chance.randint(1, 10))
    raw[at:end] = bytes(end - at)


def scribbles(chance: random.Random, raw: bytearray) -> None:
    """A few 64-byte scribbles anywhere."""
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(raw) - 64)
        raw[at : at + 64] = chance.randbytes(64)


def truncated(chance: random.Random, raw: bytearray) -> None:
    """The end is missing."""
    del raw[chance.randrange(PAGE, len(raw)) :]


def tiny(chance: random.Random, raw: bytearray) -> None:
    """Nearly all is missing."""
    del raw[chance.choice([0, 1, 50, 100, 512]) :]


def flipped(chance: random.Random, raw: bytearray) -> None:
    """Single bits."""
    for _ in range(chance.randint(1, 20)):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


KINDS: tuple[Callable[[random.Random, bytearray], None], ...] = (
    header, first_page, pages, zeroed, scribbles, truncated, tiny, flipped,
)  # fmt: skip


def readable(path: Path, most: int) -> set[str]:
    """Ids of messages with text that plain SQLite, asked row by row, still reads (empty if it cannot open the file)."""
    found = set()
    connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    connection.text_factory = tolerant_text
    try:
        connection.execute("SELECT 1 FROM messages LIMIT 1").fetchone()
    except (sqlite3.Error, UnicodeDecodeError):  # its words for a damaged schema may hold some of the damage
        connection.close()
        return set()
    for seq in range(1, most + 1):
        try:
            row = connection.execute("SELECT id FROM messages NOT INDEXED WHERE seq = ?", (seq,)).fetchone()
        except sqlite3.Error:
            continue
        if row is not None and isinstance(row[0], str):
            found.add(row[0])
    connection.close()
    return found
