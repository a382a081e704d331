"""As much of HTTP/1.1 as the demo needs: reading a request, and the bytes of an answer's head."""

from __future__ import annotations

from asyncio import IncompleteReadError, LimitOverrunError, StreamReader, StreamWriter
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

MAX_HEAD = 64 * 1024  # bytes
MAX_BODY = 64 * 1024 * 1024  # bytes
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class BadRequest(Exception):
    """The request cannot be read; `status` says why, and the connection ends after the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are in lower case; `path` is decoded and without the query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """The API key it came with, or an empty string."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        bearer = key.strip() if scheme.lower() == "bearer" else ""
        return bearer or self.headers.get("x-api-key", "")

    @property
    def local(self) -> bool:
        """Whether it was meant for this computer: a web page that reaches us by another name or origin was not."""
        origin = self.headers.get("origin")
        try:
            host = urlsplit("//" + self.headers.get("host", "")).hostname
            return host in LOOPBACK and (origin is None or urlsplit(origin).hostname in LOOPBACK)
        except ValueError:
            return False


async def read_request(reader: StreamReader, writer: StreamWriter) -> Request | None:
    """The next request of a connection, or None when the client is done with it. Raises BadRequest."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except IncompleteReadError:
        return None
    except LimitOverrunError:
        raise BadRequest(431, f"The request's head is longer than {MAX_HEAD} bytes.") from None
    method, target, headers = _parse(head)
    if "transfer-encoding" in headers:
        raise BadRequest(411, "The demo server needs a Content-Length.")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise BadRequest(400, "Content-Length is not a number.")
    if int(length) > MAX_BODY:
        raise BadRequest(413, f"The request's body is longer than {MAX_BODY} bytes.")
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        body = await reader.readexactly(int(length))
    except IncompleteReadError:
        return None
    return Request(method, unquote(target.partition("?")[0]), headers, body)


def _parse(head: bytes) -> tuple[str, str, dict[str, str]]:
    line, *rest = head[:-4].decode("latin-1").split("\r\n")
    match line.split(" "):
        case [method, target, "HTTP/1.1"]:
            pass
        case [_, _, version] if version.startswith("HTTP/"):
            raise BadRequest(505, "The demo server speaks HTTP/1.1 only.")
        case _:
            raise BadRequest(400, "This is not an HTTP request.")
    headers: dict[str, str] = {}
    for field in rest:
        name, colon, value = field.partition(":")
        if not colon:
            raise BadRequest(400, "A header has no colon.")
        headers[name.strip().lower()] = value.strip()
    return method, target, headers


def head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    """The status line and headers of an answer, up to the empty line."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """`data`, not empty, as one chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
