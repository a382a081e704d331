"""How `ask` tells an answer: as words on a terminal, or as one JSON object a line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from chatgui.cli.console import DIM, PLAIN, print_json, visible
from chatgui.cli.running import INTERRUPTED, OK, complain, error_object, status_of
from chatgui.core.delta import Retrying
from chatgui.core.message import Message, State, ToolCall
from chatgui.core.reply import Growing
from chatgui.core.usage import Usage

if TYPE_CHECKING:
    from chatgui.chat.turn import Turn


class Voice(Protocol):
    """What can be told of a turn, in the order it happens."""

    def start(self, turn: Turn) -> None:
        """The request goes out."""

    def retry(self, retrying: Retrying) -> None:
        """The attempt failed, another follows."""

    def reasoning(self, text: str) -> None:
        """More reasoning."""

    def content(self, text: str) -> None:
        """More of the answer."""

    def end(self, turn: Turn, message: Message) -> None:
        """All is said: calls, usage, failure, end."""


class Follower:
    """Follows a turn from the moment it is made to its end, telling a voice what is new."""

    def __init__(self, turn: Turn, voice: Voice) -> None:
        self._turn = turn
        self._voice = voice
        reply = turn.reply
        self._tellers: tuple[tuple[Growing, Callable[[str], None]], ...] = (
            (reply.reasoning, voice.reasoning), (reply.text, voice.content), (reply.refusal, voice.content),
        )  # fmt: skip
        self._cursors = [(0, 0)] * len(self._tellers)
        self._retry: Retrying | None = None
        self._deaf = False  # nobody reads our output any more
        self._telling(lambda: voice.start(turn))
        turn.changed.subscribe(lambda _: self._telling(self._tell_news))

    async def follow(self) -> int:
        """Wait for the end and tell it; the exit status."""
        message = await self._turn.wait()
        self._telling(self._tell_news)
        self._telling(lambda: self._voice.end(self._turn, message))
        if self._deaf:
            raise BrokenPipeError
        if message.state is State.STOPPED:
            return INTERRUPTED
        return status_of(message.failure.kind) if message.failure else OK

    def _telling(self, tell: Callable[[], None]) -> None:
        if self._deaf:
            return
        try:
            tell()
        except BrokenPipeError:
            self._deaf = True
            self._turn.stop()

    def _tell_news(self) -> None:
        retrying = self._turn.retry
        if retrying is not None and retrying is not self._retry:
            self._voice.retry(retrying)
        self._retry = retrying
        for index, (growing, tell) in enumerate(self._tellers):
            text, self._cursors[index] = growing.read(self._cursors[index])
            if text:
                tell(text)


class JsonLines:
    """One object a line, flushed as it happens."""

    def start(self, turn: Turn) -> None:
        """See `Voice`."""
        self._line(
            "start", conversation=turn.conversation_id, message=turn.message_id, account=turn.account, model=turn.model
        )

    def retry(self, retrying: Retrying) -> None:
        """See `Voice`."""
        self._line("retry", attempt=retrying.attempt, wait_s=retrying.wait_s, reason=retrying.failure.kind.value)

    def reasoning(self, text: str) -> None:
        """See `Voice`."""
        self._line("reasoning", text=text)

    def content(self, text: str) -> None:
        """See `Voice`."""
        self._line("content", text=text)

    def end(self, turn: Turn, message: Message) -> None:
        """See `Voice`."""
        calls = [part for part in message.parts if isinstance(part, ToolCall)]
        for index, call in enumerate(calls):
            self._line("tool_call", index=index, id=call.id, name=call.name, arguments=call.arguments)
        if message.usage.known or message.usage.cost is not None:
            self._line("usage", **usage_object(message.usage))
        if message.failure is not None:
            self._line("error", **error_object(message.failure, partial=not turn.reply.empty))
            complain(f"Asking “{turn.account}”", message.failure)
        timing = message.timing
        self._line(
            "end", finish_reason=message.finish_reason, ttft_ms=_rounded(timing.ttft_ms),
            duration_ms=_rounded(timing.duration_ms), deltas=timing.deltas,
        )  # fmt: skip

    def _line(self, what: str, /, **fields: Any) -> None:
        print_json({"type": what, **fields}, lines=True)


class Plain:
    """The answer as text. Reasoning is dimmed on a terminal and absent elsewhere, unless wanted or unwanted."""

    def __init__(self, reasoning: bool | None) -> None:
        self._terminal = sys.stdout.isatty()
        self._wanted = self._terminal if reasoning is None else reasoning
        self._thinking = False
        self._last = "\n"

    def start(self, turn: Turn) -> None:
        """Nothing to say yet."""

    def retry(self, retrying: Retrying) -> None:
        """On standard error, so that it never mixes with the answer."""
        words = f"chatgui: {visible(retrying.failure.message)} Trying again in {retrying.wait_s:.0f} s."
        print(words, file=sys.stderr, flush=True)

    def reasoning(self, text: str) -> None:
        """See `Voice`."""
        if not self._wanted:
            return
        if not self._thinking:
            self._say(DIM if self._terminal else "")
        self._thinking = True
        self._say(self._shown(text))

    def content(self, text: str) -> None:
        """See `Voice`."""
        if self._thinking:
            self._thinking = False
            self._say((PLAIN if self._terminal else "") + "\n\n")
        self._say(self._shown(text))

    def end(self, turn: Turn, message: Message) -> None:
        """See `Voice`."""
        if self._thinking and self._terminal:
            self._say(PLAIN)
        if self._last != "\n":
            self._say("\n")
        for part in message.parts:
            if isinstance(part, ToolCall):
                print(
                    f"chatgui: The model asks for the tool {visible(part.name)}({visible(part.arguments)}).",
                    file=sys.stderr,
                )
        if message.state is State.STOPPED:
            print("chatgui: Stopped; what has come is kept.", file=sys.stderr)
        elif message.failure is not None:
            complain(f"Asking “{turn.account}”", message.failure)

    def _shown(self, text: str) -> str:
        return visible(text) if self._terminal else text

    def _say(self, text: str) -> None:
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()
            self._last = text[-1]


def usage_object(usage: Usage) -> dict[str, Any]:
    """Token usage as the JSON output shows it; what is not known is null."""
    return {
        "source": usage.source.value,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cached_tokens": usage.cached_tokens,
        "cost": usage.cost,
        "currency": usage.currency,
        "partial": usage.partial,
    }


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 1)
