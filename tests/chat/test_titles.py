"""Titles are made here, from the first words, and are always one plain line."""

from __future__ import annotations

import pytest

from chatgui.chat.titles import LONGEST, UNTITLED, title_from


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("How do tides work?", "How do tides work?"),
        ("How do tides work? And why twice a day?", "How do tides work?"),
        ("# Heading\n\nbody", "Heading body"),
        ("**Bold** and `code`", "Bold and code"),
        ("see [the docs](http://example.org/very/long)", "see the docs"),
        ("   \n\t ", UNTITLED),
        ("", UNTITLED),
        ("潮汐是怎么形成的？请详细说明。", "潮汐是怎么形成的？请详细说明"),
        ("line one\nline two", "line one line two"),
        ("evil\u202egnp.exe", "evil gnp.exe"),
        ("```python\nprint(1)\n```", "```python print(1) ```"),
    ],
)
def test_title_is_the_first_words_in_one_plain_line(said: str, title: str) -> None:
    assert title_from(said) == title


def test_a_long_title_is_cut_at_a_word_and_says_so() -> None:
    title = title_from("word " * 100)
    assert len(title) <= LONGEST
    assert title.endswith("word…")


def test_a_megabyte_is_no_slower_than_a_sentence() -> None:
    assert len(title_from("x" * 10_000_000)) <= LONGEST
