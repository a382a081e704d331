"""Whatever was written, changed and purged in whatever order: search finds what plain reading finds, and nothing else."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from chatgui.core.message import Message, State, Text
from chatgui.store import connecting, conversations, schema, search, search_index
from chatgui.store.fold import fold
from chatgui.store.profile import Profile
from tests.store.samples import NOON, conversation, running, user

WORDS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "alphabet",
    "betamax",
    "Größe",
    "größer",
    "STRASSE",
    "東京",
    "東京都",
    "京都",
    "naïve",
    "x1",
    "snake_case",
    "c++",
    "🦊",
]


def said(chance: random.Random) -> str:
    """Some words."""
    return " ".join(chance.choices(WORDS, k=chance.randint(0, 6)))


def queries(chance: random.Random) -> list[str]:
    """Words, pieces of words, and pairs."""
    whole = chance.choice(WORDS)
    start = chance.randrange(len(whole))
    pair = f'"{chance.choice(WORDS)} {chance.choice(WORDS)}"'
    return [whole, whole[start : start + chance.randint(1, 4)], pair, f"{chance.choice(WORDS)} {chance.choice(WORDS)}"]


class Library:
    """A library, and beside it what must be found in it: message id -> (conversation, message)."""

    def __init__(self, connection: sqlite3.Connection, chance: random.Random) -> None:
        self.connection = connection
        self.chance = chance
        self.talks = [conversation("-") for _ in range(4)]
        for talk in self.talks:
            conversations.create(connection, talk)
        self.shown: dict[str, tuple[str, Message]] = {}
        self.hidden: dict[str, tuple[str, Message]] = {}
        self.clock = NOON

    def change(self) -> None:
        """Something happens."""
        self.clock += timedelta(seconds=1)
        self.chance.choice((self.say, self.say, self.answer, self.edit, self.hide, self.unhide, self.purge))()
        if self.chance.random() < 0.3:
            search_index.work(self.connection, self.chance.choice((0.0, 5.0)))

    def say(self) -> None:
        talk, message = self.chance.choice(self.talks), replace(user(said(self.chance)), created=self.clock)
        conversations.insert_message(self.connection, talk.id, message)
        self.shown[message.id] = (talk.id, message)

    def answer(self) -> None:
        talk, reply = self.chance.choice(self.talks), replace(running(), created=self.clock)
        conversations.begin_reply(self.connection, talk.id, reply)
        conversations.append_chunks(self.connection, reply.id, 0, [("text", "alpha")])
        if self.chance.random() < 0.3:
            conversations.drop_reply(self.connection, reply.id)
            return
        final = replace(reply, parts=(Text(said(self.chance)),), state=State.FINISHED)
        conversations.finish_reply(self.connection, talk.id, final)
        self.shown[reply.id] = (talk.id, final)

    def edit(self) -> None:
        for one in self._some(self.shown):
            talk, old = self.shown[one]
            fresh = replace(old, parts=(Text(said(self.chance)),))
            conversations.replace_message(self.connection, talk, fresh)
            self.shown[one] = (talk, fresh)

    def hide(self) -> None:
        for one in self._some(self.shown):
            conversations.hide_messages(self.connection, [one], self.clock)
            self.hidden[one] = self.shown.pop(one)

    def unhide(self) -> None:
        for one in self._some(self.hidden):
            conversations.unhide_messages(self.connection, [one])
            self.shown[one] = self.hidden.pop(one)

    def purge(self) -> None:
        if self.chance.random() > 0.3:
            return
        talk = self.chance.choice(self.talks)
        conversations.purge(self.connection, [talk.id])
        for known in (self.shown, self.hidden):
            for one in [one for one, (at, _) in known.items() if at == talk.id]:
                del known[one]
        conversations.create(self.connection, talk)

    def _some(self, known: dict[str, tuple[str, Message]]) -> list[str]:
        return [self.chance.choice(list(known))] if known else []


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(one, marks=pytest.mark.long) for one in range(6, 200))])
def test_search_finds_what_reading_finds(place: Profile, seed: int) -> None:
    chance = random.Random(seed)
    with contextlib.closing(connecting.connect(place.database, options="mode=rwc")) as connection:
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA synchronous = OFF")
        schema.migrate(connection)
        library = Library(connection, chance)
        for _ in range(80):
            library.change()
        for query in [query for _ in range(10) for query in queries(chance)]:
            terms = [fold(query.strip('"'))] if query.startswith('"') else fold(query).split()
            texts = {one: fold(message.text) for one, (_, message) in library.shown.items()}
            expected = {one for one, text in texts.items() if all(term in text for term in terms)}
            found = {hit.message for hit in search.search(connection, query, limit=1000, budget_s=60) if hit.message}
            assert found == expected, query
