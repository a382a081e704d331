"""Deltas out of events, without trust: nothing in a chunk is required, and a wrong type is as good as absent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chatgui.core.delta import (
    Citations,
    Delta,
    ErrorDelta,
    FinishDelta,
    ImageDelta,
    ModelDelta,
    OpaqueReasoning,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    UsageDelta,
)
from chatgui.core.errors import Failure, ProtocolError
from chatgui.wire.calls import Calls
from chatgui.wire.common import common
from chatgui.wire.content import Opaque, images, parts, reasoning_of, sources
from chatgui.wire.failures import sentence, stream_failure
from chatgui.wire.framing import Event, is_end_mark, is_error_name
from chatgui.wire.loose import loads, parse
from chatgui.wire.messages import Messages, says_something
from chatgui.wire.think import Splitter
from chatgui.wire.usage import Counter

MAX_BAD = 20  # events that cannot be understood, before we give the stream up
MAX_TEXT = 32 << 20  # characters of one answer
BESIDE_USAGE = ("timings", "time_info", "tokens_per_second")
FINE: tuple[Any, ...] = (0, 200, "0", "200", "ok", "OK", "success")  # codes that complain of nothing
UNFINISHED = ("", "null", "None")
MAX_MISSES = 8  # uncommon chunks in a row, before the shortcut is given up
Fail = Callable[[Any], Failure]


class Decoder:
    """What the events of one answer say, as deltas in order.

    `several` says that more than one choice was asked for; then only the first is the answer. Otherwise text is taken from
    choice 0 and tool calls from any. `mend` is a dialect's own view of a chunk; `fail` turns an error object into a Failure.
    """

    def __init__(
        self, *, several: bool = False, unopened_think: bool = False,
        mend: Callable[[dict[str, Any]], dict[str, Any]] | None = None, fail: Fail = stream_failure,
    ) -> None:  # fmt: skip
        self.done = False
        self.content = False  # whether anything a reader could see came
        self.failed = False
        self.finish_reason: str | None = None
        self.reasoning_field: str | None = None
        self.usage_seen = False
        self.bad_events = 0
        self.first_bad = ""
        self.size = 0  # characters of text, reasoning and arguments
        self._several = several
        self._mend = mend
        self._fast = mend is None  # whether common chunks are still worth looking for
        self._misses = 0
        self._plain = False  # whether text needs no more looking for tags
        self._fail = fail
        self._model = ""
        self._splitter = Splitter(unopened=unopened_think)
        self._calls = Calls()
        self._messages = Messages()
        self._counter = Counter()
        self._usage: Any = None
        self._opaque = Opaque()
        self._sources: tuple[tuple[str, str], ...] = ()
        self._aside: dict[int, list[str]] = {}  # text of other choices, shown only if choice 0 stays silent
        self._finish_aside: str | None = None

    def feed(self, events: Iterable[Event]) -> list[Delta]:
        """The deltas of these events. Raises ProtocolError if too many make no sense or the answer has no end."""
        out: list[Delta] = []
        for event in events:
            if not (self._fast and self._common(event, out)):
                self._event(event, out)
        if self.size > MAX_TEXT:
            raise ProtocolError(f"The answer did not end within {MAX_TEXT >> 20} million characters.", code="endless")
        return out

    def _common(self, event: Event, out: list[Delta]) -> bool:
        """Take the shortcut, if this event allows it."""
        if self.done or event.name or (found := common(event.data, self._model)) is None:
            self._misses += 1
            self._fast = self._misses < MAX_MISSES
            return False
        self._misses = 0
        content, reasoning, field = found
        if reasoning:
            self.reasoning_field = self.reasoning_field or field
            self.content = True
            self.size += len(reasoning)
            out.append(ReasoningDelta(reasoning))
        if content:
            if self._plain:
                self.size += len(content)
                out.append(TextDelta(content))
            else:
                self._text(content, out)
                self._plain = self._splitter.settled and self.content
        return True

    def _event(self, event: Event, out: list[Delta]) -> None:
        data, named = event.data.strip(), is_error_name(event.name)
        if self.done:
            return
        self.done = is_end_mark(data)
        if named and (self.done or not data):
            self._error(None, out)
        if self.done or not data:
            return
        try:
            chunk = parse(data)
        except ValueError:
            if b"\n" in data:
                # Several lines that make no JSON together: perhaps events that had no blank line between them.
                for line in data.split(b"\n"):
                    self._event(Event(line, event.name), out)
            else:
                self._not_understood(event, data, out)
            return
        self.take(chunk, out, named_error=named)
        self.done = self.done or event.name == "done"

    def _not_understood(self, event: Event, data: bytes, out: list[Delta]) -> None:
        text = sentence(data[:2000].decode("utf-8", "replace"))
        if is_error_name(event.name):
            self._error(text, out)
            return
        self.bad_events += 1
        self.first_bad = self.first_bad or text[:300]
        if self.bad_events > MAX_BAD:
            raise ProtocolError("The server sends things that are no chat reply.", code="not_understood", said=text)

    def take(self, chunk: Any, out: list[Delta], *, named_error: bool = False) -> None:
        """One decoded chunk, or one whole non-streaming answer."""
        if not isinstance(chunk, dict):
            self._take_other(chunk, out, named_error=named_error)
            return
        if self._mend is not None:
            chunk = self._mend(chunk)
        if "choices" not in chunk and isinstance(inner := chunk.get("data"), dict) and "choices" in inner:
            chunk = inner  # some gateways wrap every chunk
        error = error_in(chunk, named=named_error)
        model = chunk.get("model")
        if isinstance(model, str) and model and model != self._model:
            self._model = model
            out.append(ModelDelta(model))
        choices = chunk.get("choices")
        if isinstance(choices, dict):
            choices = [choices]
        if isinstance(choices, list):
            for choice in choices:
                if isinstance(choice, dict):
                    self._choice(choice, out)
        self._sources_of(chunk, out)
        self._usage_of(chunk, choices, out)
        if error is not None:
            self._error(error, out)
        if chunk.get("object") == "chat.completion.done":
            self.done = True

    def _take_other(self, chunk: Any, out: list[Delta], *, named_error: bool) -> None:
        """A chunk that is no object: a list of chunks, a chunk written as text, or nothing we know."""
        if named_error:
            self._error(chunk, out)
        elif isinstance(chunk, list) and any(isinstance(one, dict) for one in chunk):
            for one in chunk:
                if isinstance(one, dict):
                    self.take(one, out)
        elif (
            isinstance(chunk, str)
            and chunk[:1] == "{"
            and isinstance(inner := loads(chunk.encode("utf-8", "replace")), dict)
        ):
            self.take(inner, out)
        elif chunk not in (None, [], ""):
            self.bad_events += 1
            self.first_bad = self.first_bad or sentence(str(chunk))[:300]

    def _error(self, payload: Any, out: list[Delta]) -> None:
        self.failed = True
        out.append(ErrorDelta(self._fail(payload)))

    def _choice(self, choice: dict[str, Any], out: list[Delta]) -> None:
        index = choice.get("index")
        index = index if isinstance(index, int) and not isinstance(index, bool) else 0
        delta, message = choice.get("delta"), choice.get("message")
        if isinstance(delta, dict) and (not isinstance(message, dict) or says_something(delta)):
            self._delta(index, delta, out)
        elif isinstance(message, dict):
            if not self.content or self._messages.begun:  # otherwise it repeats what was streamed
                self._delta(index, self._messages.news(message) if index == 0 else message, out)
        elif isinstance(text := choice.get("text"), str):
            self._delta(index, {"content": text}, out)
        reason = choice.get("finish_reason", choice.get("finishReason"))
        if isinstance(reason, str) and reason not in UNFINISHED:
            self._finish(index, reason, out)
        if choice.get("error"):
            self._error(choice["error"], out)
        elif reason == "error" and not self.failed:
            self._error(
                {"error": {"message": "The provider broke the answer off with an error.", "code": "error"}}, out
            )

    def _finish(self, index: int, reason: str, out: list[Delta]) -> None:
        if index != 0:
            self._finish_aside = reason
        elif reason != self.finish_reason:
            self.finish_reason = reason
            out.append(FinishDelta(reason))

    def _delta(self, index: int, delta: dict[str, Any], out: list[Delta]) -> None:
        if index != 0 and self._several:
            return
        calls = delta.get("tool_calls")
        if calls or delta.get("function_call"):
            for call in self._calls.feed(index, delta):
                self._saw(len(call.arguments))
                out.append(call)
        if index != 0:
            self._other(index, delta)
            return
        field, reasoning = reasoning_of(delta)
        if reasoning:
            self.reasoning_field = self.reasoning_field or field
            self._saw(len(reasoning))
            out.append(ReasoningDelta(reasoning))
        self._opaque.take(delta)
        content = delta.get("content")
        if isinstance(content, str):
            if content:
                self._text(content, out)
        elif content:
            self._parts(content, bool(reasoning), out)
        self._rest(delta, out)

    def _parts(self, content: Any, reasoned: bool, out: list[Delta]) -> None:
        for kind, text in parts(content):
            if kind == "text":
                self._text(text, out)
            elif kind == "reasoning" and not reasoned:
                self.reasoning_field = self.reasoning_field or "content"
                self._saw(len(text))
                out.append(ReasoningDelta(text))
            elif kind == "refusal":
                self._saw(len(text))
                out.append(RefusalDelta(text))
            elif kind == "image":
                self._saw(0)
                out.append(ImageDelta(text))

    def _rest(self, delta: dict[str, Any], out: list[Delta]) -> None:
        refusal = delta.get("refusal")
        if isinstance(refusal, str) and refusal:
            self._saw(len(refusal))
            out.append(RefusalDelta(refusal))
        audio = delta.get("audio")
        if isinstance(audio, dict) and isinstance(transcript := audio.get("transcript"), str) and transcript:
            self._text(transcript, out)
        for url in images(delta.get("images")):
            self._saw(0)
            out.append(ImageDelta(url))
        if delta.get("annotations"):
            self._cite((*self._sources, *sources(delta["annotations"])), out)

    def _text(self, text: str, out: list[Delta]) -> None:
        self._pieces([(False, text)] if self._splitter.settled else self._splitter.feed(text), out)

    def _pieces(self, pieces: Iterable[tuple[bool, str]], out: list[Delta]) -> None:
        for is_reasoning, text in pieces:
            if is_reasoning:
                self.reasoning_field = self.reasoning_field or "tag"
            if text.strip() or self.content:
                self.content = True
            self.size += len(text)
            out.append(ReasoningDelta(text) if is_reasoning else TextDelta(text))

    def _saw(self, size: int) -> None:
        self.content = True
        self.size += size

    def _other(self, index: int, delta: dict[str, Any]) -> None:
        content = delta.get("content")
        if isinstance(content, str) and content and self.size < MAX_TEXT:
            self.size += len(content)
            self._aside.setdefault(index, []).append(content)

    def _cite(self, found: tuple[tuple[str, str], ...], out: list[Delta]) -> None:
        known = tuple(dict.fromkeys(found))
        if known and known != self._sources:
            self._sources = known
            out.append(Citations(known))

    def _sources_of(self, chunk: Mapping[str, Any], out: list[Delta]) -> None:
        for name in ("search_results", "citations"):
            if chunk.get(name):
                self._cite(sources(chunk[name]), out)
                return

    def _usage_of(self, chunk: Mapping[str, Any], choices: Any, out: list[Delta]) -> None:
        raw = chunk.get("usage")
        if not isinstance(raw, dict):
            groq = chunk.get("x_groq")
            raw = groq.get("usage") if isinstance(groq, dict) else None
        if not isinstance(raw, dict) and isinstance(choices, list) and choices and isinstance(choices[0], dict):
            raw = choices[0].get("usage")
        beside = {name: chunk[name] for name in BESIDE_USAGE if chunk.get(name) is not None}
        if not isinstance(raw, dict) or not raw:
            if not beside:
                return
            raw = {}
        usage = self._counter.take(raw, beside)
        if usage != self._usage:
            self._usage = usage
            self.usage_seen = self.usage_seen or usage.known
            out.append(UsageDelta(usage))

    def end(self) -> list[Delta]:
        """What was held back until the body was over."""
        out: list[Delta] = []
        self._pieces(self._splitter.end(), out)
        if not self.content and self._aside:
            for text in self._aside[min(self._aside)]:
                self._text(text, out)
            self._pieces(self._splitter.end(), out)
        if self.finish_reason is None and self._finish_aside is not None and not self._several:
            self._finish(0, self._finish_aside, out)
        if details := self._opaque.details:
            self.content = True
            out.append(OpaqueReasoning(details))
        return out


def error_in(chunk: dict[str, Any], *, named: bool = False) -> Any:
    """The error object a chunk (or any body) carries or is, or None. `named`: its event says that it is one."""
    error = chunk.get("error")
    if error:
        return chunk if isinstance(error, str) else {"error": error, **_beside(chunk)}
    base = chunk.get("base_resp")
    if isinstance(base, dict) and base.get("status_code", 0) not in FINE:
        return {"base_resp": base}
    if isinstance(chunk.get("errors"), list) and chunk["errors"] and not chunk.get("choices"):
        return chunk
    if named or chunk.get("object") == "error" or chunk.get("error_message"):
        return chunk
    if "choices" in chunk or "usage" in chunk:
        return None
    words = any(
        isinstance(chunk.get(name), (str, list)) and chunk[name] for name in ("message", "detail", "msg", "error_msg")
    )
    return chunk if words and _says_error(chunk) else None


def _says_error(chunk: Mapping[str, Any]) -> bool:
    """Whether an object with words but without choices complains; some gateways also tell of their progress in such objects."""
    if "detail" in chunk or chunk.get("success") is False:
        return True
    code = chunk.get("code", chunk.get("error_code"))
    if code is not None and code not in FINE:
        return True
    status = chunk.get("status", chunk.get("statusCode", chunk.get("status_code")))
    if isinstance(status, int) and not isinstance(status, bool):
        return status >= 400
    return any(
        isinstance(word, str) and ("error" in word.lower() or "fail" in word.lower())
        for word in (status, chunk.get("type"))
    )


def _beside(chunk: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: chunk[name] for name in ("code", "request_id", "error_type", "message", "msg", "detail") if name in chunk
    }
