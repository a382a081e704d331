"""The command line's front door: global options, the choice of a command, and what every command's failure looks like."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chatgui import __version__
from chatgui.core.message_link import is_meant


class Command(NamedTuple):
    """A sub-command: its module has `configure(parser)` and `async run(options) -> exit status`."""

    name: str
    module: str
    summary: str


COMMANDS: tuple[Command, ...] = (
    Command("ask", "chatgui.cli.ask", "ask a model and print its answer as it comes"),
    Command("accounts", "chatgui.cli.accounts", "list, add, edit, remove and test accounts"),
    Command("models", "chatgui.cli.models", "list the models of an account"),
    Command("conversations", "chatgui.cli.conversations", "list, search, show and delete conversations"),
    Command("export", "chatgui.cli.export", "write conversations into files"),
    Command("import", "chatgui.cli.importing", "read conversations from files"),
    Command("usage", "chatgui.cli.usage", "what was spent"),
    Command("doctor", "chatgui.cli.doctor", "examine this installation"),
)
LEVELS = ("debug", "info", "warning", "error", "critical")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Global options, `command` (None for the window) and its own arguments in `rest`; in `link` what the window is to show.

    Exits on --help and wrong use.
    """
    parser = argparse.ArgumentParser(
        prog="chatgui",
        description="A chat client for every OpenAI-compatible LLM API. Without a command it opens the window.\n"
        "A link to a message (chatgui://conversation/ID/message/ID) in its place opens the window there.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="commands:\n" + "\n".join(f"  {one.name:<15}{one.summary}" for one in COMMANDS)
        + "\n\n“chatgui COMMAND --help” tells more.",
    )  # fmt: skip
    parser.add_argument(
        "--profile", type=_profile, metavar="DIR", default=None,
        help="keep everything under DIR (default: CHATGUI_PROFILE, else the platform's data directory)",
    )  # fmt: skip
    parser.add_argument("--log-level", type=str.lower, choices=LEVELS, default="warning", metavar="LEVEL",
                        help=f"{', '.join(LEVELS)}; default warning")  # fmt: skip
    parser.add_argument("--version", action="store_true", help="versions of the program, Python, Qt and SQLite")
    parser.add_argument("command", nargs="?", metavar="COMMAND")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.link = ""
    if options.command and is_meant(options.command):
        options.command, options.link = None, options.command
        if options.rest:
            parser.error("nothing can follow a link")
    if options.command not in (None, *(one.name for one in COMMANDS)):
        parser.error(f"there is no command “{options.command}”; “chatgui --help” lists them")
    return options


def _profile(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("the profile's name is empty")
    return Path(text)


def run(options: argparse.Namespace) -> int:
    """Carry out the command that `parse` found; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to fail
    if options.version:
        return _tell_versions()
    command = next(one for one in COMMANDS if one.name == options.command)
    module = importlib.import_module(command.module)
    parser = argparse.ArgumentParser(
        prog=f"chatgui {command.name}", description=f"{command.summary[0].upper()}{command.summary[1:]}."
    )
    module.configure(parser)
    own = parser.parse_args(options.rest, argparse.Namespace(profile=options.profile, log_level=options.log_level))

    from chatgui.cli.running import carry_out

    return carry_out(command.name, module.run, own)


def _tell_versions() -> int:
    from importlib.metadata import PackageNotFoundError, version
    from platform import python_version

    from chatgui.store.version import sqlite_version

    try:
        qt = version("PySide6-Essentials")
    except PackageNotFoundError:
        qt = "not installed"
    print(f"chatgui {__version__}\nPython {python_version()}\nQt {qt}\nSQLite {sqlite_version()}")
    return 0
