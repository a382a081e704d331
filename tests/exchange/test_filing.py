"""The archive folder: only what changed is written, and nothing of anybody else's is touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chatgui.core.errors import StoreError, StoreState
from chatgui.exchange import press
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters import by_name
from chatgui.exchange.filing import INDEX, Filing
from chatgui.exchange.press import OPTIONS, Press
from chatgui.exchange.writing import write_atomically
from tests.exchange.library import answered, asked, conversation


def entry(title: str = "Tides", text: str = "It is the moon.", name: str = "c1") -> Entry:
    made = conversation(asked(), answered(text), title=title)
    made.id = name
    return Entry(made)


def put(folder: Path, mark: str, *entries: Entry, formats: tuple[str, ...] = ("markdown",)) -> list[str]:
    """What was due of these, and is written now."""
    filing = Filing(folder, formats)
    due = filing.due({one.conversation.id: mark for one in entries})
    for one in entries:
        if one.conversation.id in due:
            filing.put(one, mark)
    filing.save()
    return due


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != INDEX)


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    """By the mark, the formats, and whether the files are still there."""
    both = entry(), entry("Sand", name="c2")
    assert put(tmp_path, "1", *both) == ["c1", "c2"]
    assert put(tmp_path, "1", *both) == []
    assert put(tmp_path, "2", both[0]) == ["c1"]
    assert put(tmp_path, "2", both[0], formats=("markdown", "json")) == ["c1"]
    assert names(tmp_path) == ["Sand.md", "Tides.json", "Tides.md"]
    (tmp_path / "Tides.json").unlink()
    assert put(tmp_path, "2", both[0], formats=("markdown", "json")) == ["c1"]
    assert names(tmp_path) == ["Sand.md", "Tides.json", "Tides.md"]


def test_titles_told_apart_and_changed(tmp_path: Path) -> None:
    """A renamed conversation's file is renamed; one with the same title has a number."""
    put(tmp_path, "1", entry(), entry("tides", name="c2"))
    assert names(tmp_path) == ["Tides.md", "tides (2).md"]
    put(tmp_path, "2", entry("Moon"))
    assert names(tmp_path) == ["Moon.md", "tides (2).md"]


def test_files_of_others_are_never_touched(tmp_path: Path) -> None:
    """Neither one that was there nor one that somebody changed; ours goes beside it."""
    (tmp_path / "Tides.md").write_text("mine")
    put(tmp_path, "1", entry())
    assert names(tmp_path) == ["Tides (2).md", "Tides.md"]
    (tmp_path / "Tides (2).md").write_text("my notes")
    put(tmp_path, "2", entry("Tides", "New."))
    assert (tmp_path / "Tides.md").read_text() == "mine"
    assert (tmp_path / "Tides (2).md").read_text() == "my notes"
    assert "New." in (tmp_path / "Tides (3).md").read_text()


def test_what_was_written_before_the_index_was_kept_is_known_again(tmp_path: Path) -> None:
    """An end in the middle makes no second copies; a broken index neither."""
    put(tmp_path, "1", entry())
    for broken in (
        b"",
        b"{",
        b"[]",
        b'{"format":"chatgui-archive","version":1,"conversations":{"c1":{"files":{"markdown":["../x",1,1]}}}}',
    ):
        (tmp_path / INDEX).write_bytes(broken)
        assert put(tmp_path, "1", entry()) == ["c1"]
        assert names(tmp_path) == ["Tides.md"]


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """It is not made anew: it may be a drive that is not connected."""
    with pytest.raises(StoreError, match="is not there"):
        Filing(tmp_path / "gone", ("markdown",))
    assert not (tmp_path / "gone").exists()


def test_a_file_that_is_gone_as_soon_as_it_is_written_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drive may be taken away at any moment."""
    filing = Filing(tmp_path, ("markdown",))

    def lost(path: Path, content: bytes) -> Path:
        written = write_atomically(path, content)
        written.unlink()
        return written

    monkeypatch.setattr("chatgui.exchange.filing.write_atomically", lost)
    with pytest.raises(StoreError, match="Tides"):
        filing.put(entry(), "1")


def test_a_conversation_half_written_is_due_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the second of two files fails."""
    filing = Filing(tmp_path, ("markdown", "json"))

    def full(path: Path, content: bytes) -> Path:
        if path.suffix == ".json":
            raise StoreError(StoreState.DISK_FULL, "The disk is full.")
        return write_atomically(path, content)

    monkeypatch.setattr("chatgui.exchange.filing.write_atomically", full)
    with pytest.raises(StoreError):
        filing.put(entry(), "1")
    monkeypatch.undo()
    filing.save()
    assert put(tmp_path, "1", entry(), formats=("markdown", "json")) == ["c1"]
    assert names(tmp_path) == ["Tides.json", "Tides.md"]


def test_slow_formats_are_made_elsewhere(tmp_path: Path) -> None:
    """The same files as an export makes; with nothing of it in this process."""
    one = entry(text="# Tides\n\n```python\nprint(1)\n```")
    filing = Filing(tmp_path, ("pdf", "docx"))
    assert filing.put(one, "1")
    process = filing._press._process
    assert process is not None
    assert filing.put(entry("Sand", name="c2"), "1")
    assert filing._press._process is process, "one process serves all"
    filing.close()
    assert process.returncode
    assert (tmp_path / "Tides.docx").read_bytes() == by_name("docx").export_entry(one, OPTIONS)
    assert (tmp_path / "Tides.pdf").read_bytes().startswith(b"%PDF")
    assert names(tmp_path) == ["Sand.docx", "Sand.pdf", "Tides.docx", "Tides.pdf"]


@pytest.mark.parametrize("how", ["it dies", "it takes too long"])
def test_what_cannot_be_made_stays_due_and_others_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Nothing is left of it, and nobody waits for ever."""
    filing = Filing(tmp_path, ("pdf",))
    whole = Press._start

    def broken(self: Press) -> subprocess.Popen[bytes]:
        monkeypatch.setattr(Press, "_start", whole)
        code = "input()" if how == "it dies" else "import sys; sys.stdin.read()"  # and never answers
        return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(Press, "_start", broken)
    monkeypatch.setattr(press, "DEADLINE_S", 600 if how == "it dies" else 0.2)
    assert not filing.put(entry(), "1")
    monkeypatch.setattr(press, "DEADLINE_S", 600)
    assert filing.put(entry("Sand", name="c2"), "1")
    assert names(tmp_path) == ["Sand.pdf"]
    assert filing.due({"c1": "1", "c2": "1"}) == ["c1"]
    filing.close()
    assert not filing.put(entry(), "1"), "what is ended stays ended"
