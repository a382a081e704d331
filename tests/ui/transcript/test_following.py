"""At the end one stays at the end; scrolling up stops that, going to the end resumes it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest

from chatgui.chat.turn import Phase
from chatgui.core.delta import ReasoningDelta, Retrying, TextDelta
from chatgui.core.errors import Failure, Kind
from chatgui.core.message import State
from chatgui.core.reply import Reply
from chatgui.core.usage import Source, Usage
from chatgui.ui.transcript.facet import Facet, ReasoningFacet
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import (
    Turn,
    answer,
    document,
    flush,
    seen_text,
    sentence,
    settle,
    shown,
    streaming,
    talk,
    tops,
)

pytestmark = pytest.mark.usefixtures("qapp")


def wheel(view: TranscriptView, notches: float = 0, pixels: int = 0) -> None:
    """Turn the wheel up (positive) or move two fingers."""
    at = QPointF(view.viewport().rect().center())
    event = QWheelEvent(
        at, view.viewport().mapToGlobal(at), QPoint(0, pixels), QPoint(0, int(notches * 120)), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    view.wheelEvent(event)


def stream(view: TranscriptView, reply: Reply, count: int = 30, seed: int = 4) -> None:
    """Some paragraphs come."""
    chance = random.Random(seed)
    for _ in range(count):
        reply.apply(TextDelta(sentence(chance, 12) + "\n\n"))
        flush(view)


def follows(view: TranscriptView) -> bool:
    """Asked anew each time: mypy thinks a property stays as it was."""
    return view.is_following


def bottom_gap(view: TranscriptView) -> int:
    """Pixels between the last row and the pane's lower edge."""
    last = view.page.placed[-1]
    return view.page.height - last.y - last.height


def test_it_opens_at_the_end_and_follows() -> None:
    view, reply = shown(talk(50)), Reply()
    assert follows(view)
    view.begin_reply(streaming(), reply, Turn())
    stream(view, reply)
    assert follows(view)
    assert bottom_gap(view) == view.page.end_space
    assert view.page.placed[-1].item is view.page.live


def test_scrolling_up_stops_it_and_end_resumes_it() -> None:
    view, reply = shown(talk(50)), Reply()
    told: list[bool] = []
    view.following_changed.connect(told.append)
    view.begin_reply(streaming(), reply, Turn())
    stream(view, reply)
    wheel(view, 1)
    assert not follows(view)
    before = seen_text(view)
    stream(view, reply)
    assert seen_text(view) == before
    QTest.keyClick(view, Qt.Key.Key_End)
    assert follows(view)
    assert bottom_gap(view) == view.page.end_space
    assert told == [False, True]


def test_scrolling_back_down_resumes_it() -> None:
    view = shown(talk(50))
    view.scroll_by(-10)
    assert not follows(view)
    view.scroll_by(10)
    assert follows(view)


def test_the_button_is_there_only_away_from_the_end_and_leads_back() -> None:
    view = shown(talk(50))
    button = view._jump
    assert not button.isVisible()
    view.scroll_by(-1000)
    assert button.isVisible()
    button.click()
    assert follows(view)
    assert not button.isVisible()


def test_fingers_move_the_text_by_their_pixels() -> None:
    view = shown(talk(50))
    wheel(view, pixels=37)
    first = view.page.placed[0]
    at = (first.index, first.row.start, first.y)
    wheel(view, pixels=100)
    wheel(view, pixels=-100)
    first = view.page.placed[0]
    assert (first.index, first.row.start, first.y) == at


def test_the_scroll_bar_moves_the_text_exactly_nearby_and_jumps_far() -> None:
    view = shown(talk(400))
    bar = view.verticalScrollBar()
    view.scroll_by(-1000)
    before = {(one.index, one.row.start): one.y for one in view.page.placed if one.row.start >= 0}
    bar.setSliderDown(True)
    bar.setSliderPosition(bar.value() - 150)
    after = {(one.index, one.row.start): one.y for one in view.page.placed if one.row.start >= 0}
    assert {after[key] - before[key] for key in after if key in before} == {150}
    bar.setSliderPosition(0)
    assert view.page.placed[0].index == 0
    bar.setSliderPosition(bar.maximum())
    bar.setSliderDown(False)
    assert follows(view)


def test_keys_scroll_by_lines_and_pages() -> None:
    view = shown(talk(60))
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.page.value == 0
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.page.value == round(view.page.style.line())
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    assert 400 < view.page.value < 650
    QTest.keyClick(view, Qt.Key.Key_PageUp)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.page.value == 0


def test_little_text_stands_at_the_top() -> None:
    view = shown([talk(2)[0]])
    assert view.page.placed[0].y == 0
    assert view.page.maximum == 0


def test_waiting_says_what_for_and_after_two_seconds_how_long() -> None:
    view, reply, turn = shown(talk(3)), Reply(), Turn(Phase.CONNECTING, 0.2)
    view.begin_reply(streaming(), reply, turn)
    live = view.page.live
    assert live is not None
    assert live.rows[-1].words == "Connecting …"  # type: ignore[attr-defined]  # the line of progress
    turn.phase, turn.seconds = Phase.WAITING, 42.0
    flush(view)
    assert live.rows[-1].words == "Waiting for the model · 0:42"  # type: ignore[attr-defined]  # as above
    turn.phase, turn.thought = Phase.THINKING, 12_300.0
    flush(view)
    assert live.rows[-1].words == "Thinking · 0:12"  # type: ignore[attr-defined]  # as above
    turn.phase = Phase.ANSWERING
    reply.apply(TextDelta("Two bulges"))
    flush(view)
    assert live.rows[-1].words == ""  # type: ignore[attr-defined]  # as above
    assert live.rows[1].words == "Thought for 12 s"  # type: ignore[attr-defined]  # the trace


def test_a_retry_counts_down_and_can_be_cancelled() -> None:
    view, turn = shown(talk(3)), Turn(Phase.RETRYING, 1.0)
    asked: list[tuple[str, str]] = []
    view.action_requested.connect(lambda *what: asked.append(what))
    turn.retry = Retrying(2, 5.0, Failure(Kind.RATE_LIMITED, "Too many requests."))
    view.begin_reply(streaming(), Reply(), turn)
    live = view.page.live
    assert live is not None
    assert live.rows[-1].words == "Too many requests. Trying again in 5 s"  # type: ignore[attr-defined]  # as above
    turn.seconds = 4.2
    flush(view)
    assert live.rows[-1].words == "Too many requests. Trying again in 2 s"  # type: ignore[attr-defined]  # as above
    view.do("m999", "cancel")
    assert asked == [("m999", "cancel")]


def test_a_continued_answer_begins_with_what_it_had() -> None:
    view, reply = shown(talk(1)), Reply()
    part = answer("The first half", state=State.STREAMING)
    view.begin_reply(part, reply, Turn())
    reply.apply(TextDelta(" and the second."))
    flush(view)
    assert seen_text(view).endswith("The first half and the second.")


def test_what_a_reply_said_before_it_was_looked_at_is_shown_in_a_few_frames() -> None:
    view, reply = shown(talk(3)), Reply()
    reply.apply(TextDelta(document(random.Random(1), 400)))
    view.begin_reply(streaming(), reply, Turn())
    frames = 0
    live = view.page.live
    assert live is not None
    while live.backlog and frames < 60:
        view._flush()
        frames += 1
    assert frames < 40
    view.end_reply(answer(str(reply.text)))
    settle(view)
    assert follows(view)


def test_who_does_not_follow_stays_where_the_answer_began() -> None:
    view, reply = shown(talk(50)), Reply()
    view.page.follows = False
    view.begin_reply(streaming(), reply, Turn())
    stream(view, reply, 40)
    first = view.page.placed[0]
    before = (first.item.message.id, first.row.start, first.y)
    stream(view, reply, 20, seed=5)
    first = view.page.placed[0]
    assert (first.item.message.id, first.row.start, first.y) == before
    assert not follows(view)
    view.follow()  # by hand one still goes to the end, and from there on stays
    stream(view, reply, 5, seed=6)
    assert bottom_gap(view) < 0


@pytest.mark.parametrize("facet", [Facet(), ReasoningFacet()])
def test_the_end_of_an_answer_moves_nothing(facet: Facet) -> None:
    view, reply, turn = shown(talk(9), facet=facet), Reply(), Turn()
    view.begin_reply(streaming(9), reply, turn)
    turn.thought = 1_200
    reply.apply(ReasoningDelta("So be it."))
    reply.apply(TextDelta("Two bulges of water follow the moon.\n\nAnd the sun.\n"))
    flush(view)
    before = tops(view)
    usage = Usage(12, 418, 430, source=Source.REPORTED)
    view.end_reply(replace(answer(str(reply.text), "So be it.", usage=usage), id="m9"))
    assert before
    assert tops(view) == before
