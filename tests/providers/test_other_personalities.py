"""The demo's other personalities through the real client: broken streams, slow thinkers, tool calls, long answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatgui.core.delta import Alive, TextDelta
from chatgui.core.errors import ChatError, Kind
from tests.providers.told import Told, meant, systems

KEPT = "The words I know are"  # said well before the middle, where the stream breaks


async def ask(name: str, prompt: str, **more: object) -> Told:
    """What the personality tells."""
    async with systems() as one:
        return await one.ask(name, prompt, **more)  # type: ignore[arg-type]  # parameters are any JSON


@pytest.mark.parametrize("word", ["drop", "cut", "reset"])
async def test_a_stream_that_breaks_is_interrupted_and_what_came_is_kept(word: str) -> None:
    told = await ask("broken", word, reasoning_effort="off")
    assert told.error
    assert told.error.kind is Kind.INTERRUPTED
    assert word == "reset" or KEPT in told.text  # a reset may overtake what was sent before it
    assert "the tour goes on with" not in told.text


async def test_a_stream_that_falls_silent_can_be_left() -> None:
    async with systems() as one:
        told = await one.ask("broken", "stall", until=TextDelta)
    assert told.error is None
    assert told.text


async def test_garbage_between_the_words_does_not_touch_them() -> None:
    told = await ask("broken", "garbage")
    assert told.error is None
    assert told.text.endswith("the tour goes on with the keyboard.\n")
    assert told.finish == ["stop"]


@pytest.mark.parametrize("word", ["empty", "html"])
async def test_no_answer_is_never_an_empty_answer(word: str) -> None:
    told = await ask("broken", word)
    assert isinstance(told.error, ChatError)
    assert "<" not in told.error.message
    assert told.text == ""


async def test_signs_of_life_are_told_before_the_first_word() -> None:
    told = await ask("slow", "think 5 s")
    kinds = [type(delta) for delta in told.deltas]
    assert Alive in kinds[: kinds.index(TextDelta)]
    assert told.error is None


async def test_tool_calls_are_put_together() -> None:
    told = await ask("tools", "Berlin")
    assert [(call.name, call.arguments) for call in told.reply.calls] == [
        ("count_words", '{"text": "Berlin"}'),
        ("look_at_clock", "{}"),
    ]
    assert told.finish == ["tool_calls"]


@pytest.mark.parametrize(
    ("name", "prompt", "length"),
    [
        ("long", "100 kB", lambda text: len(text) > 100_000),
        ("chatter", "9000 deltas", lambda text: text.count("of 9000") > 600),
    ],
)
async def test_much_text_comes_whole(name: str, prompt: str, length: Callable[[str], bool]) -> None:
    told = await ask(name, prompt, reasoning_effort="off")
    assert told.text == meant(name, prompt, reasoning_effort="off").answer
    assert length(told.text)


async def test_any_characters_come_back_as_they_were_sent() -> None:
    prompt = "Grüße, 你好, 🏳️‍🌈, \u2028 \u0085 \x0b, e\u0301, \U0001f600 and \\ud83d"
    told = await ask("demo", prompt)
    assert f"> {prompt}\n" in told.text
