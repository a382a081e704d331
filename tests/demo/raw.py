"""A client of bare sockets, so that these tests see the bytes and not what a library makes of them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from chatgui.demo.server import Server


@dataclass(frozen=True)
class Raw:
    """An answer: its status, its headers (names in lower case), its body without the chunked framing.

    `chunks` are the writes of the server; `ended` says whether the body came to its own end.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    chunks: tuple[bytes, ...] = ()
    ended: bool = True

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def request(path: str, body: object = None, *, method: str = "", **headers: str) -> bytes:
    """The bytes of a request; `x_api_key="k"` becomes the header `x-api-key: k`. `body` is JSON unless it is bytes."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"host": "127.0.0.1", "content-length": str(len(content))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"{method or ('GET' if body is None else 'POST')} {path} HTTP/1.1\r\n"
    return (head + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode(
        "latin-1"
    ) + content


async def read(reader: asyncio.StreamReader) -> Raw:
    """The next answer on a connection."""
    first, *rest = (await reader.readuntil(b"\r\n\r\n"))[:-4].decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    status = int(first.split(" ")[1])
    if headers.get("transfer-encoding") != "chunked":
        return Raw(status, headers, await reader.readexactly(int(headers["content-length"])))
    chunks: list[bytes] = []
    try:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            chunks.append((await reader.readexactly(size + 2))[:-2])
        await reader.readexactly(2)
    except (asyncio.IncompleteReadError, ConnectionError):
        return Raw(status, headers, b"".join(chunks), tuple(chunks), ended=False)
    return Raw(status, headers, b"".join(chunks), tuple(chunks))


async def send(server: Server, data: bytes) -> Raw:
    """What the server answers to these bytes on a new connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(data)
        return await read(reader)
    finally:
        writer.close()


def asking(prompt: str, model: str, **more: Any) -> dict[str, Any]:
    """The body of a streaming request."""
    return {"model": model, "stream": True, "messages": [{"role": "user", "content": prompt}], **more}


async def ask(server: Server, name: str, prompt: str, *, key: str = "", **more: Any) -> Raw:
    """Ask personality `name` at its own address; its first model unless `model` says otherwise."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    body = asking(prompt, more.pop("model", name), **more)
    return await send(server, request(f"/{name}/v1/chat/completions", body, **headers))


def chunks_of(answer: Raw) -> list[Any]:
    """The JSON of every `data:` line but the end mark."""
    lines = [line[6:] for line in answer.body.split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(line) for line in lines if line != b"[DONE]"]


def spoken(answer: Raw, name: str = "content") -> str:
    """All text under `name` in the deltas."""
    choices = [choice for chunk in chunks_of(answer) for choice in chunk.get("choices", ())]
    return "".join(choice.get("delta", {}).get(name) or "" for choice in choices)
