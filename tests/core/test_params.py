"""What can be a parameter, and what cannot, in words."""

from __future__ import annotations

from typing import Any

import pytest

from chatgui.core.params import BY_NAME, PARAMETERS, read_extra, refusal, refusals

FINE: list[tuple[str, Any]] = [
    ("temperature", 0), ("temperature", 2.0), ("temperature", None), ("top_p", 1), ("max_tokens", 1), ("seed", -5),
    ("stop", "END"), ("stop", ["a", "b"]), ("presence_penalty", -2), ("reasoning_effort", "low"),
    ("reasoning_effort", "ultra"), ("top_k", 40), ("min_p", 0.1), ("response_format", {"type": "json_object"}),
    ("vendor_flag", True), ("demo_pace", 0), ("max_completion_tokens", 5),
]  # fmt: skip
WRONG: list[tuple[str, Any, str]] = [
    ("temperature", 2.1, "between 0 and 2"),
    ("temperature", "hot", "must be a number"),
    ("temperature", True, "must be a number"),
    ("temperature", float("nan"), "must be a number"),
    ("top_p", -0.1, "between 0 and 1"),
    ("max_tokens", 0, "at least 1"),
    ("max_tokens", 1.5, "whole number"),
    ("seed", "x", "whole number"),
    ("stop", ["a"] * 5, "four texts at most"),
    ("stop", [1], "must be a text"),
    ("stop", "", "must be a text"),
    ("reasoning_effort", 3, "must be one word"),
    ("temprature", 1, "Did you mean “temperature”?"),
    ("Temperature", 1, "Did you mean “temperature”?"),
    ("model", "x", "model picker"),
    ("messages", [], "conversation’s"),
    ("stream", False, "program"),
    ("", 1, "no spaces"),
    ("top p", 1, "no spaces"),
    ("vendor_flag", object(), "JSON"),
    ("vendor_flag", float("inf"), "JSON"),
]


@pytest.mark.parametrize(("name", "value"), FINE)
def test_what_can_be(name: str, value: Any) -> None:
    assert refusal(name, value) == ""


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_what_cannot_be(name: str, value: Any, words: str) -> None:
    assert words in refusal(name, value)
    assert words in refusals({"seed": 1, name: value})


def test_each_row_explains_itself() -> None:
    assert len(BY_NAME) == len(PARAMETERS)
    for one in PARAMETERS:
        assert one.title
        assert one.words.endswith((".", "most."))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1, column 2"),
        ("[1]", "must be an object"),
        ("7", "must be an object"),
        ('{"a": NaN}', "no JSON"),
        ('{"messages": []}', "“messages”"),
        ('{"a":' * 60 + "1" + "}" * 60, "nested too deeply"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_extra_json_that_cannot_be_says_why(text: str, words: str) -> None:
    value, said = read_extra(text)
    assert value == {}
    assert words in said


def test_extra_json_that_can_be() -> None:
    assert read_extra("  ") == ({}, "")
    assert read_extra('{"top_k": 40, "stream_options": null}') == ({"top_k": 40, "stream_options": None}, "")
