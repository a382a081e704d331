"""Usage in words: every number says where it comes from, and nothing unknown is ever zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from chatgui.chat.usage import duration, settled, usage_line
from chatgui.core.delta import ReasoningDelta, TextDelta
from chatgui.core.message import Message, Role, State, Text, Timing
from chatgui.core.reply import Reply
from chatgui.core.usage import Source, Usage

UNTIMED = Timing()


def answer(usage: Usage, timing: Timing = UNTIMED, state: State = State.FINISHED) -> Message:
    return Message("a", Role.ASSISTANT, (Text("hi"),), datetime.now(UTC), usage=usage, timing=timing, state=state)


def test_reported_numbers_stand_plainly() -> None:
    usage = Usage(12, 1622, 1634, reasoning_tokens=1204, source=Source.REPORTED)
    short, spoken = usage_line(answer(usage, Timing(ttft_ms=1000, duration_ms=11_000)))
    assert short == "12 → 1,622 tokens · 1,204 thinking · 162/s"
    assert spoken.startswith("Token usage, reported by the provider: prompt 12, answer 1,622, total 1,634 tokens.")
    assert "Of the answer, 1,204 were reasoning." in spoken
    assert "Cost unknown." in spoken


def test_estimates_are_marked() -> None:
    short, spoken = usage_line(answer(Usage(10, 20, 30, source=Source.ESTIMATED)))
    assert short == "≈ 10 → ≈ 20 tokens"
    assert spoken.startswith("Token usage, estimated by this program")


def test_unknown_is_a_dash_and_said_so() -> None:
    short, spoken = usage_line(answer(Usage()))
    assert short == "— → — tokens"
    assert spoken == "Token usage: unknown. The provider did not report it. Cost unknown."


def test_one_unknown_number_beside_known_ones() -> None:
    assert usage_line(answer(Usage(None, 7, None, source=Source.REPORTED)))[0] == "— → 7 tokens"


def test_a_cut_answer_says_its_count_is_partial() -> None:
    reply = Reply()
    reply.apply(TextDelta("half an answ"))
    usage = settled(Usage(), [], reply, cut_short=True)
    short, spoken = usage_line(answer(usage, state=State.STOPPED))
    assert short.endswith("partial")
    assert "partial" in spoken


def test_what_the_provider_reported_is_never_replaced_by_an_estimate() -> None:
    reported = Usage(None, 3, None, source=Source.REPORTED)
    kept = settled(reported, [], Reply(), cut_short=False)
    assert replace(kept, sent_tokens=None) == reported


def test_an_estimate_counts_reasoning_inside_the_answer() -> None:
    reply = Reply()
    reply.apply(ReasoningDelta("let me think about it for a while"))
    reply.apply(TextDelta("done"))
    usage = settled(Usage(), [], reply, cut_short=False)
    assert usage.source is Source.ESTIMATED
    assert usage.reasoning_tokens is not None
    assert usage.completion_tokens is not None
    assert usage.completion_tokens > usage.reasoning_tokens
    assert usage.total_tokens == (usage.prompt_tokens or 0) + usage.completion_tokens


def test_times_are_said_as_people_say_them() -> None:
    assert [duration(ms) for ms in (400, 9_949, 12_000, 125_000, 3_780_000)] == [
        "0.4 s", "9.9 s", "12 s", "2 min 5 s", "1 h 3 min",
    ]  # fmt: skip


def test_a_server_that_read_a_tenth_of_what_it_was_sent_is_told() -> None:
    usage = Usage(16_387, 10, 16_397, source=Source.REPORTED, sent_tokens=160_689)
    short, spoken = usage_line(answer(usage))
    assert short == "The server read about 16k of 161k · 16,387 → 10 tokens"
    assert "may have been cut off" in spoken


def test_ordinary_differences_of_counting_raise_no_alarm() -> None:
    for sent, read in [(2000, 1600), (2000, 2600), (160_000, 120_000), (400, 20)]:
        assert not Usage(read, 1, read + 1, source=Source.REPORTED, sent_tokens=sent).truncated
    assert not Usage(10, 1, 11, source=Source.ESTIMATED, sent_tokens=5000).truncated
