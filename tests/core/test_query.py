"""What is typed into the search becomes words and conditions; what is no condition stays words."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from chatgui.core.query import Query, condition, parse, with_condition

TODAY = date(2026, 5, 20)


def day(*numbers: int) -> datetime:
    return datetime(*numbers).astimezone()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("how do tides", Query("how do tides")),
        ("role:user tides", Query("tides", role="user")),
        ("tides Role:Me", Query("tides", role="user")),
        ("role:assistant has:code x", Query("x", role="assistant", has_code=True)),
        ("model:gpt-4o account:Work", Query(model="gpt-4o", account="Work")),
        ('folder:"My trip" boat', Query("boat", folder="My trip")),
        ('folder:"" boat', Query("boat", folder="")),
        ("tag:日本 match:words", Query(tag="日本", whole_words=True)),
        ("after:2026-05", Query(since=day(2026, 5, 1))),
        ("before:2026-02-03", Query(until=day(2026, 2, 3))),
        ("on:2025", Query(since=day(2025, 1, 1), until=day(2026, 1, 1))),
        ("on:2025-12", Query(since=day(2025, 12, 1), until=day(2026, 1, 1))),
        ("on:yesterday", Query(since=day(2026, 5, 19), until=day(2026, 5, 20))),
        ("after:7d", Query(since=day(2026, 5, 13))),
        # no conditions
        ("role:nobody", Query("role:nobody")),
        ("after:spring on:2026-13 has:wings", Query("after:spring on:2026-13 has:wings")),
        ("https://example.com a:b", Query("https://example.com a:b")),
        ('"role:user tides"', Query('"role:user tides"')),
        ('say "a role:user b" now', Query('say "a role:user b" now')),
        ("tag:", Query("tag:")),
        ("", Query()),
    ],
)
def test_a_query_is_read(typed: str, query: Query) -> None:
    assert parse(typed, TODAY) == query


def test_nothing_asked_is_empty_whatever_the_manner() -> None:
    assert parse("match:words").empty
    assert not parse("tag:a").empty


@pytest.mark.parametrize("value", ["big", "My trip", "", "x:y"])
def test_a_condition_is_read_as_it_was_written(value: str) -> None:
    assert parse(condition("folder", value)).folder == value


def test_a_condition_takes_the_place_of_the_one_before() -> None:
    assert with_condition('tides folder:"My trip" role:user', "folder:Home") == "folder:Home tides role:user"
