"""Files of other programs: what comes out of them, and what never does (rows 123–129)."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path

import pytest

from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Reasoning, State, Text
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.importers import READERS, sources
from chatgui.exchange.importers.base import Found
from chatgui.exchange.importing import Reading, read

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
        "Haiku": ["0 user A haiku, please", "1 assistant Old pond frog splash", "1 assistant (Five, seven, five.) Autumn moonlight", "2 user And is it windy in Oslo?",
                  "3 assistant (It < me know.) <tool_call> <tool_result> A breeze.",
                  "3 assistant (Ask the tool.) <tool_call> <tool_result> Calm."]
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


def test_a_conversation_that_is_none_is_named(tmp_path: Path) -> None:
    """Among others that are: by its title."""
    values = [*json.loads((SAMPLES / "chatgpt.json").read_text()), {"title": "Torn entry", "id": "x"}]
    (tmp_path / "a.json").write_text(json.dumps(values))
    reading = read(tmp_path / "a.json")
    assert len(reading.entries) == 2
    assert any(skip.what == "“Torn entry” in a.json" for skip in reading.skips)


def test_the_same_file_makes_the_same_identifiers() -> None:
    """So that importing it twice changes nothing."""
    for name in ("chatgpt.json", "chatbox.json", "openai.jsonl"):
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


def test_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that unpacks to more than the limit is skipped before it is whole in memory. The limit is made small here."""
    monkeypatch.setattr(sources, "LARGEST_DOCUMENT", 1 << 20)
    path = packed(tmp_path / "a.zip", ("bomb.json", b" " * (50 << 20)), ("good.json", b"[]"))
    found = Found()
    assert [document.name for document in sources.documents(path, found)] == ["good.json"]
    assert [(skip.what, skip.why) for skip in found.skips] == [("bomb.json", "unpacked it is larger than 1 MB")]
