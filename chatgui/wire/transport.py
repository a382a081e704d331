"""httpx's transport over our own sockets, without the layers a stream of many small chunks would pay for one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpcore
import httpx


class Body(httpx.AsyncByteStream):
    """The body of a response, iterated where it arises."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        found: AsyncIterator[bytes] = aiter(self._stream)
        return found

    async def aclose(self) -> None:
        """Give the connection back, or end it if the body was not read to its end."""
        await self._stream.aclose()


class Transport(httpx.AsyncBaseTransport):
    """Sends requests through one pool of connections. Raises httpcore's exceptions: `wire.errors` knows them."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self.pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The head of the answer; its `stream` is the body, not yet read."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        answered = await self.pool.handle_async_request(asked)
        return httpx.Response(
            answered.status, headers=answered.headers, stream=Body(answered.stream), extensions=answered.extensions
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self.pool.aclose()
