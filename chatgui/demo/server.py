"""The demo server: sockets on the loopback interface, and which personality answers what.

`/v1` offers every personality as a model; `/NAME/v1` is that one alone, with its own list of models and its own errors.
Nothing that is asked is kept, and no key is read further than to see whether it is the one that is always wrong.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

from chatgui.demo.ask import Ask, NotAnAsk, pace_of
from chatgui.demo.http import MAX_HEAD, BadRequest, Request, head, read_request
from chatgui.demo.personalities import PERSONALITIES
from chatgui.demo.personalities.base import JSON, Personality, Problem, Response, dump
from chatgui.demo.play import Broken, play

ADDRESS = "127.0.0.1"
BAD_KEY = "bad-key"  # the key that no personality accepts
DEFAULT = PERSONALITIES[0]
BY_NAME = {one.name: one for one in PERSONALITIES}
BY_MODEL = {model: one for one in reversed(PERSONALITIES) for model in one.models}

Observer = Callable[[str, Request], None]  # called with “asked”, then “finished”, “broken” or “gone” (the client left)


class Server:
    """A running demo server."""

    def __init__(self, pace: float, observe: Observer | None) -> None:
        self.port = 0
        self._pace = pace
        self._observe = observe or (lambda _what, _request: None)
        self._refused: Counter[int] = Counter()  # by hash of what was asked
        self._numbers = count(1)
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The base URL under which all personalities are models."""
        return f"http://{ADDRESS}:{self.port}/v1"

    def base(self, name: str) -> str:
        """The base URL of the personality `name` alone."""
        return f"http://{ADDRESS}:{self.port}/{name}/v1"

    async def connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Serve one connection until either side ends it."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  asyncio runs this as a task
        self._connections.add(task)
        try:
            while (request := await self._next(reader, writer)) and await self._exchange(request, reader, writer):
                pass
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client is gone, or the server closes
        finally:
            self._connections.discard(task)
            writer.close()

    async def close(self) -> None:
        """End all connections at once."""
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _next(self, reader: StreamReader, writer: StreamWriter) -> Request | None:
        try:
            return await read_request(reader, writer)
        except BadRequest as error:
            refused = Problem(error.status, "bad_request", str(error))
            await self._send(DEFAULT.refuse(refused), writer, [("Connection", "close")])
            return None

    async def _exchange(self, request: Request, reader: StreamReader, writer: StreamWriter) -> bool:
        """Answer one request; False if the connection cannot go on. Ends early when the client leaves."""
        self._observe("asked", request)
        answering = asyncio.ensure_future(self._answer(request, writer))
        leaving = asyncio.ensure_future(reader.read(1))  # no client speaks before it has its answer, except by leaving
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            gone = not answering.done()
            if not gone:
                answering.result()
            self._observe("gone" if gone else "finished", request)
            return not leaving.done()
        except Broken:
            self._observe("broken", request)
            return False
        except ConnectionError:
            self._observe("gone", request)
            return False
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _answer(self, request: Request, writer: StreamWriter) -> None:
        number = f"demo-{next(self._numbers)}"
        ask, response = self._respond(request, number)
        pace = ask.pace if ask else None
        if pace is None:
            pace = pace_of(request.headers.get("x-demo-pace"))
        await self._send(response, writer, [("X-Request-Id", number)], self._pace if pace is None else pace)

    async def _send(
        self, response: Response, writer: StreamWriter, headers: list[tuple[str, str]], pace: float = 0
    ) -> None:
        headers = [*response.headers, *headers]
        if isinstance(response.body, bytes):
            writer.write(head(response.status, [*headers, ("Content-Length", str(len(response.body)))]) + response.body)
            await writer.drain()
        else:
            writer.write(head(response.status, [*headers, ("Transfer-Encoding", "chunked")]))
            await play(response.body, writer, pace)

    def _respond(self, request: Request, number: str) -> tuple[Ask | None, Response]:
        """The answer to `request`, and what it asked if it asked for a completion."""
        if not request.local:
            return None, DEFAULT.refuse(Problem(403, "not_local", "The demo server speaks to this computer only."))
        alone, place = _route(request.path)
        speaker = alone or DEFAULT
        expected = {"models": "GET", "chat/completions": "POST"}.get(place)
        if expected is None:
            return None, speaker.refuse(Problem(404, "not_found", f"There is nothing at {request.path}."))
        if request.method != expected:
            return None, speaker.refuse(Problem(405, "method_not_allowed", f"Use {expected} here."))
        if request.key.rpartition(":")[2] == BAD_KEY and (refused := speaker.problem("401")):
            return None, speaker.refuse(refused)
        if place == "models":
            return None, Response(200, (JSON,), dump(alone.catalogue() if alone else _all_models()))
        try:
            ask = Ask.read(json.loads(request.body), id=f"chatcmpl-{number}", created=int(time.time()))
        except (NotAnAsk, ValueError, RecursionError) as error:
            said = str(error) if isinstance(error, NotAnAsk) else "The body is not JSON."
            return None, speaker.refuse(Problem(400, "invalid_request", said))
        return ask, self._complete(ask, alone)

    def _complete(self, ask: Ask, alone: Personality | None) -> Response:
        speaker, ask = _speaker(ask, alone)
        if speaker is None:
            missing = Problem(404, "model_not_found", f"There is no model “{ask.model}” here.", param="model")
            return (alone or DEFAULT).refuse(missing)
        if refused := speaker.limit(ask):
            return speaker.refuse(refused)
        order = ask.error
        ordered = speaker.problem(order.what) if order else None
        if order and ordered and self._still(ask, order.times):
            return speaker.refuse(ordered, order.retry_after)
        return speaker.respond(ask)

    def _still(self, ask: Ask, times: int | None) -> bool:
        """Whether an error that was ordered `times` times is still to come."""
        if times is None:
            return True
        asked = hash((ask.model, ask.prompt))
        self._refused[asked] += 1
        if self._refused[asked] <= times:
            return True
        del self._refused[asked]
        return False


def _route(path: str) -> tuple[Personality | None, str]:
    """The personality that a path belongs to alone, if any, and the path behind `v1`."""
    parts = path.strip("/").split("/")
    alone = BY_NAME.get(parts[0])
    if alone:
        del parts[0]
    return alone, "/".join(parts[1:]) if parts and parts[0] == "v1" else ""


def _speaker(ask: Ask, alone: Personality | None) -> tuple[Personality | None, Ask]:
    """Who answers, and the request with the model that is taken: the first known one, fallbacks included."""
    fallbacks = ask.body.get("fallback_models")
    for model in (ask.model, *(fallbacks if isinstance(fallbacks, list) else ())):
        speaker = _by_model(model, alone) if isinstance(model, str) else None
        if speaker:
            return speaker, replace(ask, body={**ask.body, "model": model})
    return None, ask


def _by_model(model: str, alone: Personality | None) -> Personality | None:
    if alone is None:
        return BY_MODEL.get(model)
    aliases = {alias for one in alone.models for alias in alone.entry(one).get("aliases", ())}
    return alone if model in alone.models or model in aliases else None


def _all_models() -> object:
    return {
        "object": "list",
        "data": [{**DEFAULT.entry(one.name), "description": one.sentence} for one in PERSONALITIES],
    }


@asynccontextmanager
async def serve(*, pace: float | None = None, port: int = 0, observe: Observer | None = None) -> AsyncIterator[Server]:
    """A demo server for as long as the context lasts, on a free port unless `port` is given.

    `pace` is a factor on every wait, 1 unless the environment's CHATGUI_DEMO_PACE says otherwise; a request may set its
    own by the parameter `demo_pace` or the header `X-Demo-Pace`. `observe` is told what happens, for tests.
    """
    if pace is None:
        pace = pace_of(os.environ.get("CHATGUI_DEMO_PACE"))
    server = Server(1.0 if pace is None else pace, observe)
    listener = await asyncio.start_server(server.connected, ADDRESS, port, limit=MAX_HEAD)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        await server.close()
        await listener.wait_closed()
