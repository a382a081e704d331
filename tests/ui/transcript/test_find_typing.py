"""Finding while one types: to the first place from where one reads, and back if nothing came of it."""

from __future__ import annotations

import time

import pytest

from chatgui.core.delta import TextDelta
from chatgui.core.message import Message, Role
from chatgui.core.reply import Reply
from chatgui.ui.transcript.places import END
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, answer, message, shown, streaming, talk, wait_for

pytestmark = pytest.mark.usefixtures("qapp")


def with_words(count: int, words: str, *places: int) -> list[Message]:
    messages = talk(count)
    for at in places:
        messages[at] = message(at, messages[at].role, f"Here is the {words}.")
    return messages


def type_in(view: TranscriptView, words: str) -> None:
    """Letter by letter, each after all was searched."""
    for end in range(1, len(words) + 1):
        view.search.seek(words[:end])
        wait_for(lambda: not view.search.is_searching)


def in_sight(view: TranscriptView, index: int) -> bool:
    return any(one.index == index for one in view.page.placed)


def test_typing_goes_to_the_first_place_from_where_one_reads() -> None:
    view = shown(with_words(300, "zebra", 20, 200, 280))
    view.jump_to("m100", mark=False)
    type_in(view, "zebra")
    assert (view.search.number, view.search.total) == (2, 3)
    assert in_sight(view, 200)
    view.search.step(1)
    assert view.search.number == 3
    view.search.step(1)
    assert view.search.number == 1, "round the end"
    view.search.step(-1)
    assert view.search.number == 3


def test_within_one_message_it_is_the_first_from_the_line_one_reads() -> None:
    paragraphs = [f"Paragraph {at} has a zebra." for at in range(200)]
    view = shown([message(0, Role.USER, "Go"), answer("\n\n".join(paragraphs))])
    view.to_start()
    view.scroll_by(2000)
    first = next(
        one for one in view.page.placed if one.y + one.row.caret_rect(0).top() >= 0 and "zebra" in one.row.text
    )
    type_in(view, "zebra")
    assert view.search.number == int(first.row.text.split()[1]) + 1
    view.search.step(-1)
    assert view.search.number == int(first.row.text.split()[1])


def test_nothing_behind_where_one_reads_begins_at_the_start() -> None:
    view = shown(with_words(300, "zebra", 20, 60))
    type_in(view, "zebra")
    assert (view.search.number, view.search.total) == (1, 2)
    assert in_sight(view, 20)


def test_what_is_not_there_and_escape_lead_back() -> None:
    view = shown(with_words(300, "zebra", 20))
    view.jump_to("m100", mark=False)
    before = view.place()
    type_in(view, "zebra")
    assert view.place() != before
    type_in(view, "zebrafish")
    assert view.place() == before, "nothing is found"
    type_in(view, "zebra")
    assert in_sight(view, 20)
    view.search.seek("")
    assert view.place() == before, "the line is empty"
    type_in(view, "zebra")
    view.search.leave(back=True)
    assert view.place() == before
    assert view.search.total == 0


def test_from_the_end_it_leads_back_to_the_end() -> None:
    view = shown(with_words(300, "zebra", 20))
    assert view.place() == END
    type_in(view, "zebra")
    assert not view.is_following
    view.search.leave(back=True)
    assert view.is_following


@pytest.mark.parametrize("how", ["step", "stay", "scroll", "close"])
def test_one_who_went_on_stays(how: str) -> None:
    view = shown(with_words(300, "zebra", 20, 60))
    view.jump_to("m100", mark=False)
    type_in(view, "zebra")
    if how == "scroll":
        view.scroll_by(50)
    elif how != "close":
        view.search.step(1 if how == "step" else 0)
    place = view.place()
    view.search.leave(back=how != "close")
    assert view.place() == place


def test_typing_on_begins_at_the_place_one_went_to() -> None:
    view = shown(with_words(300, "zebra crossing", 20, 60, 90))
    view.to_start()
    type_in(view, "zebra")
    view.search.step(1)
    assert view.search.number == 2
    type_in(view, "zebra cross")
    assert view.search.number == 2
    view.search.leave(back=True)
    assert in_sight(view, 60)


def test_words_are_found_over_a_line_break_and_several_blanks() -> None:
    texts = ["foo\nbar", "foo  bar", "foo\u00a0bar", "**foo** bar", "> foo\n> bar", "foobar"]
    view = shown([answer("Filler."), *(message(at, Role.ASSISTANT, text) for at, text in enumerate(texts, 2))])
    view.search.start("foo bar")
    wait_for(lambda: not view.search.is_searching)
    assert sorted(view.search.counts) == [1, 2, 3, 4, 5]
    view.to_start()
    for number in range(1, 6):
        view.search.step(1)
        assert view.search.number == number
    placed = next(one for one in view.page.placed if one.index == 1 and "foo" in one.row.text)
    ((start, end, _),) = view.search.marks(placed)
    assert placed.row.text[start:end] == "foo\nbar"


def test_many_blanks_are_no_stall() -> None:
    view = shown([answer("foo " + " " * 60_000 + "x"), message(2, Role.USER, " " * 60_000)])
    for words in (" foo", "foo b", "x y", "  "):
        began = time.thread_time()
        view.search.start(words)
        wait_for(lambda: not view.search.is_searching)
        assert time.thread_time() - began < 0.5


def test_what_is_being_written_is_found_too() -> None:
    view, reply = shown(talk(20)), Reply()
    view.search.start("zebra")
    wait_for(lambda: not view.search.is_searching)
    view.begin_reply(streaming(), reply, Turn())
    reply.apply(TextDelta("A zebra came."))
    view.wake()
    wait_for(lambda: "zebra" in view.page.item(20).text)
    view.search.step(1)
    assert (view.search.number, view.search.total) == (1, 1)


def test_typing_is_quick_in_a_hundred_thousand_messages() -> None:
    one = talk(1000)
    messages = [message(at, one[at % 1000].role, one[at % 1000].text) for at in range(100_000)]
    messages[5] = message(5, Role.ASSISTANT, "Here is the zebra.")
    view = shown(messages)
    worst = 0.0
    for words in ("t", "ti", "tide", "zebra", "z", "tides moon"):
        began = time.thread_time()
        view.search.seek(words)
        worst = max(worst, time.thread_time() - began)
        while view.search.is_searching:
            began = time.thread_time()
            view.search._search()
            worst = max(worst, time.thread_time() - began)
    assert worst < 0.1
