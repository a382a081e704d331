"""The whole program as a process: what a streaming answer costs it, and what memory it holds.

    xvfb-run -a python -m tests.bench.process [rate] [memory] [--runs 3] [--tokens 1000] [--rate 100]

`rate`: a real window on a profile of its own; a server in another process streams over a real socket at a steady rate, first
reasoning and then the answer, half of the tokens each, or both in turn; a token in each packet, or four. CPU is all of the
process (every thread, user and system) from the send to the kept answer, per 1,000 tokens; the X server is not counted. The
first answer of a run loads the HTTP library and the renderers, once; it is told apart from those that follow.
`memory`: resident megabytes of the program (nothing of this benchmark is loaded into it) once the window is idle, after
answers of 10,000 tokens, and with a conversation of 100,000 messages open. Numbers of a busy machine swing; run it twice.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
AIM_CPU_S, PEERS_CPU_S = 0.5, "8.6–15.4"
AIM_IDLE_MB, AIM_ANSWER_MB, AIM_LONG_MB = 110, 130, 120
LONG = 100_000  # messages

# ------------------------------------------------------------------------------------------------ the server


def events(tokens: int, order: str) -> list[bytes]:
    """One SSE event for each token of a long answer and its reasoning, `after` each other or in `turn`."""
    from tests.bench.transcript import tokens as words_of

    half = tokens // 2
    thought = [{"reasoning_content": word} for word in words_of(half, 2)[:half]]
    answer = [{"content": word} for word in words_of(half, 3)[:half]]
    paired = [one for pair in zip(thought, answer, strict=True) for one in pair]
    deltas = thought + answer if order == "after" else paired
    return [b"data: %s\n\n" % json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode() for delta in deltas]


async def serve(tokens: int, rate: float, packet: int, order: str) -> None:
    """Answer every request with the same stream: `packet` tokens at once, `rate` tokens a second."""
    said = events(tokens, order)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(length)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        began = time.monotonic()
        for at in range(0, len(said), packet):
            await asyncio.sleep(at / rate - (time.monotonic() - began))
            data = b"".join(said[at : at + packet])
            writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        finish = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
        writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(finish), finish))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# ------------------------------------------------------------------------------------------------ the measures


def run(profile: Path, *, tokens: int, rate: float, packet: int, order: str, answers: int) -> list[dict[str, Any]]:
    """What one run of the program told, in order."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    env.setdefault("QT_QPA_PLATFORM", "xcb" if env.get("DISPLAY") else "offscreen")
    serving = [
        sys.executable,
        "-m",
        "tests.bench.process",
        "--serve",
        "--tokens",
        str(tokens),
        "--rate",
        str(rate),
        "--packet",
        str(packet),
        "--order",
        order,
    ]
    with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout
        try:
            port = server.stdout.readline().strip()
            asking = [sys.executable, "-m", "tests.bench.process_inside", str(profile), port, str(answers)]
            done = subprocess.run(asking, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=600, check=True)
        finally:
            server.kill()
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if any(one["deltas"] < tokens for one in told if one["what"] == "answered"):
        raise RuntimeError(f"not every token came: {told}")
    return told


def rates(tokens: int, rate: float, runs: int) -> Iterator[str]:
    """CPU seconds for 1,000 tokens."""
    yield f"CPU s per 1,000 tokens at {rate:g} a second, whole process (aim ≤ {AIM_CPU_S}; web peers {PEERS_CPU_S})"
    for order, words in (("after", "reasoning, then answer"), ("turn", "reasoning and answer in turn")):
        for packet in (1, 4):
            with tempfile.TemporaryDirectory() as profile:
                told = run(Path(profile), tokens=tokens, rate=rate, packet=packet, order=order, answers=1 + runs)
            spent = [one["cpu"] for one in told[: runs + 2]]
            first, *costs = ((after - before) / tokens * 1000 for before, after in itertools.pairwise(spent))
            middle = statistics.median(costs)
            each = " ".join(f"{one:.2f}" for one in costs)
            yield (
                f"  {words:29} {packet} a packet: {middle:.2f} = {middle / AIM_CPU_S:4.0%} of the aim   ({each};"
                f" the first {first:.2f})"
            )


def memory() -> Iterator[str]:
    """Megabytes held."""
    yield f"Resident MB, in brackets with shared pages told by their users, and private ones (aims: idle ≤ {AIM_IDLE_MB}, after 10,000 tokens ≤ {AIM_ANSWER_MB}, {LONG:,} messages open < {AIM_LONG_MB})"
    with tempfile.TemporaryDirectory() as profile:
        told = run(Path(profile), tokens=10_000, rate=1_000, packet=1, order="after", answers=3)
    yield f"  one window: {_sizes(told)}"
    with tempfile.TemporaryDirectory() as profile:
        from tests.bench.store_library import make

        make(Path(profile) / "chatgui.db", 1, LONG)
        told = run(Path(profile), tokens=1, rate=1, packet=1, order="after", answers=0)
    yield f"  {LONG:,} messages open: {_sizes(told)}"


def _sizes(told: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['what']} {one['rss']:.0f} ({one['pss']:.0f}, {one['private']:.0f})" for one in told)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help="rate, memory (default: both)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--packet", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--order", default="after", help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.tokens, given.rate, given.packet, given.order))
    else:
        parts = {"rate": rates(given.tokens, given.rate, given.runs), "memory": memory()}
        for part in given.parts or parts:
            for line in parts[part]:
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
