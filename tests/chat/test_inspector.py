"""The inspector shows what really went over the wire; the pasted curl sends the same bytes; the key is never there."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from chatgui.core.account import KeySource
from chatgui.core.secret import Secret
from tests.chat.conftest import add_account
from tests.support.canary import CANARY, forms
from tests.support.scripted import answer, head, scripted, sse

ODD = "it's “quoted” \\ $HOME `id` 😀 \u2028 line\nnext\ttab — ĀЖ漢\u202e"
WORD = {"choices": [{"delta": {"content": "yes"}}]}
GOOD = [head(x_request_id="r-1"), b": wait\n\n", *sse(WORD, {"choices": [{"delta": {}, "finish_reason": "stop"}]})]


async def asked(session: Any, text: str = ODD) -> Any:
    conversation = await session.new_conversation()
    return await (await session.send(conversation.id, text)).wait()


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
async def test_the_copied_curl_sends_the_same_body_byte_for_byte(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await add_account(session, server.base_url, key_source=KeySource.SESSION)
        await session.accounts.edit(account, Secret(CANARY))
        message = await asked(session)
        (record,) = session.inspector.attempts(message.id)
        command = session.inspector.curl(record)
        assert "$API_KEY" in command
        shell = await asyncio.create_subprocess_exec(
            "sh", "-c", command, env={"PATH": "/usr/bin:/bin", "API_KEY": CANARY},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await shell.communicate()
        assert b'"yes"' in out
        ours, theirs = server.requests
        assert theirs.body == ours.body
        assert theirs.headers["authorization"] == ours.headers["authorization"] == f"Bearer {CANARY}"
        assert theirs.headers["content-type"] == ours.headers["content-type"]


async def test_events_have_their_moment_and_the_raw_body_is_as_it_came(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        message = await asked(session)
        (record,) = session.inspector.attempts(message.id)
        events = session.inspector.events(record)
        assert [event.data for event in events][-1] == "[DONE]"
        assert len(events) == 3
        assert 0 <= events[0].ms <= events[-1].ms
        assert session.inspector.raw(record) == b"".join(GOOD[1:])
        assert "x-request-id: r-1" in session.inspector.response(record)
        assert record.body.decode() in session.inspector.request(record)


async def test_every_attempt_is_kept(opened: Callable[[], Any]) -> None:
    busy = [answer({"error": {"message": "busy"}}, 503, retry_after_ms="1")]
    async with scripted(busy, GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        message = await asked(session)
        attempts = session.inspector.attempts(message.id)
        assert [record.status for record in attempts] == [503, 200]


async def test_a_key_the_server_echoes_is_dots_everywhere(opened: Callable[[], Any]) -> None:
    echo = [head(x_seen=CANARY), f": {CANARY}\n\n".encode(), *sse(WORD, {"error": {"message": f"no good: {CANARY}"}})]
    async with scripted(echo) as server, opened() as session:
        account = await add_account(session, server.base_url, key_source=KeySource.SESSION)
        await session.accounts.edit(account, Secret(CANARY))
        message = await asked(session)
        (record,) = session.inspector.attempts(message.id)
        inspector = session.inspector
        shown = [inspector.request(record), inspector.response(record), inspector.curl(record)]
        shown += [event.data for event in inspector.events(record)]
        everything = "\n".join(shown).encode() + inspector.raw(record)
        assert not [form for form in forms() if form in everything]


async def test_only_the_newest_messages_are_kept(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        messages = [await asked(session) for _ in range(25)]
        kept = [bool(session.inspector.attempts(message.id)) for message in messages]
        assert kept == [False] * 5 + [True] * 20
