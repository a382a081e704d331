"""Where a block is not shown as what it is, a quiet line beside it says so; nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from chatgui.core.literal import literal
from chatgui.core.markdown import Source, blocks
from chatgui.ui.transcript import maths, rows
from chatgui.ui.transcript.blocks import note
from chatgui.ui.transcript.rows import BlockRow, Look, Measure
from chatgui.ui.transcript.style import Style

pytestmark = pytest.mark.usefixtures("qapp")

MEASURE = Measure(0, 600, 700)
REFUSED = "\\frac{refused"
SOURCES = {
    "a long paragraph": ("word " * 13_000, note.TOO_LONG),
    "a list of very many": ("- a\n" + "".join(f"  - point {n}\n" for n in range(2_000)), note.TOO_MANY),
    "a wide table": ("|" + "a|" * 150 + "\n|" + "-|" * 150 + "\n|" + "b|" * 150, note.TOO_LARGE),
    "a long table": ("|a|b|\n|-|-|\n" + "|some words|of text|\n" * 8_000, note.TOO_LARGE),
    "a formula": (f"Here ${REFUSED}$ it is.", note.NO_FORMULA),
    "a formula in an item": (f"- one ${REFUSED}$", note.NO_FORMULA),
    "a formula in a table": (f"|a|\n|-|\n|${REFUSED}$|", note.NO_FORMULA),
    "an ordinary paragraph": ("Just words.", ""),
    "an ordinary table": ("|a|b|\n|-|-|\n|1|2|", ""),
    "code": ("```\n" + "x = 1\n" * 5_000 + "```", ""),
    "HTML": ("<div>\n" + "<p>words</p>\n" * 3_000, ""),
}


@pytest.fixture(autouse=True)
def refused_formula() -> Iterator[None]:
    maths._made[REFUSED, False] = None
    yield
    maths._made.clear()


def laid(source: Source) -> BlockRow:
    row = BlockRow(source, 0, Style())
    row.layout(MEASURE)
    return row


def strip(row: BlockRow) -> QImage:
    """What is painted where the note stands: above what is a source, below what holds one."""
    top = 0 if row.block.excuse else row.height - row.note.height
    image = QImage(700, row.note.height, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    painter.translate(0, -top)
    row.paint(painter, QRectF(0, top, 700, row.note.height), Look())
    painter.end()
    return image


@pytest.mark.parametrize("name", SOURCES)
def test_it_is_said_where_it_is_so_and_nowhere_else(name: str) -> None:
    text, words = SOURCES[name]
    row = laid(blocks(text)[0])
    assert row.note.words == words
    if words:
        seen = strip(row)
        assert any(seen.pixel(x, y) & 0xFFFFFF != 0xFFFFFF for x in range(200) for y in range(seen.height()))
        assert row.caret_rect(0).top() >= (row.note.height if row.block.excuse else 0)


def test_what_took_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SHORT_LIMITS_S", (-1.0, -1.0))
    row = laid(blocks("- some\n- words")[0])
    assert row.note.words == note.TOO_LONG
    assert row.text == "- some"


@pytest.mark.parametrize("name", ["a formula", "a long paragraph"])
def test_nothing_is_said_while_it_is_still_being_written(name: str) -> None:
    source = blocks(SOURCES[name][0])[0]
    row = laid(replace(source, growing=True))
    assert row.note.words == ""
    height = row.height
    row.update(source, 0)
    row.layout(MEASURE)
    assert row.note.words == SOURCES[name][1]
    assert row.height == height + row.note.height


def test_a_formula_refused_later_is_told_of_then(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Callable[..., object]] = []
    errands = SimpleNamespace(ask=lambda _, answer: asked.append(answer))
    monkeypatch.setattr(maths, "errands", lambda: errands)
    row = laid(blocks("A $\\late{$ one.")[0])
    told: list[bool] = []
    row.changed = lambda: told.append(True)
    assert row.note.words == ""
    asked[0](None)
    assert told == [True]
    row.layout(MEASURE)
    assert row.note.words == note.NO_FORMULA


def test_ones_own_long_words_are_no_exception() -> None:
    row = laid(literal("word " * 20_000)[0])
    assert row.note.words == ""
