"""The body of an answer, whatever it turns out to be, as deltas. Pure: bytes in, deltas out, no sockets.

What it is, its bytes decide and not its header: an event stream, one JSON object, JSON objects line by line, a web page, prose.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from chatgui.core.delta import Alive, Delta
from chatgui.core.errors import ChatError, Failure, ProtocolError
from chatgui.wire.decoder import Decoder
from chatgui.wire.failures import html_words, sentence, stream_failure
from chatgui.wire.framing import BOM, Event, Framer
from chatgui.wire.loose import is_json, parse
from chatgui.wire.outcome import Facts, verdict

MAX_BODY = 64 << 20  # bytes of a JSON body
MAX_PAGE = 64 << 10  # bytes kept of a web page


class Shape(Enum):
    """What a body turned out to be."""

    UNKNOWN = "unknown"
    EVENTS = "events"
    JSON = "json"
    LINES = "lines"
    PAGE = "page"


class Answer:
    """Reads one body. `host` is the server's name as shown to people."""

    def __init__(
        self, host: str, *, several: bool = False, unopened_think: bool = False,
        mend: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        fail: Callable[[Any], Failure] = stream_failure,
    ) -> None:  # fmt: skip
        self.host = host
        self.shape = Shape.UNKNOWN
        self.decoder = Decoder(several=several, unopened_think=unopened_think, mend=mend, fail=fail)
        self.events = 0
        self._framer = Framer()
        self._buffer = bytearray()

    @property
    def done(self) -> bool:
        """Whether the server said that nothing more comes."""
        return self.decoder.done

    def feed(self, data: bytes) -> list[Delta]:
        """What these bytes say. Raises ProtocolError where the body breaks a bound."""
        if self.shape is Shape.EVENTS:
            return self._events(data)
        if self.shape is Shape.UNKNOWN:
            self._buffer += data
            start = bytes(self._buffer[:3]).lstrip()
            if BOM.startswith(start) and len(start) < len(BOM):
                return []
            text = bytes(self._buffer).removeprefix(BOM).lstrip()
            if not text:
                self._buffer = self._buffer[:4096]  # blank lines are some servers' sign of life
                return [Alive()]
            self.shape = {b"{": Shape.JSON, b"[": Shape.JSON, b"<": Shape.PAGE}.get(text[:1], Shape.EVENTS)
            data, self._buffer = (bytes(self._buffer) if self.shape is Shape.EVENTS else text), bytearray()
        match self.shape:
            case Shape.EVENTS:
                return self._events(data)
            case Shape.JSON:
                return self._json(data)
            case Shape.LINES:
                return self._lines(data)
            case _:
                self._buffer += data[: MAX_PAGE - len(self._buffer)]
                return []

    def _events(self, data: bytes) -> list[Delta]:
        comments = self._framer.comments
        events = self._framer.feed(data)
        self.events += len(events)
        deltas = self.decoder.feed(events)
        if not deltas and not self.decoder.content and (events or self._framer.comments > comments):
            return [Alive()]
        return deltas

    def _limit(self) -> None:
        if len(self._buffer) > MAX_BODY:
            words = f"{self.host} sent more than {MAX_BODY >> 20} MB without an end."
            raise ProtocolError(words, code="oversized_body")

    def _json(self, data: bytes) -> list[Delta]:
        newline = b"\n" in data and b"\n" not in self._buffer
        self._buffer += data
        self._limit()
        if newline and is_json(bytes(self._buffer.partition(b"\n")[0])):
            # A whole value on the first line: the server speaks in lines of JSON, or wrote one before its events.
            self.shape = Shape.LINES
            data, self._buffer = bytes(self._buffer), bytearray()
            return self._lines(data)
        return []

    def _lines(self, data: bytes) -> list[Delta]:
        self._buffer += data
        end = self._buffer.rfind(b"\n") + 1
        lines, self._buffer = bytes(self._buffer[:end]), self._buffer[end:]
        deltas: list[Delta] = []
        for line in lines.split(b"\n")[:-1]:
            deltas += self._one_line(line)
        self._limit()
        return deltas

    def _one_line(self, line: bytes) -> list[Delta]:
        if line.lstrip()[:1] in (b"{", b"["):
            self.events += 1
            return self.decoder.feed([Event(line)])
        return self._events(line + b"\n")

    def end(self) -> list[Delta]:
        """What is left to say when the body is over."""
        deltas: list[Delta] = []
        rest = bytes(self._buffer)
        if self.shape is Shape.JSON:
            deltas += self._whole(rest)
        elif self.shape is Shape.LINES and rest:
            deltas += self._one_line(rest)
        elif self.shape is Shape.UNKNOWN and rest:
            deltas += self._events(rest)
        deltas += self.decoder.feed(self._framer.end())
        deltas += self.decoder.end()
        if not self.decoder.failed and not (self.decoder.done or self.decoder.finish_reason):
            self._unframed(deltas)
        return [delta for delta in deltas if not isinstance(delta, Alive)]

    def _whole(self, body: bytes) -> list[Delta]:
        deltas: list[Delta] = []
        try:
            value = parse(body)
        except ValueError:
            return self._events(body)  # no JSON after all; perhaps events follow a broken line
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        self.decoder.take(value, deltas)
        if self.decoder.content:
            self.decoder.done = True  # one whole object needs no other end
        elif not self.decoder.failed:
            self.decoder.first_bad = sentence(body[:300].decode("utf-8", "replace"))
        return deltas

    def _unframed(self, deltas: list[Delta]) -> None:
        """Lines that were no fields: an error some server wrote into the stream without framing it, or prose."""
        stray = self._framer.stray.strip()
        for text in (stray, *stray.split(b"\n")[:50]):
            if text[:1] == b"{" and is_json(text):
                self.decoder.take(parse(text), deltas)
                if self.decoder.failed:
                    return
        if stray and not self.decoder.content:
            self.decoder.first_bad = self.decoder.first_bad or sentence(stray[:300].decode("utf-8", "replace"))

    def verdict(self, broken: ChatError | None = None) -> ChatError | None:
        """How it ended, once it has: None if all is said, otherwise the error to raise (see `wire.outcome`)."""
        decoder = self.decoder
        if self.shape is Shape.PAGE and not decoder.content:
            words = html_words(bytes(self._buffer).decode("utf-8", "replace"))
            return ProtocolError(
                f"{self.host} answered with a web page, not a chat reply" + (f": {words}" if words else "."),
                code="web_page",
                advice="Check the base URL; on a guest network, open a browser and sign in first.",
            )
        facts = Facts(
            decoder.content,
            decoder.finish_reason,
            decoder.done,
            decoder.failed,
            broken,
            decoder.bad_events,
            decoder.first_bad,
        )
        return verdict(facts, self.host)
