"""`chatgui export`: conversations into files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chatgui.cli.running import OK, Wrong, opened
from chatgui.core.figures import counted
from chatgui.exchange.exporters import FORMATS, by_name
from chatgui.exchange.exporters.base import Options
from chatgui.exchange.rendering import at_work


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of `export`."""
    parser.add_argument("ids", metavar="ID", nargs="*", help="the conversations")
    parser.add_argument("--all", action="store_true", help="every conversation")
    parser.add_argument("--format", required=True, choices=[one.name for one in FORMATS])
    parser.add_argument(
        "-o", "--output", required=True, type=Path, metavar="PATH",
        help="the file; a folder for several, unless PATH ends like a file of the format; “-” for standard output",
    )  # fmt: skip
    for name, default, words in (
        ("reasoning", True, "the models' reasoning"),
        ("usage", True, "token counts and times"),
        ("system", True, "system prompts"),
        ("timestamps", True, "when things were said"),
        ("branches", False, "the alternatives to the shown branch (JSON has them always)"),
        ("front-matter", False, "a YAML head (Markdown)"),
    ):
        parser.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, default=default, help=words)


async def run(options: argparse.Namespace) -> int:
    """Write the chosen conversations."""
    from chatgui.exchange.exporting import export

    if bool(options.ids) == options.all:
        raise Wrong("Name the conversations to export, or give --all.")
    exporter = by_name(options.format)
    wanted = Options(
        options.reasoning, options.usage, options.system, options.timestamps, options.branches, options.front_matter
    )
    async with opened(options) as session:
        rows = await session.library.summaries()
        ids = [row.id for row in reversed(rows)] if options.all else list(dict.fromkeys(options.ids))
        if str(options.output) == "-":
            with at_work():
                document = exporter.open("Conversations", wanted)
                for one in ids:
                    sys.stdout.buffer.write(document.add(await session.archive.entry(one)))
                sys.stdout.buffer.write(document.end())
            sys.stdout.buffer.flush()
            return OK
        for one in ids:
            await session.library.summary(one)  # all must be there before anything is written
        path = await export(ids, session.archive.entry, exporter, options.output, wanted, progress=_progress)
    print(f"{counted(len(ids), 'conversation')} written to {path}")
    return OK


def _progress(done: int, total: int) -> None:
    if total > 1 and sys.stderr.isatty():
        print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
