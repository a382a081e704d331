"""A turn: one request and its reply, from sending to the finished message.

The turn owns the growing reply. A delta is applied in one uninterrupted run: nothing is queued, nothing is awaited
between two deltas of one network read. Its text reaches the database at most `LATEST_S` seconds late, by appending.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from enum import StrEnum
from typing import Protocol, TypeAlias

from chatgui.chat.prices import costed
from chatgui.chat.usage import settled
from chatgui.core.account import Price
from chatgui.core.delta import (
    Alive,
    Connecting,
    Delta,
    Learned,
    Opened,
    ReasoningDelta,
    RefusalDelta,
    Retrying,
    TextDelta,
)
from chatgui.core.errors import ChatError, Failure, Interrupted, StoreError
from chatgui.core.event import Event
from chatgui.core.message import Message, State, Timing
from chatgui.core.reply import Growing, Reply
from chatgui.core.request import ChatRequest

# text waits so long for more before it is written; with reading and the write itself it stays under 0.25 s
LATEST_S = 0.12
RETRY_S = 5.0  # after a failed write, the next try

Stream: TypeAlias = Callable[[ChatRequest], Awaitable[AsyncGenerator[Delta, None]]]


class Phase(StrEnum):
    """What a running turn is doing."""

    CONNECTING = "connecting"
    WAITING = "waiting"
    RETRYING = "retrying"
    THINKING = "thinking"
    ANSWERING = "answering"
    ENDED = "ended"


class Keeper(Protocol):
    """Where a turn's text survives: the store, as the turn sees it."""

    async def append(self, message_id: str, seq: int, chunks: Sequence[tuple[str, str]]) -> None:
        """Append texts to a running answer, all or none; each with its kind (`text`, `reasoning`, `refusal`), the first is its
        `seq`-th."""

    async def finish(self, message: Message) -> None:
        """Keep the final message, durably; one that was stopped before anything came is dropped."""

    def trouble(self, error: StoreError | None) -> None:
        """The store did not take text (or does again, if None)."""


class Turn:
    """One request and its reply. Made by the session; views read `reply` and `phase` when `changed` says so.

    `ended` is called once with the final message, when it is kept and before `wait` returns it.
    """

    def __init__(
        self,
        conversation_id: str,
        message: Message,
        request: ChatRequest,
        stream: Stream,
        keeper: Keeper,
        *,
        learned: Callable[[Learned], None] = lambda _: None,
        ended: Callable[[Message], None] = lambda _: None,
        price: Price | None = None,
    ) -> None:
        self.conversation_id = conversation_id
        self.message_id = message.id
        self.account = message.account
        self.model = message.model
        self.message = message
        self.request = request
        self.reply = Reply()
        self.phase = Phase.CONNECTING
        self.retry: Retrying | None = None
        self.alive = False  # the server sends signs of life, no words yet
        self.changed: Event[None] = Event()
        self.started = time.monotonic()
        self._first: float | None = None
        self._thought: tuple[float, float] | None = None  # first and last moment of reasoning before the answer
        self._stream = stream
        self._learned = learned
        self._ended = ended
        self._price = price
        self._saver = _Saver(message.id, self.reply, keeper)
        self._keeper = keeper
        self._streaming: asyncio.Task[None] | None = None
        self._stopped_early = False  # stop was called before the stream's task ran
        self._task: asyncio.Task[Message] = asyncio.get_running_loop().create_task(self._run())

    def elapsed(self) -> float:
        """Seconds since the message was sent."""
        return time.monotonic() - self.started

    def stop(self) -> None:
        """End the stream now: the connection closes, what has come is kept. Calling it twice, or late, does nothing."""
        if self._streaming is None:
            self._stopped_early = True
        elif not self._streaming.done():
            self._streaming.cancel()

    async def wait(self) -> Message:
        """The final message, once it is kept."""
        return await asyncio.shield(self._task)

    @property
    def done(self) -> bool:
        """Whether the final message is kept."""
        return self._task.done()

    async def _run(self) -> Message:
        self._streaming = asyncio.get_running_loop().create_task(self._receive())
        if self._stopped_early:
            self._streaming.cancel()
        state, failure = State.FINISHED, None
        try:
            await self._streaming
        except asyncio.CancelledError:
            state = State.STOPPED
        except ChatError as error:
            state = State.INTERRUPTED if isinstance(error, Interrupted) else State.FAILED
            failure = error.failure
        if failure is None and self.reply.failure is not None and state is State.FINISHED:
            state, failure = State.FAILED, self.reply.failure
        self.phase = Phase.ENDED
        self.message = self._finished(state, failure)
        await self._saver.close()
        try:
            await self._keeper.finish(self.message)
        except StoreError as error:
            self._keeper.trouble(error)
        self._ended(self.message)
        self.changed.emit(None)
        return self.message

    async def _receive(self) -> None:
        async with aclosing(await self._stream(self.request)) as deltas:
            async for delta in deltas:
                self._take(delta)

    def _take(self, delta: Delta) -> None:
        if self.reply.apply(delta):
            self._time(delta)
            self._saver.arm()
        else:
            match delta:
                case Connecting():
                    self.phase, self.retry = Phase.CONNECTING, None
                case Opened():
                    self.phase = Phase.WAITING
                case Alive():
                    self.alive = True
                case Retrying():
                    self.phase, self.retry = Phase.RETRYING, delta
                case Learned():
                    self._learned(delta)
                case _:
                    pass
        self.changed.emit(None)

    def _time(self, delta: Delta) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
        match delta:
            case ReasoningDelta():
                self._thought = (self._thought[0] if self._thought else now, now)
                if self.phase is not Phase.ANSWERING:
                    self.phase = Phase.THINKING
            case TextDelta(text) | RefusalDelta(text) if not text.isspace():
                if self.phase is Phase.THINKING and self._thought:
                    self._thought = (self._thought[0], now)
                self.phase = Phase.ANSWERING
            case _:
                pass

    def thinking_ms(self) -> float | None:
        """Milliseconds of reasoning so far; None if there was none."""
        if self._thought is None:
            return None
        end = time.monotonic() if self.phase is Phase.THINKING else self._thought[1]
        return (end - self._thought[0]) * 1000

    def _finished(self, state: State, failure: Failure | None) -> Message:
        reply = self.reply
        finish = {State.STOPPED: "cancelled", State.INTERRUPTED: "interrupted"}.get(state, reply.finish_reason)
        timing = Timing(
            (self._first - self.started) * 1000 if self._first is not None else None,
            self.thinking_ms(),
            self.elapsed() * 1000,
            reply.deltas,
        )
        usage = reply.usage
        if not reply.empty or usage.known:
            usage = settled(usage, self.request.history, reply, cut_short=state is not State.FINISHED)
            usage = costed(usage, self._price)
        return replace(
            self.message,
            parts=(*self.message.parts, *reply.parts),
            state=state,
            usage=usage,
            timing=timing,
            finish_reason=finish,
            failure=failure,
            model=reply.model or self.message.model,
        )


class _Saver:
    """Appends what is new in a reply to the store, soon after it came; tries again when the store refuses."""

    def __init__(self, message_id: str, reply: Reply, keeper: Keeper) -> None:
        self._message_id = message_id
        self._keeper = keeper
        self._growing: dict[str, Growing] = {
            "reasoning": reply.reasoning,
            "text": reply.text,
            "refusal": reply.refusal,
        }
        self._cursors = dict.fromkeys(self._growing, (0, 0))
        self._seq = 0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._failing = False
        self._closed = False

    def arm(self) -> None:
        """There is something new: write it within `LATEST_S`."""
        if self._timer is None and self._task is None and not self._closed:
            delay = RETRY_S if self._failing else LATEST_S
            self._timer = asyncio.get_running_loop().call_later(delay, self._start)

    def _start(self) -> None:
        self._timer = None
        self._task = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        written = True
        try:
            new = {kind: growing.read(self._cursors[kind]) for kind, growing in self._growing.items()}
            chunks = [(kind, text) for kind, (text, _) in new.items() if text]
            if chunks:
                await self._keeper.append(self._message_id, self._seq, chunks)
                self._seq += len(chunks)
                self._cursors = {kind: cursor for kind, (_, cursor) in new.items()}
            if self._failing:
                self._failing = False
                self._keeper.trouble(None)
        except StoreError as error:
            written = False
            self._failing = True
            self._keeper.trouble(error)
        self._task = None
        pending = any(growing.read(self._cursors[kind], 1)[0] for kind, growing in self._growing.items())
        if pending or not written:
            self.arm()

    async def close(self) -> None:
        """Nothing more is appended; the final message carries the whole text."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await self._task
