"""One attempt: a request goes out, deltas come back. Owns the connection from its first byte to its return to the pool."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

from chatgui.core.account import Network
from chatgui.core.delta import Delta
from chatgui.core.errors import ChatError, Interrupted, NotReached, ProtocolError, TimedOut
from chatgui.wire.answer import Answer
from chatgui.wire.base_url import mend, shown_host
from chatgui.wire.errors import translate
from chatgui.wire.inflate import Inflate
from chatgui.wire.network import POOL_WAIT_S, WRITE_S
from chatgui.wire.record import WireRecord
from chatgui.wire.retry import Phase
from chatgui.wire.watch import Watch

if TYPE_CHECKING:
    import httpx

    from chatgui.wire.transport import Transport

MAX_ERROR_BODY = 256 << 10
BODY_S = 30.0  # for the whole of a body that is not a stream: an error, a list of models
DONE_GRACE_S = 0.25  # for the body's end after [DONE]; some servers hold the connection open for seconds
RST_STREAM, CANCEL = b"\x00\x00\x04\x03\x00", b"\x00\x00\x00\x08"  # RFC 9113: a frame of four bytes, and what it says
RESET_S = 0.02
REQUEST_IDS = ("x-request-id", "request-id", "apim-request-id", "x-kong-request-id", "x-amzn-requestid", "cf-ray")


class Exchange:
    """One request and its answer. `open`, then `read` until it gives None, then always `close`."""

    def __init__(
        self, transport: Transport, request: httpx.Request, network: Network, *, proxy: str = "",
        comments_s: float | None = None, record: WireRecord | None = None,
    ) -> None:  # fmt: skip
        self.host = shown_host(str(request.url))
        self.phase = Phase.NOTHING_SENT
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self._transport = transport
        self._request = request
        self._network = network
        self._proxy = proxy
        self._comments_s = comments_s
        self._record = record
        self._grace = False
        self._over = False  # the body was read to its end
        self._securing = False
        self._reused = True  # until a connection is seen being made
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._inflate: Inflate | None = None
        self._sealed = False  # the body is packed in a way we do not know
        self._watch = Watch()
        self._loop = asyncio.get_running_loop()
        self._events = 0
        self._said_at = 0.0  # when something other than a comment last came
        self._socket: Any = None
        self._broken: ChatError | None = None

    @property
    def request_id(self) -> str | None:
        """The provider's name for this request, to be quoted to its support."""
        return next((self.headers[name][:200] for name in REQUEST_IDS if self.headers.get(name)), None)

    async def open(self) -> None:
        """Send the request and wait for the head of the answer. Raises ChatError if there is none."""
        network = self._network
        self._request.extensions["trace"] = self._trace
        self._request.extensions["timeout"] = {"write": WRITE_S, "pool": POOL_WAIT_S}
        self._watch.limit("connect", network.connect_timeout, self._no_connection)
        try:
            self._response = await self._watch.wait(self._transport.handle_async_request(self._request))
        except Exception as error:
            raise self._unanswered(translate(error, host=self.host, proxy=self._proxy)) from error
        self.headers = self._response.headers
        self.status = self._response.status_code
        self.phase = Phase.REFUSED
        if self._record is not None:
            self._record.status = self.status
            self._record.headed = time.monotonic()
            self._record.response_headers = tuple(self._response.headers.multi_items())
        self._socket = self._response.extensions.get("network_stream")
        self._chunks = aiter(self._body_of(self._response))
        if encoding := self.headers.get("content-encoding", "").strip().lower():
            try:
                self._inflate = Inflate(encoding, self.host)
            except ProtocolError:
                if self.status < 300:
                    raise
                self._sealed = True  # the status says enough

    @staticmethod
    def _body_of(response: httpx.Response) -> httpx.AsyncByteStream:
        return cast("httpx.AsyncByteStream", response.stream)

    async def _trace(self, event: str, info: dict[str, Any]) -> None:
        """httpcore's progress: what has been done decides what may be done again."""
        if event.endswith("connect_tcp.started"):
            self._reused = False
        elif event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._note("connected")
        elif event.endswith("start_tls.started"):
            self._securing = True
        elif event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            self.phase = Phase.STALE if self._reused else Phase.SENT
            self._note("sent")
            self._watch.limit("connect", None, self._no_connection)
            self._watch.limit("first byte", self._network.first_byte_timeout, self._no_answer)

    def _note(self, moment: str) -> None:
        if self._record is not None:
            setattr(self._record, moment, time.monotonic())

    def _end_record(self) -> None:
        if self._record is not None:
            self._record.end()

    def _no_connection(self) -> ChatError:
        if self._securing:
            return TimedOut(
                f"{self.host} takes connections but made no secure one in {_seconds(self._network.connect_timeout)}.",
                code="connect_timeout",
                advice="Does it speak HTTPS at this port? A local server may want http.",
            )
        return TimedOut(
            f"No answer from {self.host} in {_seconds(self._network.connect_timeout)}.", code="connect_timeout"
        )

    def _no_answer(self) -> ChatError:
        return TimedOut(
            f"{self.host} took the request but did not answer in {_seconds(self._network.first_byte_timeout)}.",
            code="first_byte_timeout",
        )

    def _unanswered(self, error: ChatError) -> ChatError:
        if self.phase is Phase.NOTHING_SENT and self._securing and error.code in ("connect", "broken"):
            return NotReached(
                f"{self.host} broke off while the connection was being secured.",
                code="tls_broken",
                advice="It may speak only an old version of TLS, or no HTTPS at this port.",
            )
        if self.phase is Phase.STALE and not isinstance(error, Interrupted):
            self.phase = Phase.SENT
        if isinstance(error, Interrupted):
            error = NotReached(
                f"{self.host} closed the connection without an answer.", code="no_answer", said=error.said
            )
        if self.phase is Phase.SENT:
            error.retryable = False
            error.advice = error.advice or "The request may have been processed and billed all the same. Try again?"
        return error

    async def body(self, limit: int = MAX_ERROR_BODY) -> bytes:
        """The whole body, at most `limit` bytes of it, within half a minute; nothing of it if it is packed in a way we do not know."""
        self._watch.limit("body", BODY_S, lambda: Interrupted(f"{self.host} did not end its answer.", code="slow_body"))
        body = bytearray()
        while not self._sealed and len(body) < limit and (data := await self._data()) is not None:
            body += data
        return bytes(body[:limit])

    async def read(self, answer: Answer) -> list[Delta] | None:
        """What the next bytes say; None when the body is over. Raises ChatError where the body breaks a bound; how the
        transport ended is told by `broken`."""
        if answer.done and not self._grace:
            self._grace = True
            self._watch.limit("grace", DONE_GRACE_S, lambda: Interrupted(""))
        try:
            data = await self._data()
        except ChatError as error:
            self._broken = None if answer.done else error
            return None
        if data is None:
            return None
        deltas = answer.feed(data)
        if answer.events != self._events:  # comments make no events
            self._events = answer.events
            self._said_at = self._loop.time()
        return deltas

    @property
    def broken(self) -> ChatError | None:
        """The error the transport ended with, None if the body ended as it should."""
        return self._broken

    async def _data(self) -> bytes | None:
        """The next bytes of the body, None at its end."""
        chunks, watch = self._chunks, self._watch
        assert chunks is not None  # noqa: S101  # open() comes first
        while True:
            before = watch.begin()
            try:
                data = await chunks.__anext__()
            except asyncio.CancelledError:
                self._chunks = None
                watch.cancelled(before)
                raise
            except StopAsyncIteration:
                self._chunks = None
                self._over = True
                watch.close()
                self._end_record()
                return self._inflate.end() if self._inflate else None
            except Exception as error:
                self._chunks = None
                raise translate(error, host=self.host, proxy=self._proxy) from error
            finally:
                watch.end()
            if self.phase is not Phase.STARTED:
                self._first_byte()
            if self._inflate is not None:
                data = self._inflate.feed(data)
            if data:
                if self._record is not None:
                    self._record.take(data, self._socket.read_at)
                return data

    def _first_byte(self) -> None:
        network = self._network
        self.phase = Phase.STARTED
        self._said_at = self._loop.time()
        self._watch.limit("first byte", None, self._no_answer)
        self._watch.limit("silence", network.silence_timeout, self._fell_silent, lambda: self._socket.read_at)
        if network.silence_timeout is not None:
            self._watch.limit("comments", self._comments_s, self._only_comments, lambda: self._said_at)

    def _fell_silent(self) -> ChatError:
        return Interrupted(f"{self.host} fell silent for {_seconds(self._network.silence_timeout)}.", code="silence")

    def _only_comments(self) -> ChatError:
        return Interrupted(
            f"{self.host} sent only signs of life for {_seconds(self._comments_s)}.", code="comments_only"
        )

    async def close(self) -> None:
        """Give the connection back (body read to its end) or end it. Safe in every state, and twice."""
        self._watch.close()
        self._end_record()
        chunks, self._chunks = self._chunks, None
        if chunks is not None:
            import httpcore

            # httpcore's generators must end from within, in this task: a generator dropped half-way is finalised who knows where.
            with contextlib.suppress(
                httpcore.NetworkError,
                httpcore.ProtocolError,
                httpcore.TimeoutException,
                TimeoutError,
                StopAsyncIteration,
            ):
                async with asyncio.timeout(0):
                    while True:
                        await anext(chunks)
        if self._response is not None:
            response, self._response = self._response, None
            if not self._over:
                await self._reset_stream(response)
            await self._body_of(response).aclose()

    async def _reset_stream(self, response: httpx.Response) -> None:
        """Over HTTP/2 the connection outlives the request, and httpcore lets go of a stream without telling the server, which
        would go on answering and billing."""
        stream_id = response.extensions.get("stream_id")
        if response.extensions.get("http_version") == b"HTTP/2" and isinstance(stream_id, int):
            import httpcore

            with contextlib.suppress(httpcore.NetworkError, httpcore.TimeoutException):
                await self._socket.write(RST_STREAM + stream_id.to_bytes(4, "big") + CANCEL, RESET_S)

    @property
    def location(self) -> str:
        """The absolute address a redirect names; empty if the answer is none, or names none."""
        named = self.headers.get("location", "") if 300 <= self.status < 400 else ""
        try:
            return urljoin(str(self._request.url), named) if named else ""
        except ValueError:
            return ""

    def redirect(self) -> ChatError:
        """The error a redirect is: it names both hosts; nothing was sent to the other."""
        target = self.location or str(self._request.url)
        other = shown_host(target)
        words = (
            f"{self.host} redirects to {other}" if other != self.host else f"{self.host} redirects to another address"
        )
        return ProtocolError(
            f"{words}. The key was not sent there.", status=self.status, code="redirect",
            advice=f"If you trust it, change the address of this account to {mend(target.split('?')[0]).url[:300]}",
        )  # fmt: skip


def _seconds(seconds: float | None) -> str:
    return f"{seconds:g} s" if seconds is not None else "time"
