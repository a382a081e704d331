"""Mutated streams by the ten million bytes: nothing but our own errors, no hang, bounded memory, the same at any cut.

pytest tests/wire/test_fuzz.py            ten megabytes
pytest tests/wire/test_fuzz.py -m long    a hundred
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from chatgui.core.delta import Alive
from chatgui.core.errors import ChatError
from chatgui.wire.answer import Answer
from tests.wire.reading import HOST
from tests.wire.shapes import SHAPES

MB = 1_000_000
SEED = int(os.environ.get("CHATGUI_FUZZ_SEED", "20261120"))
LARGEST = 40_000  # bytes of one case
HANG_S = 1.0
GROWTH = 64 << 20  # bytes of memory
TOKENS = (b"\n", b"\r", b"\r\n", b"\n\n", b"data: ", b"data:", b"event: error\n", b"error: ", b": ", b"[DONE]", b"null", b'"', b"{", b"}", b"[", b"]", b",", b"\\",
          b'\\ud83d', b"\xff", b"\xf0\x9f", b"\xef\xbb\xbf", b"\0", b"1e999", b"-1", b"NaN", b"9" * 400, b"[" * 2000, b'"choices"', b'"delta"', b'"content"', b'"usage":',
          b'"error":"x",', b"<think>", b"</think>", b"<html>", "é漢😀\u2028".encode(), b"x" * 5000)  # fmt: skip


def corpus(shared: Path) -> list[bytes]:
    recorded = [path.read_bytes() for path in sorted((shared / "streams").glob("*.sse"))] if shared.is_dir() else []
    return [shape.body for shape in SHAPES] + [body[:LARGEST] for body in recorded]


def mutate(body: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """One to eight changes of any kind."""
    made = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(made))
        until = min(len(made), at + chance.choice((1, 2, 10, 100, 1000)))
        match chance.randrange(7):
            case 0 if made:
                made[at % len(made)] ^= 1 << chance.randrange(8)
            case 1:
                del made[at:until]
            case 2:
                made[at:at] = made[at:until]
            case 3 | 4:
                made[at:at] = chance.choice(TOKENS)
            case 5:
                del made[at:]
            case _:
                other = chance.choice(others)
                start = chance.randint(0, len(other))
                made[at:at] = other[start : start + 2000]
    return bytes(made[:LARGEST])


def sizes(length: int, chance: random.Random) -> Iterator[int]:
    steps = chance.choice(((1,), (1, 2, 3, 5), (1, 7, 100, 1000), (64, 1024)))
    while length > 0:
        step = min(length, chance.choice(steps))
        yield step
        length -= step


def outcome(body: bytes, pieces: Iterator[int] | None) -> list[Any]:
    """The deltas, and the error if there is one; anything but a ChatError is let through and fails the test."""
    answer = Answer(HOST)
    found: list[Any] = []
    try:
        start = 0
        for size in pieces if pieces is not None else (len(body),):
            found += answer.feed(body[start : start + size])
            start += size
        found += answer.end()
        found.append(repr(answer.verdict()))
    except ChatError as error:
        # How much was told before depends on the reads; that it ends so does not.
        return [repr(error)]
    return [one for one in found if not isinstance(one, Alive)]


def fuzz(total: int, shared: Path) -> None:
    chance = random.Random(SEED)
    bodies = corpus(shared)
    process = psutil.Process()
    outcome(bodies[-1], None)
    before, done, cases = process.memory_info().rss, 0, 0
    while done < total:
        body = mutate(chance.choice(bodies), bodies, chance)
        started = time.process_time()
        whole = outcome(body, None)
        cut = outcome(body, sizes(len(body), chance))
        assert time.process_time() - started < HANG_S, body[:2000]
        assert cut == whole, (SEED, cases, body[:4000])
        done += len(body)
        cases += 1
    grown = process.memory_info().rss - before
    assert grown < GROWTH, f"{grown >> 20} MB more after {cases} cases"


def shared_if_any() -> Path:
    root = Path(__file__).resolve().parent.parent.parent
    return Path(os.environ.get("CHATGUI_SHARED", root.parent / "shared"))


def test_ten_million_bytes() -> None:
    fuzz(10 * MB, shared_if_any())


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_million_bytes() -> None:
    fuzz(100 * MB, shared_if_any())
