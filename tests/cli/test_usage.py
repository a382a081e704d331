"""`chatgui usage`: every option, an empty ledger, days that are none, budgets and own prices."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.cli.conftest import Program
from tests.cli.test_commands import ANSWER, talked
from tests.support.scripted import scripted

GROUPS = ("model", "account", "day", "conversation")


@pytest.mark.parametrize("by", GROUPS)
async def test_every_grouping_in_every_form(chatgui: Program, by: str) -> None:
    await talked(chatgui, "One", "Two")
    rows = (await chatgui("usage", "--by", by, "--json")).json
    assert sum(row["answers"] for row in rows) == 2
    assert sum(row["total_tokens"] for row in rows) == 10
    assert all(row["cost"] is None and row["uncosted"] == row["answers"] for row in rows)
    table = list(csv.DictReader(io.StringIO((await chatgui("usage", "--by", by, "--csv")).out)))
    assert [row[by] for row in table] == [row[by] for row in rows]
    assert {row["cost"] for row in table} == {""}  # unknown is empty, never 0
    words = (await chatgui("usage", "--by", by)).out
    assert words.startswith(by.upper())
    assert "2 answers of unknown cost: not in the sums of money." in words


async def test_an_empty_ledger(chatgui: Program) -> None:
    assert (await chatgui("usage", "--json")).json == []
    for by in GROUPS:
        header = (await chatgui("usage", "--by", by, "--csv")).out
        assert header.startswith(f"{by},")
        assert header.count("\n") == 1
    assert (await chatgui("usage")).out == "Nothing was asked in this time.\n"


async def test_since_and_until_take_days_and_moments(chatgui: Program) -> None:
    await talked(chatgui, "One")
    (row,) = (await chatgui("usage", "--by", "day", "--json")).json
    today = row["day"]

    async def answers(*arguments: str) -> int:
        return sum(one["answers"] for one in (await chatgui("usage", "--json", *arguments)).json)

    assert await answers("--since", today, "--until", today) == 1  # the whole day is in
    assert await answers("--since", f"{today}T00:00:00", "--until", f"{today}T23:59:59.999") == 1
    assert await answers("--until", f"{today}T00:00:00") == 0
    assert await answers("--since", "2000-01-01T00:00:00+14:00") == 1
    assert await answers("--since", "2199-01-01") == 0
    assert await answers("--until", "9999-12-31") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--since", "2026-13-01"), ("--since", ""), ("--until", "today"), ("--since", "0001-01-01T00:00:00+23:00"),
        ("--by", "week"), ("--json", "--csv"), ("--since", "2026-11-02", "--until", "2026-11-01"),
    ],
    ids=" ".join,
)  # fmt: skip
async def test_wrong_days_and_options_are_refused_in_words(chatgui: Program, arguments: tuple[str, ...]) -> None:
    done = await chatgui("usage", *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err
    assert "Traceback" not in done.err


async def test_own_prices_and_a_budget(chatgui: Program) -> None:
    async with scripted(lambda _: ANSWER) as server:
        add = ("accounts", "add", "--name", "Moon", "--base-url", server.base_url, "--no-key", "--model", "moon-1")
        assert (await chatgui(*add)).status == 0
        await chatgui("ask", "--account", "Moon", "One")
        edit = ("accounts", "edit", "Moon", "--budget", "1 EUR", "--price", "moon-1=100000/200000 EUR")
        assert (await chatgui(*edit)).status == 0
        await chatgui("ask", "--account", "Moon", "Two")
    (row,) = (await chatgui("usage", "--by", "account", "--json")).json
    assert (row["currency"], row["answers"], row["uncosted"]) == ("EUR", 2, 1)
    assert row["cost"] == row["estimated_cost"] == pytest.approx((3 * 100_000 + 2 * 200_000) / 1_000_000)
    assert row["budget"]["share"] == pytest.approx(0.7)
    said = (await chatgui("usage")).out
    assert "0.7000 EUR of 1.00 EUR spent (70 %). 1 answer of unknown cost is not in it." in said
    assert (await moon(chatgui))["budget"] == {"amount": 1.0, "currency": "EUR"}
    await chatgui("accounts", "edit", "Moon", "--model", "moon-2")
    assert (await moon(chatgui))["budget"], "what is not named stays"
    await chatgui("accounts", "edit", "Moon", "--budget", "none", "--price", "moon-1=none")
    assert ((await moon(chatgui))["budget"], (await moon(chatgui))["prices"]) == (None, {})


async def moon(chatgui: Program) -> dict[str, Any]:
    """The account of this test, as it is listed."""
    listed: list[dict[str, Any]] = (await chatgui("accounts", "list", "--json")).json
    return next(one for one in listed if one["name"] == "Moon")


@pytest.mark.parametrize("option", ["--budget=much", "--budget=0", "--price=moon-1", "--price=m=1", "--price=m=a/b"])
async def test_what_is_no_amount_is_refused(chatgui: Program, option: str) -> None:
    done = await chatgui("accounts", "edit", "Demo", option)
    assert (done.status, done.out) == (2, "")
