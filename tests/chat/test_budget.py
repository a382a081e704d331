"""A monthly budget warns at 80 % and at 100 %, from known costs only, and says what it does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chatgui.chat.budget import Standing, month_of
from chatgui.core.account import Budget, Price
from chatgui.core.errors import UsageError
from tests.chat.conftest import add_account
from tests.support.scripted import head, scripted, sse

WORD = {"choices": [{"delta": {"content": "yes"}}]}
COUNTED = {"prompt_tokens": 1_000_000, "completion_tokens": 1_000_000, "total_tokens": 2_000_000}


def answer(**usage: Any) -> list[bytes]:
    """A stream that ends with this usage."""
    ended = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    return [head(), *sse(WORD, ended, {"choices": [], "usage": {**COUNTED, **usage}})]


async def asked(session: Any, text: str = "Well?") -> Any:
    conversation = await session.new_conversation()
    return await (await session.send(conversation.id, text)).wait()


async def test_a_month_s_known_costs_stand_beside_the_budget(opened: Callable[[], Any]) -> None:
    async with scripted(answer(cost=0.5), answer(cost=0.35), answer()) as server, opened() as session:
        account = await add_account(session, server.base_url)
        assert await session.ledger.standing(account) is None
        account = await session.accounts.edit(replace(account, budget=Budget(1.0)))
        await asked(session)
        standing = await session.ledger.standing(account)
        assert (standing.spent, standing.level, standing.warning) == (0.5, 0.0, "")
        await asked(session)
        await asked(session)  # no price is known for this one
        standing = await session.ledger.standing(account)
        assert (standing.spent, standing.level, standing.uncosted) == (0.85, 0.8, 1)
        assert standing.warning.startswith("The month’s budget is nearly used up. ")
        assert "0.8500 USD of 1.00 USD spent (85 %). 1 answer of unknown cost is not in it." in standing.words


async def test_another_month_and_another_account_do_not_count(opened: Callable[[], Any]) -> None:
    async with scripted(answer(cost=5.0)) as server, opened() as session:
        account = await add_account(session, server.base_url)
        account = await session.accounts.edit(replace(account, budget=Budget(1.0)))
        await asked(session)
        assert (await session.ledger.standing(account)).level == 1.0
        assert (await session.ledger.standing(account, datetime(2020, 1, 31, tzinfo=UTC).astimezone())).spent == 0
        assert (await session.ledger.standing(replace(account, name="Other"))).spent == 0


async def test_a_renamed_account_keeps_what_it_spent(opened: Callable[[], Any]) -> None:
    async with scripted(answer(cost=5.0)) as server, opened() as session:
        account = await add_account(session, server.base_url)
        await asked(session)
        account = await session.accounts.edit(replace(account, name="New name", budget=Budget(10.0)))
        assert (await session.ledger.standing(account)).spent == 5.0
        assert [total.name for total in await session.ledger.totals("account")] == ["New name"]


async def test_other_currencies_are_said_and_never_converted(opened: Callable[[], Any]) -> None:
    async with scripted(answer(cost=0.9)) as server, opened() as session:
        account = await add_account(session, server.base_url)
        account = await session.accounts.edit(replace(account, budget=Budget(1.0, "EUR")))
        await asked(session)
        standing = await session.ledger.standing(account)
        assert (standing.spent, standing.level) == (0.0, 0.0)
        assert "Beside it 0.9000 USD, not converted." in standing.words


async def test_a_budget_used_up_hinders_nothing(opened: Callable[[], Any]) -> None:
    async with scripted(answer(cost=5.0)) as server, opened() as session:
        account = await add_account(session, server.base_url)
        await session.accounts.edit(replace(account, budget=Budget(1.0)))
        await asked(session)
        assert (await asked(session)).text == "yes"


async def test_the_user_s_own_price_is_used_and_frozen_with_the_message(opened: Callable[[], Any]) -> None:
    async with scripted(answer(), answer(), answer(cost=0.25)) as server, opened() as session:
        account = await add_account(session, server.base_url)
        account = await session.accounts.edit(
            replace(account, prices={account.default_model: Price(1.0, 2.0, None, "EUR")})
        )
        first = await asked(session)
        assert (first.usage.cost, first.usage.currency, first.usage.cost_source) == (3.0, "EUR", "estimated")
        await session.accounts.edit(replace(account, prices={account.default_model: Price(10.0, 20.0)}))
        second = await asked(session)
        assert (second.usage.cost, second.usage.currency) == (30.0, "USD")
        third = await asked(session)  # the provider's own figure wins
        assert (third.usage.cost, third.usage.cost_source) == (0.25, "reported")
        totals = {total.currency: total.cost for total in await session.ledger.totals("account")}
        assert totals == {"EUR": 3.0, "USD": 30.25}


@pytest.mark.parametrize("budget", [Budget(0), Budget(-1), Budget(float("inf")), Budget(5, "euro")])
async def test_what_is_no_budget_is_refused(opened: Callable[[], Any], budget: Budget) -> None:
    async with opened() as session:
        account = await add_account(session, "http://127.0.0.1:1/v1")
        with pytest.raises(UsageError, match="budget"):
            await session.accounts.edit(replace(account, budget=budget))
        with pytest.raises(UsageError, match="price"):
            await session.accounts.edit(replace(account, prices={"m": Price()}))


def test_months_are_calendar_months_of_the_local_clock() -> None:
    begin, end = month_of(datetime(2026, 12, 31, 23, 59).astimezone())
    assert (begin.month, begin.day, begin.hour) == (12, 1, 0)
    assert (end.year, end.month, end.day, end.hour) == (2027, 1, 1, 0)


def test_levels_are_eighty_and_a_hundred_percent() -> None:
    spent = [0.0, 7.99, 8.0, 9.99, 10.0, 50.0]
    assert [Standing("A", "May", Budget(10.0), one).level for one in spent] == [0, 0, 0.8, 0.8, 1.0, 1.0]
