"""Manners of servers that no provider is known for, and proxies are: over real sockets."""

from __future__ import annotations

import gzip

import pytest

from chatgui.core.errors import ChatError, Kind
from tests.support.scripted import KEEP, RESET, Request, Script, answer, head, scripted
from tests.wire.reading import account
from tests.wire.talking import HELLO, KEY, ask, client

BODY = b"".join(HELLO)


@pytest.mark.parametrize(
    ("status", "kind", "requests"),
    [(401, Kind.AUTHENTICATION, 1), (429, Kind.RATE_LIMITED, 3), (404, Kind.NOT_FOUND, 1)],
)
async def test_a_refusal_in_an_unknown_packing_is_still_that_refusal(status: int, kind: Kind, requests: int) -> None:
    refusal = answer(b"\x8b\x03\x80", status, content_encoding="br", retry_after_ms="1")
    async with scripted([refusal]) as server, client() as one:
        told = await ask(one, server.base_url, secret=KEY)
    assert told.error is not None
    assert (told.error.kind, told.error.status, len(server.requests)) == (kind, status, requests)
    assert str(status) in told.error.message


async def test_gzip_in_many_members() -> None:
    members = [gzip.compress(BODY[at : at + 100]) for at in range(0, len(BODY), 100)]
    async with (
        scripted([head(content_encoding="gzip"), b"".join(members[:2]), *members[2:]]) as server,
        client() as one,
    ):
        told = await ask(one, server.base_url)
    assert (told.text, told.error) == ("Hello", None)


@pytest.mark.parametrize("rest", [b"5", b"", b"5\r\n", b"5\r\nab"])
async def test_a_connection_cut_inside_a_chunk_s_frame_is_a_cut_and_not_bad_http(rest: bytes) -> None:
    said = HELLO[1]
    cut = b"%x\r\n%s\r\n%s" % (len(said), said, rest)
    async with scripted([head(transfer_encoding="chunked"), cut]) as server, client() as one:
        told = await ask(one, server.base_url)
    assert told.error is not None
    assert (told.error.kind, told.error.code, told.text) == (Kind.INTERRUPTED, "broken", "Hel")


@pytest.mark.parametrize("location", ["http://[::bad/", "http://h:port/v1", "https://"])
async def test_a_redirect_to_no_address(location: str) -> None:
    async with scripted([answer("", 307, location=location)]) as server, client() as one:
        told = await ask(one, server.base_url, secret=KEY)
    assert told.error is not None
    assert (told.error.code, told.error.status) == ("redirect", 307)


async def test_a_connection_that_died_after_a_refusal_is_replaced_too() -> None:
    calls = 0

    def script(asked: Request) -> Script:
        nonlocal calls
        calls += 1
        if calls == 2:
            return [RESET]
        return [answer("busy", 429, retry_after_ms="1"), KEEP] if calls == 1 else [head(), BODY]

    async with scripted(script) as server, client() as one:
        told = await ask(one, server.base_url)
    assert (told.text, told.error, len(server.requests)) == ("Hello", None, 3)


async def test_models_on_a_connection_that_had_died_between_two_pages() -> None:
    calls = 0

    def script(asked: Request) -> Script:
        nonlocal calls
        calls += 1
        if calls == 2:
            return [RESET]
        page = {"data": [{"id": str(calls)}], "has_more": calls == 1, "last_id": "1"}
        return [answer(page), KEEP] if calls == 1 else [answer(page)]

    async with scripted(script) as server, client() as one:
        assert [model.id for model in await one.models(account(server.base_url), KEY)] == ["1", "3"]


async def test_a_web_page_where_models_should_be_is_named() -> None:
    page = "<!doctype html><title>Sign in</title>"
    async with scripted([answer(page, content_type="text/html")]) as server, client() as one:
        with pytest.raises(ChatError, match="web page, not a list of models: Sign in"):
            await one.models(account(server.base_url), KEY)
