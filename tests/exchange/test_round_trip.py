"""Export, wipe, import, export: identical bytes (rows 129, 130, 139)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgui.chat.archive import Archive
from chatgui.core.conversation import Conversation, Summary
from chatgui.core.event import Event
from chatgui.core.message import Attachment, Message, Role, State, Text
from chatgui.exchange.codec import Entry, entry_from_json, entry_to_json
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporters.lossless import FORMAT, VERSION
from chatgui.exchange.importing import read
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.unknown import _known
from chatgui.exchange.values import Unreadable
from chatgui.store.database import Database
from tests.exchange.library import NOON, answered, asked, conversation, entries, patient

JSON = by_name("json")


def archive_of(*library: Entry) -> bytes:
    document = JSON.open("", Options())
    return b"".join(document.add(entry) for entry in library) + document.end()


async def stored(folder: Path, library: list[Entry], times: int = 1) -> list[Entry]:
    """The entries as a new database gives them back, merged `times` times."""
    database = Database(folder / f"{secrets.token_hex(4)}.db")
    await database.open()
    try:
        archive = Archive(database, Event(), lambda ids: list(ids) and None)
        for _ in range(times):
            await archive.merge(library)
        return [await archive.entry(entry.conversation.id) for entry in library]
    finally:
        await database.close()


@given(st.tuples(entries("one"), entries("two")))
@settings(patient, max_examples=10)
def test_export_wipe_import_export_is_the_same_bytes(library: tuple[Entry, Entry]) -> None:
    """Every kind of part, state and branch, through the real reader process and the real database; twice changes nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = asyncio.run(stored(folder, list(library)))
        exported = archive_of(*before)
        (folder / "a.json").write_bytes(exported)
        reading = read(folder / "a.json")
        assert not reading.skips
        after = asyncio.run(stored(folder, reading.entries, times=2))
        assert archive_of(*after) == exported


@given(entries())
@settings(patient, max_examples=50)
def test_the_value_itself_comes_back(entry: Entry) -> None:
    """Without any database between."""
    back, skips = entry_from_json(entry_to_json(entry))
    assert not skips
    assert dumps(entry_to_json(back)) == dumps(entry_to_json(entry))
    assert back.conversation.messages == entry.conversation.messages


async def test_files_come_along(tmp_path: Path) -> None:
    """An attachment's bytes are in the archive, and are believed only if they are what they are called."""
    content = b"hello"
    digest = hashlib.sha256(content).hexdigest()
    message = Message("q", Role.USER, (Attachment(digest, "text/plain", "a.txt", 5),), NOON)
    entry = Entry(conversation(message), attachments={digest: content})
    (tmp_path / "x").mkdir()
    (back,) = await stored(tmp_path / "x", [entry])
    assert back.attachments == {digest: content}
    value = entry_to_json(entry)
    value["attachments"][0]["data"] = "aGVsbG8h"
    assert entry_from_json(value)[0].attachments == {}


async def test_what_is_here_is_never_overwritten(tmp_path: Path) -> None:
    """A conversation that is here keeps its words and gains the messages it lacks."""
    database = Database(tmp_path / "a.db")
    await database.open()
    archive = Archive(database, Event(), lambda ids: list(ids) and None)
    mine = conversation(asked("mine"), answered("mine"))
    await archive.merge([Entry(mine)])
    theirs = conversation(asked("theirs"), answered("theirs"), answered("more", name="b"), title="Other")
    merged = await archive.merge([Entry(theirs)])
    kept = (await archive.entry("c1")).conversation
    await database.close()
    assert (merged.added, merged.grown, merged.messages) == (0, 1, 1)
    assert [message.text for message in kept.messages.values()] == ["mine", "mine", "more"]
    assert kept.title == "Tides"
    assert kept.tip == "a"


async def test_a_message_cannot_replace_one_of_another_conversation(tmp_path: Path) -> None:
    """A file that uses identifiers of other conversations' messages gets others."""
    database = Database(tmp_path / "a.db")
    await database.open()
    archive = Archive(database, Event(), lambda ids: list(ids) and None)
    await archive.merge([Entry(conversation(asked("mine"), answered("mine")))])
    other = conversation(asked("hostile"), answered("hostile"))
    other.id = "c2"
    for _ in range(2):
        await archive.merge([Entry(other)])
    mine, theirs = (await archive.entry("c1")).conversation, (await archive.entry("c2")).conversation
    await database.close()
    assert [message.text for message in mine.messages.values()] == ["mine", "mine"]
    assert [message.text for message in theirs.branch()] == ["hostile", "hostile"]


async def test_all_or_nothing(tmp_path: Path) -> None:
    """If one conversation cannot be kept, none is."""
    database = Database(tmp_path / "a.db")
    await database.open()
    archive = Archive(database, Event(), lambda ids: list(ids) and None)
    broken = conversation(Message("q", Role.USER, (object(),), NOON))  # type: ignore[arg-type]  # the fault is wanted
    broken.id = "c2"
    with pytest.raises(AttributeError):
        await archive.merge([Entry(conversation(asked())), Entry(broken)])
    from chatgui.core.errors import UsageError

    with pytest.raises(UsageError):
        await archive.entry("c1")
    await database.close()


def test_an_answer_still_being_written_is_saved_as_interrupted() -> None:
    """Nobody will go on writing it from a file."""
    told = archive_of(Entry(conversation(asked(), answered("Half", state=State.STREAMING)))).decode()
    assert '"state":"interrupted"' in told
    assert "streaming" not in told


def test_without_reasoning() -> None:
    """The one thing that can be left out."""
    made = conversation(asked(), answered("The moon.", reasoning="Secret thought."))
    assert "Secret thought." not in JSON.export(made, Options(reasoning=False)).decode()


DOCUMENT = Path(__file__).parents[2] / "chatgui" / "exchange" / "json-format.md"


def described() -> dict[str, Any]:
    """The example in the document."""
    (example,) = re.findall(r"(?s)```json\n(.*?)```", DOCUMENT.read_text())
    return json.loads(example)


async def test_the_document_describes_the_format(tmp_path: Path) -> None:
    """Its example is read without a word, comes back out of a library as it is, and has every field and kind there is."""
    example = described()
    (tmp_path / "a.json").write_text(json.dumps(example))
    reading = read(tmp_path / "a.json")
    assert (reading.skips, reading.notes) == ([], [])
    back = await stored(tmp_path, list(reading.entries))
    (conversation,) = json.loads(archive_of(*back))["conversations"]
    assert conversation == example["conversations"][0]
    known = _known()
    told = example["conversations"][0]
    assert known["conversation"] == set(told)
    assert known["shelf"] == set(told["shelf"])
    for message in told["messages"]:
        assert known["message"] == set(message)
        assert known["usage"] == set(message["usage"])
        assert known["timing"] == set(message["timing"])
    assert known["failure"] == set(told["messages"][1]["failure"])
    parts = {part["kind"]: set(part) for message in told["messages"] for part in message["parts"]}
    assert parts == {name.removeprefix("part "): names for name, names in known.items() if name.startswith("part ")}
    assert (example["format"], example["version"]) == (FORMAT, VERSION)


def test_no_field_is_forgotten() -> None:
    """Whoever adds a field to a conversation, a message or its place in the library has to write it, too."""
    known = _known()
    elsewhere = {
        "_children",
        "deleted",
        "messages",
        "unread",
        "state",
        "edits",
    }  # of the tree, the trash, the moment, the draft
    assert {one.name for one in fields(Conversation)} - elsewhere <= known["conversation"]
    assert {one.name for one in fields(Message)} - {"state"} <= known["message"]
    summary = {one.name for one in fields(Summary)} - elsewhere
    assert summary <= known["shelf"] | known["conversation"]


def test_what_is_not_known_is_named(tmp_path: Path) -> None:
    """A field or a kind of part of a newer program is reported; what stands beside it comes in all the same."""
    example = described()
    told = example["conversations"][0]
    told["colour"] = "red"
    told["shelf"]["shelf_life"] = 1
    told["messages"][0]["parts"][0]["mood"] = "glad"
    told["messages"][0]["usage"]["water_l"] = 1
    told["messages"][1]["parts"].insert(0, {"kind": "smell", "text": "salt"})
    (tmp_path / "a.json").write_text(json.dumps(example))
    reading = read(tmp_path / "a.json")
    said = "\n".join(f"{skip.what}: {skip.why}" for skip in reading.skips)
    for name in ("“colour”", "“shelf.shelf_life”", "“messages.parts.text.mood”", "“messages.usage.water_l”", "“smell”"):
        assert name in said
    (entry,) = reading.entries
    assert [len(message.parts) for message in entry.conversation.messages.values()] == [2, 7]


def test_a_newer_file_is_refused() -> None:
    """A file from a newer version is not misunderstood."""
    from chatgui.exchange.importers.base import Found
    from chatgui.exchange.importers.own import OWN

    with pytest.raises(Unreadable, match="newer"):
        list(OWN.read({"format": "chatgui-conversations", "version": 2, "conversations": []}, Found()))


def test_a_message_here_is_finished() -> None:
    """The text of an imported message is plain data."""
    back, _ = entry_from_json(entry_to_json(Entry(conversation(asked("a\0b\ud83d")))))
    assert back.conversation.messages["q"].parts == (Text("a␀b\ufffd"),)
