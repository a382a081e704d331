"""`python -m chatgui.demo`: the demo server as a process of its own.

Prints `ready http://127.0.0.1:PORT/v1` and serves until its standard input ends, so it never outlives the program that
started it, not even one that was killed. `--list` prints the models with a sentence each.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import suppress

from chatgui.demo.personalities import PERSONALITIES
from chatgui.demo.server import serve

_USAGE = "usage: python -m chatgui.demo [--list]\n"


def main(arguments: list[str]) -> int:
    """Run the command; the exit status."""
    match arguments:
        case []:
            with suppress(KeyboardInterrupt):
                asyncio.run(_serve())
        case ["--list"]:
            sys.stdout.write("".join(f"{one.name:12} {one.sentence}\n" for one in PERSONALITIES))
        case ["--help" | "-h"]:
            sys.stdout.write(_USAGE)
        case _:
            sys.stderr.write(_USAGE)
            return 2
    return 0


async def _serve() -> None:
    async with serve() as server:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        # A thread, because a pipe cannot be awaited on every system; it dies with the process.
        threading.Thread(target=_await_end_of_input, args=(loop, ended), daemon=True).start()
        sys.stdout.write(f"ready {server.url}\n")
        sys.stdout.flush()
        await ended.wait()


def _await_end_of_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    with suppress(RuntimeError):  # the loop is closed already
        loop.call_soon_threadsafe(ended.set)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
