"""Blocks too long for one piece: cut by the text alone, however it comes, and nothing of it is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgui.core import markdown
from chatgui.core.markdown import LONGEST, LONGEST_TABLE, Splitter, blocks, document
from chatgui.core.nodes import Paragraph
from chatgui.core.starts import Start, top_level
from tests.core.test_markdown import documents

LIMITS = {"LONGEST": 60, "LONGEST_TABLE": 120, "CHUNK": 16, "SHORT": 8}
LONG = {
    "words": "word " * 60_000,
    "one word": "a" * 300_000,
    "lines": "some words in a line\n" * 15_000,
    "a table": "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 30_000,
    "a quote": "> said\n" * 40_000,
    "quotes in quotes": ">" * 200_000,
    "an item": "- a\n" + "  b\n" * 60_000,
    "definitions": "".join(f"[{n}]: /u\n" for n in range(20_000)),
    "empty lines": "a\n" + "\n" * 200_000 + "b",
    "nothing but empty lines": "\n" * 200_000,
    "indented": "    code\n" * 30_000,
    "HTML": "<div>\n" + "<p>a</p>\n" * 20_000,
    "a formula's line": "$$x$$ " + "a" * 200_000,
    "a fence's line": "```" + "a" * 200_000 + "\ncode\n```\n",
}


def fed(text: str, sizes: list[int]) -> list[markdown.Source]:
    """What comes of feeding `text` in pieces of these sizes, over and over."""
    splitter, at, turn = Splitter(), 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        splitter.feed(text[at : at + size])
        at, turn = at + size, turn + 1
    splitter.end()
    return splitter.closed


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long block is a few lines."""
    for name, value in LIMITS.items():
        monkeypatch.setattr(markdown, name, value)


@given(st.lists(documents, min_size=1, max_size=3).map("".join), st.lists(st.integers(1, 40), min_size=1, max_size=20))
@settings(max_examples=500, deadline=None)
def test_it_is_cut_alike_however_it_comes(text: str, sizes: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LIMITS.items():
            patch.setattr(markdown, name, value)
        whole = blocks(text)
        assert fed(text, sizes) == whole
    if text.strip():
        assert "".join(one.markdown for one in whole) == text


@pytest.mark.parametrize("name", LONG)
def test_no_block_is_longer_than_it_may_be(name: str) -> None:
    text = LONG[name]
    whole = blocks(text)
    assert "".join(one.markdown for one in whole) == text
    assert max(len(one.markdown) for one in whole) <= LONGEST_TABLE
    assert all(len(one.markdown) <= LONGEST for one in whole if one.kind not in {"table", "definitions"})
    chance = random.Random(1)
    assert fed(text, [chance.randrange(1, 40_000) for _ in range(20)]) == whole


def test_pieces_know_what_they_are_of_and_what_follows_is_itself_again() -> None:
    text = "# Head\n\n" + "words of a line\n" * 10_000 + "\n- one\n- two\n"
    kinds = [(one.kind, one.info, one.first) for one in blocks(text)]
    assert kinds[:2] == [("heading", "", False), ("long", "paragraph", True)]
    assert kinds[2:-2] == [("long", "paragraph", False)] * len(kinds[2:-2])
    assert kinds[-2:] == [("item", "", True), ("item", "", False)]
    assert blocks("word " * 11_000)[0].kind == "paragraph"


def test_what_is_written_elsewhere_is_not_cut() -> None:
    (node,) = document("word " * 60_000)
    assert isinstance(node, Paragraph)


@pytest.mark.usefixtures("small")
def test_a_step_parses_no_more_than_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []

    def counted(text: str, carried: Start | None) -> Iterator[tuple[int, int, Start]]:
        parsed.append(len(text))
        return top_level(text, carried)

    monkeypatch.setattr(markdown, "top_level", counted)
    for text in LONG.values():
        blocks(text[:4_000])
    assert max(parsed) <= LIMITS["LONGEST_TABLE"] + LIMITS["CHUNK"]
