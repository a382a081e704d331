"""The inspector shows what really went over the wire; the pasted curl sends the same bytes; the key is never there."""

from __future__ import annotations

import asyncio
import gzip
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from chatgui.chat.moments import moments_of
from chatgui.core.account import KeySource
from chatgui.core.secret import Secret
from chatgui.wire.record import Reads, WireRecord
from tests.chat.conftest import add_account
from tests.support.canary import CANARY, forms
from tests.support.scripted import answer, head, scripted, sse

ODD = "it's “quoted” \\ $HOME `id` 😀 \u2028 line\nnext\ttab — ĀЖ漢\u202e"
WORD = {"choices": [{"delta": {"content": "yes"}}]}
GOOD = [head(x_request_id="r-1"), b": wait\n\n", *sse(WORD, {"choices": [{"delta": {}, "finish_reason": "stop"}]})]


async def asked(session: Any, text: str = ODD) -> Any:
    conversation = await session.new_conversation()
    return await (await session.send(conversation.id, text)).wait()


DOTTED = "My password is ••••, and $API_KEY is not a key; \ue000 neither"


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
@pytest.mark.parametrize("text", [ODD, DOTTED, "long " * 60_000], ids=["odd", "dots", "long"])
async def test_the_copied_curl_sends_the_same_body_byte_for_byte(opened: Callable[[], Any], text: str) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await add_account(session, server.base_url, key_source=KeySource.SESSION)
        await session.accounts.edit(account, Secret(CANARY))
        message = await asked(session, text)
        (record,) = session.inspector.attempts(message.id)
        command = session.inspector.curl(record)
        assert "$API_KEY" in command
        shell = await asyncio.create_subprocess_exec(
            "sh", env={"PATH": "/usr/bin:/bin", "API_KEY": CANARY}, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await shell.communicate(command.encode())  # typed in, as it is pasted
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
        events = list(session.inspector.events(record))
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


async def test_the_request_shows_the_key_by_its_name(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await add_account(session, server.base_url, key_source=KeySource.SESSION)
        await session.accounts.edit(account, Secret(CANARY))
        message = await asked(session, DOTTED)
        shown = session.inspector.request(session.inspector.attempts(message.id)[0])
        assert "uthorization: Bearer $API_KEY\n" in shown
        assert "My password is ••••" in shown


async def test_the_time_line_says_what_was_waited_for(opened: Callable[[], Any]) -> None:
    thinking, said = {"choices": [{"delta": {"reasoning_content": "hm"}}]}, asyncio.Event()
    silence = [head(), 0.03, *sse(thinking, done=False), said, *sse(WORD, WORD)]
    async with scripted(silence) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        turn = await session.send(conversation.id, "Well?")
        await server.asked()
        while not turn.reply.reasoning.length:  # noqa: ASYNC110 - what was thought has no event of its own
            await asyncio.sleep(0.005)
        (record,) = session.inspector.attempts(turn.message_id)
        under_way = session.inspector.moments(record)
        assert under_way.running
        assert under_way.at("end") is None
        said.set()
        await turn.wait()
        moments = session.inspector.moments(record)
        kinds = [one.kind for one in moments.moments]
        assert kinds == ["connected", "sent", "headers", "first byte", "first reasoning", "first words", "end"]
        assert [one.ms for one in moments.moments] == sorted(one.ms for one in moments.moments)
        assert not moments.running
        assert "headers of the answer: 200" in "\n".join(moments.lines)


def test_long_silences_are_named_and_short_ones_are_not() -> None:
    record = WireRecord("POST", "http://h", (), b"", 200, started=100.0, ended=110.0)
    record.chunks = Reads([(100.1, b"a"), (100.15, b"b"), (103.0, b"c"), (103.05, b"d"), (109.9, b"e")])
    moments = moments_of(record, (), 200.0)
    assert moments.gaps == (pytest.approx((150, 3000)), pytest.approx((3050, 9900)))
    assert "2.8 s  silence from 0.2 s to 3.0 s" in "\n".join(moments.lines)
    steady = WireRecord("POST", "http://h", (), b"", 200, started=0.0, ended=10.0)
    steady.chunks = Reads((float(at), b"a") for at in range(10))
    assert moments_of(steady, (), 20.0).gaps == (), "a slow server is not a silent one"


async def test_a_stream_too_big_is_kept_in_part_and_said(
    opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatgui.wire.record.MOST", 1000)
    long = [head(), *sse(*[WORD] * 100)]
    async with scripted(long) as server, opened() as session:
        await add_account(session, server.base_url)
        message = await asked(session)
        assert message.text == "yes" * 100
        (record,) = session.inspector.attempts(message.id)
        assert 0 < len(session.inspector.raw(record)) == record.kept == 1000
        assert record.kept + record.dropped == sum(map(len, long[1:]))
        assert record.ended is not None


async def test_large_requests_make_room_too(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        session.inspector._largest = 1_000_000
        await add_account(session, server.base_url)
        messages = [await asked(session, "long " * 60_000) for _ in range(5)]
        kept = [bool(session.inspector.attempts(message.id)) for message in messages]
        assert kept[-3:] == [True] * 3
        assert not all(kept)


async def test_a_squeezed_stream_is_kept_as_events(opened: Callable[[], Any]) -> None:
    body = gzip.compress(b"".join(GOOD[1:]))
    async with scripted([head(content_encoding="gzip"), body]) as server, opened() as session:
        await add_account(session, server.base_url)
        message = await asked(session)
        (record,) = session.inspector.attempts(message.id)
        assert session.inspector.raw(record) == b"".join(GOOD[1:])


async def test_only_the_newest_messages_are_kept(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        messages = [await asked(session) for _ in range(25)]
        kept = [bool(session.inspector.attempts(message.id)) for message in messages]
        assert kept == [False] * 5 + [True] * 20
