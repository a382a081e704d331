"""What providers say, in every shape known, however it is cut."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgui.core.delta import (
    Alive,
    Citations,
    ErrorDelta,
    ImageDelta,
    ModelDelta,
    OpaqueReasoning,
    RefusalDelta,
    UsageDelta,
)
from chatgui.core.errors import ProtocolError
from chatgui.wire.answer import Answer
from tests.wire.reading import HOST, Read, chunk, read, stream
from tests.wire.shapes import SHAPES, STOP, Shape


def check(shape: Shape, found: Read) -> None:
    assert (found.text, found.reasoning, found.reply.finish_reason) == (shape.text, shape.reasoning, shape.finish)
    assert tuple((one.id, one.name, one.arguments) for one in found.reply.calls) == shape.calls
    assert shape.kinds is None or found.kinds() == shape.kinds
    failures = [one.failure for one in found.deltas if isinstance(one, ErrorDelta)]
    assert [one.message for one in failures] == ([shape.failed] if shape.failed else [])
    assert (found.error.code if found.error else "") == shape.raises
    if found.error:
        assert HOST in found.error.message or found.error.code in ("content_filter", "empty_length")


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_shape(shape: Shape) -> None:
    check(shape, read(shape.body, **shape.options))


@pytest.mark.parametrize("end", ["\n", "\r\n\r\n", "\r\r"])
@pytest.mark.parametrize("shape", [one for one in SHAPES if one.body.startswith(b"data: {")], ids=lambda one: one.name)
def test_shape_with_other_line_ends(shape: Shape, end: str) -> None:
    if end == "\n" and shape.name in ("[DONE] in another dress", "error without framing", "prose as data"):
        pytest.skip("needs its blank lines")
    check(shape, read(shape.body.replace(b"\n\n", end.encode()), **shape.options))


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_shape_cut_everywhere(shape: Shape) -> None:
    whole = read(shape.body, **shape.options)
    size = len(shape.body)
    for sizes in ([1] * size, *([cut, size - cut] for cut in range(size))):
        found = read(shape.body, sizes, **shape.options)
        assert found.deltas == whole.deltas
        assert repr(found.error) == repr(whole.error)


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_the_shortcut_for_common_chunks_changes_nothing(shape: Shape) -> None:
    assert (
        read(shape.body, **shape.options).deltas == read(shape.body, mend=lambda chunk: chunk, **shape.options).deltas
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4), st.integers(0, 2**32))
def test_any_mixture_of_shapes_is_read_the_same_at_any_cut(shapes: list[Shape], seed: int) -> None:
    body = b"".join(shape.body.replace(b"data: [DONE]\n\n", b"") for shape in shapes)
    chance = random.Random(seed)
    sizes: list[int] = []
    while sum(sizes) < len(body):
        sizes.append(chance.choice((0, 1, 2, 3, 7, 50, 400)))
    assert read(body, sizes).deltas == read(body).deltas


def test_a_refusal_is_an_answer() -> None:
    found = read(stream(chunk({"refusal": "I "}), chunk({"refusal": "can’t."}), STOP))
    assert [one.text for one in found.deltas if isinstance(one, RefusalDelta)] == ["I ", "can’t."]
    assert found.error is None


def test_images_in_deltas_and_parts() -> None:
    url = "data:image/png;base64,AAAA"
    found = read(stream(
        chunk({"images": [{"type": "image_url", "image_url": {"url": url}}, 3, {"b64_json": "BBBB"}]}),
        chunk({"content": [{"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}]}), STOP,
    ))  # fmt: skip
    assert [one.url for one in found.deltas if isinstance(one, ImageDelta)] == [
        url,
        "data:image/png;base64,BBBB",
        "https://x.test/a.png",
    ]


@pytest.mark.parametrize(
    "body",
    [
        stream(chunk({"annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.test", "title": "A"}}]}), chunk({"content": "x"}), STOP),
        stream({**chunk({"content": "x"}), "citations": ["https://a.test"], "search_results": [{"url": "https://a.test", "title": "A"}]},
               {**chunk({"content": "y"}), "search_results": [{"url": "https://a.test", "title": "A"}]}, STOP),
    ],
)  # fmt: skip
def test_citations_come_once(body: bytes) -> None:
    assert [one for one in read(body).deltas if isinstance(one, Citations)] == [Citations((("https://a.test", "A"),))]


def test_citations_are_web_addresses_only() -> None:
    found = read(
        stream({**chunk({"content": "x"}), "citations": ["javascript:alert(1)", "file:///etc/passwd", 3, None]}, STOP)
    )
    assert not any(isinstance(one, Citations) for one in found.deltas)


def test_reasoning_details_come_back_whole_when_they_hold_more_than_text() -> None:
    found = read(stream(
        chunk({"reasoning": "h", "reasoning_details": [{"type": "reasoning.text", "text": "h", "index": 0, "format": "f"}]}),
        chunk({"reasoning": "m", "reasoning_details": [{"type": "reasoning.text", "text": "m", "index": 0}]}),
        chunk({"reasoning_details": [{"type": "reasoning.text", "signature": "sig", "index": 0}]}),
        chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "AAAA", "index": 1}]}), chunk({"content": "x"}), STOP,
    ))  # fmt: skip
    assert found.reasoning == "hm"
    assert [one for one in found.deltas if isinstance(one, OpaqueReasoning)] == [
        OpaqueReasoning((
            {"type": "reasoning.text", "text": "hm", "index": 0, "format": "f", "signature": "sig"},
            {"type": "reasoning.encrypted", "data": "AAAA", "index": 1},
        ))
    ]  # fmt: skip


def test_hidden_reasoning_is_no_empty_answer() -> None:
    found = read(stream(chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "AAAA"}]}), STOP))
    assert found.error is None
    assert found.reply.parts


def test_the_model_that_answers_is_told_once() -> None:
    found = read(
        stream(
            {**chunk(), "model": ""},
            {**chunk({"content": "a"}), "model": "m-1"},
            {**chunk({"content": "b"}), "model": "m-1"},
            STOP,
        )
    )
    assert [one.model for one in found.deltas if isinstance(one, ModelDelta)] == ["m-1"]


def test_usage_is_told_when_it_changes_and_never_added_up() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 1}
    found = read(stream(
        {**chunk({"content": "a"}), "usage": usage}, {**chunk({"content": "b"}), "usage": usage},
        {**STOP, "usage": {"prompt_tokens": None, "completion_tokens": 2, "total_tokens": 5}}, {"choices": [], "usage": None},
    ))  # fmt: skip
    told = [one.usage for one in found.deltas if isinstance(one, UsageDelta)]
    assert [one.completion_tokens for one in told] == [1, 2]
    assert (told[-1].prompt_tokens, told[-1].total_tokens) == (3, 5)
    assert told[-1].raw == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


@pytest.mark.parametrize("place", ["x_groq", "choice"])
def test_usage_elsewhere_counts_where_the_usual_place_is_empty(place: str) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    last = (
        {**STOP, "x_groq": {"usage": usage}}
        if place == "x_groq"
        else {"choices": [{"delta": {}, "finish_reason": "stop", "usage": usage}]}
    )
    assert read(stream(chunk({"content": "a"}), last)).reply.usage.completion_tokens == 2


def test_speed_beside_usage() -> None:
    found = read(
        stream(
            chunk({"content": "a"}),
            {**STOP, "usage": {"completion_tokens": 2, "prompt_tokens": 1}, "timings": {"predicted_per_second": 41.5}},
        )
    )
    assert found.reply.usage.tokens_per_second == 41.5


@pytest.mark.parametrize(
    "event",
    ["[" * 100_000, '{"choices":' + "9" * 5000 + "}", '{"a":NaN}', '{"choices":[{"delta":{"content":"x"', "{'a': 1}", '{"a":1}}', '"\\ud800"', "\\"],
    ids=["deep", "digits", "nan", "cut", "quotes", "surplus", "surrogate", "slash"],
)  # fmt: skip
def test_an_event_that_makes_no_sense_is_skipped(event: str) -> None:
    found = read(stream(chunk({"content": "a"}), event, chunk({"content": "b"}), STOP))
    assert found.text == "ab"
    assert found.error is None


def test_too_many_senseless_events_end_it() -> None:
    with pytest.raises(ProtocolError) as caught:
        read(stream(chunk({"content": "a"}), *["nonsense"] * 30))
    assert caught.value.code == "not_understood"


def test_an_endless_answer_ends() -> None:
    answer = Answer(HOST)
    piece = stream(chunk({"content": "x" * (1 << 20)}), done=False)
    for _ in range(32):
        answer.feed(piece)
    with pytest.raises(ProtocolError) as caught:
        answer.feed(piece)
    assert caught.value.code == "endless"


def test_signs_of_life_are_told_until_something_is_said() -> None:
    answer = Answer(HOST)
    assert answer.feed(b": keep-alive\n\n") == [Alive()]
    assert answer.feed(stream(chunk({"role": "assistant", "content": ""}), done=False)) == [Alive()]
    answer.feed(stream(chunk({"content": "a"}), done=False))
    assert answer.feed(b": keep-alive\n\n") == []


def test_json_lines_are_read_as_they_come() -> None:
    answer = Answer(HOST)
    assert answer.feed(json.dumps(chunk({"content": "a"})).encode() + b"\n") != []
