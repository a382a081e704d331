"""What is shown when a stream has ended is what the whole text gives, however it was cut."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chatgui.app import READ_S
from chatgui.chat.turn import Phase
from chatgui.core import cutting
from chatgui.core.delta import ReasoningDelta, TextDelta
from chatgui.core.markdown import blocks
from chatgui.core.message import Role, State, Text, ToolCall
from chatgui.core.reply import Reply
from chatgui.ui.transcript.tail import PULL, Tail
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, answer, document, flush, message, picture, seen_text, shown, streaming

pytestmark = pytest.mark.usefixtures("qapp")

PIECES = (
    "# Tides\n", "a word ", "**bold** ", "*st", "ress* ", "\n\n", "\n", "- item\n", "1. one\n", "  - nested\n", "```py\n",
    "x = 1\n", "```\n", "| a | b |\n", "|---|---|\n", "| 1 | 2 |\n", "> quoted\n", "$x^2$ ", "$$\n", "[a](https://a.b) ",
    "[ref] ", "\n[ref]: https://c.d\n", "`code` ", "---\n", "===\n", "<b>x</b> ", "~~gone~~ ", "    indented\n", "😀 ", "日本",
)  # fmt: skip


def stream(view: TranscriptView, text: str, chance: random.Random) -> Reply:
    """The text comes in random pieces, several a frame."""
    reply = Reply()
    view.begin_reply(streaming(1), reply, Turn())
    at = 0
    while at < len(text):
        size = chance.choice((1, 2, 7, 40, 400))
        reply.apply(TextDelta(text[at : at + size]))
        at += size
        if chance.random() < 0.5:
            flush(view)
    return reply


def rows(view: TranscriptView) -> list[tuple[str, str, int]]:
    """The text rows of the last message: kind, text, height."""
    item = view.page.item(len(view.messages) - 1)
    return [(row.source.kind, row.text, row.layout(view.page.measure)) for row in item.body]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@example("word\n---\n# Tides\n" * 2, random.Random(1))
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.randoms(use_true_random=False))
def test_any_text_in_any_pieces_ends_as_the_whole_text_does(text: str, chance: random.Random) -> None:
    question = message(0, Role.USER, "Go on")
    grown, whole = shown([question]), shown([question, answer(text)])
    stream(grown, text, chance)
    grown.end_reply(answer(text))
    assert rows(grown) == rows(whole)
    for view in (grown, whole):
        view.close()
        view.deleteLater()


def test_the_picture_at_the_end_is_the_picture_of_the_whole() -> None:
    for seed in range(4):
        chance = random.Random(seed)
        text = document(chance, 14)
        question = message(0, Role.USER, "Go on")
        grown, whole = shown([question]), shown([question, answer(text)])
        stream(grown, text, chance)
        grown.end_reply(answer(text))
        assert picture(grown) == picture(whole)


def test_rows_that_are_closed_are_never_made_again() -> None:
    view, chance = shown([message(0, Role.USER, "Go on")]), random.Random(1)
    reply = stream(view, "First paragraph.\n\nSecond paragraph.\n\nThird, which is", chance)
    flush(view)
    live = view.page.live
    assert live is not None
    closed = [row.block for row in live.body[:2]]
    reply.apply(TextDelta(" long.\n\nFourth."))
    flush(view)
    view.end_reply(answer(str(reply.text)))
    assert [row.block for row in view.page.item(1).body[:2]] == closed


def test_a_frame_takes_a_bounded_piece() -> None:
    reply = Reply()
    tail = Tail((reply.text,))
    reply.apply(TextDelta("word " * 5_000))
    tail.pull()
    assert tail.backlog == 25_000 - PULL
    while tail.pull() is not None:
        pass
    assert tail.backlog == 0


def test_what_a_steady_answer_brings_between_two_reads_is_taken_in_one_frame() -> None:
    reply = Reply()
    tail = Tail((reply.text,))
    for _ in range(round(READ_S * 100)):  # tokens, at 100 a second
        reply.apply(TextDelta(" tides"))
    tail.pull()
    assert tail.backlog == 0


def test_reasoning_is_not_part_of_the_answer() -> None:
    view, reply = shown([message(0, Role.USER, "Go on")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    reply.apply(ReasoningDelta("Let me think."))
    flush(view)
    assert view.page.live is not None
    assert not view.page.live.body


def wait_after(view: TranscriptView, *, ago: float, cost: float) -> int:
    """Milliseconds until the next frame, if the last was made so many seconds ago and took so many."""
    view._frame.stop()
    view._flushed, view._flush_cost = time.perf_counter() - ago, cost
    view.wake()
    assert view._frame.isActive()
    return view._frame.interval()


def test_frames_wait_longer_when_they_cost_more() -> None:
    view, reply = shown([message(0, Role.USER, "Go on")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    reply.apply(TextDelta("Tides"))
    quick = wait_after(view, ago=0, cost=0.001)
    assert wait_after(view, ago=0, cost=0.060) > 150 > quick


def test_what_comes_after_a_pause_is_shown_at_once() -> None:
    view, reply = shown([message(0, Role.USER, "Go on")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    reply.apply(TextDelta("Tides"))
    assert wait_after(view, ago=1, cost=0.001) == 0
    flush(view)
    reply.apply(TextDelta(" rise"))
    assert wait_after(view, ago=READ_S, cost=0.001) == 0  # so often the program reads
    assert wait_after(view, ago=0.010, cost=0.001) > 0


def test_waiting_for_the_first_word_makes_no_frames_but_those_of_the_clock() -> None:
    turn, reply = Turn(), Reply()
    view = shown([message(0, Role.USER, "Go on")])
    view.begin_reply(streaming(1), reply, turn)
    flush(view)
    view._frame.stop()
    for _ in range(3):  # reasoning comes, and is shown elsewhere
        reply.apply(ReasoningDelta("Let me think."))
        view.wake()
    assert not view._frame.isActive()
    turn.phase = Phase.RETRYING
    view.wake()
    assert view._frame.isActive()


def test_the_end_of_an_answer_does_not_read_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was cut while it came is kept, with its rows; only what is not text is read at the end."""
    view = shown([message(0, Role.USER, "Go")])
    reply = Reply()
    view.begin_reply(streaming(), reply)
    text = "One.\n\n- a\n- b\n\n```py\nx = 1\n```\n\nSee [it][1].\n\n[1]: https://a.example\n"
    reply.apply(TextDelta(text))
    flush(view)
    rows = list(view.page.item(1).body)
    read: list[str] = []
    monkeypatch.setattr(cutting, "blocks", lambda text: read.append(text) or blocks(text))
    view.end_reply(message(999, Role.ASSISTANT, text, parts=(Text(text), ToolCall("1", "f", "{}"))))
    assert [one for one in read if "One." in one] == []
    body = view.page.item(1).body
    assert [row.source for row in body][: len(blocks(text))] == blocks(text)
    assert body[:4] == rows[:4]  # the very same, with what was wrapped or numbered in them
    assert "Tool call" in body[-2].text


def test_what_is_not_what_came_is_read_from_its_beginning() -> None:
    view = shown([message(0, Role.USER, "Go")])
    reply = Reply()
    view.begin_reply(streaming(), reply)
    reply.apply(TextDelta("What came."))
    flush(view)
    view.end_reply(message(999, Role.ASSISTANT, "What it is."))
    assert seen_text(view).endswith("What it is.")


def test_a_message_that_changes_in_mid_stream_goes_on_where_it_was() -> None:
    view = shown([message(0, Role.USER, "Go")])
    reply = Reply()
    view.begin_reply(streaming(), reply)
    reply.apply(TextDelta("One word"))
    flush(view)
    view.replace(message(999, Role.ASSISTANT, "One word", state=State.STREAMING))
    assert seen_text(view).endswith("One word")
    reply.apply(TextDelta(" and another."))
    flush(view)
    view.end_reply(message(999, Role.ASSISTANT, "One word and another."))
    assert [row.text for row in view.page.item(1).body] == ["One word and another."]


def test_a_link_is_one_from_the_frame_its_definition_comes_in() -> None:
    view, reply = shown([]), Reply()
    view.begin_reply(streaming(), reply, Turn())
    reply.apply(TextDelta("See [the **guide**][guide], or the [tables].\n\nMore is to come.\n\n"))
    flush(view)
    first = view.page.item(0).body[0]
    assert "[guide]" in first.text
    reply.apply(TextDelta("[guide]: https://tide.example/guide\n[Tables]: https://tide.example/t\n\nAnd it goes on.\n"))
    flush(view)
    assert first is view.page.item(0).body[0]
    assert first.text == "See the guide, or the tables."
    first.layout(view.page.measure)
    assert [link.url for link, *_ in first.block.links()] == [
        "https://tide.example/guide",
        "https://tide.example/t",
    ]
    assert [run.text for run in view.page.item(0).body[1:]] == ["More is to come.", "", "And it goes on."]
