"""An image an answer points at, fetched because a person asked to see it. Nothing is ever fetched without that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chatgui.core.errors import ProtocolError, ProviderError, TimedOut

if TYPE_CHECKING:
    from chatgui.chat.session import Session

LARGEST = 8_000_000  # bytes
DEADLINE_S = 30.0
HOPS = 3  # redirects followed within one host
ACCEPT = "image/png, image/jpeg, image/gif, image/webp, image/bmp"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The host asked sends to another one. Nobody has gone there: that is for a person to decide."""

    url: str
    host: str


async def fetch_picture(session: Session, url: str) -> bytes | Elsewhere:
    """The bytes behind `url`, not looked into. Raises ChatError: not reached, refused, too large, too late.

    Redirects within the host are followed, never from https down to http; one to another host is given back.
    """
    host = urlsplit(url).hostname or url
    try:
        async with asyncio.timeout(DEADLINE_S):
            for _ in range(HOPS + 1):
                found = await session.client.fetch(url, accept=ACCEPT, limit=LARGEST + 1)
                if not found.location:
                    return _checked(found.status, found.content, host)
                target = urlsplit(found.location)
                if target.scheme not in ("http", "https") or (url.startswith("https:") and target.scheme != "https"):
                    raise ProtocolError(f"{host} sends to an address that is not secure.", code="redirect")
                if target.hostname != host:
                    return Elsewhere(found.location, target.hostname or "")
                url = found.location
    except TimeoutError as error:
        raise TimedOut(f"{host} did not send the image in {DEADLINE_S:g} s.", code="slow_body") from error
    raise ProtocolError(f"{host} sends from one address to the next.", code="redirect")


def _checked(status: int, content: bytes, host: str) -> bytes:
    if status != 200:
        known = {one.value: f" {one.phrase}" for one in HTTPStatus}
        raise ProviderError(f"{host} answers {status}{known.get(status, '')}.", status=status)
    if len(content) > LARGEST:
        raise ProtocolError(f"The image is larger than {LARGEST // 1_000_000} MB.", code="too_large")
    return content
