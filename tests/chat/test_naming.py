"""Titles asked of the model: off by default, once, cheap, never retried, counted, and never over a person's own title."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chatgui.chat.naming import ASKED, SHOWN
from chatgui.chat.session import Session
from chatgui.core.change import LibraryChanged
from tests.chat.conftest import add_account
from tests.chat.test_session import asked, finish, said
from tests.support.scripted import HANG, Request, answer, head, scripted, sse

TITLE = [head(), *sse(said("“Moon and sea”"), finish(), {"choices": [], "usage": {
    "prompt_tokens": 40, "completion_tokens": 5, "total_tokens": 45}})]  # fmt: skip
ANSWER = [head(), *sse(said("By the moon. " * 200), finish())]


def is_title(request: Request) -> bool:
    """Whether this request asks for a title."""
    return str(request.json["messages"][-1]["content"]).startswith(ASKED)


def script(title: list[Any]) -> Callable[[Request], list[Any]]:
    """Answers, and `title` where a title is asked for."""
    return lambda request: title if is_title(request) else ANSWER


async def settled(session: Session) -> None:
    """Every title that is being asked for has come or failed."""
    await asyncio.gather(*session.naming._running)


async def test_by_default_no_request_is_made_for_a_title(opened: Callable[[], Any]) -> None:
    async with scripted(script(TITLE)) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation_id, _ = await asked(session, "How do tides work?")
        await settled(session)
        assert (await session.conversation(conversation_id)).title == "How do tides work?"
        assert len(server.requests) == 1


async def test_the_command_line_asks_for_none_it_ends_too_soon(opened: Callable[[], Any]) -> None:
    async with scripted(script(TITLE)) as server, opened() as session:
        await add_account(session, server.base_url)
        await session.change_settings(titles="model")
        await asked(session, "How do tides work?")
        assert not session.naming._running
        assert len(server.requests) == 1


async def test_a_title_is_asked_once_shortly_and_counted(opened: Callable[[], Any]) -> None:
    told: list[Any] = []
    async with scripted(script(TITLE)) as server, opened() as session:
        account = await add_account(session, server.base_url)
        await session.change_settings(titles="model")
        session.naming.begin()
        conversation_id, _ = await asked(session, "How do tides work? " + "And why? " * 500)
        session.changed.subscribe(told.append)
        await settled(session)
        assert (await session.conversation(conversation_id)).title == "Moon and sea"
        assert (await session.library.summary(conversation_id)).title == "Moon and sea"
        assert LibraryChanged(conversation_id) in told
        body = server.requests[-1].json
        assert body["max_tokens"] == 32
        assert "reasoning_effort" not in body
        assert len(body["messages"]) == 1
        assert len(body["messages"][0]["content"]) < len(ASKED) + 2 * SHOWN + 40
        (spent,) = await session.ledger.totals("account")
        assert (spent.name, spent.answers) == (account.name, 2)
        await (await session.send(conversation_id, "Go on")).wait()
        await settled(session)
        assert sum(map(is_title, server.requests)) == 1


async def test_a_model_that_thinks_is_asked_not_to(opened: Callable[[], Any]) -> None:
    thinking = [
        head(),
        *sse({"choices": [{"index": 0, "delta": {"reasoning_content": "Hm."}}]}, said("Yes."), finish()),
    ]
    async with scripted(lambda one: TITLE if is_title(one) else thinking) as server, opened() as session:
        await add_account(session, server.base_url)
        await session.change_settings(titles="model")
        session.naming.begin()
        await asked(session, "Is it?")
        await settled(session)
        assert server.requests[-1].json["reasoning_effort"] == "none"


async def test_a_name_given_meanwhile_stays(opened: Callable[[], Any]) -> None:
    gate = asyncio.Event()
    async with scripted(script([TITLE[0], gate, *TITLE[1:]])) as server, opened() as session:
        await add_account(session, server.base_url)
        await session.change_settings(titles="model")
        session.naming.begin()
        conversation_id, _ = await asked(session, "How do tides work?")
        await session.library.rename(conversation_id, "Mine")
        gate.set()
        await settled(session)
        assert (await session.conversation(conversation_id)).title == "Mine"
        assert (await session.library.summary(conversation_id)).title == "Mine"


@pytest.mark.parametrize(
    "refused",
    [
        [answer({"error": {"message": "Too many."}}, 429)],
        [answer({"error": {"message": "Down."}}, 503)],
        [head(), *sse(finish())],
        [head(), *sse(said("  \n"), finish())],
    ],
)
async def test_what_goes_wrong_is_not_tried_again_and_the_title_stays(
    opened: Callable[[], Any], refused: list[Any]
) -> None:
    async with scripted(script(refused)) as server, opened() as session:
        await add_account(session, server.base_url)
        await session.change_settings(titles="model")
        session.naming.begin()
        conversation_id, message = await asked(session, "How do tides work?")
        await settled(session)
        assert (await session.conversation(conversation_id)).title == "How do tides work?"
        await (await session.regenerate(conversation_id, message.id)).wait()
        await settled(session)
        assert sum(map(is_title, server.requests)) == 1


async def test_the_program_ends_without_waiting_for_a_title(opened: Callable[[], Any]) -> None:
    async with scripted(script([head(), HANG])) as server, asyncio.timeout(20):
        async with opened() as session:
            await add_account(session, server.base_url)
            await session.change_settings(titles="model")
            session.naming.begin()
            await asked(session, "How do tides work?")
            while not any(map(is_title, server.requests)):  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.01)
        await server.gone()
