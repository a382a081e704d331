"""`chatgui conversations`: the library, read and tidied from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from chatgui.cli.console import as_text, print_json, print_table, shortened, visible
from chatgui.cli.running import OK, opened
from chatgui.core.conversation import Summary
from chatgui.core.errors import UsageError
from chatgui.core.query import condition, parse
from chatgui.exchange.codec import Entry, message_to_json, time_to_json

if TYPE_CHECKING:
    from chatgui.chat.session import Session


CONDITIONS = (
    ("role", "ROLE", "said by user, assistant, system or tool"),
    ("model", "NAME", "answers of this model, or whose name holds this"),
    ("account", "NAME", "answers by this account"),
    ("folder", "NAME", "in conversations of this folder"),
    ("tag", "NAME", "in conversations with this tag"),
    ("after", "DATE", "since 2026, 2026-05, 2026-05-20, today, or 7d (days ago)"),
    ("before", "DATE", "before such a date"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-commands of `conversations`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    one = verbs.add_parser("list", help="all conversations, newest first")
    one.add_argument("--deleted", action="store_true", help="those in the trash")
    one.add_argument("--folder", metavar="NAME", help="those in this folder")
    one.add_argument("--tag", metavar="NAME", help="those with this tag")
    one.set_defaults(act=_list)
    two = verbs.add_parser(
        "search",
        help="where something was said",
        epilog="QUERY is words and “quoted phrases”; it may hold the conditions as words, too: role:user has:code"
        " model:NAME account:NAME folder:NAME tag:NAME after:2026-05 before:7d on:today match:words.",
    )
    two.add_argument("query", metavar="QUERY", type=as_text)
    two.add_argument("--limit", type=int, default=50, metavar="N", help="at most N places (default 50)")
    for name, metavar, words in CONDITIONS:
        two.add_argument(f"--{name}", metavar=metavar, help=words)
    two.add_argument("--has-code", action="store_true", help="only messages with code")
    two.add_argument("--whole-words", action="store_true", help="not inside longer words")
    two.set_defaults(act=_search)
    three = verbs.add_parser("show", help="one conversation, the shown branch")
    three.add_argument("id", metavar="ID")
    three.set_defaults(act=_show)
    four = verbs.add_parser("delete", help="put conversations into the trash")
    four.add_argument("id", metavar="ID", nargs="+")
    four.add_argument("--purge", action="store_true", help="delete for ever instead")
    four.set_defaults(act=_delete)
    for verb in (one, two, three, four):
        verb.add_argument("--json", action="store_true", help="as JSON")


async def run(options: argparse.Namespace) -> int:
    """Carry out the chosen verb."""
    act: Callable[[Session, argparse.Namespace], Awaitable[None]] = options.act
    async with opened(options) as session:
        await act(session, options)
    return OK


async def _list(session: Session, options: argparse.Namespace) -> None:
    rows = await session.library.summaries(deleted=options.deleted)
    if options.folder is not None:
        rows = [row for row in rows if row.folder.casefold() == options.folder.casefold()]
    if options.tag is not None:
        rows = [row for row in rows if options.tag.casefold() in map(str.casefold, row.tags)]
    if options.json:
        print_json([summary_object(row) for row in rows])
    else:
        _print_rows(rows)


async def _search(session: Session, options: argparse.Namespace) -> None:
    query = _asked(options)
    rows = {row.id: row for row in await session.library.summaries()}
    by_title = await session.library.summaries(query)
    found: dict[str, list[dict[str, Any]]] = {row.id: [] for row in by_title}
    for hit in await session.library.search(query, limit=options.limit, titles=False):
        place = {"message": hit.message, "created": time_to_json(hit.created), "snippet": hit.snippet}
        found.setdefault(hit.conversation, []).append(place)
    if options.json:
        print_json([{**summary_object(rows[one]), "hits": hits} for one, hits in found.items() if one in rows])
        return
    for one, hits in found.items():
        if one in rows:
            print(f"{one}  {shortened(rows[one].title, 60)}")
            for place in hits:
                print(f"    {shortened(place['snippet'], 100)}")


def _asked(options: argparse.Namespace) -> str:
    """The query with the options written as its conditions. Raises UsageError for one that cannot be."""
    asked = [condition(name, given) for name, *_ in CONDITIONS if (given := getattr(options, name)) is not None]
    for one in asked:
        if parse(one).words:
            raise UsageError(
                f"“{one}” is no condition of a search.", advice="See `chatgui conversations search --help`."
            )
    asked += ["has:code"] if options.has_code else []
    asked += ["match:words"] if options.whole_words else []
    return " ".join([*asked, options.query])


async def _show(session: Session, options: argparse.Namespace) -> None:
    entry = await session.archive.entry(options.id)
    if options.json:
        summary = await session.library.summary(options.id)
        print_json(conversation_object(summary, entry))
        return
    from chatgui.exchange.exporters import by_name
    from chatgui.exchange.exporters.base import Options

    content = by_name("text").export_entry(entry, Options(reasoning=False))
    print(visible(content.decode("utf-8", "replace")), end="")


async def _delete(session: Session, options: argparse.Namespace) -> None:
    ids = list(dict.fromkeys(options.id))
    for one in ids:
        await session.library.summary(one)  # all must be there before any goes
    if options.purge:
        await session.library.purge(ids)
        await session.library.forgotten()
    else:
        await session.library.delete(ids)
    if options.json:
        print_json({"deleted": ids})


def summary_object(row: Summary) -> dict[str, Any]:
    """A conversation in a list, as the JSON output shows it."""
    return {
        "id": row.id,
        "title": row.title,
        "created": time_to_json(row.created),
        "updated": time_to_json(row.updated),
        "account": row.account,
        "model": row.model,
        "messages": row.messages,
        "state": row.state,
        "pinned": row.pinned,
        "archived": row.archived,
        "folder": row.folder,
        "tags": list(row.tags),
    }


def conversation_object(row: Summary, entry: Entry) -> dict[str, Any]:
    """A conversation with the messages of its shown branch."""
    conversation = entry.conversation
    return {
        **summary_object(row),
        "system": conversation.system,
        "params": dict(conversation.params),
        "messages": [message_to_json(message) for message in conversation.branch()],
    }


def _print_rows(rows: list[Summary]) -> None:
    table = ((row.id, f"{row.updated.astimezone():%Y-%m-%d %H:%M}", str(row.messages), row.state, row.account,
              shortened(row.title, 60), shortened(_place(row), 30)) for row in rows)  # fmt: skip
    print_table(("ID", "CHANGED", "MESSAGES", "STATE", "ACCOUNT", "TITLE", "FOLDER AND TAGS"), table)


def _place(row: Summary) -> str:
    return " ".join([*([row.folder] if row.folder else ()), *(f"#{tag}" for tag in row.tags)])
