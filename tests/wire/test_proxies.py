"""Proxies: plain, with a password, SOCKS, from the environment, and broken ones. Row 7 of the fault catalogue."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatgui.core.account import ProxyMode
from chatgui.core.errors import Kind
from chatgui.core.secret import Secret
from chatgui.wire.network import find_proxy, route_of
from chatgui.wire.probe import reach
from tests.support.scripted import scripted
from tests.wire.certificates import make_authority
from tests.wire.reading import account
from tests.wire.talking import ANSWER, KEY, ask, client

OWN = {"proxy_mode": ProxyMode.OWN}
PASSWORD = Secret("pass:word-öß")


class Proxy:
    """A small HTTP and SOCKS5 proxy on loopback; `seen` are the targets asked for."""

    def __init__(self, credentials: tuple[str, str] | None = None, refuse: bytes = b"") -> None:
        self.seen: list[str] = []
        self.port = 0
        self._credentials = credentials
        self._refuse = refuse
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            first = await reader.readexactly(1)
            await (self._socks(reader, writer) if first == b"\x05" else self._http(first, reader, writer))
        writer.transport.abort()

    async def _http(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = first + await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ")
        known = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        self.seen.append(target)
        wanted = self._credentials and "Basic " + base64.b64encode(":".join(self._credentials).encode()).decode()
        if wanted and known.get("proxy-authorization") != wanted:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        if self._refuse:
            writer.write(self._refuse)
            await writer.drain()
            return
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._join(host, int(port), b"", reader, writer)
        else:
            host, _, port = target.removeprefix("http://").split("/")[0].rpartition(":")
            onward = "\r\n".join(line for line in lines if not line.lower().startswith("proxy-authorization"))
            await self._join(host, int(port), onward.encode("latin-1"), reader, writer)

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(
            b"\x05\x02" if self._credentials and 2 in methods else b"\x05\x00" if not self._credentials else b"\x05\xff"
        )
        if self._credentials:
            await reader.readexactly(1)
            name = await reader.readexactly((await reader.readexactly(1))[0])
            word = await reader.readexactly((await reader.readexactly(1))[0])
            good = (name.decode(), word.decode()) == self._credentials
            writer.write(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        _, _, _, kind = await reader.readexactly(4)
        host = (
            (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            if kind == 3
            else ".".join(map(str, await reader.readexactly(4)))
        )
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.seen.append(f"{host}:{port}")
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await self._join(host, port, b"", reader, writer)

    async def _join(
        self, host: str, port: int, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        up_reader, up_writer = await asyncio.open_connection(host, port)
        up_writer.write(first)

        async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while data := await source.read(65536):
                    target.write(data)
                    await target.drain()

        ways = [asyncio.create_task(copy(reader, up_writer)), asyncio.create_task(copy(up_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            up_writer.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


@contextlib.asynccontextmanager
async def proxying(credentials: tuple[str, str] | None = None, refuse: bytes = b"") -> AsyncIterator[Proxy]:
    proxy = Proxy(credentials, refuse)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    yield proxy
    server.close()
    for _ in range(5):  # a connection just taken gets its task a few turns of the loop later
        await asyncio.sleep(0)
    for task in proxy._tasks:
        task.cancel()
    await asyncio.gather(*proxy._tasks, return_exceptions=True)


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
@pytest.mark.parametrize("credentials", [None, ("me", PASSWORD.reveal())])
async def test_an_answer_by_way_of_a_proxy(scheme: str, credentials: tuple[str, str] | None) -> None:
    async with scripted(ANSWER) as server, proxying(credentials) as proxy, client() as one:
        user = "me@" if credentials else ""
        where = account(server.base_url, network={**OWN, "proxy": f"{scheme}://{user}127.0.0.1:{proxy.port}"})
        told = await ask(one, where, secret=KEY, proxy_password=PASSWORD if credentials else None)
        assert (told.text, told.error) == ("Hello", None)
        assert len(proxy.seen) == 1
        assert "proxy-authorization" not in server.requests[0].headers
        names = [step.name async for step in reach(where, PASSWORD)]
        assert names == ["Reach the proxy", "Connect"]


async def test_https_by_way_of_a_proxy(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    async with scripted(ANSWER, tls=authority.server()) as server, proxying() as proxy, client() as one:
        url = server.base_url.replace("127.0.0.1", "localhost")
        where = account(
            url, network={**OWN, "proxy": f"http://127.0.0.1:{proxy.port}", "ca_file": str(authority.certificate)}
        )
        told = await ask(one, where, secret=KEY)
        assert (told.text, told.error) == ("Hello", None)
        assert proxy.seen == [url.removeprefix("https://").removesuffix("/v1")]
        assert [step.name async for step in reach(where)] == ["Reach the proxy", "Connect", "Secure connection"]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_does_not_know_us(scheme: str, tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    async with scripted(ANSWER, tls=authority.server()) as server, proxying(("me", "other")) as proxy, client() as one:
        url = server.base_url.replace("127.0.0.1", "localhost")
        told = await ask(
            one,
            account(url, network={**OWN, "proxy": f"{scheme}://me@127.0.0.1:{proxy.port}"}),
            proxy_password=PASSWORD,
        )
        assert told.error is not None
        assert (told.error.kind, server.requests, told.retries) == (Kind.NOT_REACHED, [], [])
        assert f"127.0.0.1:{proxy.port}" in told.error.message
        assert PASSWORD.reveal() not in repr(told.error.failure)
        if scheme == "http":
            assert told.error.code == "proxy_auth"


async def test_a_proxy_that_refuses() -> None:
    refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nForbidden"
    async with proxying(refuse=refusal) as proxy, client() as one:
        told = await ask(
            one, account("https://api.example.com/v1", network={**OWN, "proxy": f"127.0.0.1:{proxy.port}"})
        )
        assert told.error is not None
        assert (told.error.kind, told.error.code) == (Kind.NOT_REACHED, "proxy")


async def test_a_proxy_that_is_not_there() -> None:
    async with client() as one:
        told = await ask(
            one,
            account(
                "https://api.example.com/v1", network={**OWN, "proxy": "http://127.0.0.1:9", "connect_timeout": 2.0}
            ),
        )
        assert told.error is not None
        assert told.error.kind is Kind.NOT_REACHED
        assert "The proxy 127.0.0.1:9" in told.error.message


@pytest.mark.parametrize("proxy", ["ftp://h:1", "http://", "http://h:99999", "what", "http://[::1"])
async def test_a_proxy_that_cannot_be_used_is_told_in_words(proxy: str) -> None:
    if proxy == "what":
        assert find_proxy("https://x.test", account(network={**OWN, "proxy": proxy}).network, None) is not None
        return
    async with client() as one:
        told = await ask(one, account("https://api.example.com/v1", network={**OWN, "proxy": proxy}))
        assert told.error is not None
        assert (told.error.kind, told.error.code) == (Kind.NOT_REACHED, "proxy")


@pytest.mark.parametrize(
    ("environment", "host", "found"),
    [
        ({"HTTPS_PROXY": "http://p.test:1"}, "api.example.com", "http://p.test:1"),
        ({"https_proxy": "http://p.test:1"}, "api.example.com", "http://p.test:1"),
        ({"ALL_PROXY": "socks5://p.test:1"}, "api.example.com", "socks5://p.test:1"),
        ({"ALL_PROXY": "socks://p.test:1"}, "api.example.com", "socks5://p.test:1"),
        ({"HTTPS_PROXY": "http://p.test:1", "NO_PROXY": "example.com"}, "api.example.com", ""),
        ({"HTTPS_PROXY": "http://p.test:1", "NO_PROXY": "[::1],*.x"}, "api.example.com", "http://p.test:1"),
        ({"HTTPS_PROXY": "http://p.test:1"}, "127.0.0.1", ""),
        ({"HTTPS_PROXY": "http://p.test:1"}, "localhost", ""),
        ({}, "api.example.com", ""),
    ],
)
def test_the_system_s_proxy(
    environment: dict[str, str], host: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    proxy = route_of(account(f"https://{host}/v1")).proxy
    assert (proxy.url if proxy else "") == found


async def test_a_proxy_from_the_environment_is_named_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "ftp://p.test:1")
    async with client() as one:
        told = await ask(one, "https://api.example.com/v1")
        assert told.error is not None
        assert "ALL_PROXY" in told.error.message


async def test_no_proxy_where_the_account_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://p.test:1")
    assert route_of(account("https://api.example.com/v1", network={"proxy_mode": ProxyMode.NONE})).proxy is None


async def test_a_password_inside_the_proxy_s_address_is_kept_out_of_words() -> None:
    proxy = find_proxy("https://x.test", account(network={**OWN, "proxy": "http://me:pw%40x@h.test:1"}).network, None)
    assert proxy is not None
    assert (proxy.url, proxy.shown, proxy.password) == (
        "http://me@h.test:1",
        "h.test:1 (from this account’s settings)",
        Secret("pw@x"),
    )
    assert "pw" not in repr(proxy)
