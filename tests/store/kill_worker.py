"""The program that is killed: it works on a library and says, line by line, what it means to do and what is done.

`python -m tests.store.kill_worker PROFILE SEED MODE`; MODE is `talk` or `migrate`. CHATGUI_BREAK makes it wrong on purpose,
to show that the judge would notice: `unflushed` appends nothing while an answer runs, `early` says that things are kept
before they are, `stepwise` migrates without a transaction, `normal` syncs nothing at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from chatgui.core.conversation import Conversation
from chatgui.core.errors import StoreError
from chatgui.core.ids import new_id
from chatgui.core.message import Message, Part, Reasoning, Role, State, Text
from chatgui.store import backup, conversations, schema
from chatgui.store.database import Database
from chatgui.store.profile import Profile

BROKEN = os.environ.get("CHATGUI_BREAK", "")
FLUSH_S = 0.1


def say(what: str, **facts: Any) -> None:
    """One line, handed to the system at once: a kill does not take it back."""
    os.write(1, (json.dumps({"what": what, "at": time.monotonic(), **facts}) + "\n").encode())


def message(role: Role, parts: tuple[Part, ...], parent: str | None) -> Message:
    """A message of now."""
    return Message(new_id(), role, parts, datetime.now(UTC), parent, account="Demo", model="tour")


class Worker:
    """Does what people and turns do, at random."""

    def __init__(self, database: Database, seed: int) -> None:
        self.db = database
        self.chance = random.Random(seed)
        self.day = seed

    async def stream(self) -> None:
        """A conversation, a question, and an answer that comes in small pieces."""
        now = datetime.now(UTC)
        talk = Conversation(new_id(), "Talk", now, now)
        question = message(Role.USER, (Text("why? " * self.chance.randint(1, 300)),), None)
        reply = replace(message(Role.ASSISTANT, (), question.id), state=State.STREAMING)
        await self.db.write(conversations.create, talk)
        if BROKEN == "early":
            say("user", id=question.id, text=question.text)
        await self.db.write(conversations.insert_message, talk.id, question, durable=True)
        say("user", id=question.id, text=question.text)
        await self.db.write(conversations.begin_reply, talk.id, reply, durable=True)
        say("begun", id=reply.id)
        said = {"reasoning": "", "text": ""}
        kept = dict.fromkeys(said, 0)
        seq, flushed = 0, time.monotonic()
        for number in range(self.chance.randint(5, 300)):
            kind = "reasoning" if number < 20 else "text"
            piece = f"{number} " * self.chance.randint(1, 4)
            said[kind] += piece
            say("piece", id=reply.id, kind=kind, text=piece)
            await asyncio.sleep(0.002)
            if time.monotonic() - flushed < FLUSH_S or BROKEN == "unflushed":
                continue
            flushed = time.monotonic()
            for part, text in said.items():
                if len(text) > kept[part]:
                    await self.db.write(conversations.append_chunks, reply.id, seq, [(part, text[kept[part] :])])
                    kept[part] = len(text)
                    seq += 1
        parts: tuple[Part, ...] = tuple(
            kind(text) for kind, text in ((Reasoning, said["reasoning"]), (Text, said["text"])) if text
        )
        final = replace(reply, parts=parts, state=State.FINISHED, finish_reason="stop")
        say("finishing", id=reply.id, reasoning=said["reasoning"], text=said["text"])
        await self.db.write(conversations.finish_reply, talk.id, final, durable=True)
        say("finished", id=reply.id)

    async def edit(self) -> None:
        """Other words for an old message."""
        talk, loaded = await self._any()
        if loaded is None or not loaded.messages:
            return
        old = self.chance.choice(list(loaded.messages.values()))
        if old.state is State.STREAMING:
            return
        fresh = replace(
            old, parts=(Text(f"edited {self.chance.random()} " * self.chance.randint(1, 3000)),), edited=True
        )
        say("editing", id=old.id, text=fresh.text)
        if BROKEN == "early":
            say("edited", id=old.id)
        await self.db.write(conversations.replace_message, talk, fresh, durable=True)
        say("edited", id=old.id)

    async def delete(self) -> None:
        """Into the trash and out of it again, or for ever."""
        talk, loaded = await self._any()
        if loaded is None:
            return
        ids = list(loaded.messages)
        await self.db.write(lambda one: conversations.set_fields(one, talk, deleted=datetime.now(UTC)), durable=True)
        await self.db.write(conversations.hide_messages, ids[1:], datetime.now(UTC), durable=True)
        await self.db.write(conversations.unhide_messages, ids[1:], durable=True)
        if self.chance.random() < 0.3:
            say("purging", ids=ids)
            await self.db.write(conversations.purge, [talk], durable=True)
            await self.db.forget()
            say("purged", ids=ids)
        else:
            await self.db.write(lambda one: conversations.set_fields(one, talk, deleted=None), durable=True)

    async def back_up(self) -> None:
        """Another day, another copy."""
        self.day += 1
        day = date(2026, 1, 1) + timedelta(days=self.day % 3000)
        made = await asyncio.to_thread(backup.daily, self.db.path, 2, today=day)
        if made:
            say("copied", path=str(made))

    async def _any(self) -> tuple[str, Conversation | None]:
        rows = await self.db.call(conversations.summaries)
        if not rows:
            return "", None
        talk = self.chance.choice(rows[:20]).id
        return talk, await self.db.call(conversations.load, talk)


def stepwise(connection: sqlite3.Connection, *, upto: int | None = None) -> list[str]:
    """How not to do it."""
    for number, _, script in schema.steps():
        if schema.version(connection) < number:
            for statement in schema.statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
    return []


async def main() -> None:
    """Work until killed."""
    path, seed, mode = sys.argv[1:4]
    database = Database(Profile(Path(path)).database)
    if BROKEN == "stepwise":
        schema.migrate = stepwise
    say("opening")
    await database.open()
    say("opened", rescued=database.rescued.words if database.rescued else "", version=mode)
    await database.write(conversations.recover, durable=True)
    if BROKEN == "normal":
        write = database.write
        database.write = lambda fn, *args, **_: write(fn, *args)  # type: ignore[method-assign]
    say("ready")
    worker = Worker(database, int(seed))
    while True:
        verb = worker.chance.choices((worker.stream, worker.edit, worker.delete, worker.back_up), (6, 3, 2, 1))[0]
        try:
            await verb()
        except StoreError as error:
            say("refused", state=error.state, words=error.message)


if __name__ == "__main__":
    asyncio.run(main())
