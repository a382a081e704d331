"""Talking to a scripted server through the real client: what the socket tests share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from chatgui.core.account import Account
from chatgui.core.delta import Delta, Retrying
from chatgui.core.errors import ChatError
from chatgui.core.reply import Reply
from chatgui.core.request import ChatRequest
from chatgui.core.secret import Secret
from chatgui.wire.client import Client
from tests.support.scripted import head, sse
from tests.wire.reading import account, chunk, request, stream

HELLO = sse(
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "Hel"}),
    chunk({"content": "lo"}),
    chunk({}, finish="stop"),
)
ANSWER = [head(), *HELLO]
KEY = Secret("sk-canary-wire-0123456789abcdef")


def steadily(count: int, every_s: float) -> list[bytes | float]:
    """So many words, numbered, one after the other with a pause before the next."""
    steps: list[bytes | float] = [head()]
    for number in range(count):
        steps += [stream(chunk({"content": f"{number} "}), done=False), every_s]
    return [*steps, stream(chunk({}, finish="stop"))]


@dataclass
class Told:
    """Everything one `stream` told: its deltas, what they add up to, and the error it ended with."""

    deltas: list[Delta] = field(default_factory=list)
    reply: Reply = field(default_factory=Reply)
    error: ChatError | None = None

    @property
    def text(self) -> str:
        return str(self.reply.text)

    @property
    def retries(self) -> list[Retrying]:
        return [one for one in self.deltas if isinstance(one, Retrying)]

    def of(self, kind: type[Any]) -> list[Any]:
        return [one for one in self.deltas if isinstance(one, kind)]


@contextlib.asynccontextmanager
async def client(**options: Any) -> AsyncIterator[Client]:
    """A client; at the end none of its pools holds a connection in use."""
    one = Client(**options)
    try:
        yield one
        assert in_use(one) == []
    finally:
        await one.aclose()


def in_use(one: Client) -> list[str]:
    """The connections that are neither idle nor closed."""
    found = []
    for transport in one._transports.values():
        connections: Any = transport.pool.connections
        found += [known.info() for known in connections if not (known.is_idle() or known.is_closed())]
    return found


async def ask(
    one: Client, where: Account | str, asked: ChatRequest | None = None, secret: Secret | None = None, **options: Any
) -> Told:
    """Stream to the end; the error, if any, is kept and not raised."""
    told = Told()
    known = where if isinstance(where, Account) else account(where)
    try:
        async with contextlib.aclosing(one.stream(known, secret, asked or request(), **options)) as deltas:
            async for delta in deltas:
                told.deltas.append(delta)
                told.reply.apply(delta)
    except ChatError as error:
        told.error = error
    return told


async def told_in(seconds: float, one: Client, where: Account | str, **options: Any) -> Told:
    """`ask`, which must be over in so many seconds."""
    async with asyncio.timeout(seconds):
        return await ask(one, where, **options)
