"""The program is killed in mid-answer: what the next start finds."""

from __future__ import annotations

import asyncio
import json
import sys
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
import asyncio, os, sys, time
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
    turn.changed.subscribe(lambda _: os.write(1, b"%f %d\\n" % (time.monotonic(), turn.reply.text.length)))
    await turn.wait()

asyncio.run(main())
"""


class Counting:
    """A server that says `0 1 2 …`, one number every 10 ms."""

    def __init__(self) -> None:
        self.said = 0
        self.url = ""

    @property
    def text(self) -> str:
        """All it has said."""
        return "".join(f"{number} " for number in range(self.said))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        try:
            while True:
                chunk = {"choices": [{"delta": {"content": f"{self.said} "}}]}
                writer.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                await writer.drain()
                self.said += 1
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


async def killed_in_mid_answer(profile: Path, server: Counting, seconds: float) -> tuple[str, int]:
    """Ask in a child process, kill it when its answer has come for so long; the conversation, and how much text must be on
    disk. The child itself tells what it has and when: that a busy machine leaves it no time is not its fault."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ASKING, str(profile), server.url, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    conversation_id = (await child.stdout.readline()).decode().strip()
    had: list[tuple[float, int]] = []
    async for line in child.stdout:
        when, length = line.split()
        if int(length):
            had.append((float(when), int(length)))
        if had and had[-1][0] - had[0][0] >= seconds and child.returncode is None:
            child.kill()
    await child.wait()
    return conversation_id, max((length for when, length in had if when < had[-1][0] - LATE_S), default=0)


@pytest.mark.parametrize("seconds", [0.0, 0.29, 0.6])
async def test_killed_in_mid_answer(
    profile: Path, counting: Callable[[], Any], opened: Callable[[], Any], seconds: float
) -> None:
    async with counting() as server:
        conversation_id, due = await killed_in_mid_answer(profile, server, seconds)
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
    assert server.text.startswith(answer.text)
    assert len(answer.text) >= due
    assert due or seconds < LATE_S


async def test_continuing_after_the_crash_begins_with_what_was_kept(
    profile: Path, counting: Callable[[], Any], opened: Callable[[], Any]
) -> None:
    async with counting() as server:
        conversation_id, _ = await killed_in_mid_answer(profile, server, 0.4)
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
