"""What stands around the words: who, state, usage, and what can be done, by mouse and by keyboard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest

from chatgui.core.errors import Failure, Kind
from chatgui.core.message import Attachment, Message, Reasoning, Role, State, Text, Timing, ToolCall
from chatgui.core.usage import Source, Usage
from chatgui.ui.transcript import view as view_module
from chatgui.ui.transcript.chrome import ChromeRow, FooterRow, Lookups, TraceRow, thought
from chatgui.ui.transcript.links import Link
from chatgui.ui.transcript.notice import NoticeRow, clock, notice
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import answer, message, painted_anew, picture, shown, talk, wait_for

pytestmark = pytest.mark.usefixtures("qapp")

LOST = Failure(Kind.INTERRUPTED, "The connection closed.", status=200, request_id="req-1", said="raw words")


def names(view: TranscriptView, index: int) -> list[str]:
    """The actions of a message."""
    return [one.name for row in view.page.item(index).rows for one in row.actions() if one.name]


def where(view: TranscriptView, index: int, name: str) -> QPoint:
    """The middle of an action."""
    for placed in view.page.placed:
        for action in placed.row.actions():
            if placed.index == index and action.name == name:
                middle = action.rect.center().toPoint()
                return QPoint(view.page.measure.left + middle.x(), placed.y + middle.y())
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("state", "text", "offered"),
    [
        (State.STOPPED, "Half", ["continue", "regenerate"]),
        (State.STOPPED, "", ["regenerate"]),
        (State.INTERRUPTED, "Half", ["continue", "regenerate", "details"]),
        (State.FAILED, "", ["regenerate", "details"]),
    ],
)
def test_an_answer_that_did_not_end_well_says_so_and_what_to_do(state: State, text: str, offered: list[str]) -> None:
    failure = None if state is State.STOPPED else LOST
    words, labels, _ = notice(answer(text, state=state, failure=failure))
    assert words
    assert [name for name, _, _, _ in labels] == offered
    if text and failure:
        assert "kept" in words


def test_a_finished_answer_says_nothing_of_it() -> None:
    assert notice(answer("All of it"))[0] == ""


@pytest.mark.parametrize("said", ["Node fell over", "Node fell over."])
def test_the_provider_s_words_and_our_advice_are_two_sentences(said: str) -> None:
    failure = Failure(Kind.UNAVAILABLE, said, advice="Try again.")
    assert notice(answer("", state=State.FAILED, failure=failure))[0] == "Node fell over. Try again."
    bare = Failure(Kind.UNAVAILABLE, said)
    assert notice(answer("Half", state=State.FAILED, failure=bare))[0] == "Node fell over. What had come is kept."


def test_an_answer_cut_by_its_length_can_be_continued() -> None:
    words, labels, _ = notice(answer("Half", finish_reason="length"))
    assert "length" in words
    assert labels[0][0] == "continue"


def test_details_fold_open_and_nothing_above_moves() -> None:
    view = shown([message(0, Role.USER, "Go"), answer("Half", state=State.INTERRUPTED, failure=LOST)])
    row = next(row for row in view.page.item(1).rows if isinstance(row, NoticeRow))
    top, height = view.page.placed[0].y, row.height
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where(view, 1, "details"))
    assert row.height > height
    assert view.page.placed[0].y == top
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where(view, 1, "details"))
    assert row.height == height


def test_clicking_an_action_asks_for_it() -> None:
    view = shown(talk(4))
    asked: list[tuple[str, str]] = []
    view.action_requested.connect(lambda *what: asked.append(what))
    QTest.mouseMove(view.viewport(), where(view, 3, "regenerate"))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where(view, 3, "regenerate"))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where(view, 2, "edit"))
    assert asked == [("m3", "regenerate"), ("m2", "edit")]


def test_hovering_shows_actions_and_moves_nothing() -> None:
    view = shown(talk(4))
    before, tops = picture(view), [one.y for one in view.page.placed]
    QTest.mouseMove(view.viewport(), where(view, 3, "copy"))
    assert picture(view) != before
    assert [one.y for one in view.page.placed] == tops
    view.pointer.leave()
    assert picture(view) == before


def test_versions_are_walked() -> None:
    view = shown(talk(2), lookups=Lookups(siblings=lambda one: (1, 3) if one == "m1" else (0, 1)))
    asked: list[tuple[str, str]] = []
    view.action_requested.connect(lambda *what: asked.append(what))
    assert "next_branch" not in names(view, 0)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where(view, 1, "previous_branch"))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where(view, 1, "next_branch"))
    assert asked == [("m1", "previous_branch"), ("m1", "next_branch")]


def test_tab_walks_the_actions_of_the_message_and_enter_does_them() -> None:
    view = shown(talk(4))
    asked: list[tuple[str, str]] = []
    view.action_requested.connect(lambda *what: asked.append(what))
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.reader.current == "m3"
    seen = []
    for _ in names(view, 3):
        assert view.focusNextPrevChild(True)
        seen.append(view.reader.focused)
    assert seen == names(view, 3)
    view.focusNextPrevChild(False)
    view.reader.focused = "regenerate"
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert view.reader.current == "m2"
    view.reader.focused = "edit"
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert asked == [("m3", "regenerate"), ("m2", "edit")]


def test_every_action_has_words_and_is_large_enough_to_hit() -> None:
    kinds: list[Message] = [
        message(0, Role.USER, "Go", parts=(Attachment("a" * 64, "text/csv", "tides.csv", 2048), Text("Go"))),
        answer("Half", reasoning="Hm", state=State.INTERRUPTED, failure=LOST, timing=Timing(thinking_ms=1200)),
    ]
    view = shown(kinds, lookups=Lookups(siblings=lambda _: (0, 2)))
    for index in (0, 1):
        for row in view.page.item(index).rows:
            for action in row.actions():
                if action.name:
                    assert action.words
                    assert action.rect.height() >= 28
                    assert action.rect.width() >= 28


def test_the_usage_line_is_short_and_speaks_in_sentences() -> None:
    usage = Usage(12, 418, 430, 1204, source=Source.REPORTED)
    view = shown([message(0, Role.USER, "Go"), answer("Yes.", usage=usage)])
    row = next(row for row in view.page.item(1).rows if isinstance(row, FooterRow))
    assert row.short.startswith("12 → 418 tokens")
    assert row.spoken.startswith("Token usage")


def test_the_trace_says_how_long_was_thought_and_selects_the_turn() -> None:
    one = answer("Yes.", reasoning="Hm", timing=Timing(thinking_ms=12_000))
    assert thought(one) == "Thought for 12 s"
    assert thought(answer("Yes.")) == ""
    hidden = replace(one, parts=(Reasoning("", ({"type": "encrypted"},)), Text("Yes.")))
    assert thought(hidden) == "Thought for 12 s · hidden by the provider"
    view = shown([message(0, Role.USER, "Go"), one])
    asked: list[tuple[str, str]] = []
    view.action_requested.connect(lambda *what: asked.append(what))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where(view, 1, "show_reasoning"))
    assert asked == [("m1", "show_reasoning")]
    assert view.reader.current == "m1"
    assert any(isinstance(row, TraceRow) for row in view.page.item(1).rows)


def test_a_tool_call_is_shown_and_breaks_out_of_nothing() -> None:
    call = ToolCall("c1", "weather`*", '{"where": "Brest ``` <b>"}')
    view = shown([message(0, Role.USER, "Go"), message(1, Role.ASSISTANT, "", parts=(call,))])
    item = view.page.item(1)
    assert [row.source.kind for row in item.body] == ["paragraph", "code"]
    assert item.text == 'Tool call weather`*\n\n{\n  "where": "Brest ``` <b>"\n}'


def test_the_users_own_words_are_shown_as_typed() -> None:
    view = shown([message(0, Role.USER, "*not* stress\n  <b>x</b>\n```py\nx = 1\n```\nand on")])
    assert [(row.source.kind, row.text) for row in view.page.item(0).body] == [
        ("plain", "*not* stress\n  <b>x</b>"),
        ("code", "x = 1"),
        ("plain", "and on"),
    ]


def test_links_are_told_of_and_never_followed() -> None:
    view = shown([message(0, Role.USER, "Go"), answer("[NOAA](https://noaa.gov/x) says")])
    hovered: list[str] = []
    clicked: list[Link] = []
    view.link_hovered.connect(hovered.append)
    view.link_activated.connect(clicked.append)
    placed = next(one for one in view.page.placed if one.index == 1 and one.row.start >= 0)
    caret = placed.row.caret_rect(2)
    at = QPoint(view.page.measure.left + round(caret.left()), placed.y + round(caret.center().y()))
    QTest.mouseMove(view.viewport(), at)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    view.pointer.leave()
    assert hovered == ["https://noaa.gov/x", ""]
    assert [link.url for link in clicked] == ["https://noaa.gov/x"]


def test_links_are_reached_by_tab_and_followed_by_enter() -> None:
    text = "[One **two**](https://one.example) and https://two.example/x\n\n- a\n\n| t |\n|---|\n| [Three](https://three.example) |"
    far = "\n\n".join(["words"] * 60)
    view = shown([message(0, Role.USER, "Go"), answer(f"{text}\n\n{far}\n\n[Four](https://four.example)")])
    view.to_start()
    view.setFocus()
    view.reader.set_current("m1")
    followed: list[Link] = []
    view.link_activated.connect(followed.append)
    spoken = []
    while view.focusNextPrevChild(True) and view.reader.focused:
        action = next(one for one in view._keys.actions() if one.name == view.reader.focused)
        spoken.append(action.words)
        if action.name.startswith("link"):
            plain = picture(view)
            QTest.keyClick(view, Qt.Key.Key_Return)
            view.reader.focused = ""
            assert painted_anew(view) != plain  # one sees where the keyboard is
            view.reader.focused = action.name
    assert spoken[:3] == ["One two, one.example", "https://two.example/x, two.example", "Three, three.example"]
    hosts = [link.host for link in followed]
    assert hosts[:3] == ["one.example", "two.example", "three.example"]
    view.follow()
    view.to_start()
    assert "four.example" not in hosts  # out of sight, and far
    view.scroll_by(view.page.maximum - view.page.height // 2)  # nearly there: Tab brings it into sight
    while view.focusNextPrevChild(True) and view.reader.focused:
        if view.reader.focused.startswith("link"):
            QTest.keyClick(view, Qt.Key.Key_Return)
    assert followed[-1].host == "four.example"


@pytest.mark.parametrize("motion", [True, False])
def test_a_message_jumped_to_is_marked_in_its_margin_for_a_moment(
    monkeypatch: pytest.MonkeyPatch, motion: bool
) -> None:
    monkeypatch.setattr(view_module, "MARKED_MS", 30)
    view = shown(talk(100))
    view.set_style(Style(motion=motion))
    assert view.jump_to("m40")
    assert view.page.placed[0].index in {39, 40}
    assert view.picture.flash == "m40"
    marked = painted_anew(view)
    left = view.page.measure.left - round(view.page.style.px(view.page.style.padding))
    if motion:
        wait_for(lambda: view.picture.flash == "")
    else:
        assert view._flash_timer.interval() == view_module.MARKED_STILL_MS
        view.picture.end_flash()
    plain = painted_anew(view)
    words = QRect(left, 0, marked.width() - left, marked.height())
    assert marked.copy(words) == plain.copy(words), "nothing is laid over what was said"
    box = view.box_of("m40")
    assert box is not None
    margin = QRect(0, max(0, box.top()), left, 40)
    assert marked.copy(margin) != plain.copy(margin)
    assert not view.jump_to("nobody")


def test_the_clock_counts_minutes() -> None:
    assert clock(42.9) == "0:42"
    assert clock(125) == "2:05"


LONG = "accounts/a-provider/models/a-model-of-the-fourth-generation-instruct-2026-11-30-preview"
FULL = Usage(
    123_456, 4_181, 127_637, 1_204, 100_000, 38.0, 0.0123, "USD", Source.REPORTED, cost_source=Source.ESTIMATED
)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What lines of chrome were written, as they are elided."""
    seen: list[str] = []
    write = ChromeRow.write

    def watched(
        self: ChromeRow, painter: QPainter, text: str, left: float, right: float, *more: Any, **named: Any
    ) -> Any:
        elide = named.get("elide", Qt.TextElideMode.ElideRight)
        metrics = self.style.metrics("small")
        seen.append(metrics.elidedText(text, elide, right - left))
        return write(self, painter, text, left, right, *more, **named)

    monkeypatch.setattr(ChromeRow, "write", watched)
    return seen


def test_the_end_of_a_long_model_name_is_seen(written: list[str]) -> None:
    shown([replace(answer("Yes."), model=LONG)], width=420)
    name = next(one for one in written if one.startswith("acc"))
    assert "…" in name
    assert name.endswith("preview")


@pytest.mark.parametrize(("width", "cost"), [(900, True), (420, True), (200, False)])
def test_a_narrow_usage_line_drops_whole_parts_and_the_cost_last(written: list[str], width: int, cost: bool) -> None:
    shown([answer("Yes.", usage=FULL)], width=width)
    line = next(one for one in written if one.startswith("123,456"))
    parts = line.split(" · ")
    assert parts[0].startswith("123,456 → ")
    assert any("USD" in one for one in parts) == cost
    assert set(parts[1:]) <= {"1,204 thinking", "100,000 cached", "38/s", "≈ 0.0123 USD", "…"}


def test_an_answer_of_reasoning_alone_says_that_nothing_followed() -> None:
    words, labels, _ = notice(answer("", "Let me think."))
    assert words == "The model thought, but gave no answer."
    assert [name for name, *_ in labels] == ["regenerate"]
    assert notice(answer("Yes.", "Let me think."))[0] == ""


@pytest.mark.parametrize("zoom", [1.0, 2.5])
def test_lines_of_chrome_grow_with_their_words(zoom: float) -> None:
    view = shown([answer("Yes.", state=State.STOPPED)])
    view.set_style(Style(zoom=zoom))
    for row in view.page.item(0).rows:
        if isinstance(row, ChromeRow) and row.height:
            assert row.line >= 2.2 * row.style.font("small").pixelSize()
