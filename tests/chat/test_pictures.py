"""An image on the web, once a person asked for it: what goes out, what may come back, and what is said otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chatgui.chat import pictures
from chatgui.chat.pictures import Elsewhere, fetch_picture
from chatgui.chat.session import Session, open_session
from chatgui.core.account import Account, KeySource
from chatgui.core.errors import ChatError
from chatgui.core.secret import Secret
from tests.support.scripted import HANG, answer, head, scripted

PNG = b"\x89PNG\r\n\x1a\n and so on"


@asynccontextmanager
async def session(profile: Path) -> AsyncIterator[Session]:
    """A session with an account that has a key and a header of its own."""
    opened = await open_session(profile)
    account = Account("a", "Mira", "http://127.0.0.1:9/v1", key_source=KeySource.SESSION, headers=(("X-Own", "own"),))
    await opened.accounts.add(account, Secret("sk-canary-picture"))
    try:
        yield opened
    finally:
        await opened.close()


async def test_nothing_of_any_account_goes_out(profile: Path) -> None:
    async with session(profile) as one, scripted(answer_with(PNG, set_cookie="a=b")) as server:
        assert await fetch_picture(one, f"{server.url}/a.png?x=1") == PNG
        assert await fetch_picture(one, f"{server.url}/a.png?x=1") == PNG
        for request in server.requests:
            assert (request.method, request.target, request.body) == ("GET", "/a.png?x=1", b"")
            assert set(request.headers) == {"host", "accept", "accept-encoding", "user-agent"}


def answer_with(content: bytes, **headers: str) -> list[bytes]:
    return [answer(content, content_type="image/png", **headers)]


def to(place: str, status: int = 302) -> list[bytes]:
    return [answer(b"", status, location=place)]


async def test_redirects_stay_on_the_host_or_are_told(profile: Path) -> None:
    async with session(profile) as one, scripted(to("/b"), answer_with(PNG)) as server:
        assert await fetch_picture(one, f"{server.url}/a") == PNG
        assert [request.target for request in server.requests] == ["/a", "/b"]
    async with session(profile.with_name("2")) as one, scripted(to("http://other.example/b")) as server:
        assert await fetch_picture(one, f"{server.url}/a") == Elsewhere("http://other.example/b", "other.example")
        assert len(server.requests) == 1


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/a", "/again"])
async def test_redirects_elsewhere_than_the_web_or_in_circles_are_refused(profile: Path, place: str) -> None:
    async with session(profile) as one, scripted(to(place)) as server:
        with pytest.raises(ChatError):
            await fetch_picture(one, f"{server.url}/a")
        assert len(server.requests) <= pictures.HOPS + 1


async def test_what_does_not_come_is_said(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LARGEST", 100)
    async with session(profile) as one, scripted(answer_with(b"x" * 101), to("/", 404), [head(), HANG]) as server:
        with pytest.raises(ChatError, match="larger than"):
            await fetch_picture(one, server.url)
        with pytest.raises(ChatError, match=r"127\.0\.0\.1 answers 404 Not Found\."):
            await fetch_picture(one, server.url)
        monkeypatch.setattr(pictures, "DEADLINE_S", 0.05)
        with pytest.raises(ChatError, match="did not send the image"):
            await fetch_picture(one, server.url)
        await server.gone()
