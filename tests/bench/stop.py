"""From the click on Stop to the closed socket as the server sees it, in each state: median and worst of many.

python -m tests.bench.stop [runs]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from chatgui.chat.session import Session, open_session
from chatgui.chat.turn import Phase
from tests.chat.conftest import add_account
from tests.chat.test_stop import HALF, THOUGHT, reached
from tests.support.scripted import HANG, head, scripted

STATES: dict[str, tuple[list[Any], Phase]] = {
    "answering": ([head(), *HALF, HANG], Phase.ANSWERING),
    "thinking": ([head(), *THOUGHT, HANG], Phase.THINKING),
    "silent after its headers": ([head(), HANG], Phase.WAITING),
    "silent before its headers": ([HANG], Phase.CONNECTING),
}


async def one_stop(session: Session, server: Any, phase: Phase, number: int) -> tuple[float, float]:
    """Seconds until the server saw it, and until the message was kept."""
    conversation = await session.new_conversation()
    turn = await session.send(conversation.id, "hi")
    assert turn is not None
    await server.asked(number)
    await reached(turn, phase)
    clicked = time.monotonic()
    session.stop(conversation.id)
    await turn.wait()
    kept = time.monotonic() - clicked
    return await server.gone(number) - clicked, kept


async def main(runs: int) -> None:
    """Print the table."""
    print(f"{'state':28}{'closed, ms: median':>20}{'worst':>8}{'kept, ms: median':>20}{'worst':>8}   ({runs} runs)")
    with tempfile.TemporaryDirectory() as folder:
        for name, (script, phase) in STATES.items():
            session = await open_session(Path(folder) / name)
            async with scripted(script) as server:
                await add_account(session, server.base_url)
                times = [await one_stop(session, server, phase, number + 1) for number in range(runs)]
            await session.close()
            closed, kept = ([one[column] * 1000 for one in times] for column in (0, 1))
            print(
                f"{name:28}{statistics.median(closed):20.1f}{max(closed):8.1f}"
                f"{statistics.median(kept):20.1f}{max(kept):8.1f}"
            )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
