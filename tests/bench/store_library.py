"""A large library with texts like real ones, made fast: `python -m tests.bench.store_library FOLDER [CONVERSATIONS] [MESSAGES]`."""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Part, Reasoning, Role, Text
from chatgui.core.usage import Source, Usage
from chatgui.store import connecting, conversations, schema, search_index

START = datetime(2024, 1, 1, tzinfo=UTC)
CJK = "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兴切"


class Texts:
    """Sentences over a vocabulary that follows Zipf's law, as language does; the same for the same seed."""

    def __init__(self, seed: int, words: int = 120_000) -> None:
        self.chance = random.Random(seed)
        syllables = ["".join(pair) for pair in zip("bcdfghjklmnprstvwz" * 5, "aeiou" * 18, strict=True)]
        syllables += [one + end for one in syllables[:40] for end in "nrst"]
        made = ("".join(self.chance.choices(syllables, k=self.chance.randint(1, 5))) for _ in range(words))
        self.words = list(dict.fromkeys(made))  # the most common first
        weights = [1 / (rank + 3) for rank in range(len(self.words))]
        picked = self.chance.choices(self.words, weights, k=600_000)
        self.sentences = [
            " ".join(picked[at : at + self.chance.randint(5, 18)]).capitalize() + "." for at in range(0, 590_000, 15)
        ]
        self.sentences += ["".join(self.chance.choices(CJK, k=self.chance.randint(8, 30))) + "。" for _ in range(2000)]
        self.sentences += [f"```python\n{word} = {word}({word!r})\n```" for word in picked[:1500]]

    def text(self, sentences: int) -> str:
        """So many sentences; now and then a word that is nowhere else."""
        said = " ".join(self.chance.choices(self.sentences, k=sentences))
        return f"{said} {self.chance.getrandbits(48):x}q" if self.chance.random() < 0.02 else said


def talks(seed: int, count: int, messages: int) -> Iterator[Conversation]:
    """Conversations of different lengths, `messages` in all."""
    texts = Texts(seed)
    chance = texts.chance
    each = messages // count
    for number in range(count):
        created = START + timedelta(minutes=7 * number)
        talk = Conversation(f"{number:024x}", texts.text(1)[:60], created, created + timedelta(minutes=5), model="big")
        parent = None
        for index in range(each):
            user = index % 2 == 0
            parts: tuple[Part, ...] = (Text(texts.text(2 if user else chance.randint(2, 12))),)
            if not user and chance.random() < 0.3:
                parts = (Reasoning(texts.text(4)), *parts)
            message = Message(
                f"{number:016x}{index:08x}", Role.USER if user else Role.ASSISTANT, parts,
                created + timedelta(seconds=index), parent,
            )  # fmt: skip
            if not user:
                usage = Usage(100, 200, 300, source=Source.REPORTED)
                message = replace(message, account="Work", model="big", usage=usage, finish_reason="stop")
            talk.add(message)
            parent = message.id
        talk.tip = parent
        yield talk


def make(path: Path, count: int, messages: int, *, seed: int = 1) -> tuple[float, float, int]:
    """Make the library and its index; seconds for each, and bytes of text."""
    began = time.monotonic()
    size = 0
    connection = connecting.connect(path, options="mode=rwc")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    schema.migrate(connection)
    connecting.marker(path).touch()
    batch: list[Conversation] = []
    for talk in talks(seed, count, messages):
        texts = (part.text for one in talk.messages.values() for part in one.parts if isinstance(part, Text))
        size += sum(len(text.encode()) for text in texts)
        batch.append(talk)
        if len(batch) == 500:
            _put(connection, batch)
            batch.clear()
    _put(connection, batch)
    written = time.monotonic()
    more = True
    while more:
        connection.execute("BEGIN IMMEDIATE")
        more = search_index.work(connection, 2.0)
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return written - began, time.monotonic() - written, size


def _put(connection: sqlite3.Connection, batch: list[Conversation]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for talk in batch:
        conversations.create(connection, talk)
    connection.execute("COMMIT")


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    numbers = [int(one) for one in sys.argv[2:4]] or [10_000, 100_000]
    print(make(where / "chatgui.db", *numbers))
