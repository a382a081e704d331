"""TLS: what is trusted, what is refused and in which words. Rows 5 and 6 of the fault catalogue."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from asyncio.sslproto import SSLProtocol
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.account import Account
from chatgui.core.errors import ChatError, Kind
from chatgui.wire.failures import http_failure
from chatgui.wire.probe import reach
from tests.support.scripted import Script, ScriptedServer, scripted
from tests.wire.certificates import Authority, fingerprint, make_authority
from tests.wire.reading import account
from tests.wire.talking import ANSWER, KEY, ask, client, steadily


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("ca"))


@contextlib.asynccontextmanager
async def secured(tls: ssl.SSLContext, script: Script = ANSWER) -> AsyncIterator[ScriptedServer]:
    """A server that speaks TLS; the complaints of its loop about refused handshakes are its own."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda _loop, context: (
            None
            if isinstance(context.get("exception"), (ssl.SSLError, OSError))
            else loop.default_exception_handler(context)
        )
    )
    async with scripted(script, tls=tls) as server:
        yield server


@contextlib.asynccontextmanager
async def plain_speaking(answer: bytes) -> AsyncIterator[int]:
    """A server that answers anything with these bytes and then waits for the client to go; its port."""
    tasks: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            await reader.read(1)
            writer.write(answer)
            while await reader.read(1000):
                pass
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await asyncio.gather(*(task for task in tasks if task))


def at(server: ScriptedServer, **network: Any) -> Account:
    return account(server.base_url.replace("127.0.0.1", "localhost"), network=network)


@pytest.mark.parametrize("http2", [False, True])
async def test_an_own_authority(authority: Authority, http2: bool) -> None:
    async with secured(authority.server()) as server, client() as one:
        told = await ask(one, at(server, ca_file=str(authority.certificate), http2=http2), secret=KEY)
        assert (told.text, told.error) == ("Hello", None)


async def test_an_own_authority_under_qt(authority: Authority, qapp: Any) -> None:
    async with secured(authority.server()) as server, client(frame_s=0.016) as one:
        for _ in range(3):
            told = await ask(one, at(server, ca_file=str(authority.certificate)), secret=KEY)
            assert (told.text, told.error) == ("Hello", None)


async def test_steady_data_under_qt_does_not_wake_the_program_between_frames(
    authority: Authority, qapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken = []
    updated = SSLProtocol.buffer_updated

    def note(self: SSLProtocol, size: int) -> None:
        woken.append(size)
        updated(self, size)

    monkeypatch.setattr(SSLProtocol, "buffer_updated", note)
    async with secured(authority.server(), steadily(60, 0.01)) as server, client(frame_s=0.048) as one:
        started = time.monotonic()
        told = await ask(one, at(server, ca_file=str(authority.certificate)), secret=KEY)
        frames = (time.monotonic() - started) / 0.048
        assert told.text.startswith("0 1 2")
        assert len(woken) < 1.5 * frames + 20


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "an authority this computer does not know"),
        ({"days": -1}, "expired"),
        ({"names": "DNS:elsewhere.test"}, "for another name"),
    ],
)
@pytest.mark.parametrize("trusted", [True, False])
async def test_what_is_not_secure_is_refused_before_anything_is_sent(
    authority: Authority, options: dict[str, Any], words: str, trusted: bool
) -> None:
    if trusted and not options:
        pytest.skip("that one is secure")
    async with secured(authority.server("bad", **options)) as server, client() as one:
        told = await ask(one, at(server, ca_file=str(authority.certificate) if trusted else ""), secret=KEY)
        assert told.error is not None
        assert (told.error.kind, told.retries, server.requests) == (Kind.TLS, [], [])
        assert "is not secure" in told.error.message
        assert not trusted or words in told.error.message
        assert told.error.advice


async def test_a_certificate_signed_by_itself(tmp_path: Path) -> None:
    own = make_authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.folder / "ca.key")
    async with secured(context) as server, client() as one:
        told = await ask(one, at(server))
        assert told.error is not None
        assert "signed by itself" in told.error.message


async def test_an_old_version(authority: Authority) -> None:
    tls = authority.server()
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        tls.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        tls.maximum_version = ssl.TLSVersion.TLSv1_1
    async with secured(tls) as server, client() as one:
        told = await ask(one, at(server, ca_file=str(authority.certificate)))
        assert told.error is not None
        # The server may hang up without a word about why; then we say what it may be.
        assert told.error.kind in {Kind.TLS, Kind.NOT_REACHED}
        assert "old version of TLS" in told.error.message + told.error.advice
        assert told.error.message.startswith(("The connection to localhost", "localhost"))


async def test_plain_http_where_https_is_expected() -> None:
    async with plain_speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, client() as one:
        told = await ask(one, f"https://127.0.0.1:{port}/v1")
        assert told.error is not None
        assert (told.error.kind, told.error.code) == (Kind.TLS, "not_https")
        assert "does not speak HTTPS" in told.error.message


async def test_a_handshake_that_never_ends_is_bounded() -> None:
    async with plain_speaking(b"") as port, client() as one:
        told = await ask(one, account(f"https://127.0.0.1:{port}/v1", network={"connect_timeout": 0.2}))
        assert told.error is not None
        assert (told.error.kind, told.error.code) == (Kind.TIMED_OUT, "connect_timeout")
        assert "HTTPS" in told.error.advice


async def test_a_pinned_certificate_is_the_only_one_that_will_do(authority: Authority) -> None:
    async with secured(authority.server("pinned")) as server, client() as one:
        pin = fingerprint(authority.folder / "pinned.pem")
        told = await ask(one, at(server, pinned_sha256=pin.upper()))
        assert (told.text, told.error) == ("Hello", None)
        other = await ask(one, at(server, pinned_sha256="0" * 64), secret=KEY)
        assert other.error is not None
        assert (other.error.kind, len(server.requests)) == (Kind.TLS, 1)
        assert "pinned" in other.error.message


async def test_a_client_certificate(authority: Authority) -> None:
    certificate, key = authority.issue("me", client=True)
    async with secured(authority.server("strict", wants_client=True)) as server, client() as one:
        told = await ask(
            one, at(server, ca_file=str(authority.certificate), client_cert=str(certificate), client_key=str(key))
        )
        assert (told.text, told.error) == ("Hello", None)
        without = await ask(one, at(server, ca_file=str(authority.certificate)))
        wanted(without.error)
        assert len(server.requests) == 1


def wanted(error: ChatError | None) -> None:
    """The words for a server that wants a client certificate, and the next action."""
    assert error is not None
    assert (error.kind, error.code, error.retryable) == (Kind.TLS, "client_certificate", False)
    assert "wants a client certificate" in error.message
    assert "network settings" in error.advice


@contextlib.contextmanager
def blocking(context: ssl.SSLContext) -> Iterator[int]:
    """A server of threads, whose TLS says why it refuses, as OpenSSL’s, Go’s and most others do; its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(5)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                with contextlib.suppress(OSError), context.wrap_socket(client, server_side=True) as secured:
                    secured.recv(1)
                client.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])


@VERSIONS
async def test_a_server_that_wants_a_client_certificate_is_told_apart(
    authority: Authority, version: ssl.TLSVersion
) -> None:
    context = authority.server(f"alerts-{version.name}", wants_client=True)
    context.minimum_version = context.maximum_version = version
    with blocking(context) as port:
        patient = account(f"https://localhost:{port}/v1", network={"ca_file": str(authority.certificate)})
        async with client() as one:
            wanted((await ask(one, patient, secret=KEY)).error)
            with pytest.raises(ChatError) as caught:
                await one.models(patient, None)
            wanted(caught.value)
        if version is ssl.TLSVersion.TLSv1_2:  # in 1.3 the handshake is over before the server has seen ours
            with pytest.raises(ChatError) as caught:
                _ = [step async for step in reach(patient)]
            wanted(caught.value)


@VERSIONS
async def test_a_server_that_does_not_say_so_is_told_apart_too(authority: Authority, version: ssl.TLSVersion) -> None:
    context = authority.server(f"silent-{version.name}", wants_client=True)
    context.minimum_version = context.maximum_version = version
    async with secured(context) as server, client() as one:
        wanted((await ask(one, at(server, ca_file=str(authority.certificate)))).error)


@VERSIONS
async def test_a_client_certificate_that_is_not_accepted(
    authority: Authority, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    certificate, key = make_authority(tmp_path / "other").issue("stranger", client=True)
    context = authority.server(f"picky-{version.name}", wants_client=True)
    context.minimum_version = context.maximum_version = version
    with blocking(context) as port:
        files = {"ca_file": str(authority.certificate), "client_cert": str(certificate), "client_key": str(key)}
        async with client() as one:
            error = (await ask(one, account(f"https://localhost:{port}/v1", network=files))).error
        assert error is not None
        assert (error.kind, error.code) == (Kind.TLS, "client_certificate")
        assert "did not accept the client certificate" in error.message


async def test_a_hang_up_is_still_a_hang_up(authority: Authority) -> None:
    async with secured(authority.server("quiet"), []) as server, client() as one:
        error = (await ask(one, at(server, ca_file=str(authority.certificate)))).error
        assert error is not None
        assert error.code == "no_answer"


async def test_a_page_that_says_so_is_understood() -> None:
    page = b"<html><head><title>400 No required SSL certificate was sent</title></head></html>"
    wanted(http_failure(400, page, host="proxy.example"))
    assert http_failure(400, b"<html><title>400 Bad Request</title></html>").kind is Kind.INVALID_REQUEST


@pytest.mark.parametrize("field", ["ca_file", "client_cert"])
async def test_a_certificate_file_that_is_not_there(field: str) -> None:
    async with client() as one:
        told = await ask(one, account("https://localhost:9/v1", network={field: "/nowhere/at/all.pem"}))
        assert told.error is not None
        assert (told.error.kind, told.error.code) == (Kind.TLS, "certificate_file")
        assert "/nowhere/at/all.pem" in told.error.message


async def test_the_doctor_s_way(authority: Authority) -> None:
    async with secured(authority.server()) as server:
        steps = [step async for step in reach(at(server, ca_file=str(authority.certificate)))]
        assert [step.name for step in steps] == ["Find the address", "Connect", "Secure connection"]
        assert "Test authority" in steps[-1].words
        assert server.requests == []
        with pytest.raises(ChatError) as caught:
            _ = [step async for step in reach(at(server))]
        assert (caught.value.kind, caught.value.code) == (Kind.TLS, "tls")
    with pytest.raises(ChatError) as caught:
        _ = [step async for step in reach(account("http://nowhere.invalid/v1"))]
    assert caught.value.code == "dns"
    async with scripted(ANSWER) as server:
        steps = [step async for step in reach(account(server.base_url))]
        assert [step.name for step in steps] == ["Find the address", "Connect"]
    async with plain_speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        with pytest.raises(ChatError) as caught:
            _ = [step async for step in reach(account(f"https://127.0.0.1:{port}/v1"))]
        assert caught.value.code == "not_https"
