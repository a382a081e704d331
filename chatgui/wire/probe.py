"""The way to an account's server, step by step, for the account doctor. No key and no words of the user are sent."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from chatgui.core.account import Account
from chatgui.core.errors import NotReached, TimedOut, TlsFailed
from chatgui.core.secret import Secret
from chatgui.wire.base_url import shown_host
from chatgui.wire.client_certificates import told_apart
from chatgui.wire.errors import translate
from chatgui.wire.network import FAMILIES, Proxy, Route, make_transport, route_of, tls_context

FIND, PROXY, CONNECT, SECURE = "Find the address", "Reach the proxy", "Connect", "Secure connection"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One step that went well: its name, how long it took, and what was seen, in one sentence."""

    name: str
    ms: float
    words: str


async def reach(account: Account, proxy_password: Secret | None = None) -> AsyncGenerator[Step, None]:
    """The steps up to the first byte of a request. Raises ChatError at the one that fails: its `code` is dns, refused,
    unreachable, connect_timeout, tls, not_https, certificate_file, proxy or proxy_auth, its `advice` what to do."""
    route = route_of(account, proxy_password)
    if route.proxy is not None:
        async for step in _by_proxy(account, route, route.proxy):
            yield step
        return
    parts = urlsplit(account.base_url)
    way = _Way(account, shown_host(account.base_url))
    started = time.monotonic()
    addresses = await way.find(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    yield Step(
        FIND, _since(started), f"{parts.hostname} is at {', '.join(dict.fromkeys(one[0] for one in addresses))}."
    )
    started = time.monotonic()
    _, writer = await way.connect(addresses)
    try:
        yield Step(CONNECT, _since(started), f"{way.host} takes connections at {writer.get_extra_info('peername')[0]}.")
        if parts.scheme == "https":
            started = time.monotonic()
            context = await asyncio.to_thread(tls_context, route)
            try:
                await way.tried(writer.start_tls(context, server_hostname=parts.hostname), "made no secure connection")
            except TlsFailed as error:
                raise await told_apart(error, account) from error
            yield Step(SECURE, _since(started), _certificate(writer.get_extra_info("ssl_object")))
    finally:
        writer.transport.abort()


class _Way:
    """The direct way to a host, each step within the account's time for connecting."""

    def __init__(self, account: Account, host: str, proxy: str = "") -> None:
        self.host = host
        self._proxy = proxy
        self._limit = account.network.connect_timeout
        self._family = FAMILIES.get(account.network.ip_version, socket.AF_UNSPEC)

    async def tried(self, step: Awaitable[T], failed: str) -> T:
        """`step` within the time, its errors as ours."""
        try:
            async with asyncio.timeout(self._limit):
                return await step
        except TimeoutError:
            raise TimedOut(f"{self._proxy or self.host} {failed} in {self._limit:g} s.", code="connect_timeout",
                           advice="Check the address, your connection, and whether a proxy is needed.") from None  # fmt: skip
        except (ConnectionResetError, asyncio.IncompleteReadError, ssl.SSLEOFError) as error:
            raise TlsFailed(
                f"{self.host} does not speak HTTPS here.", code="not_https", advice="Check the address and its port."
            ) from error
        except (OSError, UnicodeError) as error:
            found = translate(error, host=self.host, proxy=self._proxy)
            found.advice = found.advice or "Check the address and your connection."
            raise found from error

    async def find(self, name: str, port: int) -> list[tuple[str, int]]:
        """The addresses of a name."""
        loop = asyncio.get_running_loop()
        found = await self.tried(
            loop.getaddrinfo(name, port, family=self._family, type=socket.SOCK_STREAM), "was not found"
        )
        return list(dict.fromkeys((str(one[4][0]), port) for one in found))

    async def connect(self, addresses: list[tuple[str, int]]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the first address that takes one."""
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(self._limit):
                    return await asyncio.open_connection(*address)
            except OSError:
                continue  # the next may be there: a broken IPv6 beside a working IPv4 is common
        return await self.tried(asyncio.open_connection(*addresses[-1]), "did not answer")


async def _by_proxy(account: Account, route: Route, proxy: Proxy) -> AsyncGenerator[Step, None]:
    parts = urlsplit(proxy.url)
    way = _Way(account, shown_host(account.base_url), proxy.shown)
    started = time.monotonic()
    _, writer = await way.connect(
        await way.find(parts.hostname or "", parts.port or (1080 if parts.scheme.startswith("socks") else 80))
    )
    writer.transport.abort()
    yield Step(PROXY, _since(started), f"The proxy {proxy.shown} takes connections.")
    import httpcore
    import httpx

    started = time.monotonic()
    transport = await asyncio.to_thread(make_transport, route)
    try:
        async with asyncio.timeout(account.network.connect_timeout):
            response = await transport.handle_async_request(httpx.Request("HEAD", account.base_url))
        tls: Any = response.extensions["network_stream"].get_extra_info("ssl_object")
    except TimeoutError:
        raise TimedOut(
            f"No answer from {way.host} by way of the proxy {proxy.shown}.", code="connect_timeout"
        ) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, OSError) as error:
        found = translate(error, host=way.host, proxy=proxy.shown)
        if not isinstance(found, NotReached):  # behind the proxy's consent either may have hung up
            found = NotReached(
                f"No answer from {way.host} by way of the proxy {proxy.shown}: the connection was closed.",
                code="no_answer", said=str(error)[:200],
                advice="Check the address, whether the proxy lets this server through, and whether it wants a client "
                "certificate.",
            )  # fmt: skip
        raise found from error
    finally:
        await transport.aclose()
    yield Step(CONNECT, _since(started), f"{way.host} answers by way of the proxy.")
    if tls is not None and urlsplit(account.base_url).scheme == "https":
        yield Step(SECURE, 0.0, _certificate(tls))


def _certificate(tls: Any) -> str:
    """What a person wants to know of a secure connection."""
    words = str(tls.version() or "TLS").replace("TLSv", "TLS ")
    certificate = tls.getpeercert() or {}
    issuer = {name: value for group in certificate.get("issuer", ()) for name, value in group}
    if name := issuer.get("organizationName") or issuer.get("commonName"):
        words += f", certificate by {name}"
    if until := certificate.get("notAfter"):
        words += f", valid until {datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC):%Y-%m-%d}"
    return words + "."


def _since(started: float) -> float:
    return (time.monotonic() - started) * 1000
