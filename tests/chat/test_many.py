"""Fifty conversations stream at once: every answer is complete and in its own place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from chatgui.core.message import State
from tests.chat.conftest import add_account
from tests.support.scripted import Request, head, scripted, sse

STREAMS = 50


def echo(all_there: asyncio.Event) -> Callable[[Request], list[Any]]:
    """Says the question's word a hundred times: once, then, when everyone is there, the rest with pauses."""

    def script(request: Request) -> list[Any]:
        word = request.json["messages"][-1]["content"]
        pieces = sse(*[{"choices": [{"delta": {"content": f"{word} "}}]} for _ in range(100)])
        steps: list[Any] = [head(), pieces[0], all_there]
        for index, piece in enumerate(pieces[1:]):
            steps += [piece, 0.001] if index % 10 == 0 else [piece]
        return steps

    return script


async def test_fifty_streams_at_once(opened: Callable[[], Any]) -> None:
    all_there = asyncio.Event()
    async with scripted(echo(all_there)) as server:
        async with opened() as session:
            await add_account(session, server.base_url)
            conversations = [await session.new_conversation() for _ in range(STREAMS)]
            turns = [await session.send(one.id, f"word{number}") for number, one in enumerate(conversations)]
            assert len(session.turns) == STREAMS
            all_there.set()
            await asyncio.gather(*(turn.wait() for turn in turns))
            assert session.turns == {}
        async with opened() as session:
            for number, one in enumerate(conversations):
                answer = (await session.conversation(one.id)).branch()[-1]
                assert answer.state is State.FINISHED
                assert answer.text == f"word{number} " * 100
