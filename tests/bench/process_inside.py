"""What `process.py` runs in the measured process: the program as it is, and as little as possible beside it.

    python -m tests.bench.process_inside PROFILE PORT ANSWERS

Nothing is imported before the program, for it may load later, or never, what a benchmark would load for it.
"""

from __future__ import annotations

import sys

from chatgui import app  # isort: skip  # first

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from chatgui.core.account import Account, KeySource
from chatgui.core.ids import new_id

LONG, LONG_ID = 100_000, f"{0:024x}"  # messages of the conversation `store_library` makes first
SETTLED_S = 3.0  # so long the open window is left alone before it counts as idle


def held() -> dict[str, float]:
    """Resident megabytes: all; with what is shared told by halves, thirds …; and what is no file's."""
    lines = (line.split() for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    sizes = {name: int(size) * 1024 / 1e6 for name, size, *_ in lines}
    return {"rss": sizes["Rss:"], "pss": sizes["Pss:"], "private": sizes["Anonymous:"]}


def tell(what: str, deltas: int = 0) -> None:
    """A line for `process.py`."""
    print(json.dumps({"what": what, "cpu": time.process_time(), **held(), "deltas": deltas}), flush=True)


def program(profile: Path, port: int, answers: int) -> int:
    """The program as it is; once its window is open it asks so often, tells what it cost, and quits."""
    opened = app.Program._open

    async def ask(self: app.Program) -> None:
        await opened(self)
        session, shown = self._session, self.window.conversation_bound
        assert session is not None
        if answers:
            account = Account(
                new_id(), "T", f"http://127.0.0.1:{port}/v1", key_source=KeySource.NONE, default_model="m"
            )
            await session.accounts.add(account)
            await session.choose_model(shown.id, account.id, "m")
        else:
            await shown.open(LONG_ID)
            if len(shown.conversation.messages if shown.conversation else ()) != LONG:
                raise RuntimeError("the long conversation is not shown")
        self.window.tasks.start(measure(self, session, shown))

    async def measure(self: app.Program, session: Any, shown: Any) -> None:
        await asyncio.sleep(SETTLED_S)
        tell("idle")
        for _ in range(answers):
            await shown.send("Go on.")
            turn = session.turns[shown.id]
            await turn.wait()
            deltas = turn.reply.deltas
            del turn  # nobody else holds it any more
            tell("answered", deltas)
        if answers:
            await asyncio.sleep(SETTLED_S)
            tell("idle again")
        self.quit()

    app.Program._open = ask  # type: ignore[method-assign]
    return app.main(profile)


if __name__ == "__main__":
    sys.exit(program(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
