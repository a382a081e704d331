"""File names from titles (row 135)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgui.exchange.names import LONGEST, safe_name
from tests.exchange.library import patient

TABLE = [
    ("Tides", "Tides.md"),
    ("a/b\\c:d*e?f\"g<h>i|j", "a b c d e f g h i j.md"),
    ("..", "Conversation.md"),
    ("../../etc/passwd", "etc passwd.md"),
    (".hidden", "hidden.md"),
    ("trailing dots...", "trailing dots.md"),
    ("trailing space ", "trailing space.md"),
    ("", "Conversation.md"),
    ("   ", "Conversation.md"),
    ("CON", "Conversation CON.md"),
    ("nul", "Conversation nul.md"),
    ("com1.txt", "Conversation com1.txt.md"),
    ("LPT9", "Conversation LPT9.md"),
    ("console", "console.md"),
    ("😀🎉", "Conversation.md"),
    ("Ünïcödé", "Unicode.md"),
    ("你好 世界", "你好 世界.md"),
    ("مرحبا", "مرحبا.md"),
    ("नमस्ते", "नमस्ते.md"),
    ("\u202egnp.exe", "gnp.exe.md"),
    ("a\u200bb", "a b.md"),
    ("line\nbreak\ttab", "line break tab.md"),
    ("\x00\x1b[31m", "31m.md"),
    ("\ud83d lone", "lone.md"),
    ("~/.ssh/id", ".ssh id.md".lstrip(".")),
    ("%s %d {x} $(y) `z`", "s d x (y) z.md"),
    ("-rf", "-rf.md"),
    ("what? why!", "what why.md"),
    ("½ and x²", "1 and x2.md"),
    ("aux.c", "Conversation aux.c.md"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "name"), TABLE)
def test_names(title: str, name: str) -> None:
    """What titles become."""
    assert safe_name(title, ".md") == name


@patient
@given(st.text(max_size=400), st.sampled_from([".md", ".json", ".html", ".pdf", ".txt"]))
def test_every_title_makes_a_name_every_system_takes(title: str, suffix: str) -> None:
    """Short, without separators, hidden-file dots or stripped ends; the suffix is never lost."""
    name = safe_name(title, suffix)
    assert name.endswith(suffix)
    assert len(name.encode()) <= LONGEST
    assert not set(name) & set('/\\:*?"<>|\0\n\r\t')
    assert not name.startswith((".", " "))
    assert not name.removesuffix(suffix).endswith((".", " "))


def test_the_same_title_twice_is_counted() -> None:
    """Whatever its capitals: some file systems do not tell them apart."""
    taken: set[str] = set()
    for expected in ("Tides.md", "TIDES (2).md", "tides (3).md"):
        name = safe_name(expected.split(" ")[0].removesuffix(".md"), ".md", taken)
        assert name == expected
        taken.add(name.lower())


def test_a_long_title_keeps_its_counter_and_suffix() -> None:
    """Also with wide letters, cut between two of them."""
    first = safe_name("你" * 300, ".json")
    second = safe_name("你" * 300, ".json", {first.lower()})
    assert second.endswith("你 (2).json")
    assert len(second.encode()) <= LONGEST
