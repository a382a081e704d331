"""Every kind of proxy with every kind of certificate: what the doctor says, and whether the provider was reached at all."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.account import Account, Network, ProxyMode
from chatgui.core.errors import Kind
from tests.chat.conftest import add_account
from tests.chat.test_doctor import MODELS, PONG, Opened, examined, talking
from tests.support.scripted import ScriptedServer, scripted
from tests.wire.certificates import Authority, fingerprint, make_authority
from tests.wire.test_proxies import proxying

DIGEST = (
    b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Digest realm="a"\r\nContent-Length: 0\r\n\r\n'
)
ME = ("me", "word")
Verdict = tuple[str, Kind] | None  # step and kind of the failure; None: it works
REFUSED = ("Reach the proxy", Kind.NOT_REACHED)


@asynccontextmanager
async def proxy(name: str) -> AsyncIterator[tuple[str, Verdict]]:
    """The proxy's URL and what must be said of it."""
    known = ME if name in ("basic", "socks", "wrong password") else None
    async with proxying(known, DIGEST if name == "digest" else b"") as one:
        here = f"127.0.0.1:{one.port}"
        yield {
            "none": ("", None),
            "plain": (f"http://{here}", None),
            "basic": (f"http://me:word@{here}", None),
            "socks": (f"socks5://me:word@{here}", None),
            "wrong password": (f"http://me:other@{here}", REFUSED),
            "digest": (f"http://me:word@{here}", REFUSED),
            "dead": ("http://127.0.0.1:9", REFUSED),
        }[name]


PROXIES = ("none", "plain", "basic", "socks", "wrong password", "digest", "dead")
# This server misses our certificate and hangs up after the handshake, without saying why. On the direct way it is seen that
# it asked; through a proxy the way there is tried as a whole, and only the hang-up is seen.
WANTED, HUNG_UP = ("Secure connection", Kind.TLS), ("Connect", Kind.NOT_REACHED)
BAD = ("Secure connection", Kind.TLS)


def certificates(folder: Path, patch: pytest.MonkeyPatch) -> dict[str, tuple[ssl.SSLContext, Network, Verdict]]:
    """By name: how the server shows itself, how the account is set, and what must be said of it."""
    own, other = make_authority(folder / "own"), make_authority(folder / "other")
    system = make_authority(folder / "system")
    patch.setenv("SSL_CERT_FILE", str(system.certificate))
    trusting = Network(ca_file=str(own.certificate))
    certificate, key = own.issue("me", client=True)
    pinned, _ = other.issue("pinned")
    alone = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    alone.load_cert_chain(other.certificate, other.folder / "ca.key")
    return {
        "system authority": (system.server(), Network(), None),
        "own authority": (own.server("a"), trusting, None),
        "unknown authority": (own.server("b"), Network(), BAD),
        "self-signed": (alone, trusting, BAD),
        "expired": (own.server("c", days=-1), trusting, BAD),
        "wrong host": (own.server("d", names="DNS:elsewhere.test"), trusting, BAD),
        "pinned": (_showing(other, "pinned"), Network(pinned_sha256=fingerprint(pinned)), None),
        "pinned, another": (other.server("e"), Network(pinned_sha256=fingerprint(pinned)), BAD),
        "client certificate": (
            own.server("f", wants_client=True),
            replace(trusting, client_cert=str(certificate), client_key=str(key)), None,
        ),
        "client certificate, none given": (own.server("g", wants_client=True), trusting, WANTED),
    }  # fmt: skip


def _showing(authority: Authority, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.folder / f"{name}.pem", authority.folder / f"{name}.key")
    return context


async def verdict(session: Any, server: ScriptedServer, account: Account) -> Verdict:
    """What the doctor says; where it fails, no request and so no key reached the provider."""
    asked = len(server.requests)
    bad = next((one for one in await examined(session, account) if one.good is False), None)
    if bad is None:
        return None
    assert bad.kind
    assert len(server.requests) == asked
    assert bad.advice
    return bad.step, bad.kind


async def matrix(
    opened: Callable[[], Any], folder: Path, patch: pytest.MonkeyPatch, proxies: tuple[str, ...]
) -> tuple[dict[str, Verdict], dict[str, Verdict]]:
    """What was said and what must be said, by “proxy · certificate”."""
    happened: dict[str, Verdict] = {}
    expected: dict[str, Verdict] = {}
    async with opened() as session:
        for shown, (context, network, of_certificate) in certificates(folder, patch).items():
            async with scripted(talking(PONG, (MODELS,)), tls=context) as server:
                for name in proxies:
                    async with proxy(name) as (url, of_proxy):
                        cell = f"{name} · {shown}"
                        mode = ProxyMode.OWN if url else ProxyMode.NONE
                        account = Account("unkept", cell, server.base_url.replace("127.0.0.1", "localhost"))
                        account = replace(account, network=replace(network, proxy_mode=mode, proxy=url))
                        account = replace(
                            account, key_source=(await add_account(session, "localhost", cell)).key_source
                        )
                        account = replace(account, default_model="m")
                        happened[cell] = await verdict(session, server, account)
                        expected[cell] = of_proxy or of_certificate
                        if url and shown.endswith("none given") and of_proxy is None:
                            expected[cell] = HUNG_UP
    return happened, expected


async def test_certificates_without_a_proxy_and_through_one(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened, expected = await matrix(opened, tmp_path, monkeypatch, ("none",))
    assert happened == expected


@pytest.mark.long
async def test_every_proxy_with_every_certificate(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened, expected = await matrix(opened, tmp_path, monkeypatch, PROXIES)
    assert len(expected) == 70
    assert happened == expected
