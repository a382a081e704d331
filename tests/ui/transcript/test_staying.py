"""A reader is never moved: not by what streams below, not by what is measured above, not by another width."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPointF

from chatgui.core.delta import TextDelta
from chatgui.core.message import Role
from chatgui.core.reply import Reply
from chatgui.ui.transcript.rows import BlockRow
from chatgui.ui.transcript.style import Style
from tests.ui.transcript.scenes import (
    Turn,
    answer,
    document,
    flush,
    message,
    painted_anew,
    picture,
    sentence,
    settle,
    shown,
    streaming,
    talk,
    tops,
)

pytestmark = pytest.mark.usefixtures("qapp")


def test_not_one_pixel_moves_while_1200_deltas_arrive_below() -> None:
    chance = random.Random(7)
    view = shown(talk(60))
    reply = Reply()
    view.begin_reply(streaming(), reply, Turn())
    reply.apply(TextDelta(document(chance)))
    flush(view)
    view.scroll_by(-900)
    before = picture(view)
    for number in range(1200):
        reply.apply(TextDelta(sentence(chance, 3) + ("\n\n" if number % 30 == 0 else " ")))
        if number % 4 == 0:
            flush(view)
        if number % 100 == 0:
            assert picture(view) == before
    flush(view)
    assert picture(view) == before
    view.end_reply(answer(str(reply.text)))
    assert picture(view) == before


def test_scrolling_through_what_was_never_measured_moves_every_line_by_exactly_the_distance() -> None:
    chance = random.Random(3)
    view = shown(talk(400))
    moved = 0
    for _ in range(400):
        before, dy = tops(view), chance.choice([-137, -53, -11, 60, -200, 133, -500, 450])
        was_following = view.is_following
        view.scroll_by(dy)
        if view.is_following or was_following:
            continue  # stopped at the end
        distances = {before[key] - y for key, y in tops(view).items() if key in before}
        assert distances <= {dy}
        moved += bool(distances)
    assert moved > 200


def test_what_is_moved_on_the_screen_is_what_would_be_painted() -> None:
    chance = random.Random(5)
    messages = [message(n, Role.USER if n % 2 == 0 else Role.ASSISTANT, document(chance, 4)) for n in range(40)]
    view = shown(messages)
    view.search.start("tide")
    for turn in range(60):
        if turn == 30:
            view.select_all()
        view.scroll_by(chance.choice([-37, -3, 11, 60, -200, 333, -900, 450]))
        assert picture(view) == painted_anew(view)


def test_what_is_moved_on_the_screen_while_streaming_is_what_would_be_painted() -> None:
    chance = random.Random(6)
    view, reply, text = shown(talk(20)), Reply(), document(chance, 25)
    view.begin_reply(streaming(), reply, Turn())
    at = 0
    while at < len(text):
        size = chance.randint(1, 90)
        reply.apply(TextDelta(text[at : at + size]))
        at += size
        flush(view)
        assert picture(view) == painted_anew(view)
    assert view.is_following


@pytest.mark.parametrize("width", [500, 640, 1300])
def test_another_width_keeps_the_first_visible_line(width: int) -> None:
    view = shown(talk(80), width=800)
    view.scroll_by(-3000)
    while not isinstance(view.page.placed[0].row, BlockRow) or view.page.placed[0].y > -30:
        view.scroll_by(-7)
    first = view.page.placed[0]
    position = first.row.position_at(QPointF(0, -first.y))
    line = first.row.caret_rect(position).top() + first.y
    view.resize(width, 600)
    settle(view)
    again = view.page.placed[0]
    assert (again.index, again.row.start) == (first.index, first.row.start)
    assert abs(again.row.caret_rect(position).top() + again.y - line) <= 1


def test_another_zoom_keeps_the_first_visible_block() -> None:
    view = shown(talk(80))
    view.scroll_by(-3000)
    while not isinstance(view.page.placed[0].row, BlockRow):
        view.scroll_by(-7)
    first = view.page.placed[0]
    view.set_style(view.page.style.zoomed(1.5))
    again = view.page.placed[0]
    assert (again.index, again.row.start) == (first.index, first.row.start)


def test_opening_100000_messages_lays_out_only_those_in_sight() -> None:
    messages = talk(1000) * 100
    messages = [message(n, one.role, one.text) for n, one in enumerate(messages)]
    view = shown([])
    view.show_messages(messages)
    settle(view)
    assert len(view.page.realised) < 30
    assert view.page.placed[-1].index == 99_999
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    assert 30_000 < view.page.placed[0].index < 70_000
    assert len(view.page.realised) < 80


def test_memory_stays_bounded_while_one_scrolls_on() -> None:
    view = shown(talk(2000))
    for _ in range(150):
        view.scroll_by(-900)
    assert len(view.page.realised) < 90
    assert view.page.realised.rows < 400


def test_a_message_of_megabytes_is_laid_out_only_where_it_is_seen() -> None:
    chance = random.Random(2)
    text = "\n\n".join(sentence(chance, 60) for _ in range(5_000))
    assert len(text) > 1_500_000
    view = shown([message(0, Role.USER, "All of it"), answer(text)])
    assert view.page.realised.rows < 60
    view.to_start()
    assert view.page.placed[0].index == 0
    for _ in range(30):
        view.scroll_by(2_000)
    assert picture(view) == painted_anew(view)


def test_a_place_can_be_kept_and_come_back_to() -> None:
    messages = talk(100)
    view = shown(messages)
    view.scroll_by(-4000)
    place, before = view.place(), picture(view)
    view.show_messages(talk(10, seed=9))
    view.show_messages(messages, place)
    assert picture(view) == before


def test_one_who_reads_stays_when_a_message_is_deleted() -> None:
    messages = talk(100)
    view = shown(messages)
    view.scroll_by(-4000)
    at = view.page.placed[0].index
    view.show_messages([*messages[: at - 10], *messages[at - 8 :]], None)
    assert view.messages[view.page.placed[0].index].id == f"m{at}"
    view.show_messages([one for one in view.messages if one.id != f"m{at}"], None)
    assert view.messages[view.page.placed[0].index].id == f"m{at - 1}"


def test_a_block_that_changes_by_itself_holds_a_line_only_for_whoever_stays() -> None:
    view = shown([message(0, Role.USER, "Go"), answer("word " * 3_000)])
    view.to_start()
    view.scroll_by(700)
    row = view.page.placed[0].row
    assert isinstance(row, BlockRow)
    there = view.page.value
    row.refresh()  # and is laid out a moment later
    view.refresh()
    assert view.page.value == there
    row.refresh()
    view.page.jump(300)  # within the same row
    view.refresh()
    assert view.page.value == 300


@pytest.mark.parametrize("zoom", [0.9, 1.0, 1.1, 1.25, 1.5, 2.0])
def test_the_ground_of_code_that_comes_is_painted_whole(zoom: float) -> None:
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    view.set_style(Style(zoom=zoom))
    view.begin_reply(streaming(), reply, Turn())
    for words in ("Words.\n\nMore with ", "`code` and ", "words " * 30, "`more`"):
        reply.apply(TextDelta(words))
        flush(view)
        assert picture(view) == painted_anew(view)
