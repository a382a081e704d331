"""What an answer does over time, as values: bytes to send, waits, and the ways a stream can end badly.

Personalities only describe; `play` is the one place where time passes and sockets move.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from asyncio import StreamWriter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from chatgui.demo.http import LAST_CHUNK, chunk


@dataclass(frozen=True, slots=True)
class Wait:
    """Let `seconds` pass, times the pace of the request."""

    seconds: float


class Break(Enum):
    """A stream that does not end as it should."""

    DROP = "drop"  # the connection closes in the middle of the body
    RESET = "reset"  # the same, but hard: the client's system sees a reset
    STALL = "stall"  # the connection stays open and silent until the client leaves


Step: TypeAlias = bytes | Wait | Break


class Broken(Exception):
    """The answer broke off as asked; the connection cannot be used again."""


async def play(steps: Iterable[Step], writer: StreamWriter, pace: float) -> None:
    """Send `steps` as a chunked body. Raises Broken when they say so.

    Waits are kept against a clock, not added up, so that a high rate stays true: what is late is sent at once.
    """
    loop = asyncio.get_running_loop()
    due = loop.time()
    for number, step in enumerate(steps):
        if isinstance(step, bytes):
            writer.write(chunk(step))
            await writer.drain()
        elif isinstance(step, Wait):
            now = loop.time()
            due = max(due, now - 1.0) + step.seconds * pace  # a client that read slowly is not caught up with for ever
            if due > now + 0.001:
                await asyncio.sleep(due - now)
            elif number % 32 == 0:  # others on this loop want their turn too
                await asyncio.sleep(0)
        else:
            await _break(step, writer)
    writer.write(LAST_CHUNK)
    await writer.drain()


async def _break(how: Break, writer: StreamWriter) -> None:
    if how is Break.STALL:
        await asyncio.Event().wait()  # ended from outside, when the client leaves
    if how is Break.RESET:
        end = writer.get_extra_info("socket")
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
    raise Broken
