"""`chatgui usage`: what was spent, by model, account, day or conversation."""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chatgui.cli.console import print_json, print_table
from chatgui.cli.running import OK, opened

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
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day like 2026-11-20") from None
    return (moment if moment.tzinfo else moment.astimezone()).astimezone(UTC)


def _until(text: str) -> datetime:
    moment = _moment(text)
    try:
        date.fromisoformat(text)
    except ValueError:
        return moment
    return moment + timedelta(days=1)


async def run(options: argparse.Namespace) -> int:
    """Sum and print."""
    async with opened(options) as session:
        totals = await session.ledger.totals(options.by, options.since, options.until)
    rows = [_object(options.by, total) for total in totals]
    if options.json:
        print_json(rows)
    elif options.csv:
        _print_csv(options.by, rows, totals)
    else:
        _print_rows(options.by, rows)
    return OK


def _object(by: str, total: Any) -> dict[str, Any]:
    values = {one.name: getattr(total, one.name) for one in fields(total)}
    name = values.pop("name")
    if by != "conversation":
        values.pop("title", None)
    return {by: name, **values}


def _print_csv(by: str, rows: list[dict[str, Any]], totals: list[Any]) -> None:
    names = list(rows[0]) if rows else [by, *(one.name for one in fields(totals[0]))] if totals else [by]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])


def _cell(value: Any) -> Any:
    """A value a spreadsheet does not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _print_rows(by: str, rows: list[dict[str, Any]]) -> None:
    table = [
        (
            str(row.get("title") or row[by] or "(unknown)"), str(row["answers"]), _number(row["prompt_tokens"]),
            _number(row["completion_tokens"]), _number(row["total_tokens"]),
            "—" if row["cost"] is None else f"{row['cost']:.4f} {row['currency'] or ''}".strip(),
        )
        for row in rows
    ]  # fmt: skip
    print_table((by.upper(), "ANSWERS", "PROMPT", "COMPLETION", "TOTAL", "COST"), table)


def _number(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"
