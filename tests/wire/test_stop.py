"""Stop, in every state: the task is over within 50 ms, the connection out of the pool, the server sees it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from chatgui.core.account import Account
from chatgui.core.delta import Delta, Retrying, TextDelta
from chatgui.wire.client import Client
from chatgui.wire.record import WireRecord
from chatgui.wire.sockets import Stream
from tests.support.scripted import HANG, Script, answer, head, scripted
from tests.wire.reading import account, chunk, request, stream
from tests.wire.talking import ANSWER, HELLO, ask, client, in_use, steadily

BUDGET_S = 0.05


class Asking:
    """A running `stream`, in a task of its own as a turn's is."""

    def __init__(self, one: Client, where: Account) -> None:
        self.deltas: list[Delta] = []
        self._came = asyncio.Event()
        self.task = asyncio.create_task(self._run(one, where))

    async def _run(self, one: Client, where: Account) -> None:
        async with contextlib.aclosing(one.stream(where, None, request())) as deltas:
            async for delta in deltas:
                self.deltas.append(delta)
                self._came.set()

    async def until(self, is_so: Callable[[Delta], bool]) -> None:
        """Wait for such a delta."""
        while not any(is_so(delta) for delta in self.deltas):
            self._came.clear()
            await self._came.wait()

    async def stop(self) -> tuple[float, float]:
        """Cancel it; seconds of CPU, and by the clock, until it is over."""
        cpu, clock = time.process_time(), time.monotonic()
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        return time.process_time() - cpu, time.monotonic() - clock


def soon(taken: tuple[float, float]) -> bool:
    """Within the budget. On a machine busy with other things the clock says nothing, so that here CPU counts; the clock is
    asked by `test_stop_by_the_clock`."""
    return taken[0] < BUDGET_S and taken[1] < 5.0


async def turns_of_the_loop() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


STATES: dict[str, tuple[Script, Callable[[Any, Asking], Awaitable[Any]]]] = {
    "waiting for the head": ([HANG], lambda server, asking: server.asked()),
    "waiting for the first byte": ([head(), HANG], lambda server, asking: asking.until(lambda delta: type(delta).__name__ == "Opened")),
    "between two deltas": ([head(), *HELLO[:2], HANG], lambda server, asking: asking.until(lambda delta: isinstance(delta, TextDelta))),
    "while only comments come": ([head(), b": hm\n\n", HANG], lambda server, asking: asking.until(lambda delta: type(delta).__name__ == "Alive")),
    "waiting to try again": ([answer({}, 503, retry_after="30")], lambda server, asking: asking.until(lambda delta: isinstance(delta, Retrying))),
    "while the body of an error comes": ([head(500, "application/json"), b'{"error":', HANG], lambda server, asking: server.asked()),
    "after [DONE]": ([*ANSWER, HANG], lambda server, asking: asking.until(lambda delta: isinstance(delta, TextDelta) and delta.text == "lo")),
}  # fmt: skip


async def stopped(state: str) -> tuple[float, float]:
    script, reached = STATES[state]
    async with scripted(script) as server, client() as one:
        await ask_nothing(one, server.base_url)
        asking = Asking(one, account(server.base_url))
        async with asyncio.timeout(10):
            await reached(server, asking)
        await turns_of_the_loop()
        taken = await asking.stop()
        assert in_use(one) == []
        if state != "waiting to try again":
            await server.gone()
        return taken


@pytest.mark.parametrize("state", STATES)
async def test_stop(state: str) -> None:
    assert soon(await stopped(state))


@pytest.mark.long
@pytest.mark.parametrize("state", STATES)
async def test_stop_by_the_clock(state: str) -> None:
    assert min([(await stopped(state))[1] for _ in range(5)]) < BUDGET_S


async def ask_nothing(one: Client, url: str) -> None:
    """Have the client's libraries loaded, so that what is measured is the stopping."""
    with contextlib.suppress(BaseException):
        await ask(one, account(url.replace(url.rsplit(":", 1)[1], "9/v1")))


async def test_stop_under_qt_leaves_nothing_behind(qapp: Any) -> None:
    async with scripted([head(), *HELLO[:2], HANG]) as server, client(frame_s=0.016) as one:
        await ask_nothing(one, server.base_url)
        asking = Asking(one, account(server.base_url))
        await asking.until(lambda delta: isinstance(delta, TextDelta))
        assert soon(await asking.stop())
        assert in_use(one) == []
        await server.gone()


async def test_stop_while_connecting() -> None:
    async with hole() as (port, taken), client() as one:
        await ask_nothing(one, "http://127.0.0.1:9/v1")
        asking = Asking(one, account(f"https://127.0.0.1:{port}/v1"))
        await asking.until(lambda delta: type(delta).__name__ == "Connecting")
        await taken.wait()
        assert soon(await asking.stop())
        assert in_use(one) == []


async def test_stop_while_the_client_is_being_made() -> None:
    async with client() as one:
        asking = Asking(one, account("https://127.0.0.1:9/v1"))
        await asking.until(lambda delta: type(delta).__name__ == "Connecting")
        await turns_of_the_loop()
        assert soon(await asking.stop())


@contextlib.asynccontextmanager
async def hole() -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A server that takes connections and says nothing: its port, and whether one was taken."""
    taken = asyncio.Event()
    tasks: list[asyncio.Task[Any] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.current_task())
        taken.set()
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], taken
    server.close()
    await asyncio.gather(*(task for task in tasks if task))


@pytest.mark.parametrize("count", range(1, 5))
async def test_leaving_early_closes_the_connection(count: int) -> None:
    """Whoever stops listening in the middle of a read leaves nothing running, and no complaint in the loop."""
    async with scripted([head(), b"".join(HELLO[:3]), HANG]) as server, client() as one:
        async with contextlib.aclosing(one.stream(account(server.base_url), None, request())) as deltas:
            for _ in range(count):
                await anext(deltas)
        assert in_use(one) == []
        if count > 1:
            await server.gone()


@pytest.mark.parametrize("count", [2, 3, 4])
async def test_leaving_early_under_qt_is_silent(count: int, qapp: Any) -> None:
    async with scripted([head(), b"".join(HELLO[:3]), HANG]) as server, client() as one:
        async with contextlib.aclosing(one.stream(account(server.base_url), None, request())) as deltas:
            for _ in range(count):
                await anext(deltas)
        assert in_use(one) == []
        await server.gone()


async def test_a_hundred_answers_under_qt_are_silent(qapp: Any) -> None:
    """Read to [DONE] and closed, a hundred times: no generator is left to be finalised who knows where."""
    async with scripted(ANSWER) as server, client(frame_s=0.016) as one:
        for _ in range(100):
            assert (await ask(one, server.base_url)).text == "Hello"


@pytest.mark.parametrize(("count", "every_s", "frame_s"), [(300, 0.001, 0.016), (60, 0.01, 0.048)])
async def test_steady_data_under_qt_wakes_the_program_once_a_frame(
    count: int, every_s: float, frame_s: float, qapp: Any
) -> None:
    async with scripted(steadily(count, every_s)) as server, client(frame_s=frame_s) as one:
        records: list[WireRecord] = []
        await ask_nothing(one, server.base_url)
        started = time.monotonic()
        told = await ask(one, server.base_url, record=records.append)
        frames = (time.monotonic() - started) / frame_s
        assert told.text == "".join(f"{number} " for number in range(count))
        # The body is not chunked, so that every read of the network is one entry of the record.
        assert len(records[0].chunks) < 1.5 * frames + 20


async def test_a_file_is_not_read_by_frames(qapp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []
    hold = Stream._hold

    def note(self: Stream) -> float:
        held.append(self)
        return hold(self)

    monkeypatch.setattr(Stream, "_hold", note)
    big = stream(chunk({"content": "x" * 3_000_000}, finish="stop"))  # a dozen reads at least
    async with scripted([head(), big]) as server, client(frame_s=0.1) as one:
        told = await ask(one, server.base_url)
        assert len(told.text) == 3_000_000
        assert len(held) <= 4
