"""What a request holds, counted in steps; what the window of the model would be filled to, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chatgui.chat.counting import HistoryCounter, count_message, count_request
from chatgui.chat.fill import Fill
from chatgui.core.message import Attachment, Message, Part, Reasoning, Role, State, Text
from chatgui.core.usage import UNKNOWN, Source, Usage

WORDS = "The tide follows the moon, and turns twice a day. "


def said(one: str, text: str, role: Role = Role.USER, *parts: Part, usage: Usage = UNKNOWN) -> Message:
    return Message(one, role, (*parts, Text(text)), datetime.now(UTC), usage=usage)


def counted(branch: list[Message], *, reasoning: bool = False) -> int | None:
    counter = HistoryCounter()
    counter.begin(branch, reasoning=reasoning)
    counter.step(10)
    return counter.tokens


def test_only_what_is_sent_is_counted() -> None:
    failed = Message("f", Role.ASSISTANT, (Text("half"),), datetime.now(UTC), state=State.FAILED)
    empty = Message("e", Role.ASSISTANT, (Reasoning("hm"),), datetime.now(UTC))
    result = Message("t", Role.TOOL, (Text("result"),), datetime.now(UTC))
    assert [count_message(one) for one in (failed, empty, result)] == [0, 0, 0]
    assert count_request([said("1", WORDS), failed]) == count_request([said("1", WORDS)])


def test_reasoning_counts_where_the_account_wants_it_back() -> None:
    answer = said("a", "Yes.", Role.ASSISTANT, Reasoning(WORDS * 10))
    assert counted([answer], reasoning=True) > 5 * (counted([answer]) or 0)  # type: ignore[operator]


def test_text_files_count_by_their_size_and_pictures_by_a_common_price() -> None:
    note = Attachment("0" * 64, "text/plain; charset=utf-8", "a.txt", 4000)
    picture = Attachment("1" * 64, "image/png", "a.png", 900_000)
    assert count_message(said("1", "", Role.USER, note)) >= 1000
    assert count_message(said("1", "", Role.USER, picture), images=True) > 700
    assert count_message(said("1", "", Role.USER, picture)) < 10  # for the alarm: what is surely sent


def test_a_long_history_is_counted_in_steps_and_known_messages_cost_nothing() -> None:
    branch = [said(str(at), WORDS * 20) for at in range(1500)]
    counter = HistoryCounter()
    counter.begin(branch, reasoning=False)
    steps = 1
    while not counter.step(0.002):
        assert counter.tokens is None  # not a part of the truth
        steps += 1
    assert steps > 3
    whole = counter.tokens
    assert whole == pytest.approx(1500 * count_message(branch[0]), rel=0.01)
    counter.begin([*branch, said("new", WORDS)], reasoning=False)
    counter.step(10)
    assert counter.tokens == (whole or 0) + count_message(said("new", WORDS))


def test_a_huge_history_is_partly_reckoned() -> None:
    branch = [said(str(at), WORDS * 20) for at in range(500)]
    counter = HistoryCounter(most=100_000)
    counter.begin(branch, reasoning=False)
    counter.step(10)
    assert counter.tokens == pytest.approx(500 * count_message(branch[0]), rel=0.03)
    assert len(counter._known) < 120


def test_the_count_follows_the_provider_that_answered_last() -> None:
    question = said("q", WORDS * 100)
    usage = Usage(1500, 10, 1510, source=Source.REPORTED, sent_tokens=1200)
    answer = said("a", "Yes.", Role.ASSISTANT, usage=usage)
    plain = count_message(question) + count_message(answer)
    assert counted([question, answer]) == round(plain * 1.25)
    cut = said("a", "Yes.", Role.ASSISTANT, usage=Usage(100, 10, 110, source=Source.REPORTED, sent_tokens=1200))
    assert counted([question, cut]) == plain


def test_the_fill_says_number_window_and_share() -> None:
    fill = Fill(draft=40, history=3170, context=128_000)
    assert fill.words == "≈ 3,210 of 128,000 tokens (3 %)"
    assert fill.sentences.startswith("≈ 3,210 of 128,000 tokens (3 %) would be sent.")
    assert "This message ≈ 40, the conversation before it ≈ 3,170." in fill.sentences
    assert "±" in fill.sentences
    assert fill.warning == ""


def test_files_nobody_can_count_are_said() -> None:
    assert "1 file is not counted." in Fill(draft=40, uncounted=1).sentences
    assert "2 files are not counted." in Fill(draft=40, uncounted=2).sentences


def test_an_unknown_window_has_no_share_and_warns_of_nothing() -> None:
    fill = Fill(draft=10_000_000)
    assert fill.share is None
    assert fill.warning == ""
    assert "not known" in fill.sentences


def test_what_will_not_fit_is_said_in_words() -> None:
    assert Fill(draft=130_000, context=128_000).warning.startswith("This will probably not fit: ≈ 130,000 of 128,000")
    assert Fill(draft=120_000, context=128_000).warning.startswith("Little room is left")
    assert "answer of 64,000 tokens" in Fill(draft=70_000, context=128_000, asked=64_000).warning
    assert "under 1 %" in Fill(draft=20, context=128_000).words
    assert Fill(draft=3).short == ""
