"""`chatgui ask`: one question, its answer streamed to standard output."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from chatgui.chat.asking import parts_of
from chatgui.chat.attachments import read
from chatgui.cli.asking import doubt_of, unsaved_turn
from chatgui.cli.console import as_text, one_line, print_json
from chatgui.cli.running import OK, Wrong, opened
from chatgui.cli.voices import Follower, JsonLines, Plain, Voice
from chatgui.core.account import Account, KeySource
from chatgui.core.errors import UsageError
from chatgui.core.ids import new_id
from chatgui.core.params import refusals

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.chat.turn import Turn
    from chatgui.core.conversation import Conversation

_RESERVED = ("model", "messages", "stream")


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of `ask`."""
    parser.add_argument("prompt", metavar="PROMPT", type=as_text, help="what to ask; “-” reads it from standard input")
    parser.add_argument("--account", metavar="NAME", help="the account to ask (default: the one of new conversations)")
    parser.add_argument(
        "--assistant", metavar="NAME", help="ask as this assistant does; the options beside it come first"
    )
    parser.add_argument("--model", metavar="M", type=as_text, help="the model to ask")
    parser.add_argument("--system", metavar="S", type=as_text, help="the system prompt")
    parser.add_argument("--conversation", metavar="ID", help="go on with this conversation")
    parser.add_argument(
        "--param", action="append", default=[], type=_param, metavar="K=V",
        help="a parameter under the protocol's name; V is JSON, else text",
    )  # fmt: skip
    parser.add_argument(
        "--attach", action="append", default=[], type=Path, metavar="FILE",
        help="send a file with the prompt: an image, a text or a PDF; may be given several times",
    )  # fmt: skip
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a line, as it happens")
    parser.add_argument("--dry-run", action="store_true", help="print the request as JSON instead of sending it")
    parser.add_argument("--no-save", action="store_true", help="keep nothing of this in the library")
    parser.add_argument(
        "--reasoning", action=argparse.BooleanOptionalAction, default=None,
        help="print the reasoning too (default: dimmed on a terminal, else not)",
    )  # fmt: skip
    group = parser.add_argument_group("without an account")
    group.add_argument("--base-url", metavar="URL", help="the address of the API")
    group.add_argument("--key-env", metavar="VAR", help="the environment variable that holds the key")


def _param(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"“{text}” is not of the form k=v")
    if name in _RESERVED:
        raise argparse.ArgumentTypeError(f"“{name}” is set by the program itself")
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        return name, value


async def run(options: argparse.Namespace) -> int:
    """Ask, and tell the answer as it comes."""
    if options.base_url and (options.account or not options.model):
        raise Wrong("--base-url is used without --account and with --model.")
    if options.key_env and not options.base_url:
        raise Wrong("--key-env belongs to --base-url; an account knows where its key is.")
    prompt = await asyncio.to_thread(_prompt, options.prompt, bool(options.attach))
    loose = [await read(path) for path in options.attach]
    attachments, contents = [one.attachment() for one in loose], {}
    async with opened(options) as session:
        conversation = await _prepared(session, options)
        if options.no_save or options.dry_run:
            contents = {part.sha256: one.content for part, one in zip(attachments, loose, strict=True)}
        if options.dry_run:
            print_json(await session.preview(conversation.id, prompt, attachments, contents))
            return OK
        if doubt := doubt_of(session, conversation, attachments):
            print(one_line(f"chatgui: {doubt}"), file=sys.stderr)
        if options.no_save:
            turn = await unsaved_turn(session, conversation, parts_of(prompt, attachments), contents)
        else:
            for one in loose:
                await session.attachments.keep(one)
            # Nothing else runs here: it never waits behind another answer.
            turn = cast("Turn", await session.send(conversation.id, prompt, attachments))
        voice: Voice = JsonLines() if options.jsonl else Plain(options.reasoning)
        follower = Follower(turn, voice)
        with _stopping(turn.stop):
            return await follower.follow()


def _prompt(argument: str, may_be_empty: bool) -> str:
    text = argument
    if argument == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    if not text.strip() and not may_be_empty:
        raise Wrong("There is nothing to ask.", advice="Give a prompt, or “-” and the prompt on standard input.")
    return text


async def _prepared(session: Session, options: argparse.Namespace) -> Conversation:
    """The conversation to speak in, with what the options say about it."""
    if options.conversation:
        conversation = await session.conversation(options.conversation)
    else:
        conversation = await session.new_conversation()
    values = _wanted(session, conversation, options)
    if options.no_save or options.dry_run:  # nothing may reach the database: only what is in memory is changed
        for name, value in values.items():
            setattr(conversation, name, value)
    elif values:
        await session.set_fields(conversation.id, **values)
    return conversation


def _wanted(session: Session, conversation: Conversation, options: argparse.Namespace) -> dict[str, Any]:
    """What the options say a conversation is to be, by the names of its fields."""
    values: dict[str, Any] = {}
    if options.assistant:
        values, words = session.assistants.fields(session.assistants.by_name(options.assistant))
        if words:
            print(one_line(f"chatgui: {words}"), file=sys.stderr)
    if options.base_url:
        account = _stranger(options)
        session.accounts.lend(account)
        values |= {"account": account.id, "model": account.default_model}
    elif options.account:
        account = session.accounts.by_name(options.account)
        values |= {"account": account.id, "model": account.default_model}
    if options.model:
        session.accounts.by_id(values.get("account", conversation.account))  # one that is gone has no models
        values["model"] = options.model.strip()
    if options.system is not None:
        values["system"] = options.system
    if options.param:
        params = {**values.get("params", conversation.params), **dict(options.param)}
        if words := refusals(params):
            raise UsageError(words)
        values["params"] = params
    return values


def _stranger(options: argparse.Namespace) -> Account:
    """The account that --base-url describes: used once, kept nowhere."""
    from chatgui.chat.setup import mend

    mended = mend(options.base_url)
    if not mended.url:
        raise Wrong(mended.words)
    source = KeySource.ENVIRONMENT if options.key_env else KeySource.NONE
    return Account(
        new_id(), mended.url.split("://", 1)[-1].split("/", 1)[0], mended.url,
        key_source=source, key_env=options.key_env or "", default_model=options.model,
    )  # fmt: skip


@contextlib.contextmanager
def _stopping(stop: Any) -> Any:
    """Ctrl+C stops the answer instead of the program, which then tells and keeps what has come."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears of signals
        return
    loop = asyncio.get_running_loop()
    try:
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop)
    except NotImplementedError:  # Windows
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(stop))
        yield
        return
    try:
        yield
    finally:
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(name)
