"""Requests and answers over our own sockets, without the layers a stream of many small chunks would pay for one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from chatgui.wire.library import httpcore

PATH = "!$%&'()*+,;=:@/[]~"  # stands in a path or a query as it is; a percent sign begins what is quoted already
QUERY = f"{PATH}?"
PORTS = {"http": 80, "https": 443}


class Headers(Mapping[str, str]):
    """Header fields by their names in any case; several of one name are one, joined by commas."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self.fields = tuple((name.decode("latin-1").lower(), _text(value)) for name, value in raw)
        self._joined: dict[str, str] = {}
        for name, value in self.fields:
            self._joined[name] = f"{self._joined[name]}, {value}" if name in self._joined else value

    def __getitem__(self, name: str) -> str:
        return self._joined[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._joined)

    def __len__(self) -> int:
        return len(self._joined)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


class Request:
    """What is to be sent. Raises ValueError where the address is none or something cannot be written in a header."""

    def __init__(self, method: str, url: str, headers: Iterable[tuple[str, str]], content: bytes | None = None) -> None:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme not in PORTS or not host or port == 0 or not host.isascii():
            raise ValueError("no web address")
        place = f"[{host}]" if ":" in host else host
        authority = place if port in (None, PORTS[parts.scheme]) else f"{place}:{port}"
        target = quote(parts.path or "/", safe=PATH) + (f"?{quote(parts.query, safe=QUERY)}" if parts.query else "")
        self.method = method
        self.url = f"{parts.scheme}://{authority}{target}"
        self.address = httpcore.URL(scheme=parts.scheme.encode(), host=host.encode(), port=port, target=target.encode())
        self.headers = [
            (b"Host", authority.encode()),
            *((name.encode("ascii"), value.encode("ascii")) for name, value in headers),
        ]
        if content is not None:
            self.headers.append((b"Content-Length", str(len(content)).encode()))
        self.content = content or b""
        self.extensions: dict[str, Any] = {}


class Response:
    """The head of an answer, and its body, not yet read."""

    def __init__(self, answered: httpcore.Response) -> None:
        self.status = answered.status
        self.headers = Headers(answered.headers)
        self.extensions: Mapping[str, Any] = answered.extensions
        self._stream: Any = answered.stream

    def chunks(self) -> AsyncIterator[bytes]:
        """The body, where it arises."""
        found: AsyncIterator[bytes] = aiter(self._stream)
        return found

    async def aclose(self) -> None:
        """Give the connection back, or end it if the body was not read to its end."""
        await self._stream.aclose()


class Transport:
    """Sends requests through one pool of connections. Raises httpcore's exceptions: `wire.errors` knows them."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self.pool = pool

    async def send(self, request: Request) -> Response:
        """Send it; returns when the head of the answer is there."""
        asked = httpcore.Request(
            request.method, request.address, headers=request.headers, content=request.content,
            extensions=request.extensions,
        )  # fmt: skip
        return Response(await self.pool.handle_async_request(asked))

    async def aclose(self) -> None:
        """Close every connection."""
        await self.pool.aclose()
