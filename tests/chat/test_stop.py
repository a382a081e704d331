"""Stop, in every state a turn can be in: the server sees the connection close at once, and what came is kept.

At once: nothing of it waits for any time to pass, so that it happens while the loop's clock stands still.
`tests/bench/stop.py` measures the same states many times and prints the figures.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chatgui.chat.turn import Phase, Turn
from chatgui.core.message import State
from tests.chat.conftest import add_account
from tests.support.clock import Clock
from tests.support.scripted import HANG, answer, head, scripted, sse

HALF = sse({"choices": [{"delta": {"content": "half"}}]}, done=False)
THOUGHT = sse({"choices": [{"delta": {"reasoning": "hm"}}]}, done=False)
BUSY = [answer({"error": {"message": "busy"}}, 503, retry_after="30")]


async def reached(turn: Turn, phase: Phase) -> None:
    """Wait until the turn is in this phase."""
    there = asyncio.Event()
    forget = turn.changed.subscribe(lambda _: there.set() if turn.phase is phase else None)
    if turn.phase is not phase:
        await there.wait()
    forget()


@pytest.mark.parametrize(
    ("script", "phase", "kept"),
    [
        pytest.param([head(), *HALF, HANG], Phase.ANSWERING, "half", id="answering"),
        pytest.param([head(), *THOUGHT, HANG], Phase.THINKING, "", id="thinking"),
        pytest.param([head(), HANG], Phase.WAITING, None, id="silent after its headers"),
        pytest.param([HANG], Phase.CONNECTING, None, id="silent before its headers"),
    ],
)
async def test_the_server_sees_the_connection_close_at_once(
    opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, script: list[Any], phase: Phase, kept: str | None
) -> None:
    async with scripted(script) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        turn = await session.send(conversation.id, "hi")
        await server.asked()
        await reached(turn, phase)
        Clock(monkeypatch).stop()
        session.stop(conversation.id)
        await server.gone()
        message = await turn.wait()
        assert message.state is State.STOPPED
        assert [one.text for one in conversation.branch()] == ["hi"] + ([kept] if kept is not None else [])


async def test_stopping_while_a_retry_is_waited_for(opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted(BUSY) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        turn = await session.send(conversation.id, "hi")
        await reached(turn, Phase.RETRYING)
        Clock(monkeypatch).stop()
        session.stop(conversation.id)
        await turn.wait()
        assert len(server.requests) == 1


@asynccontextmanager
async def black_hole() -> AsyncIterator[str]:
    """An address that takes no connection: its queue is full and nobody empties it."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


async def test_stopping_while_it_still_connects(opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    async with black_hole() as url, opened() as session:
        await add_account(session, url)
        conversation = await session.new_conversation()
        turn = await session.send(conversation.id, "hi")
        await reached(turn, Phase.CONNECTING)
        Clock(monkeypatch).stop()
        session.stop(conversation.id)
        await turn.wait()
        assert [one.text for one in conversation.branch()] == ["hi"]


async def test_closing_the_program_closes_every_connection(
    opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted([head(), *HALF, HANG]) as server:
        async with opened() as session:
            await add_account(session, server.base_url)
            for _ in range(3):
                conversation = await session.new_conversation()
                turn = await session.send(conversation.id, "hi")
                await reached(turn, Phase.ANSWERING)
            Clock(monkeypatch).stop()
        await server.gone(3)


async def test_sixty_stops_at_the_moment_of_finishing_leave_one_clear_state(opened: Callable[[], Any]) -> None:
    finished = [head(), *HALF, *sse({"choices": [{"delta": {}, "finish_reason": "stop"}]})]
    async with scripted(finished) as server, opened() as session:
        await add_account(session, server.base_url)
        states = set()
        for turns in range(60):
            conversation = await session.new_conversation()
            turn = await session.send(conversation.id, "hi")
            for _ in range(turns):
                await asyncio.sleep(0)
            session.stop(conversation.id)
            session.stop(conversation.id)
            message = await turn.wait()
            states.add(message.state)
            assert conversation.id not in session.turns
            stored = await session._db.call(lambda connection, one=conversation.id: _states(connection, one))
            assert stored in (["finished"], ["finished", message.state.value])
        assert states <= {State.STOPPED, State.FINISHED}


def _states(connection: Any, conversation_id: str) -> list[str]:
    from chatgui.store import conversations

    tree = conversations.load(connection, conversation_id)
    return [one.state.value for one in tree.branch()] if tree else []
