"""The client: one for the program's life, one pool of connections for each way to the network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from chatgui.core.account import Account, Model, Network
from chatgui.core.delta import Connecting, Delta, Ended, Learned, Opened, Retrying
from chatgui.core.errors import ChatError, ProtocolError
from chatgui.core.request import ChatRequest
from chatgui.core.secret import DOTS, Secret, redact
from chatgui.wire.answer import MAX_PAGE, Answer
from chatgui.wire.base_url import endpoint, is_loopback
from chatgui.wire.client_certificates import told_apart
from chatgui.wire.content import SENT_BACK
from chatgui.wire.decoder import error_in
from chatgui.wire.dialects import dialect_of
from chatgui.wire.exchange import Exchange
from chatgui.wire.failures import html_words, http_failure, stream_failure
from chatgui.wire.keys import KEY_HEADERS
from chatgui.wire.loose import loads
from chatgui.wire.models import is_list, next_page, read_models
from chatgui.wire.negotiation import negotiate
from chatgui.wire.network import Route, make_transport, route_of
from chatgui.wire.record import Record, WireRecord
from chatgui.wire.request import Manner, body, headers, manner_of
from chatgui.wire.retry import Bucket, Phase, retry_after, wait_before_retry

if TYPE_CHECKING:
    import httpx

    from chatgui.wire.transport import Transport

COMMENTS_S = 600.0  # a server that only sends signs of life has this long
MAX_PAGES = 20
MAX_MODELS_BODY = 64 << 20
FETCH_NETWORK = Network(first_byte_timeout=15.0, silence_timeout=15.0)


@dataclass(frozen=True, slots=True)
class _Peer:
    """Whom we speak to, and as whom."""

    account: Account
    secret: Secret | None
    proxy_password: Secret | None

    @property
    def secrets(self) -> tuple[Secret | None, ...]:
        """What must never be seen in anything that comes back."""
        return (self.secret, self.proxy_password)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stands behind an address. `location` is the absolute address a redirect names, else empty."""

    status: int
    location: str
    content: bytes


@dataclass(slots=True)
class _Call:
    """What one `stream` needs to know from attempt to attempt."""

    peer: _Peer
    request: ChatRequest
    record: Record | None
    manner: Manner
    attempt: int = 1
    retries: int = 0
    waited: float = 0.0
    negotiated: int = 0
    learned: dict[str, Any] = field(default_factory=dict)
    resent: bool = False
    should_retry: bool | None = None
    phase: Phase = Phase.NOTHING_SENT
    sent: Mapping[str, Any] = field(default_factory=dict)


class Client:
    """Speaks to providers. Cheap to make: HTTP library, certificates and pools come with the first request, in a thread.

    `frame_s`: while data flows, the next read waits so many seconds for more to come, so that a window wakes up once a
    frame and not once a token; 0 reads at once. `comments_s`: how long a server may send nothing but comments.
    """

    def __init__(self, *, frame_s: float = 0.0, comments_s: float | None = COMMENTS_S) -> None:
        self._frame_s = frame_s
        self._comments_s = comments_s
        self._transports: dict[Route, Transport] = {}
        self._making: dict[Route, asyncio.Task[Transport]] = {}
        self._buckets: dict[str, Bucket] = {}

    async def stream(
        self, account: Account, secret: Secret | None, request: ChatRequest, *,
        proxy_password: Secret | None = None, record: Record | None = None,
    ) -> AsyncGenerator[Delta, None]:  # fmt: skip
        """Ask, and give what comes as deltas in order; `Ended` is the last one.

        Raises only ChatError (and lets cancellation through). What is raised says how the turn ended: `Interrupted` when
        the answer broke off after it had begun (what came is to be kept), a ProviderError, NotReached or ProtocolError when
        there is no answer. An error the provider reports inside the stream comes as an ErrorDelta, and the stream goes on to
        its end: the turn has failed all the same. See `wire.outcome` for the whole table. Retries and the one re-send of
        a request whose optional field was refused happen here, before the first delta of the answer, and never after it.

        Close it (`contextlib.aclosing`) when leaving early. It may be cancelled in any state.
        """
        call = _Call(_Peer(account, secret, proxy_password), request, record, manner_of(account, request))
        while True:
            yield Connecting(call.attempt)
            exchange: Exchange | None = None
            try:
                exchange = await self._open(call)
                yield Opened(exchange.status, exchange.request_id)
                answer = self._answer(call, exchange)
                while (deltas := await exchange.read(answer)) is not None:
                    for delta in deltas:
                        yield delta
                for delta in (*answer.end(), *self._traits(call, answer)):
                    yield delta
                if (ending := answer.verdict(exchange.broken)) is not None:
                    raise ending
                self._bucket(account).success()
                yield Ended(answer.done)
                return
            except ChatError as error:
                error.message, error.said = (
                    redact(error.message, call.peer.secrets),
                    redact(error.said, call.peer.secrets),
                )
                retrying = self._again(call, error, exchange)
            finally:
                if exchange is not None:
                    await exchange.close()
            if retrying is not None:
                yield retrying
                await asyncio.sleep(retrying.wait_s)

    def _answer(self, call: _Call, exchange: Exchange) -> Answer:
        choices = call.sent.get("n", 1)
        return Answer(
            exchange.host,
            several=isinstance(choices, int) and choices > 1,
            unopened_think=call.peer.account.unopened_think,
            mend=dialect_of(call.peer.account).mend,
            fail=lambda payload: stream_failure(payload, request_id=exchange.request_id, secrets=call.peer.secrets),
        )

    def _traits(self, call: _Call, answer: Answer) -> list[Delta]:
        """What this answer taught about the account."""
        decoder, learned = answer.decoder, call.learned
        if not decoder.content or decoder.failed:
            return []
        if "stream_options" in call.sent:
            learned.setdefault("include_usage", True)
        if call.manner.stream and (decoder.usage_seen or call.peer.account.traits.usage_in_stream is None):
            learned["usage_in_stream"] = decoder.usage_seen
        if call.request.params.get("reasoning_effort") and call.manner.effort != "nothing":
            learned.setdefault("effort", call.manner.effort)
        if decoder.reasoning_field in SENT_BACK:
            learned["reasoning_field"] = decoder.reasoning_field
        traits = call.peer.account.traits
        new = {name: value for name, value in learned.items() if value is not None and getattr(traits, name) != value}
        return [Learned(new)] if new else []

    async def _open(self, call: _Call) -> Exchange:
        """One attempt up to an answer that may be read. Raises ChatError if the server refuses or cannot be reached."""
        call.should_retry, call.phase = None, Phase.NOTHING_SENT
        sent = body(call.peer.account, call.request, call.manner)
        call.sent = sent
        exchange = await self._exchange(
            call.peer, "/chat/completions", content=msgspec.json.encode(sent), record=call.record
        )
        try:
            await _opened(exchange, call.peer.account)
            await self._refuse(exchange, call)
        except BaseException:
            call.phase = exchange.phase
            await exchange.close()
            raise
        return exchange

    async def _refuse(self, exchange: Exchange, call: _Call) -> None:
        """Raise what a status other than success means."""
        if exchange.status < 300:
            return
        error = await _refusal(exchange, call.peer.secrets)
        exchange.phase = Phase.REFUSED
        word = exchange.headers.get("x-should-retry", "").lower()
        call.should_retry = {"true": True, "false": False}.get(word)
        raise error

    def _again(self, call: _Call, error: ChatError, exchange: Exchange | None) -> Retrying | None:
        """Prepare the next attempt; raises the error if there is to be none."""
        phase = exchange.phase if exchange is not None else call.phase
        if phase is Phase.REFUSED and call.negotiated < 3:
            change = negotiate(error, call.sent, call.manner)
            if change is not None and change[0] != call.manner:
                call.manner = change[0]
                call.learned |= change[1]
                call.negotiated += 1
                return None
        loopback = is_loopback(urlsplit(call.peer.account.base_url).hostname or "")
        wait = wait_before_retry(
            error, phase, call.retries, call.waited,
            should_retry=call.should_retry, resent=call.resent, loopback=loopback,
        )  # fmt: skip
        if wait is None or (phase is not Phase.STALE and not self._bucket(call.peer.account).take()):
            raise error
        call.resent = call.resent or phase is Phase.STALE
        call.attempt += 1
        call.retries += 1
        call.waited += wait
        return Retrying(call.attempt, wait, error.failure)

    def _bucket(self, account: Account) -> Bucket:
        return self._buckets.setdefault(account.id, Bucket())

    async def models(
        self, account: Account, secret: Secret | None, *, proxy_password: Secret | None = None
    ) -> list[Model]:
        """What `/models` says, page by page. Raises ChatError; tries twice only where a kept connection had died."""
        peer = _Peer(account, secret, proxy_password)
        found: dict[str, Model] = {}
        query: tuple[tuple[str, str], ...] = ()
        for _ in range(MAX_PAGES):
            page = await self._models_page(peer, query)
            for model in read_models(page):
                found.setdefault(model.id, model)
            more = next_page(page)
            if more is None or (more,) == query:
                break
            query = (more,)
        return list(found.values())

    async def _models_page(self, peer: _Peer, query: tuple[tuple[str, str], ...], *, again: bool = False) -> Any:
        exchange = await self._exchange(peer, "/models", query=query)
        try:
            await _opened(exchange, peer.account)
            if exchange.status >= 300:
                raise await _refusal(exchange, peer.secrets)
            data = await exchange.body(MAX_MODELS_BODY)
        except ChatError:
            if again or exchange.phase is not Phase.STALE:
                raise
            return await self._models_page(peer, query, again=True)  # on a new connection
        finally:
            await exchange.close()
        page = loads(data)
        if is_list(page):
            return page
        if isinstance(page, dict) and error_in(page) is not None:
            raise http_failure(exchange.status, data, host=exchange.host, secrets=peer.secrets)
        words = html_words(data[:MAX_PAGE].decode("utf-8", "replace")) if data.lstrip()[:1] == b"<" else ""
        raise ProtocolError(
            f"{exchange.host} answered with a web page, not a list of models: {words}"
            if words
            else f"{exchange.host} answered something that is no list of models.",
            code="no_models",
            said=redact(data[:2000].decode("utf-8", "replace"), peer.secrets),
            advice="Type the model’s name by hand, or check the base URL.",
        )

    async def fetch(self, url: str, *, accept: str, limit: int) -> Fetched:
        """What stands behind an address a person asked for, at most `limit` bytes of it. Raises ChatError.

        No key, cookie, referrer or header of any account goes there. A redirect is told, never followed.
        """
        import httpx

        nobody = Account("", "", url, network=FETCH_NETWORK)
        route = route_of(nobody)
        sent = [("Accept", accept), ("Accept-Encoding", "identity"), ("User-Agent", "chatgui")]
        try:
            request = httpx.Request("GET", url, headers=sent)
        except (ValueError, UnicodeError, httpx.InvalidURL) as error:
            raise ProtocolError("This is no web address.", code="bad_address") from error
        proxy = route.proxy.shown if route.proxy else ""
        exchange = Exchange(await self._transport(route), request, nobody.network, proxy=proxy)
        try:
            await exchange.open()
            if exchange.status != 200:
                return Fetched(exchange.status, exchange.location, b"")
            return Fetched(200, "", await exchange.body(limit))
        finally:
            await exchange.close()

    async def _exchange(
        self, peer: _Peer, path: str, *, content: bytes | None = None, record: Record | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Exchange:  # fmt: skip
        """An exchange with an endpoint of this account: POST if there is content to send. Nothing leaves before it is opened."""
        account = peer.account
        url = endpoint(account.base_url, path, (*account.query, *query))
        sent = headers(account, peer.secret)
        if content is not None:
            sent.append(("Content-Type", "application/json"))
        route = route_of(account, peer.proxy_password)
        proxy = route.proxy.shown if route.proxy else ""
        transport = await self._transport(route)
        import httpx

        try:
            request = httpx.Request("GET" if content is None else "POST", url, headers=sent, content=content)
        except (ValueError, UnicodeError, httpx.InvalidURL) as error:  # its text may hold the key
            raise ProtocolError(
                "The address or a header of this account cannot be sent.", code="bad_request"
            ) from _without_text(error)
        if (
            request.url.scheme not in ("http", "https")
            or not request.url.host
            or not 0 < (request.url.port or 1) < 65536
        ):
            raise ProtocolError(
                "The base URL of this account is no web address.",
                code="bad_address",
                advice="Correct it in the account.",
            )
        kept = _record(record, request, content or b"", peer.secrets)
        return Exchange(transport, request, account.network, proxy=proxy, comments_s=self._comments_s, record=kept)

    async def _transport(self, route: Route) -> Transport:
        """The transport of a route, made once. Whoever is cancelled while it is made leaves the others waiting for it."""
        if route not in self._transports:
            if route not in self._making:
                self._making[route] = asyncio.create_task(asyncio.to_thread(make_transport, route, self._frame_s))
            try:
                self._transports[route] = await asyncio.shield(self._making[route])
            finally:
                if self._making.get(route) is not None and self._making[route].done():
                    self._making.pop(route)
        return self._transports[route]

    async def aclose(self) -> None:
        """Close every connection."""
        making, self._making = list(self._making.values()), {}
        transports, self._transports = list(self._transports.values()), {}
        transports += [
            one for one in await asyncio.gather(*making, return_exceptions=True) if not isinstance(one, BaseException)
        ]
        for transport in transports:
            await transport.aclose()


async def _opened(exchange: Exchange, account: Account) -> None:
    """Open an exchange; a server that hangs up for want of a client certificate is told apart."""
    try:
        await exchange.open()
    except ChatError as error:
        raise await told_apart(error, account) from error


async def _refusal(exchange: Exchange, secrets: tuple[Secret | None, ...]) -> ChatError:
    if exchange.status < 400:
        return exchange.redirect()
    try:
        data = await exchange.body()
    except ChatError:
        data = b""  # the status says enough
    wait = retry_after(exchange.headers, data[:4000].decode("utf-8", "replace"))
    return http_failure(
        exchange.status, data, request_id=exchange.request_id, retry_after=wait, host=exchange.host, secrets=secrets
    )


def _record(
    record: Record | None, request: httpx.Request, content: bytes, secrets: tuple[Secret | None, ...]
) -> WireRecord | None:
    if record is None:
        return None
    shown = []
    for name, value in request.headers.multi_items():
        clean = redact(value, secrets)
        shown.append((name, DOTS if clean == value and name.lower() in KEY_HEADERS else clean))
    made = WireRecord(request.method, redact(str(request.url), secrets), tuple(shown), content)
    record(made)
    return made


def _without_text(error: Exception) -> Exception:
    """The error without what it quotes."""
    return (
        type(error)()
        if isinstance(error, ValueError) and not isinstance(error, UnicodeError)
        else ValueError("not encodable")
    )
