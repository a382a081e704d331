"""The index behind the search. Messages are queued when they are written and indexed when the database is idle."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable

from chatgui.store.fold import VERSION, fold, is_single, words

_BATCH = 32  # messages between two looks at the clock
_MERGE_PAGES = 64  # pages of the index rewritten between two looks at the clock


def enqueue(connection: sqlite3.Connection, seq: int) -> None:
    """A message is new."""
    connection.execute("INSERT OR IGNORE INTO search_queue VALUES (?)", (seq,))


def forget(connection: sqlite3.Connection, seq: int) -> None:
    """A message is about to change or go: its words, as they are kept now, leave the index, and it is queued."""
    if connection.execute("INSERT OR IGNORE INTO search_queue VALUES (?)", (seq,)).rowcount == 0:
        return  # was queued: not in the index
    said = " ".join(words(fold(text_of(connection, seq))))
    connection.execute("INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', ?, ?)", (seq, said))


def never_mind(connection: sqlite3.Connection, seq: int) -> None:
    """A queued message is about to go."""
    connection.execute("DELETE FROM search_queue WHERE message = ?", (seq,))


def forget_for_ever(connection: sqlite3.Connection, seqs: Iterable[int]) -> None:
    """Messages are about to be purged: they leave the index, and words only they had leave the list of words."""
    gone: set[str] = set()
    for seq in seqs:
        gone.update(words(fold(text_of(connection, seq))))
        forget(connection, seq)
        never_mind(connection, seq)
    for word in gone:
        if connection.execute("SELECT 1 FROM search_index (?) LIMIT 1", (f'"{word}"',)).fetchone() is None:
            _forget_word(connection, word)
    connection.execute("INSERT OR REPLACE INTO search_state VALUES ('compact', '')")


def _forget_word(connection: sqlite3.Connection, word: str) -> None:
    row = connection.execute("SELECT seq FROM search_words WHERE word = ?", (word,)).fetchone()
    if row is not None:
        insert = "INSERT INTO search_pieces (search_pieces, rowid, word) VALUES ('delete', ?, ?)"
        connection.execute(insert, (row[0], word))
        connection.execute("DELETE FROM search_words WHERE seq = ?", row)


def text_of(connection: sqlite3.Connection, seq: int) -> str:
    """All that a message says: text, reasoning, refusals, tool calls and results, names of files."""
    rows = connection.execute("SELECT text FROM parts WHERE message = ? ORDER BY position", (seq,))
    return "\n".join(text for (text,) in rows if text)


def work(connection: sqlite3.Connection, budget_s: float = 0.03) -> bool:
    """Index queued messages for about so long; whether there is more to do. Runs inside a write."""
    deadline = time.monotonic() + budget_s
    if connection.execute("SELECT 1 FROM arrival").fetchone() is not None:
        return False  # what arrives may be taken back
    _check_folding(connection)
    query = (
        "SELECT message FROM search_queue JOIN messages ON seq = message WHERE state <> 'streaming'"
        " ORDER BY message DESC LIMIT ?"
    )
    while batch := connection.execute(query, (_BATCH,)).fetchall():
        _index(connection, [seq for (seq,) in batch])
        if time.monotonic() > deadline:
            return True
    return not compact(connection, deadline)


def _index(connection: sqlite3.Connection, seqs: list[int]) -> None:
    fresh: set[str] = set()
    for seq in sorted(seqs):
        found = words(fold(text_of(connection, seq)))
        fresh.update(found)
        connection.execute("INSERT INTO search_index (rowid, words) VALUES (?, ?)", (seq, " ".join(found)))
        connection.execute("DELETE FROM search_queue WHERE message = ?", (seq,))
    for word in fresh:
        if is_single(word):
            continue
        added = connection.execute("INSERT OR IGNORE INTO search_words (word) VALUES (?)", (word,))
        if added.rowcount:
            connection.execute("INSERT INTO search_pieces (rowid, word) VALUES (?, ?)", (added.lastrowid, word))


def is_compacting(connection: sqlite3.Connection) -> bool:
    """Whether something purged is still in old pages of the index."""
    return connection.execute("SELECT 1 FROM search_state WHERE name = 'compact'").fetchone() is not None


def compact(connection: sqlite3.Connection, deadline: float) -> bool:
    """Rewrite the pages that still hold purged words, until the deadline (monotonic); whether all is done."""
    if not is_compacting(connection):
        return True
    for index in ("search_index", "search_pieces"):
        pages = -_MERGE_PAGES  # negative: begin to merge everything, then go on
        while True:
            before = connection.total_changes
            connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)", (pages,))  # noqa: S608
            if connection.total_changes - before < 2:
                break
            pages = _MERGE_PAGES
            if time.monotonic() > deadline:
                return False
    connection.execute("DELETE FROM search_state WHERE name = 'compact'")
    return True


def _check_folding(connection: sqlite3.Connection) -> None:
    """Start anew if the words were folded otherwise (another version of this program, or of Unicode)."""
    row = connection.execute("SELECT value FROM search_state WHERE name = 'folding'").fetchone()
    if row == (VERSION,):
        return
    connection.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_words")
    connection.execute("INSERT INTO search_pieces (search_pieces) VALUES ('rebuild')")
    connection.execute("INSERT OR IGNORE INTO search_queue SELECT seq FROM messages")
    connection.execute("UPDATE conversations SET folded_title = fold(title)")
    connection.execute("INSERT OR REPLACE INTO search_state VALUES ('folding', ?)", (VERSION,))
