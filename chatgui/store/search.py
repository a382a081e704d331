"""Finding what was said and thought, newest first.

A query is words and “quoted phrases”; a message is found when it holds all of them, whatever their case and accents, in
any script. Each may be a piece of a longer word, unless whole words are asked for. The index narrows the messages down;
whether one is really found is decided on its text. A search stops at its limit or when its time is up.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from chatgui.core.conversation import Hit, Summary
from chatgui.store import conversations
from chatgui.store.fold import fold, is_single, unfolded, words
from chatgui.store.search_index import text_of
from chatgui.store.times import from_ms, to_ms

_WIDE = 256  # a piece that is in more words than this narrows nothing down
_WIDER = 4096  # … unless looking through the newest messages has found too little
_FEW = 4  # words a run may begin or end with, so that each run is asked for by itself
_SHORT = 3  # letters; the index of pieces knows nothing shorter
_FEW_TITLES = 1000  # conversations so few that they are sorted rather than gone through
_MODELS = 200  # pairs of account and model that are asked for one by one
_TITLES = 10  # at most so many hits in titles
_SCAN = 4000  # messages looked through before the index is asked for such pieces, or instead of it
_BEFORE, _AFTER = 48, 160  # characters of a snippet before and after the first mark's start
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]+)["“”„«»]|(\S+)')
_CODE = re.compile(r"```|~~~|^(?: {4}|\t)\S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Query:
    """What is sought, ready for SQL and for a look at each text."""

    terms: tuple[str, ...]  # folded
    patterns: tuple[re.Pattern[str], ...]  # the same, to be found in folded text
    has_code: bool
    where: str  # further conditions on messages
    values: tuple[Any, ...]
    few: bool  # the conditions leave so few messages that the index is not needed
    models: tuple[tuple[str, str], ...] | None  # accounts and models, one pair of which must have answered; None: any
    limit: int
    deadline: float  # monotonic

    def matches(self, text: str) -> bool:
        folded = fold(text)
        return all(pattern.search(folded) for pattern in self.patterns) and (
            not self.has_code or bool(_CODE.search(text))
        )


@dataclass(slots=True)
class _Found:
    """What was found so far."""

    hits: dict[int, Hit] = field(default_factory=dict)  # by message row
    last: int = 1 << 62  # the lowest row looked at


def search(
    connection: sqlite3.Connection,
    query: str,
    *,
    limit: int = 50,
    titles: bool = True,
    whole_words: bool = False,
    role: str = "",
    model: str = "",
    account: str = "",
    folder: str | None = None,
    tag: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    has_code: bool = False,
    budget_s: float = 0.5,
) -> list[Hit]:
    """Hits in titles (their `message` is empty), then in messages, newest first.

    `account` is an account's name, `model` may be a piece of one; `folder` may be empty for conversations in none;
    `until` is not included. Without words, every message that fulfils the conditions is a hit.
    """
    terms = terms_of(query)
    where, values = _conditions(
        ("role = ?", role), ("instr(lower(messages.model), lower(?))", model),
        ("messages.account = ? COLLATE NOCASE", account),
        ("messages.created >= ?", since), ("messages.created < ?", until),
    )  # fmt: skip
    place, within, few = conversations.in_place(folder, tag), "", False
    if folder is not None or tag:
        within, few = _within(connection, place)
        where += " AND messages.conversation IN (SELECT value FROM json_each(?))"
        values += (within,)
    if not (terms or where or has_code):
        return []
    patterns = tuple(_pattern(term, whole_words) for term in terms)
    models = _models(connection, account, model) if account or model else None
    asked = _Query(terms, patterns, has_code, where, values, few, models, limit, time.monotonic() + budget_s)
    titles = bool(titles and terms) and not (role or model or account or since or until or has_code)
    hits = _in_titles(connection, asked, place) if titles else []
    if models == ():
        return hits
    return (hits + _in_messages(connection, asked))[:limit]


def terms_of(query: str) -> tuple[str, ...]:
    """The words and phrases of a query, folded."""
    terms = (fold((quoted or word).strip()) for quoted, word in _QUOTED.findall(query))
    return tuple(dict.fromkeys(term for term in terms if term))


def _within(connection: sqlite3.Connection, place: tuple[str, tuple[str, ...]]) -> tuple[str, bool]:
    """The conversations of a place as a JSON list, and whether their messages are so few that reading all is fastest."""
    where, values = place
    rows = connection.execute(f"SELECT seq, messages FROM conversations WHERE {where}", values).fetchall()  # noqa: S608
    return json.dumps([seq for seq, _ in rows]), sum(count for _, count in rows) <= _SCAN


def _models(connection: sqlite3.Connection, account: str, model: str) -> tuple[tuple[str, str], ...] | None:
    """The accounts and models that may be meant, from the index; None if there are too many to look at each."""
    found: list[tuple[str, str]] = []
    at = ("", "")
    same = "SELECT account, model FROM messages WHERE account = ? AND model > ? ORDER BY model LIMIT 1"
    other = "SELECT account, model FROM messages WHERE account > ? ORDER BY account, model LIMIT 1"
    for _ in range(_MODELS):
        row = connection.execute(same, at).fetchone() or connection.execute(other, at[:1]).fetchone()
        if row is None:
            return tuple(found)
        at = row
        if model.lower() in at[1].lower() and (not account or account.casefold() == at[0].casefold()):
            found.append(at)
    return None


def _conditions(*wanted: tuple[str, Any]) -> tuple[str, tuple[Any, ...]]:
    chosen = [(sql, value) for sql, value in wanted if value not in (None, "")]
    values = tuple(to_ms(value) if isinstance(value, datetime) else value for _, value in chosen)
    return "".join(f" AND {sql}" for sql, _ in chosen), values


def _pattern(term: str, whole_words: bool) -> re.Pattern[str]:
    source = r"\s+".join(re.escape(word) for word in term.split())
    if whole_words:
        source = rf"(?<!\w){source}(?!\w)"
    return re.compile(source)


# ------------------------------------------------------------------------------------------------ titles


def _in_titles(connection: sqlite3.Connection, asked: _Query, place: tuple[str, tuple[str, ...]]) -> list[Hit]:
    holds = " AND instr(folded_title, ?)" * len(asked.terms)
    rows = connection.execute(
        f"SELECT seq FROM conversations INDEXED BY conversations_by_title WHERE {place[0]}{holds}"  # noqa: S608
        f" ORDER BY seq DESC LIMIT {min(asked.limit, _TITLES)}",
        (*place[1], *asked.terms),
    ).fetchall()
    hits = []
    for (seq,) in rows:
        query = "SELECT id, title, updated FROM conversations WHERE seq = ?"
        identity, title, updated = connection.execute(query, (seq,)).fetchone()
        if all(pattern.search(fold(title)) for pattern in asked.patterns):
            snippet, marks = _snippet(title, asked.patterns)
            hits.append(Hit(identity, "", title, snippet, from_ms(updated), marks))
    return hits


def titled(
    connection: sqlite3.Connection,
    query: str,
    *,
    folder: str | None = None,
    tag: str = "",
    account: str = "",
    model: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    whole_words: bool = False,
    limit: int = 400,
) -> list[Summary]:
    """Conversations whose title holds all the words of the query, newest first. `account` and `model` are those last asked."""
    terms = terms_of(query)
    where, values = conversations.in_place(folder, tag)
    asked: list[Any] = [*values]
    for condition, value in (
        ("answered_by = ? COLLATE NOCASE", account),
        ("instr(lower(model), lower(?))", model),
        ("updated >= ?", since and to_ms(since)),
        ("created < ?", until and to_ms(until)),
    ):
        if value:
            where += f" AND {condition}"
            asked.append(value)
    where += " AND instr(folded_title, ?)" * len(terms)
    asked += terms
    # Titles stand together in an index: where few match, they are found there; where many do, the newest are near.
    index = "INDEXED BY conversations_by_title" if terms and not (folder or tag) else ""
    few = f"SELECT seq FROM conversations {index} WHERE {where} LIMIT {_FEW_TITLES + 1}"  # noqa: S608
    found = [row[0] for row in connection.execute(few, asked)]
    if len(found) <= _FEW_TITLES:
        where, asked = "seq IN (SELECT value FROM json_each(?))", [json.dumps(found)]
    rows = map(
        conversations.summary_from,
        connection.execute(f"{conversations.SUMMARY} WHERE {where} ORDER BY updated DESC, seq DESC", asked),
    )
    patterns = [_pattern(term, whole_words) for term in terms]
    return list(islice((row for row in rows if all(one.search(fold(row.title)) for one in patterns)), limit))


# ------------------------------------------------------------------------------------------------ messages


def _in_messages(connection: sqlite3.Connection, asked: _Query) -> list[Hit]:
    found = _Found()
    _take(connection, asked, found, _queued(connection, asked))
    queued = set(found.hits)
    if asked.few:
        _take(connection, asked, found, _newest(connection, asked))
        return _sorted(asked, found)
    narrow = _expression(connection, asked.terms, _WIDE)
    if narrow:
        _take(connection, asked, found, _indexed(connection, asked, narrow))
    else:  # common pieces: the newest messages are likely to hold them
        found.last = 1 << 62
        _take(connection, asked, found, _newest(connection, asked))
        if _enough(asked, found, queued):
            return _sorted(asked, found)
        wider = _expression(connection, asked.terms, _WIDER)
        older = _indexed(connection, asked, wider, found.last) if wider else _newest(connection, asked, found.last, -1)
        _take(connection, asked, found, older)
    return _sorted(asked, found)


def _enough(asked: _Query, found: _Found, queued: set[int]) -> bool:
    return len(found.hits.keys() - queued) >= asked.limit or time.monotonic() > asked.deadline


def _sorted(asked: _Query, found: _Found) -> list[Hit]:
    return [found.hits[seq] for seq in sorted(found.hits, reverse=True)[: asked.limit]]


_HIT = (
    "SELECT messages.seq, conversations.id, messages.id, title, messages.created FROM {source}"
    " CROSS JOIN conversations ON conversations.seq = messages.conversation"
    " WHERE messages.deleted IS NULL AND conversations.deleted IS NULL{where} ORDER BY {order} DESC"
)


def _queued(connection: sqlite3.Connection, asked: _Query) -> Iterator[tuple[Any, ...]]:
    source = "search_queue CROSS JOIN messages ON messages.seq = search_queue.message"
    return connection.execute(_HIT.format(source=source, where=asked.where, order="message"), asked.values)


def _newest(
    connection: sqlite3.Connection, asked: _Query, below: int = 1 << 62, most: int = _SCAN
) -> Iterator[tuple[Any, ...]]:
    where = f"{asked.where} AND messages.seq < {below:d}"
    if asked.models is not None and not asked.few:
        where += " AND messages.account = ? AND messages.model = ?"
        sql = f"{_HIT.format(source='messages', where=where, order='messages.seq')} LIMIT {most:d}"
        each = [connection.execute(sql, (*asked.values, *one)) for one in asked.models]
        return islice(merge(*each, key=itemgetter(0), reverse=True), most if most >= 0 else None)
    source = "messages" if asked.few else "messages NOT INDEXED"
    sql = _HIT.format(source=source, where=where, order="messages.seq")
    return connection.execute(f"{sql} LIMIT {most:d}", asked.values)


def _indexed(
    connection: sqlite3.Connection, asked: _Query, expression: str, below: int = 1 << 62
) -> Iterator[tuple[Any, ...]]:
    source = "search_index CROSS JOIN messages ON messages.seq = search_index.rowid"
    where = f" AND search_index MATCH ? AND search_index.rowid < {below:d}{asked.where}"
    sql = _HIT.format(source=source, where=where, order="search_index.rowid")
    return connection.execute(sql, (expression, *asked.values))


def _take(connection: sqlite3.Connection, asked: _Query, found: _Found, rows: Iterable[tuple[Any, ...]]) -> None:
    """Keep the rows whose text really holds what is asked, up to the limit or the deadline."""
    taken = 0
    for seq, conversation, message, title, created in rows:
        found.last = seq
        text = text_of(connection, seq)
        if asked.matches(text):
            if seq not in found.hits:
                found.hits[seq] = Hit(conversation, message, title, *_shown(text, asked, created))
            taken += 1
        if taken >= asked.limit or time.monotonic() > asked.deadline:
            break


def _shown(text: str, asked: _Query, created: int) -> tuple[str, datetime, tuple[tuple[int, int], ...]]:
    snippet, marks = _snippet(text, asked.patterns)
    return snippet, from_ms(created), marks


# ------------------------------------------------------------------------------------------------ the index


def _expression(connection: sqlite3.Connection, terms: Iterable[str], widest: int) -> str:
    """What to ask the index for; empty if it cannot narrow anything down."""
    groups: list[str] = []
    for term in terms:
        pieces = words(term)
        if len(pieces) == 1 and not is_single(pieces[0]):
            groups.extend(_alternative(connection, f"%{pieces[0]}%", pieces[0], widest))
        elif pieces:
            groups.extend(_run(connection, pieces, widest))
    return " AND ".join(groups)


def _run(connection: sqlite3.Connection, pieces: list[str], widest: int) -> list[str]:
    """Several words in a row, of which the first may end a longer one and the last may begin one."""
    if len(pieces) == 1:
        return [f'"{pieces[0]}"']
    first, last = pieces[0], pieces[-1]
    heads = [first] if is_single(first) else _words_with(connection, f"%{first}", len(first) >= _SHORT, widest)
    tails = [last] if is_single(last) else _words_with(connection, f"{last}%", len(last) >= _SHORT, _FEW)
    if len(heads) <= _FEW and len(tails) <= _FEW:  # all the runs there can be: cheaper than a beginning of words
        runs = [" ".join((head, *pieces[1:-1], tail)) for head in heads for tail in tails]
        return [_any(runs or [" ".join(pieces)])]
    groups = [] if is_single(first) or len(heads) > widest else [_any(heads or [first])]
    rest = pieces if is_single(first) else pieces[1:]
    ending = ""
    if not is_single(last):
        if len(last) >= _SHORT:
            ending = " *"
        else:
            rest = rest[:-1]  # too many words begin like that
    return [*groups, f'"{" ".join(rest)}"{ending}'] if rest else groups


def _alternative(connection: sqlite3.Connection, like: str, piece: str, widest: int) -> list[str]:
    """The words that hold or end with a piece, one of which must be there; nothing if they are too many."""
    found = _words_with(connection, like, len(piece) >= _SHORT, widest)
    return [_any(found or [piece])] if len(found) <= widest else []


def _any(found: Iterable[str]) -> str:
    return "(" + " OR ".join(f'"{word}"' for word in found) + ")"


def _words_with(connection: sqlite3.Connection, like: str, indexed: bool, widest: int) -> list[str]:
    table = "search_pieces" if indexed else "search_words"
    query = f"SELECT word FROM {table} WHERE word LIKE ? LIMIT ?"  # noqa: S608
    return [row[0] for row in connection.execute(query, (like, widest + 1))]


# ------------------------------------------------------------------------------------------------ snippets


def _snippet(text: str, patterns: tuple[re.Pattern[str], ...]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A line of `text` around the first thing found, and where in it the found things stand."""
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    folded = fold(text)
    first = min((match.start() for pattern in patterns if (match := pattern.search(folded))), default=0)
    at = unfolded(text, first)
    start, end = max(0, at - _BEFORE), min(len(text), at + _AFTER)
    if start:  # begin at a word
        start = next((index + 1 for index in range(start, at) if text[index].isspace()), start)
    line = text[start:end]
    spans = sorted(match.span() for pattern in patterns for match in pattern.finditer(fold(line)))
    lead = "…" if start else ""
    marks: list[tuple[int, int]] = []
    for low, high in spans:
        begin, finish = unfolded(line, low), unfolded(line, high - 1) + 1
        if not marks or begin >= marks[-1][1] - len(lead):
            marks.append((begin + len(lead), finish + len(lead)))
    shown = "".join(" " if character.isspace() else character for character in line)
    return f"{lead}{shown}{'…' if end < len(text) else ''}", tuple(marks)
