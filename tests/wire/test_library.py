"""The HTTP library: what it brings along, and what it waits by."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE

import pytest

from chatgui.wire.library import httpcore
from chatgui.wire.transport import Headers, Request
from chatgui.wire.waiting import Lock, Semaphore, fail_after
from tests.support.scripted import head, scripted

ASKED = """
import asyncio, sys
from chatgui.core.account import Account, KeySource
from chatgui.wire.client import Client
async def ask(url):
    client = Client()
    await client.models(Account("a", "A", url, key_source=KeySource.NONE), None)
    await client.aclose()
asyncio.run(ask(sys.argv[1]))
print(sorted({"anyio", "certifi", "h2", "httpx", "socksio", "stringprep", "truststore", "trio"} & set(sys.modules)))
"""


async def test_asking_a_plain_server_loads_no_more_than_it_takes() -> None:
    models = b'{"data": [{"id": "m"}]}'
    async with scripted([head(content_length=str(len(models))), models]) as server:
        asking = await asyncio.create_subprocess_exec(sys.executable, "-c", ASKED, server.base_url, stdout=PIPE)
        out, _ = await asking.communicate()
    assert (out.decode().strip(), asking.returncode) == ("[]", 0)


def test_tls_is_spoken_by_our_settings_only() -> None:
    with pytest.raises(RuntimeError, match="without settings"):
        httpcore.default_ssl_context()


async def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError), fail_after(0.001):
        await asyncio.Event().wait()
    with fail_after(None), fail_after(60):
        await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_cancelled_wait_is_cancelled_and_not_late() -> None:
    async def wait() -> None:
        with fail_after(60):
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_locks_let_one_in_and_semaphores_some() -> None:
    inside, most = 0, 0

    async def enter(gate: Lock | Semaphore) -> None:
        nonlocal inside, most
        await gate.acquire()
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        gate.release()

    for gate, limit in ((Lock(), 1), (Semaphore(2, max_value=2), 2)):
        most = 0
        await asyncio.gather(*(enter(gate) for _ in range(5)))
        assert most == limit


@pytest.mark.parametrize(
    ("given", "sent", "host"),
    [
        ("http://a.example/v1", "http://a.example/v1", "a.example"),
        ("https://A.example:443", "https://a.example/", "a.example"),
        ("http://a.example:8080/x?q=1", "http://a.example:8080/x?q=1", "a.example:8080"),
        ("http://me:secret@a.example/", "http://a.example/", "a.example"),
        ("http://[::1]:80/a b/ä?c d=ü", "http://[::1]/a%20b/%C3%A4?c%20d=%C3%BC", "[::1]"),
        ("https://a.example/%41%2f?x=%20&y", "https://a.example/%41%2f?x=%20&y", "a.example"),
    ],
)
def test_where_a_request_goes(given: str, sent: str, host: str) -> None:
    made = Request("GET", given, [("Accept", "*/*")])
    assert (made.url, made.headers) == (sent, [(b"Host", host.encode()), (b"Accept", b"*/*")])


@pytest.mark.parametrize(
    "given", ["", "a.example", "ftp://a.example", "http://", "http://a:0/", "http://a:99999/", "http://ä/"]
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"address|[Pp]ort"):
        Request("GET", given, ())


def test_a_header_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(UnicodeError):
        Request("GET", "http://a.example", [("X-Name", "käse")])


def test_headers_are_found_in_any_case_and_joined() -> None:
    found = Headers([(b"X-A", b"1"), (b"x-a", b"2"), (b"B", "ü".encode()), (b"C", b"\xfc")])
    assert (found["X-a"], found.get("b"), found["c"], found.get("d")) == ("1, 2", "ü", "ü", None)
    assert found.fields == (("x-a", "1"), ("x-a", "2"), ("b", "ü"), ("c", "ü"))
