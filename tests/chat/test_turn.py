"""A turn: deltas become a reply, the reply a message; stopping, breaking and failing keep what has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime

import pytest

from chatgui.chat.turn import Phase, Turn
from chatgui.core.delta import (
    Connecting,
    Delta,
    Ended,
    ErrorDelta,
    FinishDelta,
    Opened,
    ReasoningDelta,
    TextDelta,
    UsageDelta,
)
from chatgui.core.errors import Failure, Interrupted, Kind, RateLimited, StoreError, StoreState
from chatgui.core.message import Message, Role, State
from chatgui.core.request import ChatRequest
from chatgui.core.usage import Source, Usage

OPENING: tuple[Delta, ...] = (Connecting(1), Opened(200))


class Kept:
    """What a store would hold: appended text by kind, the final message, the troubles told."""

    def __init__(self, fails: int = 0) -> None:
        self.appended: dict[str, str] = {}
        self.final: Message | None = None
        self.troubles: list[StoreError | None] = []
        self.fails = fails
        self.written = asyncio.Event()

    async def append(self, message_id: str, seq: int, chunks: Sequence[tuple[str, str]]) -> None:
        if self.fails:
            self.fails -= 1
            raise StoreError(StoreState.DISK_FULL, "The disk is full.")
        for kind, text in chunks:
            self.appended[kind] = self.appended.get(kind, "") + text
        self.written.set()

    async def finish(self, message: Message) -> None:
        self.final = message

    def trouble(self, error: StoreError | None) -> None:
        self.troubles.append(error)


def turn_over(deltas: Sequence[Delta | Exception | asyncio.Event], kept: Kept) -> Turn:
    """A turn over a scripted stream: an exception is raised, an event is waited for."""

    async def script() -> AsyncGenerator[Delta, None]:
        for one in deltas:
            if isinstance(one, asyncio.Event):
                await one.wait()
            elif isinstance(one, Exception):
                raise one
            else:
                yield one

    async def stream(_: ChatRequest) -> AsyncGenerator[Delta, None]:
        return script()

    message = Message("m", Role.ASSISTANT, (), datetime.now(UTC), state=State.STREAMING, account="A", model="x")
    return Turn("c", message, ChatRequest("x", ()), stream, kept)


async def phase(turn: Turn, wanted: Phase) -> None:
    """Wait until the turn is in this phase."""
    reached = asyncio.Event()
    forget = turn.changed.subscribe(lambda _: reached.set() if turn.phase is wanted else None)
    if turn.phase is not wanted:
        await reached.wait()
    forget()


async def test_a_finished_answer_holds_everything_that_came() -> None:
    kept = Kept()
    usage = Usage(1, 2, 3, source=Source.REPORTED, sent_tokens=0)
    turn = turn_over(
        [*OPENING, ReasoningDelta("hm"), TextDelta("yes"), FinishDelta("stop"), UsageDelta(usage), Ended(done=True)],
        kept,
    )
    message = await turn.wait()
    assert (message.state, message.text, message.reasoning) == (State.FINISHED, "yes", "hm")
    assert (message.finish_reason, message.usage, message.timing.deltas) == ("stop", usage, 2)
    assert message.timing.thinking_ms is not None
    assert kept.final is message


async def test_text_reaches_the_store_while_the_answer_still_grows() -> None:
    kept, go_on = Kept(), asyncio.Event()
    turn = turn_over(
        [*OPENING, ReasoningDelta("why"), TextDelta("because"), go_on, TextDelta("!"), Ended(done=True)], kept
    )
    await kept.written.wait()
    assert kept.final is None
    assert kept.appended == {"reasoning": "why", "text": "because"}  # both at once
    go_on.set()
    assert (await turn.wait()).text == "because!"


async def test_stop_keeps_what_has_come() -> None:
    kept = Kept()
    turn = turn_over([*OPENING, TextDelta("half"), asyncio.Event()], kept)
    await phase(turn, Phase.ANSWERING)
    turn.stop()
    turn.stop()
    message = await turn.wait()
    assert (message.state, message.text, message.finish_reason) == (State.STOPPED, "half", "cancelled")
    assert message.usage.partial
    assert message.failure is None


async def test_stop_before_the_stream_began() -> None:
    turn = turn_over([asyncio.Event()], Kept())
    turn.stop()
    assert (await turn.wait()).state is State.STOPPED


async def test_a_broken_stream_is_interrupted_and_keeps_its_text() -> None:
    turn = turn_over([*OPENING, TextDelta("so f"), Interrupted("The connection closed early.")], Kept())
    message = await turn.wait()
    assert (message.state, message.text, message.finish_reason) == (State.INTERRUPTED, "so f", "interrupted")
    assert message.failure is not None
    assert message.failure.kind is Kind.INTERRUPTED


async def test_a_refused_request_fails_with_the_providers_words() -> None:
    message = await turn_over([Connecting(1), RateLimited("Slow down.", status=429)], Kept()).wait()
    assert message.state is State.FAILED
    assert message.failure is not None
    assert (message.failure.message, message.failure.status) == ("Slow down.", 429)
    assert not message.usage.known


async def test_an_error_inside_the_stream_fails_the_turn_and_keeps_the_text() -> None:
    failure = Failure(Kind.UNAVAILABLE, "Upstream went away.")
    message = await turn_over(
        [*OPENING, TextDelta("one"), ErrorDelta(failure), TextDelta(" two"), Ended(done=True)], Kept()
    ).wait()
    assert (message.state, message.text, message.failure) == (State.FAILED, "one two", failure)


async def test_a_full_disk_is_told_and_the_final_message_still_has_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatgui.chat.turn.RETRY_S", 0.01)
    kept, go_on = Kept(fails=1), asyncio.Event()
    turn = turn_over([*OPENING, TextDelta("words"), go_on, Ended(done=True)], kept)
    await kept.written.wait()
    go_on.set()
    await turn.wait()
    assert [error and error.state for error in kept.troubles] == [StoreState.DISK_FULL, None]
    assert kept.appended == {"text": "words"}


async def test_a_turn_that_ends_at_once_still_tells_its_listeners_last() -> None:
    turn = turn_over([Ended(done=True)], Kept())
    seen: list[Phase] = []
    turn.changed.subscribe(lambda _: seen.append(turn.phase))
    await turn.wait()
    assert seen[-1] is Phase.ENDED
