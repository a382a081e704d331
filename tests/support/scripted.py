"""A tiny HTTP server over a real socket that says exactly what the test scripts: bytes, waits, half lines, resets.

    async with scripted([head(), *sse({"choices": []}), RESET]) as server:
        ...                              # talk to server.url
        assert server.requests[0].json["model"] == "m"
        await server.gone()              # the client hung up

A script is a list of steps, one script per request in order of arrival; the last one serves all later requests.
Instead of a list, a function `(request) -> steps` may decide.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any


class Step(Enum):
    """What a script can do besides sending bytes (bytes), pausing (seconds) and awaiting an asyncio.Event."""

    RESET = "TCP reset, now"
    HANG = "send nothing more until the client hangs up"
    KEEP = "leave the connection open for the next request"
    EACH_BYTE = "send every byte on its own from here on"


RESET, HANG, KEEP, EACH_BYTE = Step
PATIENCE = 10.0  # seconds the server waits for the client to do what the test awaits
Script = Iterable[bytes | float | asyncio.Event | Step]


@dataclass(frozen=True)
class Request:
    """A request as it arrived; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def head(status: int = 200, content_type: str = "text/event-stream", **headers: str) -> bytes:
    """A response's head whose body lasts until the connection closes. `retry_after="1"` becomes `retry-after: 1`."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", f"content-type: {content_type}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "content_length" not in headers and "transfer_encoding" not in headers:
        lines.append("connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(body: Any, status: int = 200, content_type: str = "application/json", **headers: str) -> bytes:
    """A whole response with its length; anything but bytes and text is sent as JSON."""
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return head(status, content_type, content_length=str(len(content)), **headers) + content


def sse(*events: Any, done: bool = True) -> list[bytes]:
    """One `data:` event per value (text as it is, the rest as JSON), and `[DONE]`."""
    words = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in events]
    return [f"data: {one}\n\n".encode() for one in [*words, *(["[DONE]"] if done else [])]]


class ScriptedServer:
    """What the client did: `requests` in order of arrival; `connections` made so far."""

    def __init__(self, script: Script | Callable[[Request], Script], more: Sequence[Script]) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.url = ""
        self.errors: list[BaseException] = []
        self._script = script
        self._rest = [] if callable(script) else [script, *more]
        self._changed = asyncio.Condition()
        self._gone: list[float] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base_url(self) -> str:
        """`url` with the usual `/v1`."""
        return self.url + "/v1"

    async def asked(self, count: int = 1) -> Request:
        """Wait until `count` requests have arrived in all; the last of them."""
        await self._wait(lambda: len(self.requests) >= count)
        return self.requests[count - 1]

    async def gone(self, count: int = 1) -> float:
        """Wait until the client has closed `count` connections in all; when the last one was, on the monotonic clock."""
        await self._wait(lambda: len(self._gone) >= count)
        return self._gone[count - 1]

    async def _wait(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(is_so)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _next_script(self, request: Request) -> Script:
        if callable(self._script):
            return self._script(request)
        return self._rest.pop(0) if len(self._rest) > 1 else self._rest[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._converse(reader, writer, self.connections)
        except (ConnectionError, asyncio.IncompleteReadError):
            await self._note_gone()
        except asyncio.CancelledError:
            pass  # the test is over; its server must not complain
        except Exception as error:
            self.errors.append(error)  # a broken script: `scripted` raises it in the test
        finally:
            writer.transport.abort()

    async def _note_gone(self) -> None:
        self._gone.append(time.monotonic())
        await self._tell()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        while True:
            request = await _read_request(reader, number)
            self.requests.append(request)
            await self._tell()
            # From here on the client has nothing to say, so whatever ends the reading is its hanging up.
            silence = asyncio.create_task(reader.read(1))
            play = asyncio.create_task(_play(self._next_script(request), writer))
            try:
                await asyncio.wait({silence, play}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                said_all = play.done()
                play.cancel()
                silence.cancel()
                result, _ = await asyncio.gather(play, silence, return_exceptions=True)
            if not said_all or isinstance(result, ConnectionError):
                await self._note_gone()
                return
            if isinstance(result, BaseException):
                raise result
            if result is not KEEP:
                return


async def _read_request(reader: asyncio.StreamReader, number: int) -> Request:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    pairs = (line.split(":", 1) for line in lines[1:] if line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body, number)


async def _play(script: Script, writer: asyncio.StreamWriter) -> Step | None:
    """Say the script; KEEP if the connection is to stay."""
    single = False
    for step in script:
        match step:
            case bytes():
                for piece in (step[i : i + 1] for i in range(len(step))) if single else (step,):
                    writer.write(piece)
                    await writer.drain()
            case asyncio.Event():
                await step.wait()
            case Step.RESET:
                raw: socket.socket = writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return None
            case Step.HANG:
                await asyncio.Event().wait()
            case Step.KEEP:
                return KEEP
            case Step.EACH_BYTE:
                single = True
            case _:
                await asyncio.sleep(float(step))
    if writer.can_write_eof():  # TLS cannot end one direction alone; the connection is closed behind us all the same
        writer.write_eof()
    else:
        writer.close()
    return None


@contextlib.asynccontextmanager
async def scripted(
    script: Script | Callable[[Request], Script], *more: Script, tls: ssl.SSLContext | None = None
) -> AsyncIterator[ScriptedServer]:
    """Serve on a free loopback port while the block runs."""
    server = ScriptedServer(script, more)
    listener = await asyncio.start_server(server._serve, "127.0.0.1", 0, ssl=tls)
    port = listener.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield server
    finally:
        listener.close()
        for _ in range(5):  # a connection just taken gets its task a few turns of the loop later
            await asyncio.sleep(0)
        for task in server._tasks:
            task.cancel()
        await asyncio.gather(*server._tasks, return_exceptions=True)
    if server.errors:
        raise server.errors[0]


@contextlib.contextmanager
def refusing() -> Iterator[int]:
    """A loopback port that refuses every connection, and stays taken while the block runs: a port merely given back may be
    another test's server a moment later."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        yield port
