"""A block that takes too long is shown as its source instead, and costs less than a stall; nothing of the text is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from chatgui.core import deadline, markup
from chatgui.core.deadline import TooSlow, check, within
from chatgui.core.markdown import Source, Splitter, blocks
from chatgui.ui.transcript import rows
from chatgui.ui.transcript.blocks import flow, stack, table
from chatgui.ui.transcript.blocks.code import CodeBlock
from chatgui.ui.transcript.blocks.flow import Flow
from chatgui.ui.transcript.blocks.table import TableBlock
from chatgui.ui.transcript.blocks.text import TextBlock
from chatgui.ui.transcript.blocks.words import Looks
from chatgui.ui.transcript.rows import BlockRow, Look, Measure
from chatgui.ui.transcript.style import Style

pytestmark = pytest.mark.usefixtures("qapp")

STALL = 0.25  # seconds of processor time
STEP = 0.02  # what one step of a slow block takes
MEASURE = Measure(0, 600, 700)
SLOW = {
    "a paragraph": "word " * 11_000,
    "a list item": "- a\n" + "".join(f"  - point {n}\n" for n in range(1_000)),
    "a quote": "".join(f"> said {n}\n>\n" for n in range(700)),
    "a table": "| a | b |\n|---|---|\n" + "".join(f"| {n} é | *two* |\n" for n in range(3_000)),
}


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def slowed(step: Callable[..., Any]) -> Callable[..., Any]:
    def slow(*args: Any, **more: Any) -> Any:
        burn(STEP)
        return step(*args, **more)

    return slow


def took(act: Callable[[], object]) -> float:
    began = time.thread_time()
    act()
    return time.thread_time() - began


def paint(row: BlockRow) -> None:
    image = QImage(700, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    row.paint(painter, QRectF(0, 0, 700, 400), Look())
    painter.end()


def worst(text: str) -> tuple[float, BlockRow]:
    """The longest of making, laying out and painting, and the row."""
    row = BlockRow(blocks(text)[0], 0, Style())
    return max(took(lambda: row.block), took(lambda: row.layout(MEASURE)), took(lambda: paint(row))), row


@pytest.fixture
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """One on which each piece of text takes its time."""
    monkeypatch.setattr(Flow, "_make", slowed(Flow._make))
    monkeypatch.setattr(Looks, "advance", slowed(Looks.advance))


@pytest.mark.parametrize("name", SLOW)
@pytest.mark.usefixtures("slow_machine")
def test_it_falls_back_to_the_source_without_a_stall(name: str) -> None:
    cost, row = worst(SLOW[name])
    assert cost < STALL
    assert isinstance(row.block, CodeBlock)
    assert row.text == SLOW[name].strip("\n")  # what is shown is what was written
    assert took(lambda: row.layout(Measure(0, 500, 600))) < 0.05  # it is not tried again at another width
    height = row.height
    row.release()
    assert took(lambda: row.layout(Measure(0, 500, 600))) < 0.05  # nor when it comes into sight again
    assert row.height == height


@pytest.mark.parametrize("name", SLOW)
def test_on_this_machine_it_is_what_it_is(name: str) -> None:
    _, row = worst(SLOW[name][:10_000])
    assert not isinstance(row.block, CodeBlock)


@pytest.mark.parametrize("shape", [(60, 30), (200, 12), (500, 8), (1_000, 5)])
def test_a_large_table_is_a_table(shape: tuple[int, int]) -> None:
    """What people do get: its source would be unreadable. Laying out every cell took 0.1 ms each."""
    height, width = shape
    rows_of = "".join("|" + f" value **{height}** |" * width + "\n" for _ in range(height))
    cost, row = worst("|" + " Name |" * width + "\n" + "|---" * width + "|\n" + rows_of)
    assert isinstance(row.block, TableBlock)
    assert cost < STALL


@pytest.mark.usefixtures("slow_machine")
def test_what_grows_falls_back_once_and_grows_on() -> None:
    splitter, row = Splitter(), None
    text = SLOW["a table"]
    for start in range(0, len(text), 5_000):
        splitter.feed(text[start : start + 5_000])
        source = (*splitter.closed, *splitter.tail)[0]
        if row is None:
            row = BlockRow(source, 0, Style())
        elif source != row.source:
            fed = row
            assert took(lambda source=source, fed=fed: (fed.update(source, 0), fed.layout(MEASURE))) < 2 * STALL
        row.layout(MEASURE)
    assert row is not None
    assert isinstance(row.block, CodeBlock)
    assert row.text == row.source.markdown.strip("\n")


def test_a_slow_parser_falls_back_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup._Builder, "_event", slowed(markup._Builder._event))
    cost, row = worst(SLOW["a quote"])
    assert cost < STALL + 2 * 32 * STEP  # it is looked at every so many events, in each of two tries
    assert isinstance(row.block, CodeBlock)


@pytest.fixture
def cold_fonts(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A slow machine where what is painted or laid out first in a script takes longer than the limit: call it for a further script."""
    for name in ("LIMITS_S", "SHORT_LIMITS_S"):
        monkeypatch.setattr(rows, name, (0.03, 0.03))
    cold = [True]

    def loading(step: Callable[..., Any]) -> Callable[..., Any]:
        def load(*args: Any, **more: Any) -> Any:
            if cold.pop():
                burn(0.05)
            cold.append(False)
            check()
            return step(*args, **more)

        return load

    for name in ("_make", "paint"):
        monkeypatch.setattr(Flow, name, loading(getattr(Flow, name)))
    monkeypatch.setattr(rows, "make_block", loading(rows.make_block))
    return lambda: cold.append(True)


@pytest.mark.parametrize("words", [1, 1_000])
@pytest.mark.parametrize("step", ["making", "laying out", "growing", "painting"])
def test_a_block_is_not_given_up_because_fonts_had_to_be_loaded(
    cold_fonts: Callable[[], None], step: str, words: int
) -> None:
    latin, more = "Hello " * words, "Hello " * words + "مرحبا 你好"
    row = BlockRow(blocks(latin)[0], 0, Style())
    for name, act in (
        ("making", lambda: row.block),
        ("laying out", lambda: row.layout(MEASURE)),
        ("growing", lambda: (row.update(blocks(more)[0], 0), row.layout(MEASURE))),
        ("painting", lambda: (paint(row), row.layout(MEASURE), paint(row))),
    ):
        (cold_fonts if name == step else lambda: None)()
        act()
    assert isinstance(row.block, TextBlock)
    assert row.text == more


@pytest.mark.usefixtures("slow_machine")
def test_a_short_block_is_given_up_when_it_was_too_slow_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SHORT_LIMITS_S", (0.05, 0.05))
    table = "| a | b |\n|---|---|\n" + "".join(f"| {n} é | *two* |\n" for n in range(100))
    cost, row = worst(table)
    assert cost < 2 * STALL
    assert isinstance(row.block, CodeBlock)
    assert row.text == table.strip("\n")


@pytest.mark.usefixtures("slow_machine")
def test_the_time_of_what_takes_in_many_says_nothing_of_one() -> None:
    """A selection that is copied may run out of time in the middle of any block."""
    row = BlockRow(blocks(SLOW["a list item"])[0], 0, Style())
    with pytest.raises(TooSlow), within(0.0):
        _ = row.block
    assert not isinstance(row.block, CodeBlock)


def test_what_paints_slowly_does_so_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    row = BlockRow(Source("paragraph", "word " * 1_000), 0, Style())
    row.layout(MEASURE)
    slow = rows.LIMITS_S[-1] + 0.01
    monkeypatch.setattr(TextBlock, "paint", lambda *_: burn(slow))
    for _ in range(2):
        paint(row)
        row.layout(MEASURE)
    assert took(lambda: paint(row)) < slow / 2
    assert row.text == row.source.markdown.strip("\n")


@pytest.mark.usefixtures("slow_machine")
def test_the_check_sees_a_build_without_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (flow, stack, table):
        monkeypatch.setattr(module, "check", lambda: None)
    monkeypatch.setattr("chatgui.ui.transcript.blocks.words.check", lambda: None)
    assert worst(SLOW["a paragraph"])[0] > STALL


def test_a_limit_counts_the_outermost_and_this_thread_only() -> None:
    check()  # no limit
    with pytest.raises(TooSlow), within(0.01), within(100):
        burn(0.02)
        check()
    check()
    assert deadline._until.get() is None
