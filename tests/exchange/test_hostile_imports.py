"""Broken and hostile files: a sentence or a report, never a crash, and nothing beyond the file (rows 123–128)."""

from __future__ import annotations

import gzip
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.errors import StoreError, UsageError
from chatgui.core.message import Role
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.importers import READERS
from chatgui.exchange.importers.base import Found
from chatgui.exchange.importers.child import _read as read_record
from chatgui.exchange.importers.records import records
from chatgui.exchange.importers.sources import Document
from chatgui.exchange.importing import read
from chatgui.exchange.values import Unreadable
from tests.exchange.library import answered, asked, conversation
from tests.exchange.test_importers import EXPECTED, SAMPLES, sample, tree


def refusal(path: Path, content: bytes) -> str:
    """The sentence with which a file with this content is refused."""
    path.write_bytes(content)
    with pytest.raises(StoreError) as told:
        read(path)
    assert told.value.advice
    return told.value.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON: line 1, column 1"),
        (b'[\n{"mapping": {},\n oops}]', "line 3, column 2"),
        (b'[{"title": "x", "mapping"', "line 1, column"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"9" * 5_000, "too long"),
        (b"{}", "no conversation in a known format"),
        (b"[]", "no conversation in a known format"),
        (b"null", "no conversation in a known format"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not JSON"),
        (b"PK\x03\x04 but no archive", "damaged archive"),
        (b"\x1f\x8b but no gzip", "damaged gzip"),
        (b"\x00" * 1000, "not JSON"),
        (b'{"messages": [{"role": "user"}]}', "nothing was said"),
        (b'{"format": "chatgui-conversations", "version": 99, "conversations": []}', "newer version"),
    ],
)  # fmt: skip
def test_files_without_sense(tmp_path: Path, content: bytes, words: str) -> None:
    """One sentence that says what is wrong, and where."""
    assert words in refusal(tmp_path / "a.json", content)


def test_no_file(tmp_path: Path) -> None:
    """Wrong use, not a fault of the file."""
    with pytest.raises(UsageError):
        read(tmp_path / "missing.json")
    with pytest.raises(StoreError, match="not a file"):
        read(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_any_unicode(tmp_path: Path, encoding: str) -> None:
    """With or without a mark."""
    (tmp_path / "a.json").write_bytes((SAMPLES / "chatgpt.json").read_text().encode(encoding))
    assert tree(read(tmp_path / "a.json").entries[0].conversation) == EXPECTED["chatgpt.json"]["Moons of Jupiter"]


def test_gzip_whatever_its_name(tmp_path: Path) -> None:
    """A gzipped file that says .json."""
    (tmp_path / "a.json").write_bytes(gzip.compress((SAMPLES / "claude.json").read_bytes()))
    assert len(read(tmp_path / "a.json").entries) == 2


@pytest.mark.parametrize("name", ["own", pytest.param("chatgpt.json", marks=pytest.mark.long)])
def test_sixty_megabytes_of_nothing(tmp_path: Path, name: str) -> None:
    """What would need gigabytes ends the child, not this process."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = (
        b"[" + b"[]," * 20_000_000 + b"[]]"
        if name != "own"
        else b'{"format":"chatgui-conversations","version":1,"conversations":[' + b"{}," * 20_000_000 + b"{}]}"
    )
    said = refusal(tmp_path / "a.json", content)
    del content
    assert "memory" in said or "no conversation" in said
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000
    )  # kB: the content made here, not the reading


def test_a_file_larger_than_any_export(tmp_path: Path) -> None:
    """Refused by its size, without reading it."""
    with (tmp_path / "a.json").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(StoreError, match="larger than 512 MB"):
        read(tmp_path / "a.json")


def test_a_circle_in_the_tree(tmp_path: Path) -> None:
    """Messages that answer each other are opened where they begin, and that is said."""

    def node(name: str, parent: str) -> dict[str, Any]:
        return {
            "id": name,
            "parent": parent,
            "children": [],
            "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": [name]}},
        }

    value = [
        {
            "title": "Round",
            "mapping": {"a": node("a", "c"), "b": node("b", "a"), "c": node("c", "b"), "d": node("d", "d")},
        }
    ]
    (tmp_path / "a.json").write_text(json.dumps(value))
    reading = read(tmp_path / "a.json")
    assert tree(reading.entries[0].conversation) == ["0 user a", "1 user b", "2 user c", "0 user d"]
    assert sum("circle" in skip.why for skip in reading.skips) == 2


def test_markup_and_direction_marks_in_names(tmp_path: Path) -> None:
    """A title is one short line; the rest is text that every view escapes."""
    value = {
        "title": "<b>\n\u202ex" + "y" * 500,
        "messages": [{"role": "user", "content": "<script>", "model": "<img>"}],
    }
    (tmp_path / "a.json").write_text(json.dumps(value))
    title = read(tmp_path / "a.json").entries[0].conversation.title
    assert "\n" not in title
    assert len(title) == 120


def test_surrogates_and_numbers_beyond_all_measure(tmp_path: Path) -> None:
    """Nothing that a later step cannot carry comes in."""
    text = (
        '{"created": 1e999, "messages": [{"role": "user", "content": "\\ud83d\\u0000", "created": 1' + "0" * 30 + "}]}"
    )
    (tmp_path / "a.json").write_text(text)
    (entry,) = read(tmp_path / "a.json").entries
    assert [message.text for message in entry.conversation.messages.values()] == ["\ufffd␀"]


def test_two_hundred_mutations() -> None:
    """Wherever a good file is broken there is a report or a sentence, and what is read can be exported again."""

    chance = random.Random(7)
    names = sorted(EXPECTED)
    for round_ in range(400):
        name = names[round_ % len(names)]
        content = (SAMPLES / name).read_bytes()
        values = [json.loads(line) for line in content.splitlines()] if name.endswith("l") else [json.loads(content)]
        for value in values:
            for _ in range(3):
                mutate(value, chance)
        content = b"\n".join(json.dumps(value).encode() for value in values)
        found = Found()
        for _, record in records(iter([Document(name, content)]), found):
            for reader in READERS:
                if reader.recognises(record):
                    try:
                        for entry in read_record(reader, record, found):
                            by_name("json").export_entry(entry, Options())
                    except Unreadable:
                        continue


def mutate(value: Any, chance: random.Random) -> None:
    """Somewhere in a JSON value, put something that does not belong there."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(value[key], (dict, list)) and value[key] and chance.random() < 0.85:
            value = value[key]
            continue
        strange = [None, 0, -1, 1e308, "", "x", [], {}, [[]], {"a": 1}, True, "\ud800", [None], 2**70]
        value[key] = chance.choice(strange)
        return


def test_our_own_file_with_holes(tmp_path: Path) -> None:
    """What can be read is read, the rest is reported."""
    exported = json.loads(by_name("json").export(conversation(asked(), answered("The moon.")), Options()))
    messages = exported["conversations"][0]["messages"]
    messages.append({**messages[1], "id": "x", "parent": "nowhere"})
    messages.append({**messages[1], "id": "y", "role": "wizard"})
    messages.append({**messages[1]})
    messages.append({**messages[1], "id": "z", "parts": [{"kind": "attachment", "sha256": "../../etc/passwd"}]})
    exported["conversations"].append({"title": "no messages"})
    (tmp_path / "a.json").write_text(json.dumps(exported))
    reading = read(tmp_path / "a.json")
    assert len(reading.entries) == 1
    assert len(reading.entries[0].conversation.messages) == 3
    assert reading.entries[0].conversation.messages["z"].parts == ()  # the file without a name is left out, and said
    assert len(reading.skips) == 5


def test_cancelled(tmp_path: Path) -> None:
    """Nothing remains of a reading that was called off, whatever the child is busy with."""
    os.mkfifo(tmp_path / "list.json")  # opening it would wait for ever, were it not refused
    content = b"[" + b"[]," * 5_000_000 + b"[]]"
    (tmp_path / "a.json").write_bytes(content)
    assert len(read(tmp_path / "a.json", cancelled=lambda: True).entries) == 0
    with pytest.raises(StoreError, match="not a file"):
        read(tmp_path / "list.json")


def test_roles_are_told_apart() -> None:
    """A tool's words are a tool's."""
    roles = [message.role for message in sample("openai.json").entries[0].conversation.branch()]
    assert roles == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL, Role.ASSISTANT]
