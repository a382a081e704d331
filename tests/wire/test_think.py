"""Reasoning tags inside the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgui.wire.think import TAGS, Splitter


def split(*pieces: str, unopened: bool = False) -> tuple[str, str]:
    """(reasoning, answer)."""
    splitter = Splitter(unopened=unopened)
    found = [one for piece in pieces for one in splitter.feed(piece)] + splitter.end()
    assert all(text for _, text in found)
    return "".join(text for inside, text in found if inside), "".join(text for inside, text in found if not inside)


@pytest.mark.parametrize(("opening", "closing"), TAGS)
def test_every_tag_divides_wherever_it_is_cut(opening: str, closing: str) -> None:
    whole = f"\n{opening}hm < a{closing[:-1]}x{closing}\n\nAnswer"
    expected = (f"hm < a{closing[:-1]}x", "\n\nAnswer")
    assert split(whole) == expected
    assert split(*whole) == expected
    for cut in range(len(whole)):
        assert split(whole[:cut], whole[cut:]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ("", "plain")),
        ("a <think>b</think>", ("", "a <think>b</think>")),
        ("```\n<think>\n```", ("", "```\n<think>\n```")),
        ("<think>cut by the limit", ("cut by the limit", "")),
        ("<think></think>x", ("", "x")),
        ("<thi", ("", "<thi")),
        ("<table>", ("", "<table>")),
        (" \n", ("", " \n")),
        ("</think>x", ("", "</think>x")),
    ],
)
def test_only_a_tag_that_opens_the_answer_counts(text: str, expected: tuple[str, str]) -> None:
    assert split(text) == expected
    assert split(*text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hm</think>\nAnswer", ("hm", "\nAnswer")),
        ("<think>hm</think>Answer", ("hm", "Answer")),
        ("never closed", ("never closed", "")),
        ("\nhm</thinking>A", ("\nhm", "A")),
    ],
)
def test_a_swallowed_opening_tag_is_understood_where_the_account_says_so(text: str, expected: tuple[str, str]) -> None:
    assert split(text, unopened=True) == expected
    assert split(*text, unopened=True) == expected


def test_a_beginning_of_a_tag_is_held_back_only_while_it_may_be_one() -> None:
    splitter = Splitter()
    assert splitter.feed("<thi") == []
    assert splitter.feed("s is text") == [(False, "<this is text")]
    assert splitter.settled


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<", "</", "think>", "a", "\n", " "]), max_size=12), st.booleans()
)
def test_nothing_is_lost_and_cuts_do_not_matter(pieces: list[str], unopened: bool) -> None:
    whole = "".join(pieces)
    assert split(*pieces, unopened=unopened) == split(whole, unopened=unopened)
