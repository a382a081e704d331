"""Reading streams: ours beside the openai SDK, httpx-sse with json, and the floor under everyone built on httpx.

    python tests/bench/stream.py [--events 20000] [--runs 3]          the peers come with the dependency group `bench`
    python tests/bench/stream.py --flat                               1,000 to 1,000,000 events: does the cost per event stay?
    python tests/bench/stream.py --qasync                             5,000 events/s through Qt's loop: how idle is the UI thread?

All read the same bytes from the same server process over loopback, each in a process of its own, one after another; best of
the runs counts. CPU is the reader's process time from the request to the end of the answer, imports and first connection
left out. The floor is httpx handing out the bytes and nothing else, plus decoding the JSON of every event on its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
BLOCK = 500  # events written at once in the burst


def event(number: int) -> bytes:
    """One event as OpenAI sends them."""
    choice = {"index": 0, "delta": {"content": f" word{number % 97}"}, "logprobs": None, "finish_reason": None}
    chunk = {"id": "chatcmpl-1234567890abcdef", "object": "chat.completion.chunk", "created": 1763580000, "model": "gpt-bench-1",
             "service_tier": "default", "system_fingerprint": "fp_0123456789", "choices": [choice], "obfuscation": "abcdefgh"}  # fmt: skip
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


def http_chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def serve() -> None:
    """One event per HTTP chunk. The path says how many events, and how many a second (0: as fast as they are taken)."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            await reader.readexactly(length)
            _, count, rate, *_ = head.split(b" ")[1].strip(b"/").split(b"/")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            await send(writer, int(count), int(rate))
            writer.write(http_chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
            await writer.drain()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def send(writer: asyncio.StreamWriter, count: int, rate: int) -> None:
    block = b"".join(http_chunk(event(number)) for number in range(BLOCK))
    if not rate:
        for _ in range(count // BLOCK):
            writer.write(block)
            await writer.drain()
        return
    started = time.monotonic()
    for number in range(count):
        writer.write(http_chunk(event(number)))
        if (ahead := number / rate - (time.monotonic() - started)) > 0:
            await writer.drain()
            await asyncio.sleep(ahead)


# ------------------------------------------------------------------------------------------------ the readers

BODY = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}


async def bytes_only(url: str) -> int:
    import httpx

    count = 0
    async with httpx.AsyncClient() as client, client.stream("POST", f"{url}/chat/completions", json=BODY) as response:
        async for data in response.aiter_raw():
            count += len(data)
    return count


async def sse_and_json(url: str) -> int:
    import httpx
    from httpx_sse import aconnect_sse

    count = 0
    async with (
        httpx.AsyncClient() as client,
        aconnect_sse(client, "POST", f"{url}/chat/completions", json=BODY) as source,
    ):
        async for one in source.aiter_sse():
            if one.data != "[DONE]":
                count += bool(json.loads(one.data)["choices"][0]["delta"].get("content"))
    return count


async def sdk(url: str) -> int:
    from openai import AsyncOpenAI

    count = 0
    async with AsyncOpenAI(base_url=url, api_key="x") as client:
        messages: Any = BODY["messages"]
        async for chunk in await client.chat.completions.create(model="m", messages=messages, stream=True):
            count += bool(chunk.choices[0].delta.content)
    return count


_ours: Any = None


async def ours(url: str) -> int:
    global _ours  # noqa: PLW0603  # one client for the program's life, as in the program
    from datetime import UTC, datetime

    from chatgui.core.account import Account, KeySource
    from chatgui.core.delta import TextDelta
    from chatgui.core.message import Message, Role, Text
    from chatgui.core.request import ChatRequest
    from chatgui.wire.client import Client

    _ours = _ours or Client()
    message = Message("u", Role.USER, (Text("x"),), datetime.now(UTC))
    count = 0
    async for delta in _ours.stream(
        Account("a", "A", url, key_source=KeySource.NONE), None, ChatRequest("m", (message,))
    ):
        count += type(delta) is TextDelta
    return count


READERS: dict[str, Callable[[str], Awaitable[int]]] = {
    "httpx, bytes only": bytes_only, "ours": ours, "httpx-sse + json": sse_and_json, "openai SDK": sdk,
}  # fmt: skip


async def measure(name: str, port: int, events: int) -> dict[str, float]:
    reader = READERS[name]
    await reader(f"http://127.0.0.1:{port}/v1/{BLOCK}/0")  # imports, first connection
    wall, cpu = time.perf_counter(), time.process_time()
    await reader(f"http://127.0.0.1:{port}/v1/{events}/0")
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def decoding(events: int) -> dict[str, float]:
    """CPU for decoding the JSON of every event on its own."""
    import msgspec

    payloads = [event(number)[6:-2] for number in range(events)]
    found = {}
    for name, decode in (("msgspec", msgspec.json.decode), ("json", json.loads)):
        started = time.process_time()
        for payload in payloads:
            decode(payload)
        found[name] = time.process_time() - started
    return found


# ------------------------------------------------------------------------------------------------ running them


def child(*arguments: str) -> dict[str, float]:
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
    )
    found: dict[str, float] = json.loads(done.stdout.strip().split("\n")[-1])
    return found


def compare(port: str, events: int, runs: int) -> None:
    best: dict[str, dict[str, float]] = {}
    for _ in range(runs):
        for name in (*READERS, "decoding"):
            found = child("--child", name, "--port", port, "--events", str(events))
            known = best.setdefault(name, found)
            best[name] = {key: min(known[key], found[key]) for key in found}
    json_cost = best.pop("decoding")
    floor = best["httpx, bytes only"]["cpu"] + json_cost["msgspec"]
    print(f"{events} events of {len(event(0))} bytes, best of {runs}")
    print(f"{'':22}{'events/s':>12}{'CPU ms per 1,000':>20}{'of the floor':>15}")
    for name, found in best.items():
        share = "" if name.startswith("httpx,") else f"{floor / found['cpu']:15.2f}"
        print(f"{name:22}{events / found['wall']:12,.0f}{found['cpu'] / events * 1e6:20.2f}{share}")
    for name, cost in json_cost.items():
        print(f"decoding with {name:8}{'':12}{cost / events * 1e6:20.2f}")
    print(f"{'floor':22}{'':12}{floor / events * 1e6:20.2f}{1:15.2f}")
    print(f"ours is {best['openai SDK']['cpu'] / best['ours']['cpu']:.1f} times as fast as the SDK by CPU, "
          f"{best['openai SDK']['wall'] / best['ours']['wall']:.1f} times by the clock")  # fmt: skip


def flat(port: str) -> None:
    for events in (1_000, 10_000, 100_000, 1_000_000):
        found = child("--child", "ours", "--port", port, "--events", str(events))
        print(
            f"{events:>10,} events: {found['cpu'] / events * 1e6:6.2f} ms of CPU per 1,000, {events / found['wall']:,.0f} events/s",
            flush=True,
        )


async def through_qt(port: int, rate: int, seconds: int) -> dict[str, float]:
    from chatgui.wire.client import Client

    global _ours  # noqa: PLW0603
    _ours = Client(frame_s=0.016)
    await ours(f"http://127.0.0.1:{port}/v1/{BLOCK}/0")
    wall, cpu = time.perf_counter(), time.thread_time()
    events = await ours(f"http://127.0.0.1:{port}/v1/{rate * seconds}/{rate}")
    wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
    await _ours.aclose()
    return {"events": events, "wall": wall, "cpu": cpu}


def run_child(name: str, port: int, events: int) -> None:
    if name == "decoding":
        print(json.dumps(decoding(events)))
    elif name == "qasync":
        from PySide6.QtWidgets import QApplication
        from qasync import QEventLoop

        with QEventLoop(QApplication([])) as loop:
            print(json.dumps(loop.run_until_complete(through_qt(port, events, 4))))
    else:
        print(json.dumps(asyncio.run(measure(name, port, events))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--flat", action="store_true")
    parser.add_argument("--qasync", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--port", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve())
    elif given.child:
        run_child(given.child, int(given.port), given.events)
    else:
        with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            port = server.stdout.readline().strip()
            try:
                if given.flat:
                    flat(port)
                elif given.qasync:
                    for rate in (1_000, 5_000):
                        found = child("--child", "qasync", "--port", port, "--events", str(rate))
                        print(f"{rate} events/s through qasync: UI thread {1 - found['cpu'] / found['wall']:.0%} idle, "
                              f"{found['cpu'] / found['events'] * 1e6:.1f} ms of CPU per 1,000, {found['wall']:.2f} s of 4")  # fmt: skip
                else:
                    compare(port, given.events, given.runs)
            finally:
                server.kill()


if __name__ == "__main__":
    main()
