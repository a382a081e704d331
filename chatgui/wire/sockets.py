"""Sockets for the HTTP library, straight on the event loop.

Made for Qt's loop, where every wake-up costs: a read wakes the program once, and while data flows the next read first lets
a frame's worth of it gather in the kernel.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from chatgui.wire.network import FAMILIES

HIGH = 1 << 20  # bytes kept unread before the peer is made to wait
FILE = 128 << 10  # bytes in one read; words come in fewer, and what is no text to look at is not read by frames
HAPPY_EYEBALLS_S = 0.25  # before the other address family is tried beside the first


class Pipe(asyncio.Protocol):
    """What arrived and was not read yet."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.chunks: list[bytes] = []
        self.size = 0
        self.over = False
        self.error: Exception | None = None
        self.waiter: asyncio.Future[None] | None = None
        self.writable = asyncio.Event()
        self.writable.set()
        self.full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # TCP and TLS both are
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.chunks.append(bytes(data))
        self.size += len(data)
        if self.size > HIGH and self.transport is not None and not self.full:
            self.full = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self.over = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.over = True
        self.error = exc
        self.writable.set()
        self._wake()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def _wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def take(self) -> bytes:
        """All that is there."""
        data = self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)
        self.chunks.clear()
        self.size = 0
        if self.full and self.transport is not None:
            self.full = False
            self.transport.resume_reading()
        return data


class Stream(httpcore.AsyncNetworkStream):
    """One connection. `read_at` is the loop's time when data last came."""

    def __init__(self, pipe: Pipe, frame_s: float) -> None:
        self._pipe = pipe
        self._raw = pipe.transport  # what the loop listens to; under TLS the pipe's own is another
        self._frame_s = frame_s
        self._flowing = False
        self._loop = asyncio.get_running_loop()
        self.read_at = self._loop.time()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # httpcore’s signature
        """What has come, b"" at the end; waits if nothing has. Times are watched by who asks (`wire.watch`), not here."""
        pipe = self._pipe
        if not pipe.chunks and not pipe.over:
            asked = self._hold() if self._flowing else self._loop.time()
            await self._more()
            self._flowing = self._loop.time() - asked < self._frame_s
        self.read_at = self._loop.time()
        if pipe.chunks:
            data = pipe.take()
            self._flowing = self._flowing and len(data) < FILE
            return data
        if pipe.error is not None:
            raise httpcore.ReadError(str(pipe.error)) from pipe.error
        return b""

    def _hold(self) -> float:
        """Listen again only when a frame has passed since the last read; when that is."""
        now, until = self._loop.time(), self.read_at + self._frame_s
        if until > now and self._raw is not None:
            self._raw.pause_reading()
            self._loop.call_at(until, self._release)
        return max(now, until)

    def _release(self) -> None:
        if self._raw is not None and not self._pipe.over and not self._pipe.full:
            self._raw.resume_reading()

    async def _more(self) -> None:
        self._pipe.waiter = self._loop.create_future()
        try:
            await self._pipe.waiter
        finally:
            self._pipe.waiter = None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # httpcore’s signature
        """Hand these bytes to the connection; waits while the peer takes none, at most `timeout` seconds."""
        pipe = self._pipe
        if not buffer:
            return
        if pipe.transport is None or pipe.transport.is_closing() or pipe.error is not None:
            raise httpcore.WriteError(str(pipe.error or "the connection is closed")) from pipe.error
        pipe.transport.write(buffer)
        if not pipe.writable.is_set():
            try:
                async with asyncio.timeout(timeout):
                    await pipe.writable.wait()
            except TimeoutError as error:
                raise httpcore.WriteTimeout("the peer takes nothing") from error
        if pipe.error is not None:
            raise httpcore.WriteError(str(pipe.error)) from pipe.error

    async def aclose(self) -> None:
        """End the connection at once."""
        if self._pipe.transport is not None:
            self._pipe.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore’s signature
    ) -> httpcore.AsyncNetworkStream:
        """Speak TLS from here on."""
        pipe = self._pipe
        assert pipe.transport is not None  # noqa: S101  # it is connected
        try:
            secured = await self._loop.start_tls(pipe.transport, pipe, ssl_context, server_hostname=server_hostname)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            await self.aclose()
            raise httpcore.ConnectError(str(error)) from error
        if secured is None:
            raise httpcore.ConnectError("the connection was closed while it was being secured")
        pipe.transport = secured
        return self

    def get_extra_info(self, info: str) -> Any:
        """What httpcore and the probe ask for."""
        if info == "is_readable":
            return self._pipe.over or bool(self._pipe.chunks)
        names = {"ssl_object": "ssl_object", "client_addr": "sockname", "server_addr": "peername", "socket": "socket"}
        transport = self._pipe.transport
        return transport.get_extra_info(names[info]) if transport is not None and info in names else None


class Sockets(httpcore.AsyncNetworkBackend):
    """Makes connections. `frame_s` as in `wire.client.Client`; `ip_version` 4, 6, or 0 for either."""

    def __init__(self, frame_s: float = 0.0, ip_version: int = 0) -> None:
        self._frame_s = frame_s
        self._family = FAMILIES.get(ip_version, socket.AF_UNSPEC)

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,  # noqa: ASYNC109  # httpcore’s signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """A connection to the first address of `host` that answers."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, family=self._family, type=socket.SOCK_STREAM)
            pipe = await _first(_by_turns(list(dict.fromkeys((str(one[4][0]), port) for one in found))))
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        return Stream(pipe, self._frame_s)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore’s signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Not wanted here."""
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)


def _by_turns(addresses: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The same addresses, the families taking turns."""
    first = [one for one in addresses if (":" in one[0]) == (":" in addresses[0][0])]
    other = [one for one in addresses if one not in first]
    return [one for pair in itertools.zip_longest(first, other) for one in pair if one is not None]


async def _connect(address: tuple[str, int]) -> Pipe:
    _, pipe = await asyncio.get_running_loop().create_connection(Pipe, *address)
    return pipe


async def _first(addresses: list[tuple[str, int]]) -> Pipe:
    """A connection to the first that answers; each next one is tried a little later. (asyncio's own race may lose a socket
    when it is cancelled.)"""
    if len(addresses) == 1:
        return await _connect(addresses[0])
    tries: list[asyncio.Task[Pipe]] = []
    pending: set[asyncio.Task[Pipe]] = set()
    winner: asyncio.Task[Pipe] | None = None
    try:
        while winner is None:
            more = len(tries) < len(addresses)
            if more:
                tries.append(asyncio.create_task(_connect(addresses[len(tries)])))
                pending.add(tries[-1])
            if not pending:
                raise tries[0].exception() or OSError("no address")
            delay = HAPPY_EYEBALLS_S if len(tries) < len(addresses) else None
            done, pending = await asyncio.wait(pending, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
            winner = next((one for one in done if one.exception() is None), None)
        return winner.result()
    finally:
        for one in tries:
            if one is not winner:
                one.add_done_callback(_abandon)
                one.cancel()


def _abandon(task: asyncio.Task[Pipe]) -> None:
    """A connection nobody waits for any more."""
    if not task.cancelled() and task.exception() is None and (transport := task.result().transport) is not None:
        transport.abort()
