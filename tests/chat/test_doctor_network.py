"""The account doctor on broken ways to a server: names, ports, proxies, certificates, and everything a network does."""

from __future__ import annotations

import asyncio
import importlib.util
import ssl
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from chatgui.chat.doctor import PATIENT
from chatgui.core.account import Network, ProxyMode
from chatgui.core.errors import Kind
from chatgui.demo.server import serve
from tests.chat.conftest import add_account
from tests.chat.test_doctor import MODELS, QUICK, Opened, examined, failure, said
from tests.support.scripted import refusing, scripted


async def test_a_name_nobody_knows(opened: Opened) -> None:
    async with opened() as session:
        account = await add_account(session, "http://nx.invalid/v1", network=Network(proxy_mode=ProxyMode.NONE))
        bad = failure(await examined(session, account))
        assert (bad.step, bad.kind) == ("Find the address", Kind.NOT_REACHED)
        assert "nx.invalid" in bad.words


async def test_nobody_listens(opened: Opened) -> None:
    with refusing() as port:
        async with opened() as session:
            account = await add_account(session, f"http://127.0.0.1:{port}/v1")
            bad = failure(await examined(session, account))
            assert (bad.step, bad.kind, bad.advice) == ("Connect", Kind.NOT_REACHED, "Is the local server running?")


async def test_a_proxy_that_is_not_there(opened: Opened) -> None:
    with refusing() as port:
        async with opened() as session:
            network = Network(proxy_mode=ProxyMode.OWN, proxy=f"http://127.0.0.1:{port}")
            account = await add_account(session, "http://127.0.0.1:9/v1", network=network)
            bad = failure(await examined(session, account))
            assert (bad.step, bad.kind) == ("Reach the proxy", Kind.NOT_REACHED)


async def test_http_on_a_port_for_https(opened: Opened) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with listener, opened() as session:
        account = await add_account(session, f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1")
        bad = failure(await examined(session, account))
        assert (bad.step, bad.kind) == ("Secure connection", Kind.TLS)
        assert "does not speak HTTPS here" in bad.words


async def test_a_server_that_never_answers_a_request_for_https(opened: Opened) -> None:
    async with scripted([MODELS]) as server, opened() as session:
        account = await add_account(session, server.base_url.replace("http:", "https:"))
        bad = failure(await examined(session, account, limits=QUICK))
        assert (bad.step, bad.kind) == ("Secure connection", Kind.TIMED_OUT)
        assert bad.advice.startswith("It may speak http there")


@pytest.fixture(scope="session")
def faultproxy(shared: Path) -> Any:
    """The program that breaks connections on purpose."""
    spec = importlib.util.spec_from_file_location("faultproxy", shared / "tools" / "faultproxy.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TLS = {
    "tls": (False, "an authority this computer does not know"),
    "tls-expired": (True, "has expired"),
    "tls-wronghost": (True, "for another"),
}


careless = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # make_cert leaves a file open


@careless
@pytest.mark.parametrize("fault", TLS)
async def test_a_certificate_that_will_not_do(opened: Opened, faultproxy: Any, fault: str) -> None:
    trusted, words = TLS[fault]
    async with (
        serve(pace=0) as server,
        faultproxy.FaultProxy(("127.0.0.1", server.port), fault) as broken,
        opened() as session,
    ):
        network = Network(ca_file=broken.ca if trusted else "")
        account = await add_account(session, f"{broken.url}/demo/v1", network=network)
        bad = failure(await examined(session, account))
        assert (bad.step, bad.kind) == ("Secure connection", Kind.TLS)
        assert words in bad.words


@careless
async def test_an_own_authority_is_trusted_once_it_is_given(opened: Opened, faultproxy: Any) -> None:
    async with (
        serve(pace=0) as server,
        faultproxy.FaultProxy(("127.0.0.1", server.port), "tls") as proxy,
        opened() as session,
    ):
        account = await add_account(
            session, f"{proxy.url}/demo/v1", default_model="demo", network=Network(ca_file=proxy.ca)
        )
        findings = await examined(session, account)
        assert said(findings, "Secure connection").words.startswith(
            "TLS 1.3, certificate by faultproxy test CA, valid until "
        )
        assert said(findings, "Stream an answer").good


@careless
async def test_a_certificate_signed_by_itself(opened: Opened, faultproxy: Any) -> None:
    authority, _, _ = faultproxy.make_cert()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.replace("ca.pem", "ca.key"))
    async with scripted([MODELS], tls=context) as server, opened() as session:
        bad = failure(await examined(session, await add_account(session, server.base_url)))
        assert bad.kind is Kind.TLS
        assert "signed by itself" in bad.words


NETWORK = {
    "tls-stall": ("Secure connection", Kind.TIMED_OUT),
    "close": ("List models", Kind.NOT_REACHED),
    "reset": ("List models", Kind.NOT_REACHED),
    "blackhole": ("Stream an answer", Kind.TIMED_OUT),
    "on=chat:stall-body=600": ("Stream an answer", Kind.INTERRUPTED),
    "on=chat:cut-body=600": ("Stream an answer", Kind.INTERRUPTED),
    "on=chat:rst-body=600": ("Stream an answer", Kind.INTERRUPTED),
    "on=chat:html502": ("Stream an answer", Kind.UNAVAILABLE),
    "on=chat:429=9:30": ("Stream an answer", Kind.RATE_LIMITED),
    "on=chat:503=9": ("Stream an answer", Kind.UNAVAILABLE),
    "on=chat:redirect=http://127.0.0.1:9": ("Stream an answer", Kind.PROTOCOL),
}


async def test_a_broken_network_gets_its_verdict_in_time(opened: Opened, faultproxy: Any) -> None:
    async def verdict(session: Any, fault: str, url: str) -> tuple[str, Kind | None]:
        account = await add_account(session, f"{url}/demo/v1", name=fault, default_model="demo")
        began = time.monotonic()
        bad = failure(
            await examined(session, account, limits=QUICK if "stall" in fault or "hole" in fault else PATIENT)
        )
        assert time.monotonic() - began < 10
        return bad.step, bad.kind

    async with serve(pace=0) as server, opened() as session, AsyncExitStack() as proxies:
        # None ends before all have their verdict: the program closes its listener while the event loop still watches it,
        # and the next socket of that number fails.
        broken = [
            await proxies.enter_async_context(faultproxy.FaultProxy(("127.0.0.1", server.port), fault))
            for fault in NETWORK
        ]
        verdicts = await asyncio.gather(
            *(verdict(session, fault, proxy.url) for fault, proxy in zip(NETWORK, broken, strict=True))
        )
    assert dict(zip(NETWORK, verdicts, strict=True)) == NETWORK


async def test_a_stream_that_only_looks_odd_is_fine(opened: Opened, faultproxy: Any) -> None:
    async with serve(pace=0) as server, opened() as session:
        for faults in (["nodone"], ["crlf"], ["piece=70", "gap=0"], ["comments=0.01"]):
            async with faultproxy.FaultProxy(("127.0.0.1", server.port), *faults) as proxy:
                account = await add_account(session, f"{proxy.url}/kindo/v1", name=faults[0], default_model="kindo")
                assert said(await examined(session, account), "Stream an answer").good
