"""What is remembered of an answer's bytes: every one of them, and when they were read."""

from __future__ import annotations

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from chatgui.wire.record import Reads, WireRecord


@given(st.lists(st.tuples(st.integers(0, 5), st.binary(min_size=1, max_size=5000))), st.booleans())
def test_every_read_comes_back_whether_it_is_over_or_not(steps: list[tuple[int, bytes]], over: bool) -> None:
    reads, moment, expected = Reads(), 0.0, list[tuple[float, bytes]]()
    for step, data in steps:
        moment += step
        reads.add(moment, data)
        if expected and expected[-1][0] == moment:  # of one read
            expected[-1] = moment, expected[-1][1] + data
        else:
            expected.append((moment, data))
    if over:
        reads.end()
        reads.end()
    assert list(reads) == expected
    assert reads.whole == b"".join(data for _, data in expected)
    assert len(reads) == len(reads.moments) == len(expected)


def test_a_looked_at_stream_goes_on() -> None:
    reads = Reads([(1.0, b"a" * 10_000)])
    assert reads.whole == b"a" * 10_000
    reads.add(2.0, b"b")
    assert list(reads) == [(1.0, b"a" * 10_000), (2.0, b"b")]


def test_an_answer_takes_a_small_part_of_its_size() -> None:
    from sys import getsizeof

    words = random.Random(1)
    record = WireRecord("POST", "http://h", (), b"")
    for at in range(10_000):
        delta = {
            "content": f" {words.choice(['tide', 'moon', 'sea', 'water', 'wind', 'salt', 'shore'])}{words.randrange(100)}"
        }
        line = f"data: {json.dumps({'id': 'x' * 20, 'choices': [{'index': 0, 'delta': delta}]})}\n\n".encode()
        record.take(line, at // 50)
    record.end()
    held = getsizeof(record.chunks._packed) + getsizeof(record.chunks.moments) + getsizeof(record.chunks._sizes)
    assert held < record.kept / 7
    assert len(record.chunks) == 200
