"""How every command runs: in one event loop, over one session, with one way to say what went wrong."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

from chatgui.cli.console import one_line, print_json
from chatgui.core.errors import ChatError, Failure, Kind, UsageError

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.wire.client import Client

log = logging.getLogger(__name__)

OK, REFUSED, WRONG_USE, LOCAL, INTERRUPTED = 0, 1, 2, 3, 130

_NEXT: dict[Kind, str] = {
    Kind.AUTHENTICATION: "Check the account's key: “chatgui accounts edit NAME --key-stdin”.",
    Kind.PERMISSION: "Check what this key may do, or choose another model.",
    Kind.RATE_LIMITED: "Wait a moment and try again.",
    Kind.QUOTA: "Add credit with the provider or use another account.",
    Kind.CONTEXT_TOO_LONG: "Begin a new conversation or shorten this one.",
    Kind.CONTENT_REFUSED: "Say it differently.",
    Kind.INVALID_REQUEST: "Check the model's name and the parameters.",
    Kind.NOT_FOUND: "Check the model's name and the base URL: “chatgui models NAME” lists what there is.",
    Kind.UNAVAILABLE: "Try again later.",
    Kind.NOT_REACHED: "Check the base URL and the network: “chatgui accounts test NAME” tells more.",
    Kind.TIMED_OUT: "Try again, or check the network.",
    Kind.TLS: "Check the server's certificate and the account's network options.",
    Kind.INTERRUPTED: "Ask again; what had come is kept.",
    Kind.PROTOCOL: "Check that the base URL is that of an OpenAI-compatible API.",
    Kind.VAULT: "Unlock the keyring, or give the key by an environment variable: --key-env.",
    Kind.STORE: "“chatgui doctor” tells more.",
}


def status_of(kind: Kind) -> int:
    """The exit status that stands for a kind of failure."""
    if kind in (Kind.VAULT, Kind.STORE):
        return LOCAL
    return INTERRUPTED if kind is Kind.CANCELLED else REFUSED


def error_object(failure: Failure, *, partial: bool = False) -> dict[str, object]:
    """A failure as the JSON output shows it."""
    return {
        "kind": failure.kind.value,
        "message": failure.message,
        "status": failure.status,
        "code": failure.code,
        "retryable": failure.retryable,
        "partial": partial,
    }


def complain(tried: str, failure: Failure, advice: str = "") -> None:
    """One sentence to standard error: what was tried, what went wrong, what to do."""
    print(
        one_line(f"chatgui: {tried}: {failure.sentence} {advice or failure.advice or _NEXT.get(failure.kind, '')}"),
        file=sys.stderr,
    )


class LaterClient:
    """Stands in for the client until something is said to it: most commands never speak to a provider."""

    def __init__(self) -> None:
        self._made: Client | None = None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            from chatgui.wire.client import Client

            self._made = Client()
        return getattr(self._made, name)

    async def aclose(self) -> None:
        """Close the client, if there ever was one."""
        if self._made is not None:
            await self._made.aclose()


class Wrong(UsageError):
    """The command was used wrongly, in a way its parser cannot see."""


@contextlib.asynccontextmanager
async def opened(options: argparse.Namespace, *, quiet: bool = False) -> AsyncIterator[Session]:
    """The session of the chosen profile, closed afterwards whatever happens. What opening had to mend is told, unless `quiet`."""
    from chatgui.chat.session import open_session

    session = await open_session(options.profile, client=cast("Client", LaterClient()))
    if session.ledger.rescued and not quiet:
        print(one_line(f"chatgui: {session.ledger.rescued}"), file=sys.stderr)
    try:
        yield session
    finally:
        await session.close()


def carry_out(name: str, run: Callable[[argparse.Namespace], Awaitable[int]], options: argparse.Namespace) -> int:
    """Run a command to its end; the exit status. Every known failure becomes one sentence."""
    logging.basicConfig(
        level=options.log_level.upper(), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )

    async def command() -> int:
        return await run(options)

    try:
        status = asyncio.run(command())
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads: nothing to say, now or at exit
        return LOCAL
    except ChatError as error:
        return _fail(name, error, options)
    except Exception as error:
        log.debug("a fault of this program", exc_info=error)
        words = "Run it with --log-level debug before the command to see where, and tell its makers."
        print(f"chatgui: “chatgui {name}” met a fault of its own ({type(error).__name__}). {words}", file=sys.stderr)
        return LOCAL
    return status


def _fail(name: str, error: ChatError, options: argparse.Namespace) -> int:
    wrong = isinstance(error, UsageError)
    advice = error.advice or (f"“chatgui {name} --help” tells how." if wrong else "")
    complain(f"“chatgui {name}”", error.failure, advice)
    if getattr(options, "jsonl", False):
        print_json({"type": "error", **error_object(error.failure)}, lines=True)
    elif getattr(options, "json", False):
        print_json({"error": error_object(error.failure)})
    return WRONG_USE if wrong else status_of(error.kind)
