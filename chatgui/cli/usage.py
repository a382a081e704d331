"""`chatgui usage`: what was spent, by model, account, day or conversation."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chatgui.chat.report import as_csv, cost, counts, remarks
from chatgui.cli.console import one_line, print_json, print_table
from chatgui.cli.running import OK, Wrong, opened

if TYPE_CHECKING:
    from chatgui.chat.budget import Standing
    from chatgui.chat.ledger import Total
    from chatgui.chat.session import Session

GROUPS = ("model", "account", "day", "conversation")


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of `usage`."""
    parser.add_argument("--by", choices=GROUPS, default="model", help="what to sum by (default: model)")
    parser.add_argument("--since", type=_moment, metavar="D", help="from this day (YYYY-MM-DD) or moment on")
    parser.add_argument("--until", type=_until, metavar="D", help="up to the end of this day, or to this moment")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--csv", action="store_true", help="as CSV")


def _moment(text: str) -> datetime:
    return _utc(text, _parsed(text))


def _until(text: str) -> datetime:
    """The end of a day (its last moment is in), or a moment."""
    moment = _parsed(text)
    if _is_day(text):
        try:
            moment += timedelta(days=1)  # by the wall clock: some days are longer or shorter
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)
    return _utc(text, moment)


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day like 2026-11-20") from None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _utc(text: str, moment: datetime) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.astimezone()).astimezone(UTC)
    except (OverflowError, ValueError, OSError):  # the ends of the calendar have no neighbours
        raise argparse.ArgumentTypeError(f"“{text}” is too far away") from None


async def run(options: argparse.Namespace) -> int:
    """Sum and print."""
    if options.since and options.until and options.since >= options.until:
        raise Wrong("--since is not before --until.")
    async with opened(options) as session:
        totals = await session.ledger.totals(options.by, options.since, options.until)
        budgets = await _budgets(session)
    if options.json:
        rows = [_object(options.by, total) for total in totals]
        if options.by == "account":
            rows = [{**row, "budget": _budget(budgets.get(row["account"]))} for row in rows]
        print_json(rows)
    elif options.csv:
        print(as_csv(options.by, totals), end="")
    else:
        _print_rows(options.by, totals)
        for standing in budgets.values():
            print(f"\nBudget of {one_line(standing.words)}")
    return OK


async def _budgets(session: Session) -> dict[str, Standing]:
    """How the accounts that have a budget stand in this month, by name."""
    standings = [await session.ledger.standing(account) for account in session.accounts.all()]
    return {one.account: one for one in standings if one is not None}


def _budget(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        **asdict(standing.budget), "month": standing.month, "spent": standing.spent, "share": standing.share,
        "uncosted": standing.uncosted,
    }  # fmt: skip


def _object(by: str, total: Total) -> dict[str, Any]:
    values = asdict(total)
    name = values.pop("name")
    if by != "conversation":
        values.pop("title", None)
    return {by: name, **values}


def _print_rows(by: str, totals: list[Total]) -> None:
    if not totals:
        print("Nothing was asked in this time.")
        return
    table = [
        (
            total.title or total.name or "(unknown)", f"{total.answers:,}", *counts(total),
            cost(total),
        )
        for total in totals
    ]  # fmt: skip
    print_table((by.upper(), "ANSWERS", "PROMPT", "COMPLETION", "REASONING", "TOTAL", "COST"), table)
    for words in remarks(totals):
        print(words)
