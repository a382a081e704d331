"""A personality: how one system speaks. The default here is the protocol as its inventor speaks it; others override."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from chatgui.demo.ask import Ask
from chatgui.demo.count import Tally, pieces
from chatgui.demo.play import Step, Wait
from chatgui.demo.thoughts import thoughts
from chatgui.demo.words import answer, cut, rest

Headers: TypeAlias = tuple[tuple[str, str], ...]
Json: TypeAlias = dict[str, Any]

JSON = ("Content-Type", "application/json")
EVENTS = ("Content-Type", "text/event-stream")
DONE = b"data: [DONE]"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error before the stream. `text` replaces the JSON body, for errors that are not JSON; its type is in `headers`."""

    status: int
    code: str
    message: str
    type: str = "invalid_request_error"
    param: str | None = None
    headers: Headers = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Speech:
    """What will be said, and why it ends (`stop` or `length`)."""

    reasoning: str
    answer: str
    finish: str = "stop"


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer: a whole body, or the steps of a stream."""

    status: int
    headers: Headers
    body: bytes | Iterable[Step]


# What any provider may say. A personality's own problems come first.
COMMON: tuple[Problem, ...] = (
    Problem(400, "invalid_request", "The request is not valid."),
    Problem(401, "invalid_api_key", "Incorrect API key provided.", "authentication_error"),
    Problem(402, "insufficient_quota", "You have no credit left.", "insufficient_quota"),
    Problem(403, "permission_denied", "This key may not do that.", "permission_error"),
    Problem(404, "model_not_found", "There is no such model.", "not_found_error", "model"),
    Problem(413, "request_too_large", "The request is too large."),
    Problem(429, "rate_limit_exceeded", "Too many requests.", "rate_limit_error"),
    Problem(500, "internal_error", "The server had an error.", "server_error"),
    Problem(502, "bad_gateway", "The upstream gave a bad answer.", "server_error"),
    Problem(503, "overloaded", "The server is overloaded.", "server_error"),
    Problem(504, "gateway_timeout", "The upstream did not answer in time.", "server_error"),
    Problem(400, "context_length_exceeded", "The messages are too long for this model.", param="messages"),
    Problem(400, "content_filter", "The request was refused by a filter."),
)


class Personality:
    """One way of speaking. Subclasses set the words and override the shapes; instances hold no state.

    `models` are the ids at its own address; the first is its name. `between` ends each event on the wire.
    `rate` is in tokens per second at pace 1, `pause` in seconds before the first of them.
    """

    name: str
    sentence: str  # what it is, for lists
    manner: str = ""  # how it speaks, in Markdown, for the answer
    models: tuple[str, ...]
    between = b"\n\n"
    rate = 70.0
    pause = 0.3
    problems: tuple[Problem, ...] = ()

    # What is said

    def thinks(self, ask: Ask) -> bool:
        """Whether this request gets reasoning."""
        return True

    def compose(self, ask: Ask) -> Speech:
        """The words of the answer to `ask`, cut to what the request allows."""
        reasoning = thoughts(ask) if self.thinks(ask) and not ask.begun else ""
        reasoning, ended = cut(reasoning, replace(ask, body={**ask.body, "stop": None}))
        if ended == "length":
            return Speech(reasoning, "", ended)
        said = rest(answer(ask.whole, self.manner), ask.begun)
        return Speech(reasoning, *cut(said, ask, spent=len(pieces(reasoning))))

    def tally(self, ask: Ask, speech: Speech) -> Tally:
        """The tokens of the request and of `speech`."""
        reasoning = len(pieces(speech.reasoning))
        return Tally(ask.prompt_tokens, reasoning + len(pieces(speech.answer)), reasoning)

    # Refusing

    def limit(self, ask: Ask) -> Problem | None:
        """A limit of this system that the request breaks."""
        return None

    def problem(self, what: str) -> Problem | None:
        """The problem meant by `what`, a status or a code; None if it means nothing."""
        for one in (*self.problems, *COMMON):
            if what in {str(one.status), one.code}:
                return one
        if what.isascii() and what.isdigit() and 400 <= int(what) <= 599:
            return Problem(int(what), "error", f"The demo was asked for the status {what}.", "demo_error")
        return None

    def error(self, problem: Problem) -> Any:
        """The JSON body of an error before the stream."""
        return {
            "error": {
                "message": problem.message,
                "type": problem.type,
                "param": problem.param,
                "code": problem.code,
            }
        }

    def refuse(self, problem: Problem, retry_after: str | None = None) -> Response:
        """The HTTP answer for `problem`; `retry_after` replaces the seconds it names."""
        headers = tuple(one for one in problem.headers if retry_after is None or one[0] != "Retry-After")
        if retry_after is not None:
            headers = (*headers, ("Retry-After", retry_after))
        if problem.text:
            return Response(problem.status, headers, problem.text.encode())
        return Response(problem.status, (JSON, *headers), dump(self.error(problem)))

    # Models

    def catalogue(self) -> Any:
        """The JSON body of `GET /models`."""
        return {"object": "list", "data": [self.entry(model) for model in self.models]}

    def entry(self, model: str) -> Json:
        """One model of the catalogue."""
        return {"id": model, "object": "model", "created": 1735689600, "owned_by": "chatgui"}

    # The shapes of a stream

    def chunk(self, ask: Ask, delta: Json, finish: str | None = None) -> Json:
        """One chunk around `delta`."""
        return {
            "id": ask.id,
            "object": "chat.completion.chunk",
            "created": ask.created,
            "model": ask.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }

    def first(self, ask: Ask) -> Json | None:
        """The chunk before all text, if this system sends one."""
        return self.chunk(ask, {"role": "assistant", "content": ""})

    def thought(self, ask: Ask, piece: str) -> Json:
        """A chunk with a piece of reasoning."""
        return self.chunk(ask, {"reasoning_content": piece})

    def said(self, ask: Ask, piece: str) -> Json:
        """A chunk with a piece of the answer."""
        return self.chunk(ask, {"content": piece})

    def last(self, ask: Ask, speech: Speech) -> Iterator[Json]:
        """The chunks after all text."""
        yield self.chunk(ask, {}, speech.finish)
        if ask.include_usage:
            yield {**self.chunk(ask, {}), "choices": [], "usage": self.usage(self.tally(ask, speech))}

    def usage(self, tally: Tally) -> Json:
        """The usage object."""
        return {**tally.usage(), "completion_tokens_details": {"reasoning_tokens": tally.reasoning}}

    def event(self, chunk: Json) -> bytes:
        """`chunk` as it stands on the wire."""
        return b"data: " + dump(chunk) + self.between

    def fail(self, ask: Ask) -> Iterator[Step]:
        """An error in the middle of the stream; the stream is over after it."""
        yield self.event(
            self.error(Problem(200, "server_error", "The server had an error in mid-answer.", "server_error"))
        )

    def deltas(self, ask: Ask, speech: Speech) -> Iterator[Json]:
        """The chunks of all text, a token each."""
        makers: tuple[tuple[Callable[[Ask, str], Json], str], ...] = (
            (self.thought, speech.reasoning),
            (self.said, speech.answer),
        )
        for make, full in makers:
            for piece in pieces(full):
                yield make(ask, piece)

    def stream(self, ask: Ask) -> Iterator[Step]:
        """The body of a streamed answer."""
        speech = self.compose(ask)
        yield from self.begin(ask)
        failing = self.tally(ask, speech).completion // 2 if ask.error and ask.error.mid_stream else -1
        for number, chunk in enumerate(self.deltas(ask, speech)):
            if number == failing:
                yield from self.fail(ask)
                return
            yield Wait(1 / self.rate)
            yield self.event(chunk)
        for chunk in self.last(ask, speech):
            yield self.event(chunk)
        yield DONE + self.between

    def begin(self, ask: Ask) -> Iterator[Step]:
        """What comes before the text: a pause, and the first chunk."""
        yield Wait(self.pause)
        first = self.first(ask)
        if first is not None:
            yield self.event(first)

    # The whole answer at once

    def message(self, ask: Ask, speech: Speech) -> Json:
        """The message of an answer that is not streamed."""
        thought = {"reasoning_content": speech.reasoning} if speech.reasoning else {}
        return {"role": "assistant", "content": speech.answer, **thought}

    def whole(self, ask: Ask) -> Json:
        """The body of an answer that is not streamed."""
        speech = self.compose(ask)
        return {
            "id": ask.id,
            "object": "chat.completion",
            "created": ask.created,
            "model": ask.model,
            "choices": [{"index": 0, "message": self.message(ask, speech), "finish_reason": speech.finish}],
            "usage": self.usage(self.tally(ask, speech)),
        }

    def respond(self, ask: Ask) -> Response:
        """The HTTP answer to a request that is not refused."""
        if ask.stream:
            return Response(200, (EVENTS, ("Cache-Control", "no-cache")), self.stream(ask))
        return Response(200, (JSON,), dump(self.whole(ask)))


def dump(value: Any) -> bytes:
    """`value` as compact JSON; what is not Unicode in it becomes a question mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def without(chunk: Mapping[str, Any], *names: str) -> Json:
    """`chunk` without these keys."""
    return {name: value for name, value in chunk.items() if name not in names}
