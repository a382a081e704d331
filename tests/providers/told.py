"""Asking a personality of the demo server through the real client, and what it tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chatgui.core.account import Account, KeySource, Network, ProxyMode
from chatgui.core.delta import Delta, Ended, FinishDelta
from chatgui.core.errors import ChatError
from chatgui.core.message import Message, Role, Text
from chatgui.core.reply import Reply
from chatgui.core.request import ChatRequest
from chatgui.core.secret import Secret
from chatgui.demo.ask import Ask
from chatgui.demo.personalities import PERSONALITIES
from chatgui.demo.personalities.base import Speech
from chatgui.demo.server import Server, serve
from chatgui.wire.client import Client

BY_NAME = {one.name: one for one in PERSONALITIES}


@dataclass
class Told:
    """Everything one request told: its deltas, the reply they make, and the error it ended with, if any."""

    deltas: list[Delta] = field(default_factory=list)
    reply: Reply = field(default_factory=Reply)
    error: ChatError | None = None

    @property
    def text(self) -> str:
        """The answer."""
        return str(self.reply.text)

    @property
    def reasoning(self) -> str:
        """What was thought."""
        return str(self.reply.reasoning)

    def only(self, kind: type[Any]) -> list[Any]:
        """The deltas of one kind."""
        return [delta for delta in self.deltas if isinstance(delta, kind)]

    @property
    def finish(self) -> list[str]:
        """Every finish reason that was told."""
        return [delta.reason for delta in self.only(FinishDelta)]

    @property
    def done(self) -> bool:
        """Whether the body ended by itself with the end mark."""
        return isinstance(self.deltas[-1], Ended) and self.deltas[-1].done


@dataclass
class Systems:
    """A running demo server and the client that asks it."""

    server: Server
    client: Client

    def account(self, name: str) -> Account:
        """An account at the personality's own address, as a user would add it."""
        network = Network(proxy_mode=ProxyMode.NONE)
        base_url = self.server.base(name)
        return Account(name, name, base_url, provider=name, key_source=KeySource.SESSION, network=network)

    async def ask(
        self, name: str, prompt: str, model: str = "", *, key: str = "test-key", stream: bool = True,
        until: type[Any] | None = None, **params: Any,
    ) -> Told:  # fmt: skip
        """What personality `name` tells for `prompt`; `until` leaves at the first delta of that kind."""
        told = Told()
        request = ChatRequest(model or BY_NAME[name].models[0], (said(prompt),), params, stream)
        try:
            async with aclosing(self.client.stream(self.account(name), Secret(key), request)) as deltas:
                async for delta in deltas:
                    told.deltas.append(delta)
                    told.reply.apply(delta)
                    if until and isinstance(delta, until):
                        break
        except ChatError as error:
            told.error = error
        return told


@asynccontextmanager
async def systems() -> AsyncIterator[Systems]:
    """The demo server without waits, and a client."""
    async with serve(pace=0) as server:
        client = Client()
        try:
            yield Systems(server, client)
        finally:
            await client.aclose()


def said(prompt: str) -> Message:
    """What the user says."""
    return Message("m1", Role.USER, (Text(prompt),), datetime.now(UTC))


def meant(name: str, prompt: str, model: str = "", **params: Any) -> Speech:
    """The words that the personality puts on the wire, without the table of what the request held (see `head`)."""
    body = {"model": model or BY_NAME[name].models[0], "messages": [{"role": "user", "content": prompt}], **params}
    return BY_NAME[name].compose(Ask.read(body))


def head(text: str) -> str:
    """An answer up to where it lists the request, which this test does not write itself."""
    return text.partition("### What the request held")[0]
