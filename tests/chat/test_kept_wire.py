"""What went over the wire is kept only if the user says so: then whole, without a key, and gone with its message."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatgui.chat import inspector
from chatgui.chat.kept_wire import LARGEST, packed, unpacked
from chatgui.core.account import KeySource
from chatgui.core.secret import Secret, redact
from chatgui.store import wire
from chatgui.wire.record import Reads, WireRecord
from tests.chat.conftest import add_account
from tests.support.canary import CANARY, traces
from tests.support.scripted import head, scripted, sse

WORD = {"choices": [{"delta": {"content": "yes"}}]}
ECHO = [head(x_seen=CANARY), f": {CANARY}\n\n".encode(), *sse(WORD)]
GOOD = [head(x_request_id="r-1"), *sse(WORD, WORD)]


async def asked(session: Any, text: str = "Well?") -> tuple[str, Any]:
    conversation = await session.new_conversation()
    return conversation.id, await (await session.send(conversation.id, text)).wait()


async def test_nothing_is_kept_unless_it_is_wanted(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server:
        async with opened() as session:
            await add_account(session, server.base_url)
            _, message = await asked(session)
        async with opened() as session:
            assert await session.inspector.recall(message.id) == ()


async def test_what_is_kept_is_there_in_the_next_run_and_reads_the_same(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server:
        async with opened() as session:
            await session.change_settings(keep_requests=True)
            await add_account(session, server.base_url)
            place, message = await asked(session)
            (before,) = session.inspector.attempts(message.id)
            shown = [
                session.inspector.request(before),
                session.inspector.response(before),
                session.inspector.curl(before),
            ]
            events = [one.data for one in session.inspector.events(before)]
            moments = session.inspector.moments(before)
        async with opened() as session:
            inspector = session.inspector
            (after,) = await inspector.recall(message.id)
            assert inspector.attempts(message.id) == (after,)
            assert [inspector.request(after), inspector.response(after), inspector.curl(after)] == shown
            assert [one.data for one in inspector.events(after)] == events
            assert [one.kind for one in inspector.moments(after).moments] == [one.kind for one in moments.moments]
            assert inspector.raw(after) == b"".join(GOOD[1:])
            await session.library.delete([place])
            await session.library.purge([place])
            await session.inspector.forget()
            assert await session.inspector.recall(message.id) == ()


async def test_it_goes_with_its_conversation_and_with_the_setting(opened: Callable[[], Any]) -> None:
    async with scripted(GOOD) as server:
        async with opened() as session:
            await session.change_settings(keep_requests=True)
            await add_account(session, server.base_url)
            first, one = await asked(session)
            _, two = await asked(session)
        async with opened() as session:
            await session.library.delete([first])
            await session.library.purge([first])
            assert await session.inspector.recall(one.id) == ()
            assert await session.inspector.recall(two.id)
            await session.change_settings(keep_requests=False)
        async with opened() as session:
            assert await session.inspector.recall(two.id) == ()


@pytest.mark.parametrize("way", ["reset", "import"])
async def test_it_goes_with_every_way_to_switch_it_off(opened: Callable[[], Any], tmp_path: Path, way: str) -> None:
    (file := tmp_path / "settings.json").write_text('{"keep_requests": false}')
    async with scripted(GOOD) as server, opened() as session:
        await session.change_settings(keep_requests=True)
        await add_account(session, server.base_url)
        _, message = await asked(session)
        await (session.preferences.reset() if way == "reset" else session.preferences.take(file))
    async with opened() as session:
        assert await session.inspector.recall(message.id) == ()


async def test_one_that_is_about_to_be_kept_when_that_is_switched_off_is_not(
    opened: Callable[[], Any], profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making, go_on = threading.Event(), threading.Event()

    def slowly(*arguments: Any) -> bytes:
        making.set()
        go_on.wait(10)
        return packed(*arguments)

    monkeypatch.setattr(inspector, "packed", slowly)
    async with scripted(GOOD) as server:
        async with opened() as session:
            await session.change_settings(keep_requests=True)
            await add_account(session, server.base_url)
            _, message = await asked(session)
            await asyncio.to_thread(making.wait, 10)
            await session.change_settings(keep_requests=False)
            go_on.set()
        with contextlib.closing(sqlite3.connect(profile / "chatgui.db")) as connection:
            assert wire.load(connection, message.id) is None


async def test_what_a_crash_or_a_backup_left_is_forgotten_too(opened: Callable[[], Any]) -> None:
    """Where nothing is to be kept, a restored backup brings no request back, and the next start none from before."""
    async with scripted(GOOD) as server:
        async with opened() as session:
            await session.change_settings(keep_requests=True)
            await add_account(session, server.base_url)
            place, message = await asked(session)
        async with opened() as session:
            await session._db.back_up(1)
            for keeps in (True, False):
                await session.change_settings(keep_requests=keeps)
                await session.library.purge([place])
                (copy,) = await session.archive.copies()
                assert "1 conversation" in await session.archive.restore(copy)
                assert (await session._db.call(wire.load, message.id) is not None) is keeps
            await session._db.write(wire.save, message.id, b"left")
        async with opened() as session:
            assert await session._db.call(wire.load, message.id) is None


async def test_no_key_is_kept(opened: Callable[[], Any], profile: Path) -> None:
    async with scripted(ECHO) as server, opened() as session:
        await session.change_settings(keep_requests=True)
        account = await add_account(session, server.base_url, key_source=KeySource.SESSION)
        await session.accounts.edit(account, Secret(CANARY))
        _, message = await asked(session)
        data = packed(session.inspector.attempts(message.id), session.inspector._clean)
    assert not list(traces(profile))
    (record,) = unpacked(data)
    assert CANARY.encode() not in record.chunks.whole + record.body
    assert "yes" in record.chunks.whole.decode()


def test_a_key_cut_in_two_reads_is_found() -> None:
    record = WireRecord("POST", "http://h", (), b"{}", 200, started=0.0)
    record.chunks = Reads([(0.1, CANARY[:9].encode()), (0.2, CANARY[9:].encode() + b" and more")])
    (kept,) = unpacked(packed([record], lambda text: redact(text, [Secret(CANARY)])))
    assert kept.chunks.whole.decode() == "•••• and more"


def test_what_is_too_large_is_cut_and_said() -> None:
    record = WireRecord("POST", "http://h", (), b"x" * (LARGEST + 1), 200, started=0.0)
    record.chunks = Reads((at / 10, b"y" * 300_000) for at in range(10))
    (kept,) = unpacked(packed([record], lambda text: text))
    assert kept.body == b"(a request of 2,097,153 bytes is not kept)"
    assert kept.kept == 6 * 300_000
    assert kept.kept + kept.dropped == 3_000_000


def test_damaged_bytes_are_nothing() -> None:
    assert unpacked(b"not compressed") == ()
    assert unpacked(packed([], str)[:-3]) == ()
