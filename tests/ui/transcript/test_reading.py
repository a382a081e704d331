"""A long message is read a little at a time: its end is seen at once, nothing seen moves, and in the end it is what it would
be had it been read at once."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from chatgui.core.cutting import cut
from chatgui.core.markdown import Source
from chatgui.core.message import Message, Role, ToolCall
from chatgui.ui.transcript.facet import ReasoningFacet
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.places import Place
from chatgui.ui.transcript.rows import BlockRow
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.view import TranscriptView
from tests.core.test_cutting import REGULAR
from tests.core.test_markdown_long import LONG
from tests.ui.transcript.scenes import answer, document, message, picture, settle, shown, tops, wait_for

pytestmark = pytest.mark.usefixtures("qapp")

MIXED = "\n\n".join(document(random.Random(n), 12) for n in range(80))
KINDS = {**REGULAR, **LONG, "something of everything": MIXED}
del KINDS["nothing but empty lines"]


def opened(messages: list[Message], **more: Any) -> TranscriptView:
    """A view of messages of which nothing was read on yet."""
    view = shown([], **more)
    view.show_messages(messages)
    view._idle.stop()
    settle(view)
    return view


def read(view: TranscriptView) -> None:
    """Read to the end, in small steps."""
    while view.page.realised.unread():
        view.page.read_on(0.0)
        view.refresh()
        view._idle.stop()


def sources(view: TranscriptView, index: int) -> list[Source]:
    return [row.source for row in view.page.item(index).body]


@pytest.mark.parametrize("name", KINDS)
def test_read_slowly_it_is_what_it_is_at_once(name: str) -> None:
    said = answer(KINDS[name])
    view = opened([message(0, Role.USER, "Go"), said])
    assert not view.page.item(1).is_read
    before, steps = picture(view), 0
    while view.page.realised.unread():
        view.page.read_on(0.0)
        view.refresh()
        view._idle.stop()
        steps += 1
        if steps % 7 == 0:
            assert picture(view) == before
    body = view.page.item(1).body
    assert [row.source for row in body] == cut(view.page.facet.scripts(said))
    assert [row.start for row in body] == list(accumulate((len(row.source.markdown) for row in body), initial=0))[:-1]
    assert picture(view) == before or name in LONG  # where the end is not known for certain, what is read holds


def test_where_one_reads_nothing_moves() -> None:
    view = opened([message(0, Role.USER, "Go"), answer(MIXED), message(2, Role.USER, "And?")])
    view.scroll_by(-3_000)  # further up than was looked at
    settle(view)
    before, seen = tops(view), picture(view)
    assert len(before) > 2
    for _ in range(4):
        view.page.read_on(0.0)
        view.refresh()
        assert tops(view) == before
    read(view)
    assert tops(view) == before
    assert picture(view) == seen


def test_up_from_the_end_one_can_go_at_once() -> None:
    view = opened([message(0, Role.USER, "Go"), answer(REGULAR["paragraphs"])])
    for _ in range(20):
        view.scroll_by(-500)
        assert not any(one.item.is_unread(one.item.rows.index(one.row)) for one in view.page.placed)
    assert not view.page.item(1).is_read


def test_what_is_not_read_where_one_goes_comes_there() -> None:
    view = opened([message(0, Role.USER, "Go"), answer(MIXED)])
    whole = Item(answer(MIXED), view.page.context)
    while not whole.is_read:
        whole.read_on(0.0)
    row = whole.body[len(whole.body) // 2]
    view.page.go(Place("m1", row.start, 5))
    view.refresh()
    wait_for(lambda: view.page.realised.unread() is None)
    assert view.place() == Place("m1", row.start, 5)
    view.to_start()
    assert view.page.placed[0].index == 0


def test_the_bar_leads_into_what_is_not_read_and_it_comes() -> None:
    view = opened([message(0, Role.USER, "Go"), answer(MIXED)])
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    unread = view.page.placed[0].row
    place = unread.start + unread.position_at(QPointF(0, -view.page.placed[0].y))
    assert len(MIXED) // 4 < place < 3 * len(MIXED) // 4
    wait_for(lambda: view.page.realised.unread() is None)
    assert all(one.row.text for one in view.page.placed if one.row.start >= 0 and one.height > one.row.space)
    assert abs(view.page.placed[0].row.start - place) < 1_000


def test_all_of_it_is_there_before_it_is_read() -> None:
    text = MIXED.strip("\n")
    view = opened([message(0, Role.USER, "Go"), answer(text)])
    item = view.page.item(1)
    assert "".join(row.source.markdown for row in item.body) == text
    view.select_all()
    view.copy()
    wait_for(lambda: view.reader._gathering is None or QGuiApplication.clipboard().text().startswith("Go"))
    words = QGuiApplication.clipboard().text().split()
    assert words == ["Go", *text.split()]
    view.do("m1", "copy")
    assert QGuiApplication.clipboard().text() == text
    assert item.text.count("High") == text.count("High")


def test_finding_waits_for_what_is_not_read() -> None:
    words = "\n\n".join(["tides and moons"] * 8_000)
    view = opened([message(0, Role.USER, "Go"), answer(f"{words}\n\nThe needle.\n\n{words}")])
    view.search.start("needle")
    view.search.step(1)
    wait_for(lambda: any("needle" in one.row.text for one in view.page.placed))
    assert view.search.number == 1


def test_another_width_and_another_style_while_it_is_read() -> None:
    view = opened([message(0, Role.USER, "Go"), answer(MIXED)])
    view.page.read_on(0.0)
    view.resize(700, 600)
    view.page.read_on(0.0)
    view.set_style(Style(zoom=1.2))
    read(view)
    expected = opened([message(0, Role.USER, "Go"), answer(MIXED)], width=700)
    expected.set_style(Style(zoom=1.2))
    read(expected)
    assert sources(view, 1) == sources(expected, 1)
    assert picture(view) == picture(expected)


def test_another_version_of_it() -> None:
    call = ToolCall("1", "f", "{}")
    view = opened([message(0, Role.USER, "Go"), answer(MIXED)])
    view.page.read_on(0.0)
    rows = list(view.page.item(1).body)
    view.replace(answer(MIXED, edited=True))
    assert list(view.page.item(1).body) == rows
    other = message(1, Role.ASSISTANT, "", parts=(*answer(f"{MIXED}\n\nMore.").parts, call))
    view.replace(other)
    read(view)
    assert sources(view, 1) == cut(view.page.facet.scripts(other))
    view.replace(answer("Short."))
    assert [row.text for row in view.page.item(1).body] == ["Short."]


def test_reasoning_and_ones_own_words_are_read_so_too() -> None:
    thought = answer("", MIXED)
    view = opened([thought], facet=ReasoningFacet())
    assert not view.page.item(0).is_read
    read(view)
    assert sources(view, 0) == cut(view.page.facet.scripts(thought))
    own = message(0, Role.USER, MIXED)
    view = opened([own])
    assert not view.page.item(0).is_read
    read(view)
    assert sources(view, 0) == cut(view.page.facet.scripts(own))


def test_the_keyboard_goes_up_in_it() -> None:
    view = opened([message(0, Role.USER, "Go"), answer(REGULAR["tiny paragraphs"])])
    view.setFocus()
    for _ in range(5):
        QTest.keyClick(view, Qt.Key.Key_PageUp)
    assert not view.is_following
    wait_for(lambda: view.page.realised.unread() is None)


def test_a_step_reads_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    fresh = Item._fresh

    def counted(item: Item, some: list[Source], start: int) -> list[BlockRow]:
        made.append(len(some))
        return fresh(item, some, start)

    monkeypatch.setattr(Item, "_fresh", counted)
    for text in (REGULAR["tiny paragraphs"], REGULAR["items"], LONG["words"]):
        view = opened([message(0, Role.USER, "Go"), answer(text)])
        read(view)
    assert max(made) < 6_000


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_another_style_leaves_the_first_line_where_it_is(share: float) -> None:
    view = opened([message(0, Role.USER, "Go"), answer(MIXED)])
    read(view)
    bar = view.verticalScrollBar()
    bar.setValue(int(bar.maximum() * share))
    first = view.page.placed[0].row
    position = first.position_at(QPointF(0, -view.page.placed[0].y))
    view.set_style(Style(zoom=1.2))
    assert not view.page.item(1).is_read
    wait_for(lambda: view.page.realised.unread() is None)
    now = view.page.placed[0]
    assert now.row.start == first.start
    assert abs(now.row.position_at(QPointF(0, -now.y)) - position) < 100
