"""A server that wants to know who connects, told apart from one that hangs up.

Such a server may say so before its answer, in the answer's place, or not at all; what it says may also mean something
else. That it asked is known from its side of the handshake alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import Any
from urllib.parse import urlsplit

from chatgui.core.account import Account
from chatgui.core.errors import ChatError
from chatgui.wire.base_url import shown_host
from chatgui.wire.errors import refuses_certificate, wants_certificate
from chatgui.wire.network import FAMILIES, find_proxy

ASKS_S = 3.0  # for the handshake that shows whether a certificate is asked for
UNCLEAR = {"no_answer", "tls_broken", "tls_handshake", "not_https", "client_certificate"}  # codes it may hide behind


async def told_apart(error: ChatError, account: Account) -> ChatError:
    """`error`, or what it comes from if it comes from a client certificate that is missing or was not accepted."""
    network = account.network
    if error.code not in UNCLEAR or not account.base_url.startswith("https:"):
        return error
    if find_proxy(account.base_url, network, None) is not None or not await asks(account):
        return error
    host = shown_host(account.base_url)
    return refuses_certificate(host) if network.client_cert else wants_certificate(host)


async def asks(account: Account) -> bool:
    """Whether the server asks for a certificate of who connects. It is shown none, told nothing, and not trusted with
    anything: the connection ends with the handshake."""
    parts = urlsplit(account.base_url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    asked: list[bool] = []

    def see(_: Any, direction: str, _version: Any, _content: Any, message: Any, _data: bytes) -> None:
        if direction == "read" and getattr(message, "name", "") == "CERTIFICATE_REQUEST":
            asked.append(True)

    # Python tells of handshake messages only here, and its documentation does not promise that it goes on to.
    context._msg_callback = see  # type: ignore[attr-defined]  # noqa: SLF001
    family = FAMILIES.get(account.network.ip_version, 0)
    with contextlib.suppress(OSError, TimeoutError):  # ssl.SSLError is an OSError
        async with asyncio.timeout(ASKS_S):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 443, ssl=context, family=family)
            writer.transport.abort()
    return bool(asked)
