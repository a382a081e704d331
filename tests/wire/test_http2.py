"""HTTP/2, where the account asks for it: one connection, several answers, Stop ends a stream and not the connection."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest

from chatgui.core.account import Account
from chatgui.core.delta import TextDelta
from tests.wire.certificates import make_authority
from tests.wire.reading import account, request
from tests.wire.talking import HELLO, ask, client


class Server:
    """Answers every request with `HELLO`; the first part of it only, where the path asks for that."""

    def __init__(self) -> None:
        self.connections = 0
        self.resets = 0
        self.reset = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        wire = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        wire.initiate_connection()
        paths: dict[int, str] = {}
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while True:
                writer.write(wire.data_to_send())
                if not (data := await reader.read(65536)):
                    break
                for event in wire.receive_data(data):
                    match event:
                        case h2.events.RequestReceived():
                            paths[event.stream_id] = dict(event.headers)[b":path"].decode()
                        case h2.events.StreamEnded():
                            self._answer(wire, event.stream_id, whole="hang" not in paths[event.stream_id])
                        case h2.events.StreamReset():
                            self.resets += 1
                            self.reset.set()
                        case _:
                            pass
        writer.transport.abort()

    @staticmethod
    def _answer(wire: h2.connection.H2Connection, stream: int, *, whole: bool) -> None:
        wire.send_headers(stream, [(":status", "200"), ("content-type", "text/event-stream")])
        for piece in HELLO if whole else HELLO[:2]:
            wire.send_data(stream, piece)
        if whole:
            wire.end_stream(stream)


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[Server, Account]]:
    authority = make_authority(folder)
    tls = authority.server()
    tls.set_alpn_protocols(["h2"])
    server = Server()
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(server.serve(reader, writer)))

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    port = listener.sockets[0].getsockname()[1]
    yield (
        server,
        account(f"https://localhost:{port}/v1", network={"ca_file": str(authority.certificate), "http2": True}),
    )
    listener.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_answers_share_one_connection(tmp_path: Path) -> None:
    async with serving(tmp_path) as (server, where), client() as one:
        assert (await ask(one, where)).text == "Hello"
        told = await asyncio.gather(*(ask(one, where) for _ in range(10)))
        assert [(single.text, single.error) for single in told] == [("Hello", None)] * 10
        assert server.connections == 1


@pytest.mark.timeout(20)
async def test_stop_ends_the_stream_alone(tmp_path: Path) -> None:
    async with serving(tmp_path) as (server, where), client() as one:
        hanging = Account(where.id, where.name, where.base_url, network=where.network, query=(("hang", "1"),))
        async with contextlib.aclosing(one.stream(hanging, None, request())) as deltas:
            async for delta in deltas:
                if isinstance(delta, TextDelta):
                    break
        await server.reset.wait()
        assert (await ask(one, where)).text == "Hello"
        assert (server.resets, server.connections) == (1, 1)
