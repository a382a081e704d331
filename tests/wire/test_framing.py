"""Server-sent events out of bytes, however they are cut."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgui.core.errors import ProtocolError
from chatgui.wire.framing import MAX_EVENT, MAX_STRAY, Event, Framer


def frame(*pieces: bytes) -> list[tuple[str, bytes]]:
    """The events of these reads, as (name, data)."""
    framer = Framer()
    events = [event for piece in pieces for event in framer.feed(piece)] + framer.end()
    return [(event.name, event.data) for event in events]


def data(*values: bytes) -> list[tuple[str, bytes]]:
    return [("", value) for value in values]


CASES = [
    ("LF", b"data: a\n\ndata: b\n\n", data(b"a", b"b")),
    ("CRLF", b"data: a\r\n\r\ndata: b\r\n\r\n", data(b"a", b"b")),
    ("CR", b"data: a\r\rdata: b\r\r", data(b"a", b"b")),
    ("mixed", b"data: a\r\n\ndata: b\n\rdata: c\r\r\n", data(b"a", b"b", b"c")),
    ("byte-order mark", b"\xef\xbb\xbfdata: a\n\n", data(b"a")),
    ("a second byte-order mark is part of a field's name", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", data(b"b")),
    ("no space", b"data:a\n\n", data(b"a")),
    ("only one space goes", b"data:  a\n\n", data(b" a")),
    ("comments", b": hello\n\n:\n\ndata: a\n\n", data(b"a")),
    ("several data lines", b"data: {\ndata: }\n\n", data(b"{\n}")),
    ("named", b"event: error\ndata: a\n\n", [("error", b"a")]),
    ("a name lasts for one event", b"event: ping\ndata: a\n\ndata: b\n\n", [("ping", b"a"), ("", b"b")]),
    ("a name behind the data", b"data: a\nevent: ping\n\n", [("ping", b"a")]),
    ("name without data", b"event: ping\n\ndata: a\n\n", data(b"a")),
    ("retry and id alone", b"retry: 1\n\nid: 2\n\ndata: a\n\n", data(b"a")),
    ("empty data", b"data\n\ndata:\n\n", data(b"", b"")),
    ("a field named error", b'error: {"message":"no"}\n\n', [("error", b'{"message":"no"}')]),
    ("unterminated whole JSON", b'data: {"a":1}\n\ndata: {"a":2}', data(b'{"a":1}', b'{"a":2}')),
    ("unterminated end mark", b'data: {"a":1}\n\ndata: [DONE]', data(b'{"a":1}', b"[DONE]")),
    ("unterminated half JSON is dropped", b'data: {"a":1}\n\ndata: {"a":', data(b'{"a":1}')),
    ("one newline", b'data: {"a":1}\ndata: {"a":2}\ndata: [DONE]\n', data(b'{"a":1}', b'{"a":2}', b"[DONE]")),
    ("one newline with a name", b'data: {"a":1}\nevent: error\ndata: {"b":1}\ndata: [DONE]\n',
     [("", b'{"a":1}'), ("error", b'{"b":1}'), ("", b"[DONE]")]),
    ("one newline, a bad line among them", b'data: {"a":1}\ndata: {"a":2}\ndata: x\ndata: {"a":3}\n', data(b'{"a":1}', b'{"a":2}', b"x", b'{"a":3}')),
    ("pretty-printed JSON stays one event", b'data: {\ndata:  "a": 1\ndata: }\n\n', data(b'{\n "a": 1\n}')),
    ("U+2028 and U+0085 end no line", "data: a\u2028b\u0085c\n\n".encode(), data("a\u2028b\u0085c".encode())),
    ("VT and FS end no line", b"data: a\x0bb\x1cc\n\n", data(b"a\x0bb\x1cc")),
]  # fmt: skip


@pytest.mark.parametrize(("body", "events"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_body_gives_its_events_at_any_cut(body: bytes, events: list[tuple[str, bytes]]) -> None:
    assert frame(body) == events
    assert frame(*(body[i : i + 1] for i in range(len(body)))) == events
    for cut in range(len(body)):
        assert frame(body[:cut], b"", body[cut:]) == events


def test_the_standard_s_own_cases(shared: Path) -> None:
    cases = json.loads((shared / "streams" / "sse_cases.json").read_text())
    assert len(cases) > 50
    for case in cases:
        body = base64.b64decode(case["input_b64"])
        expected = case.get("events_lenient", case["events"])
        wanted = [("" if one["event"] == "message" else one["event"], one["data"]) for one in expected]
        recorded = [base64.b64decode(piece) for piece in case.get("chunks_b64", ())]
        every_cut = [(body[:cut], body[cut:]) for cut in range(len(body))] if len(body) < 300 else []
        for pieces in ((body,), tuple(recorded) or (body,), *every_cut):
            assert [(name, value.decode()) for name, value in frame(*pieces)] == wanted, case["name"]


def test_comments_and_dataless_events_are_counted_as_signs_of_life() -> None:
    framer = Framer()
    framer.feed(b": one\n\n: two\n\nevent: ping\n\n")
    assert framer.comments == 3


def test_lines_that_are_no_fields_are_kept_up_to_a_bound() -> None:
    framer = Framer()
    framer.feed(b'{"error":"no"}\n')
    assert framer.stray == b'{"error":"no"}\n'
    framer.feed(b"x" * MAX_STRAY + b"\n")
    framer.feed(b"more\n")
    assert len(framer.stray) <= MAX_STRAY + 1


def test_one_newline_events_come_as_their_line_ends() -> None:
    framer = Framer()
    framer.feed(b'data: {"a":1}\ndata: {"a":2}\n')
    assert framer.feed(b'data: {"a":3}\n') == [Event(b'{"a":3}')]


def test_crlf_cut_in_two_is_one_line_end() -> None:
    framer = Framer()
    assert framer.feed(b"data: a\r") == []
    assert framer.feed(b"\n") == []
    assert framer.feed(b"\r") == [Event(b"a")]
    assert framer.feed(b"\ndata: b\n\n") == [Event(b"b")]


@pytest.mark.parametrize("start", [b"data: ", b"data: x\ndata: ", b":", b"zzz"])
def test_an_event_without_end_is_an_error(start: bytes) -> None:
    framer = Framer()
    framer.feed(start)
    for _ in range(MAX_EVENT // 65536 - 1):
        framer.feed(b"x" * 65536)
    with pytest.raises(ProtocolError) as caught:
        framer.feed(b"x" * 65536 * 2)
    assert caught.value.code == "oversized_event"


def test_many_lines_of_one_event_are_bounded_too() -> None:
    framer = Framer()
    line = b"data: " + b"x" * 60000 + b"\n"
    for _ in range(MAX_EVENT // 60000 - 1):
        framer.feed(line)
    with pytest.raises(ProtocolError):
        framer.feed(line * 2)


def test_a_large_event_costs_its_length() -> None:
    body = b"data: " + b"x" * (8 << 20) + b"\n\n"
    started = time.process_time()
    events = [event for start in range(0, len(body), 1024) for event in _feed_one(body[start : start + 1024])]
    assert len(events) == 1
    assert len(events[0].data) == 8 << 20
    assert time.process_time() - started < 2.0  # quadratic joining would take minutes


def test_very_many_lines_of_one_event_cost_their_length() -> None:
    framer = Framer()
    started = time.process_time()
    for _ in range(300):
        framer.feed(b'data: {"a": [{}]}x\n' * 1000)
    assert len(framer.end()) == 1
    assert time.process_time() - started < 3.0


_large = Framer()


def _feed_one(piece: bytes) -> list[Event]:
    return _large.feed(piece)


ALPHABET = st.sampled_from([b"data: ", b"data", b":", b"event: e", b"\n", b"\r", b"\r\n", b"\xef\xbb\xbf", b'{"a":1}', b"[DONE]", b" ",
                            b"error: x", b"id: 1", b"x", "é😀".encode(), b"\0"])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(ALPHABET, max_size=30).map(b"".join), st.data())
def test_any_cut_of_any_bytes_gives_the_same_events(body: bytes, choose: st.DataObject) -> None:
    cuts = sorted(choose.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert frame(*pieces) == frame(body)
