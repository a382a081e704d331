"""Times of the store on a large library, beside plain SQLite FTS: `python -m tests.bench.store FOLDER` (see store_library).

Prints a table in Markdown: median and worst of several runs, in milliseconds.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from chatgui.core.ids import new_id
from chatgui.core.message import Message, Role, State, Text
from chatgui.store import conversations, search
from chatgui.store.database import Database
from tests.bench.store_library import Texts

RUNS = 7


async def clock(what: str, job: Callable[[], Awaitable[object]], runs: int = RUNS) -> None:
    """Time a coroutine several times and print a row."""
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        await job()
        took.append((time.perf_counter() - began) * 1000)
    print(f"| {what} | {statistics.median(took):.1f} | {max(took):.1f} |", flush=True)


async def opening(path: Path) -> None:
    """Open and close, as at the program's start."""
    database = Database(path)
    began = time.perf_counter()
    await database.open()
    opened = time.perf_counter()
    rows = await database.call(conversations.summaries)
    print(f"| open | {(opened - began) * 1000:.1f} | |")
    print(f"| first summaries of {len(rows):,} conversations | {(time.perf_counter() - opened) * 1000:.1f} | |")
    await database.close()


async def verbs(database: Database, rows: list[str]) -> None:
    """What a person does."""
    chance = random.Random(5)
    pick = lambda: chance.choice(rows)  # noqa: E731
    message = Message(new_id(), Role.USER, (Text("hello " * 50),), datetime.now(UTC))
    await clock("summaries", lambda: database.call(conversations.summaries))
    await clock("the newest 200 summaries", lambda: database.call(conversations.summaries, False, 200))
    await clock("load a conversation", lambda: database.call(conversations.load, pick()), 30)
    await clock(
        "send (user's message, synced)",
        lambda: database.write(conversations.insert_message, pick(), replace(message, id=new_id()), durable=True), 30,
    )  # fmt: skip
    reply = replace(message, id=new_id(), role=Role.ASSISTANT, state=State.STREAMING, parts=())
    talk = pick()
    await database.write(conversations.begin_reply, talk, reply)
    numbers = iter(range(10_000))
    await clock(
        "append to a running answer",
        lambda: database.write(conversations.append_chunks, reply.id, next(numbers), [("text", "some more text")]), 300,
    )  # fmt: skip
    final = replace(reply, state=State.FINISHED, parts=(Text("some more text" * 300),))
    await clock("finish it (synced)", lambda: database.write(conversations.finish_reply, talk, final, durable=True), 20)

    def change(**fields: object) -> Callable[[], Awaitable[None]]:
        return lambda: database.write(lambda connection: conversations.set_fields(connection, pick(), **fields))

    await clock("rename", change(title="Another title"), 30)
    await clock("move to a folder", change(folder="Work"), 30)


def queries() -> dict[str, str]:
    """Kinds of query, with words the library really holds."""
    texts = Texts(1)
    sentence = next(one for one in texts.sentences if 6 < len(one.split()) < 12 and one.isascii())
    common = texts.words[0]
    rare = next(word for word in reversed(texts.words) if any(word in one.split() for one in texts.sentences))
    chinese = texts.sentences[-3000]
    return {
        "common word": common,
        "rare word": rare,
        "piece of a word": texts.words[3000][1:5],
        "two letters": rare[:2],
        "two-letter CJK": chinese[3:5],
        "common CJK": "的一",
        "phrase": '"' + " ".join(sentence.rstrip(".").lower().split()[:4]) + '"',
        "three words": " ".join(sentence.rstrip(".").lower().split()[1:4]),
        "no hit": "qqqxqqq",
        "no hit, of common words": f'"{common} {texts.words[1]} {texts.words[2]} {common}"',
        "accents": "déjà " + common,
        "punctuation": "```",
    }


async def searching(database: Database, floor: sqlite3.Connection | None) -> None:
    """Each kind of query, ours and plain FTS5's."""
    for kind, query in queries().items():
        hits = await database.look(search.search, query)
        await clock(f"search: {kind} ({len(hits)} hits)", lambda query=query: database.look(search.search, query))
        if floor is None:
            continue
        match = query if query.startswith('"') else " ".join(f'"{word}"' for word in query.split())
        sql = "SELECT rowid, snippet(plain, 0, '[', ']', '…', 20) FROM plain (?) ORDER BY rowid DESC LIMIT 50"

        async def plain(sql: str = sql, match: str = match) -> list[object]:
            return floor.execute(sql, (match,)).fetchall()

        await clock(f"— plain FTS5 ({len(await plain())} hits)", plain)


async def appending_beside_searches(database: Database, talk: str) -> None:
    """A running answer is appended while one search after the other runs: neither waits for the other."""
    reply = Message(new_id(), Role.ASSISTANT, (), datetime.now(UTC), state=State.STREAMING)
    await database.write(conversations.begin_reply, talk, reply)
    slow = queries()["no hit, of common words"]
    searches = 0

    async def search_on() -> None:
        nonlocal searches
        while True:
            await database.look(search.search, slow)
            searches += 1

    searching = asyncio.ensure_future(search_on())
    numbers = itertools.count()
    what = "append to a running answer, beside searches"
    await clock(
        what, lambda: database.write(conversations.append_chunks, reply.id, next(numbers), [("text", "more")]), 40_000
    )
    searching.cancel()
    await asyncio.gather(searching, return_exceptions=True)
    began = time.perf_counter()
    giving_up = asyncio.ensure_future(database.look(search.search, slow))
    await asyncio.sleep(0.02)
    giving_up.cancel()
    await database.look(lambda _: None)
    print(
        f"| searches meanwhile: {searches}; one given up after 20 ms, and the next begun | {(time.perf_counter() - began) * 1000:.1f} | |"
    )


def plain_index(path: Path, library: Path) -> sqlite3.Connection:
    """The floor: the same texts in a plain FTS5 table with its own copy of them."""
    fresh = not path.exists()
    connection = sqlite3.connect(path, isolation_level=None)
    if fresh:
        began = time.perf_counter()
        connection.execute("ATTACH ? AS library", (str(library),))
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("CREATE VIRTUAL TABLE plain USING fts5 (text)")
        connection.execute("BEGIN")
        connection.execute(
            "INSERT INTO plain (rowid, text) SELECT message, group_concat(text, char(10)) FROM parts GROUP BY message"
        )
        connection.execute("COMMIT")
        connection.execute("DETACH library")
        print(f"plain FTS5 built in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:,.0f} MB")
    return connection


async def main(folder: Path, with_floor: bool) -> None:
    """All of it."""
    path = folder / "chatgui.db"
    reader = sqlite3.connect(path)
    (size,) = reader.execute("SELECT sum(length(CAST(text AS BLOB))) FROM parts").fetchone()
    (count,) = reader.execute("SELECT count(*) FROM messages").fetchone()
    reader.close()
    print(
        f"{count:,} messages, {size / 1e6:,.0f} MB of text, {path.stat().st_size / size:.2f} bytes on disk a byte of text\n"
    )
    floor = plain_index(folder / "plain.db", path) if with_floor else None
    print("| what | median ms | worst ms |\n|---|---|---|")
    await opening(path)
    database = Database(path)
    await database.open()
    rows = [row.id for row in await database.call(conversations.summaries)]
    await searching(database, floor)
    await verbs(database, rows)
    await appending_beside_searches(database, rows[0])
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), "--floor" in sys.argv))
