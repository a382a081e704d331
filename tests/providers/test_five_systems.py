"""The five provider systems: answer, reasoning, usage and its source, finish reason, errors before and inside, the end.

Each cell of that table is one test over a real socket, through the client that the program uses. Its name says the cell:
`test_SYSTEM_WHAT_…`, with WHAT one of answer, reasoning, usage, finish, error_before, error_inside, end.
"""

from __future__ import annotations

from typing import Any

from chatgui.core.delta import ErrorDelta, ReasoningDelta, Retrying, TextDelta, UsageDelta
from chatgui.core.errors import Kind
from chatgui.core.usage import UNKNOWN, Source, Usage
from tests.providers.told import Told, head, meant, systems

MID_STREAM = "demo error mid-stream"


async def ask(name: str, prompt: str = "hello", model: str = "", **more: Any) -> Told:
    """What the system tells."""
    async with systems() as one:
        return await one.ask(name, prompt, model, **more)


def check_answer(told: Told, name: str, model: str = "") -> None:
    """The answer is whole: character for character what the system meant, with nothing of the reasoning in it."""
    assert told.error is None
    assert head(told.text) == head(meant(name, "hello", model).answer)
    assert told.text.endswith("the tour goes on with the keyboard.\n")
    assert "A reasoning model would put its thoughts here" not in told.text


def check_reasoning(told: Told) -> None:
    """All of the reasoning, before all of the answer."""
    assert told.reasoning.startswith("A reasoning model would put its thoughts here, apart from the answer.")
    assert told.reasoning.endswith("Now the answer.\n")
    kinds = [type(delta) for delta in told.deltas if isinstance(delta, (TextDelta, ReasoningDelta))]
    assert kinds == sorted(kinds, key=lambda kind: kind is TextDelta)


def check_reported(told: Told) -> Usage:
    """Usage came once, from the provider, and adds up."""
    [delta] = told.only(UsageDelta)
    usage: Usage = delta.usage
    assert usage.source is Source.REPORTED
    assert usage.prompt_tokens == 4  # “hello”, and three for its role
    assert usage.completion_tokens is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    return usage


def check_unknown(told: Told) -> None:
    """Nobody counted, and nothing pretends otherwise."""
    assert told.error is None
    assert told.only(UsageDelta) == []
    assert told.reply.usage == UNKNOWN
    assert told.reply.usage.source is Source.UNKNOWN


def check_partial(told: Told) -> None:
    """What came before the error is kept, and it is not everything."""
    whole = told.reasoning + told.text
    assert len(whole) > 200
    assert "the tour goes on with" not in told.text


def inside(told: Told) -> ErrorDelta:
    """The error that the stream itself told."""
    [delta] = told.only(ErrorDelta)
    assert isinstance(delta, ErrorDelta)
    return delta


# PrivateMind


async def test_privatemind_answer_is_whole() -> None:
    check_answer(await ask("privatemind"), "privatemind")


async def test_privatemind_reasoning_comes_in_its_own_field() -> None:
    check_reasoning(await ask("privatemind"))


async def test_privatemind_reasoning_can_be_turned_off() -> None:
    told = await ask("privatemind", reasoning_effort="off")
    assert told.reasoning == ""
    check_answer(told, "privatemind")


async def test_privatemind_usage_is_reported_on_the_finish_chunk() -> None:
    told = await ask("privatemind")
    assert check_reported(told).reasoning_tokens is None


async def test_privatemind_finish_is_stop_and_length() -> None:
    assert (await ask("privatemind")).finish == ["stop"]
    assert (await ask("privatemind", max_tokens=300)).finish == ["length"]


async def test_privatemind_error_before_spent_budget_is_quota() -> None:
    told = await ask("privatemind", "demo error 402")
    assert told.error
    assert (told.error.kind, told.error.status, told.error.code) == (Kind.QUOTA, 402, "budget_exceeded")
    assert told.error.message == "The budget of this key is spent."
    assert not told.error.retryable


async def test_privatemind_error_before_rate_limit_backs_off_by_itself() -> None:
    told = await ask("privatemind", "demo error 429", until=Retrying)
    [retrying] = told.only(Retrying)
    assert (retrying.attempt, retrying.failure.kind, retrying.failure.code) == (2, Kind.RATE_LIMITED, "rpm_exceeded")
    assert retrying.failure.retry_after is None
    assert 0 < retrying.wait_s <= 30


async def test_privatemind_error_inside_keeps_what_came() -> None:
    told = await ask("privatemind", MID_STREAM)
    assert inside(told).failure.message == "The server had an error in mid-answer."
    check_partial(told)


async def test_privatemind_end_is_the_end_mark() -> None:
    assert (await ask("privatemind")).done


# Mira


async def test_mira_answer_is_whole() -> None:
    check_answer(await ask("mira"), "mira")


async def test_mira_reasoning_comes_by_model_under_either_name() -> None:
    check_reasoning(await ask("mira", model="mira-thinking"))
    check_reasoning(await ask("mira", model="mira-max"))
    assert (await ask("mira", model="mira-pro")).reasoning == ""


async def test_mira_reasoning_of_a_whole_answer_comes_under_either_name() -> None:
    for model in ("mira-thinking", "mira-max"):
        told = await ask("mira", model=model, stream=False)
        check_reasoning(told)
        check_answer(told, "mira", model)


async def test_mira_usage_is_unknown_in_a_stream() -> None:
    check_unknown(await ask("mira"))


async def test_mira_usage_is_reported_for_a_whole_answer() -> None:
    usage = check_reported(await ask("mira", model="mira-thinking", stream=False))
    assert usage.reasoning_tokens
    assert usage.completion_tokens
    assert 0 < usage.reasoning_tokens < usage.completion_tokens


async def test_mira_finish_is_stop_and_length() -> None:
    assert (await ask("mira")).finish == ["stop"]
    assert (await ask("mira", max_tokens=10)).finish == ["length"]


async def test_mira_error_before_is_its_detail() -> None:
    told = await ask("mira", key="bad-key")
    assert told.error
    assert (told.error.kind, told.error.status, told.error.message) == (Kind.AUTHENTICATION, 401, "Invalid API key")


async def test_mira_error_before_rate_limit_says_how_long() -> None:
    told = await ask("mira", "demo error 429", until=Retrying)
    [retrying] = told.only(Retrying)
    assert (retrying.failure.kind, retrying.failure.retry_after) == (Kind.RATE_LIMITED, 60.0)
    assert retrying.wait_s >= 60
    assert retrying.failure.message == "Rate limit exceeded. Try again in 60 seconds."


async def test_mira_error_inside_keeps_what_came() -> None:
    told = await ask("mira", MID_STREAM)
    assert inside(told).failure.message == "Generation failed"
    check_partial(told)


async def test_mira_end_is_the_end_mark() -> None:
    assert (await ask("mira")).done


# YuhuanStudio


async def test_yuhuan_answer_is_whole() -> None:
    check_answer(await ask("yuhuan"), "yuhuan")


async def test_yuhuan_reasoning_comes_in_its_own_field() -> None:
    check_reasoning(await ask("yuhuan"))
    assert (await ask("yuhuan", model="yuhuan-lite")).reasoning == ""


async def test_yuhuan_usage_is_asked_for_and_reported_in_a_last_chunk() -> None:
    usage = check_reported(await ask("yuhuan"))
    assert usage.reasoning_tokens
    assert usage.completion_tokens
    assert 0 < usage.reasoning_tokens < usage.completion_tokens


async def test_yuhuan_finish_is_not_stated_and_that_is_no_error() -> None:
    told = await ask("yuhuan")
    assert told.finish == []
    assert told.reply.finish_reason is None
    assert told.error is None


async def test_yuhuan_error_before_context_too_long() -> None:
    told = await ask("yuhuan", "demo error context_length_exceeded")
    assert told.error
    assert (told.error.kind, told.error.status, told.error.code) == (
        Kind.CONTEXT_TOO_LONG,
        400,
        "context_length_exceeded",
    )


async def test_yuhuan_error_before_by_code() -> None:
    kinds = {
        "content_filter": Kind.CONTENT_REFUSED,
        "model_tier_restricted": Kind.PERMISSION,
        "key_revoked": Kind.AUTHENTICATION,
    }
    for code, kind in kinds.items():
        told = await ask("yuhuan", f"demo error {code}")
        assert told.error
        assert (told.error.kind, told.error.code) == (kind, code)


async def test_yuhuan_error_inside_keeps_what_came() -> None:
    told = await ask("yuhuan", MID_STREAM)
    assert inside(told).failure.message == "The server had an error in mid-answer."
    check_partial(told)


async def test_yuhuan_end_is_the_end_mark() -> None:
    assert (await ask("yuhuan")).done


# Kindo


async def test_kindo_answer_is_whole() -> None:
    check_answer(await ask("kindo"), "kindo")


async def test_kindo_reasoning_never_comes() -> None:
    told = await ask("kindo")
    assert told.only(ReasoningDelta) == []
    assert told.reasoning == ""


async def test_kindo_usage_is_unknown_even_when_asked_for() -> None:
    check_unknown(await ask("kindo"))


async def test_kindo_finish_is_stop_and_length() -> None:
    assert (await ask("kindo")).finish == ["stop"]
    assert (await ask("kindo", max_tokens=10)).finish == ["length"]


async def test_kindo_error_before_bad_key_is_a_plain_string() -> None:
    told = await ask("kindo", key="bad-key")
    assert told.error
    assert (told.error.kind, told.error.status) == (Kind.AUTHENTICATION, 401)
    assert "Unauthorized" in told.error.message


async def test_kindo_error_before_by_code() -> None:
    told = await ask("kindo", "demo error 403")
    assert told.error
    assert (told.error.kind, told.error.status, told.error.code) == (Kind.PERMISSION, 403, "model_access_denied")


async def test_kindo_error_before_forwarded_page_is_told_without_its_tags() -> None:
    told = await ask("kindo", "demo error 503", until=Retrying)
    [retrying] = told.only(Retrying)
    assert (retrying.failure.kind, retrying.failure.status) == (Kind.UNAVAILABLE, 503)
    assert "<" not in retrying.failure.message


async def test_kindo_error_inside_is_a_named_event_and_keeps_what_came() -> None:
    told = await ask("kindo", MID_STREAM)
    failure = inside(told).failure
    assert (failure.message, failure.code) == ("The stream ended early.", "stream_error")
    check_partial(told)


async def test_kindo_end_is_the_end_mark_also_after_an_error() -> None:
    assert (await ask("kindo")).done
    assert (await ask("kindo", MID_STREAM)).done


# AI-TokenHub


async def test_tokenhub_answer_is_whole() -> None:
    check_answer(await ask("tokenhub"), "tokenhub")


async def test_tokenhub_reasoning_never_comes() -> None:
    told = await ask("tokenhub")
    assert told.only(ReasoningDelta) == []
    assert told.reasoning == ""


async def test_tokenhub_usage_is_reported_on_the_last_chunk() -> None:
    check_reported(await ask("tokenhub", model="gpt-4o"))


async def test_tokenhub_usage_is_unknown_when_the_upstream_does_not_count() -> None:
    check_unknown(await ask("tokenhub", model="gpt-4o-mini"))


async def test_tokenhub_finish_is_stop_or_not_stated() -> None:
    assert (await ask("tokenhub", model="gpt-4o")).finish == ["stop"]
    told = await ask("tokenhub", model="gpt-4o-mini")
    assert (told.finish, told.error) == ([], None)


async def test_tokenhub_error_before_is_by_status() -> None:
    kinds = {400: Kind.INVALID_REQUEST, 401: Kind.AUTHENTICATION, 403: Kind.PERMISSION}
    for status, kind in kinds.items():
        told = await ask("tokenhub", f"demo error {status}")
        assert told.error
        assert (told.error.kind, told.error.status) == (kind, status)


async def test_tokenhub_error_before_is_tried_again_where_that_can_help() -> None:
    kinds = {429: Kind.RATE_LIMITED, 500: Kind.UNAVAILABLE, 503: Kind.UNAVAILABLE}
    for status, kind in kinds.items():
        [retrying] = (await ask("tokenhub", f"demo error {status}", until=Retrying)).only(Retrying)
        assert (retrying.failure.kind, retrying.failure.status) == (kind, status)


async def test_tokenhub_error_inside_is_a_dropped_connection_and_keeps_what_came() -> None:
    told = await ask("tokenhub", MID_STREAM)
    assert told.error
    assert told.error.kind is Kind.INTERRUPTED
    check_partial(told)


async def test_tokenhub_end_is_the_end_mark() -> None:
    assert (await ask("tokenhub")).done


# All five


async def test_what_was_ordered_to_fail_once_is_answered_at_the_second_attempt() -> None:
    for name in ("privatemind", "mira", "yuhuan", "kindo", "tokenhub"):
        told = await ask(name, "demo error 429 once retry-after 0.01")
        assert [one.attempt for one in told.only(Retrying)] == [2]
        assert told.error is None
        assert told.text


async def test_every_systems_models_are_listed() -> None:
    async with systems() as one:
        for name in ("privatemind", "mira", "yuhuan", "kindo", "tokenhub"):
            listed = await one.client.models(one.account(name), None)
            assert listed[0].id == name


async def test_privatemind_models_say_what_they_can() -> None:
    async with systems() as one:
        chat, embed = await one.client.models(one.account("privatemind"), None)
    assert (chat.context_length, chat.reasoning, chat.tools, chat.vision) == (131072, True, True, False)
    assert chat.aliases == ("fast",)
    assert "reasoning_effort" in chat.parameters
    assert embed.chat is False


def test_the_table_has_no_empty_cell() -> None:
    cells = {
        f"test_{system}_{what}"
        for system in ("privatemind", "mira", "yuhuan", "kindo", "tokenhub")
        for what in ("answer", "reasoning", "usage", "finish", "error_before", "error_inside", "end")
    }
    tests = [name + "_" for name in globals() if name.startswith("test_")]
    assert not [cell for cell in cells if not any(name.startswith(cell + "_") for name in tests)]
