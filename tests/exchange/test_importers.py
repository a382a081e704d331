"""Files of other programs: what comes out of them, and what never does (rows 123–129)."""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.conversation import Conversation
from chatgui.core.errors import StoreError, UsageError
from chatgui.core.message import Message, Reasoning, Role, State, Text
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.importers import READERS
from chatgui.exchange.importing import Reading, read
from tests.exchange.library import answered, asked, conversation

SAMPLES = Path(__file__).parent / "samples"


@cache
def sample(name: str) -> Reading:
    """What is in a sample, read once."""
    return read(SAMPLES / name)


def tree(one: Conversation) -> list[str]:
    """Each message as `depth role text`, in the order of the tree."""
    lines: list[str] = []
    waiting = [(name, 0) for name in reversed(one.children(None))]
    while waiting:
        name, depth = waiting.pop()
        message = one.messages[name]
        lines.append(f"{depth} {message.role.value} {words(message)}")
        waiting.extend((child, depth + 1) for child in reversed(one.children(name)))
    return lines


def words(message: Message) -> str:
    """The parts, told apart."""
    told = [
        part.text if isinstance(part, Text) else f"({part.text})" if isinstance(part, Reasoning) else f"<{part.kind}>"
        for part in message.parts
    ]
    return " ".join(told).replace("\n", " ")


EXPECTED: dict[str, dict[str, list[str]]] = {
    "chatgpt.json": {
        "Moons of Jupiter": [
            "0 user How many moons has Jupiter?",
            "1 assistant Jupiter has **95** moons.",
            "1 assistant (Counting  Ninety-five were confirmed in 2023.)",
            "2 assistant As of 2023: 95.",
            "3 user [image_asset_pointer] And this one? 😀",
            "4 assistant <tool_call>",
            "5 tool <tool_result>",
            "6 assistant Still 95.",
        ],
        "Imported conversation": ["0 user One more"],
    },
    "claude.json": {
        "Sourdough": [
            "0 user [Attached: recipe.txt]  500 g flour   How wet?",
            "1 assistant (Hydration is water over flour.) About 75 %.",
            "1 assistant <tool_call> <tool_result> Between 70 and 80 %.",
        ],
        "Imported conversation": ["0 user Hello", "1 assistant Hello to you"],
    },
    "open-webui.json": {
        "Haiku": ["0 user A haiku, please", "1 assistant Old pond frog splash", "1 assistant (Five, seven, five.) Autumn moonlight"]
    },
    "librechat.json": {
        "Knots": ["0 user Which knot?", "1 assistant A bowline.", "1 assistant (For what?) It depends. <tool_call> <tool_result>"]
    },
    "cherry-studio.json": {"Ramen": ["0 user Broth?", "1 assistant (Pork or chicken.) Tonkotsu: 12 h.", "1 assistant Shoyu is"]},
    "chatbox.json": {
        "Openings": ["0 user d4?", "1 assistant d5."],
        "Chess": ["0 system You are a coach.", "1 user e4?", "2 assistant (Best by test.) Play e5.", "2 assistant Play c5."],
    },
    "lobechat.json": {
        "Roses": ["0 user When to prune?", "1 assistant (Depends on the frost.) In March.", "1 assistant Late winter."],
        "Gardener": ["0 user No topic"],
    },
    "jan-messages.jsonl": {"Imported conversation": ["0 user Capital of Peru?", "1 assistant (South America.) Lima."]},
    "openai.json": {
        "What is it?": ["0 system Be brief.", "1 user What is it?", "2 assistant (Look.) <tool_call>", "3 tool <tool_result>", "4 assistant A cat."]
    },
    "openai.jsonl": {"1+1": ["0 user 1+1", "1 assistant 2"], "2+2": ["0 user 2+2", "1 assistant 4"]},
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_samples(name: str) -> None:
    """Conversations, branches, reasoning and tools of each format."""
    reading = sample(name)
    assert {entry.conversation.title: tree(entry.conversation) for entry in reading.entries} == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_no_key_address_or_account_comes_in(name: str) -> None:
    """What the file claims about accounts stays in the file, and that is said."""
    reading = sample(name)
    told = b"".join(by_name("json").export_entry(entry, Options()) for entry in reading.entries).decode()
    assert "sk-not-to-be-read" not in told
    assert all(entry.conversation.account == entry.conversation.system == "" for entry in reading.entries)
    if "not-to-be-read" in (SAMPLES / name).read_text():
        assert any("keys" in note for note in reading.notes)


def test_the_same_file_makes_the_same_identifiers() -> None:
    """So that importing it twice changes nothing."""
    for name in EXPECTED:
        first, second = sample(name), read(SAMPLES / name)
        assert [list(one.conversation.messages) for one in first.entries] == [
            list(two.conversation.messages) for two in second.entries
        ]


def test_every_reader_has_a_sample() -> None:
    """A format without a sample is a format nobody tried."""
    formats = {sample(name).format for name in EXPECTED} | {"chatgui JSON"}
    assert formats == {reader.title for reader in READERS}


def test_details() -> None:
    """The shown branch, models, states, times and usage are kept where the file has them."""
    chatgpt = sample("chatgpt.json").entries[0].conversation
    assert chatgpt.branch()[-1].text == "Still 95."
    assert (chatgpt.model, chatgpt.created.timestamp(), chatgpt.branch()[-1].model) == ("gpt-4o", 1700000000.5, "o3")
    webui = sample("open-webui.json").entries[0]
    assert webui.shelf.pinned
    assert webui.shelf.tags == ("verse",)
    assert next(m.usage.total_tokens for m in webui.conversation.messages.values() if m.model == "llama3.1:8b") == 21
    assert [m.state for m in sample("librechat.json").entries[0].conversation.messages.values()][-1] is State.STOPPED


# Archives


def packed(path: Path, *members: tuple[str, bytes]) -> Path:
    """A zip file with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_the_many_file_archive_of_chatgpt(tmp_path: Path) -> None:
    """Conversations in numbered files; the others are told, not taken."""
    values = json.loads((SAMPLES / "chatgpt.json").read_text())
    members = [(f"conversations-{number:03}.json", json.dumps([value]).encode()) for number, value in enumerate(values)]
    reading = read(packed(tmp_path / "export.zip", *members, ("user.json", b'{"email":"x"}'), ("chat.html", b"<html>")))
    assert [entry.conversation.title for entry in reading.entries] == ["Moons of Jupiter", "Imported conversation"]
    assert {skip.what for skip in reading.skips} == {"user.json", "“Empty”"}


def test_jans_folders_in_an_archive(tmp_path: Path) -> None:
    """The title stands in the file beside the messages."""
    thread, messages = (SAMPLES / "jan-thread.json").read_bytes(), (SAMPLES / "jan-messages.jsonl").read_bytes()
    reading = read(
        packed(tmp_path / "a.zip", ("threads/1/thread.json", thread), ("threads/1/messages.jsonl", messages))
    )
    assert [(entry.conversation.title, entry.conversation.model) for entry in reading.entries] == [
        ("Capitals", "llama3.2")
    ]


def test_hostile_archives(tmp_path: Path) -> None:
    """Names lead nowhere; duplicates, links and damage cost only themselves."""
    good = (SAMPLES / "claude.json").read_bytes()
    link = zipfile.ZipInfo("link.json")
    link.external_attr = 0o120777 << 16
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../evil.json", "/etc/evil.json", "..\\evil.json", "same.json"):
            archive.writestr(name, good)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("same.json", good)
        archive.writestr(link, b"/etc/passwd")
        archive.writestr("broken.json", b"UNIQUE-CONTENT" * 10)
    path.write_bytes(path.read_bytes().replace(b"UNIQUE-CONTENTUNIQUE", b"CHANGED-CONTENTCHANG", 1))
    before = sorted(tmp_path.parent.rglob("*"))
    reading = read(path)
    assert len(reading.entries) == 10
    assert {skip.what for skip in reading.skips} == {"link.json", "broken.json"}
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_a_bomb(tmp_path: Path) -> None:
    """A member that unpacks to more than the limit is skipped, and with nothing else there is nothing to import."""
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.json", "w", force_zip64=True) as member,
    ):
        for _ in range(410):
            member.write(b" " * (1 << 20))
    with pytest.raises(StoreError, match="larger than 400 MB"):
        read(tmp_path / "a.zip")


# Broken and hostile files


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
    from chatgui.exchange.codec import Unreadable
    from chatgui.exchange.importers.base import Found
    from chatgui.exchange.importers.child import _read as read_record
    from chatgui.exchange.importers.records import records
    from chatgui.exchange.importers.sources import Document

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
    assert len(reading.entries[0].conversation.messages) == 2
    assert len(reading.skips) == 5


def test_cancelled(tmp_path: Path) -> None:
    """Nothing remains of a reading that was called off."""
    assert read(SAMPLES / "claude.json", cancelled=lambda: True) == Reading()


def test_roles_are_told_apart() -> None:
    """A tool's words are a tool's."""
    roles = [message.role for message in sample("openai.json").entries[0].conversation.branch()]
    assert roles == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL, Role.ASSISTANT]
