"""Servers on this computer are found where they listen, and nothing else is touched."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from chatgui.chat import discovery
from chatgui.chat.discovery import LOCALS, WHOLE_S, Found, Local, discover
from chatgui.core.account import KeySource
from chatgui.wire.client import Client
from tests.support.clock import Clock
from tests.support.scripted import HANG, Script, answer, head, refusing, scripted, sse

Opened = Callable[[], Any]


@pytest.fixture(autouse=True)
def a_slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """May take its time: whether a server here answers is asked, not how fast this machine is."""
    monkeypatch.setattr(discovery, "ANSWER_S", 40.0)
    monkeypatch.setattr(discovery, "WHOLE_S", 40.0)


def models(*ids: str, owner: str = "") -> Script:
    """A list of models."""
    return [answer({"object": "list", "data": [{"id": one, "owned_by": owner} for one in ids]})]


def port_of(url: str) -> int:
    """The port of a scripted server."""
    return urlsplit(url).port or 0


def on_both() -> tuple[socket.socket, socket.socket]:
    """Two sockets at one port, on 127.0.0.1 and on ::1, which listen when they are told to: nobody else can come between."""
    while True:
        with ExitStack() as held:
            try:
                four, six = (held.enter_context(socket.socket(one)) for one in (socket.AF_INET, socket.AF_INET6))
                four.bind(("127.0.0.1", 0))
                six.bind(("::1", four.getsockname()[1]))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    pytest.skip("this machine has no ::1")
                continue
            held.pop_all()
            return four, six


async def found(*locals_: Local, known: tuple[str, ...] = ()) -> list[Found]:
    """What is found with just these rows."""
    client = Client()
    try:
        return await discover(client, locals_, known)
    finally:
        await client.aclose()


async def test_a_server_is_offered_ready_to_be_asked() -> None:
    async with scripted(models("llama3", "qwen3", owner="library")) as server:
        with refusing() as none:
            (one,) = await found(Local("Ollama", port_of(server.url), "ollama", ("library",)), Local("None", none))
        assert (one.title, one.base_url, one.needs_key) == ("Ollama", server.base_url, False)
        account = one.account()
        assert (account.name, account.provider, account.key_source) == ("Ollama", "ollama", KeySource.NONE)
        assert account.default_model == "llama3"
        (request,) = server.requests
        assert (request.method, request.target) == ("GET", "/v1/models")
        assert "authorization" not in request.headers


async def test_programs_on_one_port_are_told_apart_by_what_they_say_of_their_models() -> None:
    rows = (("First", ()), ("Second", ("second",)))
    for owner, title in (("second", "Second"), ("nobody", "First"), ("", "First")):
        async with scripted(models("m", owner=owner)) as server:
            port = port_of(server.url)
            (one,) = await found(*(Local(name, port, "", owners) for name, owners in rows))
            assert one.title == title
            assert len(server.requests) == 1


async def test_a_server_that_wants_a_key_is_offered_with_one() -> None:
    async with scripted([answer({"error": {"message": "Invalid API key"}}, 401)]) as server:
        (one,) = await found(Local("Jan", port_of(server.url)))
        assert one.needs_key
        assert one.account().key_source is KeySource.KEYRING


@pytest.mark.parametrize(
    "script",
    [
        [answer("<html>Login</html>", 401, "text/html")],
        [answer("<html>A page</html>", content_type="text/html")],
        [answer({"hello": "world"})],
        [answer("Forbidden", 403, "text/plain")],
        [answer({}, 404)],
        [answer("", 302, location="http://127.0.0.2/v1/models")],
        [b"220 smtp ready\r\n"],
        [b""],
        [head(), *sse("endless")],
    ],
)
async def test_what_is_no_model_server_is_not_offered(script: Script) -> None:
    async with scripted(script) as server:
        assert await found(Local("Else", port_of(server.url))) == []


async def test_silent_places_hold_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    good = [answer({"object": "list", "data": [{"id": "m"}]}, connection="close"), HANG]  # left when it was read
    async with (
        scripted([HANG]) as silent,
        scripted([head(200, "application/json"), HANG]) as half,
        scripted(good) as well,
    ):
        places = (Local(name, port_of(one.url)) for name, one in (("a", silent), ("b", half), ("c", well)))
        clock, looking = Clock(monkeypatch), asyncio.create_task(found(*places))
        for one in (silent, half):
            await one.asked()
        await well.gone()
        clock.put_forward(2 * discovery.ANSWER_S)
        assert [one.title for one in await looking] == ["c"]
    assert WHOLE_S <= 3


async def test_a_server_on_the_other_loopback_address_is_found_and_one_on_both_only_once() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"".join(one for one in models("m") if isinstance(one, bytes)))
        writer.close()

    four, six = on_both()
    port = six.getsockname()[1]
    async with await asyncio.start_server(serve, sock=six):
        assert [one.base_url for one in await found(Local("Six", port))] == [f"http://[::1]:{port}/v1"]
        async with await asyncio.start_server(serve, sock=four):
            assert [one.base_url for one in await found(Local("Both", port))] == [f"http://127.0.0.1:{port}/v1"]
            assert await found(Local("Both", port), known=(f"http://localhost:{port}/v1",)) == []


@contextmanager
def connections() -> Iterator[set[str]]:
    """Every address and name that is connected to or looked up meanwhile, as the interpreter itself reports it."""
    called: set[str] = set()
    watching = True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
            one = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
            one = one[0] if isinstance(one, tuple) else one
            called.add(one.decode() if isinstance(one, bytes) else str(one))

    sys.addaudithook(hook)
    yield called
    watching = False


async def test_only_this_computer_is_asked() -> None:
    with refusing() as one, refusing() as other, connections() as called:
        await found(Local("a", one), Local("b", other))
    assert called == {"127.0.0.1", "::1"}


async def test_nothing_is_looked_for_unless_asked(opened: Opened) -> None:
    with connections() as called:
        async with opened() as session:
            session.accounts.all()
    assert called == set()


async def test_a_found_server_becomes_an_account_and_is_not_found_again(opened: Opened) -> None:
    async with scripted(models("m")) as server, opened() as session:
        rows = (Local("Here", port_of(server.url)),)
        (one,) = await discover(session.client, rows)
        account = await session.accounts.add(one.account())
        assert (await session.accounts.models(account.id))[0].id == "m"
        known = [other.base_url for other in session.accounts.all()]
        assert await discover(session.client, rows, known) == []


def test_the_rows_are_sound() -> None:
    assert all(1024 < one.port < 65536 and one.path.startswith("/") for one in LOCALS)
    assert len({one.title for one in LOCALS}) == len(LOCALS)
    assert all(owner == owner.lower() for one in LOCALS for owner in one.owners)
