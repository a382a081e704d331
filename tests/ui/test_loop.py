"""The loop listens to sockets as asyncio's transports expect, however often they pause, and makes nothing anew for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from chatgui.ui import loop as loops

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets that hear each other."""
    reading, writing = socket.socketpair()
    reading.setblocking(False)
    with reading, writing:
        yield reading, writing


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The descriptors listeners were made for."""
    numbers: list[int] = []

    class Counted(loops.Ear):
        def __init__(self, fd: int) -> None:
            numbers.append(fd)
            super().__init__(fd)

    monkeypatch.setattr(loops, "Ear", Counted)
    return numbers


class Heard(asyncio.Protocol):
    """What came, and the transport that can pause."""

    def __init__(self) -> None:
        self.data = b""
        self.some = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.data += data
        self.some.set()


async def test_a_transport_that_pauses_for_each_read_has_one_listener(
    ends: tuple[socket.socket, socket.socket], made: list[int]
) -> None:
    number = ends[0].fileno()
    transport, heard = await asyncio.get_running_loop().create_connection(Heard, sock=ends[0])
    for _ in range(20):
        heard.some.clear()
        transport.pause_reading()
        ends[1].send(b"x")
        await asyncio.sleep(0)
        assert not heard.some.is_set()
        transport.resume_reading()
        await asyncio.wait_for(heard.some.wait(), 5)
    assert heard.data == b"x" * 20
    assert made.count(number) == 1
    transport.close()
    await asyncio.sleep(0)


async def test_nothing_is_heard_once_it_listens_no_more(ends: tuple[socket.socket, socket.socket]) -> None:
    loop = asyncio.get_running_loop()
    heard: list[str] = []
    loop.add_reader(ends[0], heard.append, "something")
    assert loop.remove_reader(ends[0])
    assert not loop.remove_reader(ends[0])
    ends[1].send(b"x")
    again = asyncio.Event()
    loop.add_reader(ends[0], again.set)  # the same descriptor, for somebody else
    await asyncio.wait_for(again.wait(), 5)
    loop.remove_reader(ends[0])
    assert heard == []


async def test_what_goes_wrong_in_a_reader_is_told_and_it_goes_on(ends: tuple[socket.socket, socket.socket]) -> None:
    loop = asyncio.get_running_loop()
    told: list[dict[str, Any]] = []
    twice = asyncio.Event()

    def read() -> None:
        if told:
            loop.remove_reader(ends[0])
            twice.set()
        raise ValueError("no")

    loop.set_exception_handler(lambda _, context: told.append(context))
    loop.add_reader(ends[0], read)
    ends[1].send(b"x")
    await asyncio.wait_for(twice.wait(), 5)
    assert [type(one["exception"]) for one in told] == [ValueError, ValueError]
