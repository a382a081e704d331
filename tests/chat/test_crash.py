"""The program is killed in mid-answer: what the next start finds."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.errors import Kind
from chatgui.core.message import Role, State
from chatgui.core.usage import Source

LATE_S = 0.25  # text of a running answer is on disk at most so late
ASKING = """
import asyncio, sys
from pathlib import Path
from chatgui.chat.session import open_session
from chatgui.core.account import Account, KeySource
from chatgui.core.ids import new_id

async def main():
    session = await open_session(Path(sys.argv[1]))
    account = Account(new_id(), "Test", sys.argv[2], key_source=KeySource.NONE, default_model="m")
    await session.accounts.add(account)
    conversation = await session.new_conversation()
    print(conversation.id, flush=True)
    turn = await session.send(conversation.id, "Count, please")
    await turn.wait()

asyncio.run(main())
"""


class Counting:
    """A server that says `0 1 2 …`, one number every 10 ms, and knows when it said which."""

    def __init__(self) -> None:
        self.said: list[float] = []
        self.url = ""
        self._more = asyncio.Condition()

    async def has_said(self, numbers: int) -> None:
        """Wait until so many numbers were said."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.said) >= numbers)

    def text(self, until: float) -> str:
        """What had been said before this moment."""
        return "".join(f"{number} " for number, when in enumerate(self.said) if when < until)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        try:
            while True:
                chunk = {"choices": [{"delta": {"content": f"{len(self.said)} "}}]}
                writer.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                await writer.drain()
                self.said.append(time.monotonic())
                async with self._more:
                    self._more.notify_all()
                await asyncio.sleep(0.01)
        except (ConnectionError, asyncio.CancelledError):
            writer.transport.abort()


@pytest.fixture
def counting() -> Callable[[], Any]:
    @asynccontextmanager
    async def running() -> AsyncIterator[Counting]:
        one = Counting()
        server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
        one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        try:
            yield one
        finally:
            server.close()

    return running


async def killed_in_mid_answer(profile: Path, server: Counting, numbers: int) -> tuple[str, float]:
    """Ask in a child process, kill it once the server has said so many numbers; the conversation, and the moment."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ASKING, str(profile), server.url, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    conversation_id = (await child.stdout.readline()).decode().strip()
    await server.has_said(numbers)
    child.kill()
    moment = time.monotonic()
    await child.wait()
    return conversation_id, moment


@pytest.mark.parametrize("numbers", [1, 60])
async def test_killed_in_mid_answer(
    profile: Path, counting: Callable[[], Any], opened: Callable[[], Any], numbers: int
) -> None:
    async with counting() as server:
        conversation_id, moment = await killed_in_mid_answer(profile, server, numbers)
    async with opened() as session:
        question, answer = (await session.conversation(conversation_id)).branch()
        (row,) = await session.library.summaries()
    assert (question.role, question.text) == (Role.USER, "Count, please")
    assert answer.state is State.INTERRUPTED
    assert answer.failure is not None
    assert answer.failure.kind is Kind.INTERRUPTED
    assert answer.usage.partial
    assert answer.usage.source is Source.UNKNOWN
    assert row.state == "interrupted"
    assert server.text(moment).startswith(answer.text) or answer.text.startswith(server.text(moment))
    assert len(answer.text) >= len(server.text(moment - LATE_S))


async def test_continuing_after_the_crash_begins_with_what_was_kept(
    profile: Path, counting: Callable[[], Any], opened: Callable[[], Any]
) -> None:
    async with counting() as server:
        conversation_id, _ = await killed_in_mid_answer(profile, server, 40)
    async with counting() as server, opened() as session:
        account = session.accounts.by_name("Test")
        await session.accounts.edit(replace(account, base_url=server.url))
        conversation = await session.conversation(conversation_id)
        kept = conversation.branch()[-1]
        turn = await session.resume(conversation_id, kept.id)
        grown = asyncio.Event()
        turn.changed.subscribe(lambda _: grown.set() if turn.reply.text else None)
        await grown.wait()
        turn.stop()
        assert (await turn.wait()).text.startswith(kept.text + "0 ")
        assert len(conversation.siblings(kept.id)) == 2
