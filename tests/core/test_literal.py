"""Somebody's own words, cut into blocks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgui.core import literal as cutting
from chatgui.core.literal import cut, literal
from chatgui.core.markdown import LONGEST

LINES = (
    "```\n",
    "```py\n",
    "````\n",
    "~~~\n",
    "~~~~ sh\n",
    "  ```\n",
    "    ```\n",
    "``` a`b\n",
    "words\n",
    "\n",
    "``` \n",
    "*a*",
)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.markdown) for one in literal(text)]


def test_words_are_as_typed_and_fenced_code_is_code() -> None:
    assert kinds("See *this*:\n\n```py\nx = 1\n```\n\nSo?\n") == [
        ("plain", "See *this*:\n\n"), ("code", "```py\nx = 1\n```\n"), ("plain", "\nSo?\n"),
    ]  # fmt: skip
    assert literal("~~~~ sh\n~~~\n~~~~")[0].info == "sh"
    assert kinds("\n\n```\na\n```") == [("code", "\n\n```\na\n```")]
    assert kinds("```\nnever closed") == [("plain", "```\nnever closed")]
    assert kinds("````\n```\n") == [("plain", "````\n```\n")]
    assert kinds(" \n\n") == []


@given(st.lists(st.sampled_from(LINES), max_size=20).map("".join))
@settings(max_examples=300, deadline=None)
def test_joined_they_are_the_text(text: str) -> None:
    joined = "".join(one.markdown for one in literal(text))
    assert text.startswith(joined)
    assert not text[len(joined) :].strip()
    for one in literal(text):
        if one.kind == "code":
            (node,) = one.nodes()
            assert type(node).__name__ == "Code"


@pytest.mark.parametrize(
    "text", ["```a\n" * 40_000, "".join("`" * n + "a\n" for n in range(2_000, 3, -1)), "```\n" * 40_000]
)
def test_fences_without_end_are_gone_through_once(text: str) -> None:
    began = time.thread_time()
    literal(text)
    assert time.thread_time() - began < 1.0  # it took half a minute


def test_what_is_long_is_cut_and_a_step_does_a_little() -> None:
    text = "a line of words\n" * 20_000
    made = literal(text)
    assert {(one.kind, one.info) for one in made} == {("long", "plain")}
    assert [one.first for one in made] == [True] + [False] * (len(made) - 1)
    assert max(len(one.markdown) for one in made) <= LONGEST
    assert all(len(some) <= 1 for some in cut(text))


def test_behind_very_many_fences_everything_is_as_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MOST", 4)
    text = "```\na\n```\n" * 5
    assert [kind for kind, _ in kinds(text)] == ["code", "code", "plain"]
