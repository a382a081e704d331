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


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("What is C#?", "What is C#?"),
        ("Is a > b && snake_case true?", "Is a > b && snake_case true?"),
        ("## A **bold** and _slanted_ *start*", "A bold and slanted start"),
        ("> quoted\n> again", "quoted again"),
        ("- one\n- two", "one two"),
        ("Use `f(x)` and ![a picture](x.png) of [it](http://x)", "Use f(x) and a picture of it"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_only_marks_of_markdown_are_left_out(text: str, title: str) -> None:
    assert title_from(text) == title
