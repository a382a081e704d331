"""One message of megabytes: whatever is done with it, no step goes through all of it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from chatgui.core.markdown import Source
from chatgui.core.message import Role
from chatgui.ui.transcript import gathering, rows
from chatgui.ui.transcript.blocks import Block, make_block
from chatgui.ui.transcript.selection import Point, Selection
from chatgui.ui.transcript.style import Style
from tests.ui.transcript.scenes import answer, message, shown, wait_for

pytestmark = pytest.mark.usefixtures("qapp")

ITEMS = "".join(f"- item {n}\n" for n in range(5_000))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The source of every block that is made from now on."""
    sources: list[str] = []

    def make(source: Source, style: Style) -> Block:
        sources.append(source.markdown)
        return make_block(source, style)

    monkeypatch.setattr(rows, "make_block", make)
    return sources


def test_what_is_done_with_a_message_makes_no_blocks_of_it(made: list[str]) -> None:
    view = shown([message(0, Role.USER, "Go"), answer(ITEMS)])
    made.clear()
    view.do("m1", "copy_markdown")
    view.do("m1", "quote")
    assert len(made) < 50


def test_very_much_is_copied_as_its_markdown_and_nothing_of_it_is_parsed(made: list[str]) -> None:
    text = f"First.\n\n{ITEMS * 10}\n{ITEMS}\nLast *words*."
    view = shown([message(0, Role.USER, "Go"), answer(text), message(2, Role.USER, "And *this*?")])
    view.select_all()
    made.clear()
    mime = view.reader.taken()
    assert mime is not None
    assert mime.text() == f"Go\n\n{text}\n\nAnd *this*?"
    view.do("m1", "copy")
    assert QGuiApplication.clipboard().text() == text
    assert len(made) < 50


def test_a_little_of_a_giant_is_copied_as_what_it_is() -> None:
    view = shown([message(0, Role.USER, "Go"), answer(f"{ITEMS * 10}\nLast *words*.")])
    row = view.page.item(1).body[-1]
    view.reader.select(Selection(Point(1, row.start, 0), Point(1, row.start, 4)))
    mime = view.reader.taken()
    assert mime is not None
    assert mime.text() == "Last"
    assert mime.hasFormat("text/html")


def test_a_step_of_gathering_takes_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "SLICE_S", 0.0)
    view = shown([message(0, Role.USER, "Go"), answer(ITEMS * 10)])
    view.select_all()
    view.copy()
    assert view.reader._gathering is not None
    gathered = view.reader._gathering._gathered
    view.reader._gathering._gather()
    view.reader._gathering._gather()
    view.reader._gathering._gather()
    assert 0 < sum(map(len, gathered)) < 20_000
    wait_for(lambda: QGuiApplication.clipboard().text() == f"Go\n\n{ITEMS * 10}".strip())
