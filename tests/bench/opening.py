"""Opening a conversation in the whole program: until its end is painted, until all of it is there, and memory then.

    xvfb-run -a python -m tests.bench.opening [MESSAGES …]

Each size has a profile of its own, filled with texts of realistic length, and a process of its own that opens the window,
then the conversation. `end` and `whole` are milliseconds from the wish; `stall` is the longest the window's thread was away
in between; memory is resident in a quiet moment, before and after.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

SIZES = (1_000, 10_000, 100_000)
AIM_MS = 100
CALM_S = 2.5  # until memory that is free has gone back to the system
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = [
    "the",
    "moon",
    "pulls",
    "at",
    "the",
    "water",
    "and",
    "two",
    "bulges",
    "follow",
    "it",
    "around",
    "while",
    "ships",
    "wait",
    "in",
    "the",
    "harbour",
    "for",
    "the",
    "flood",
]


def fill(place: Path, count: int) -> None:
    """A library with one conversation of so many messages, and one of two."""
    from chatgui.core.conversation import Conversation
    from chatgui.core.message import Message, Role, Text
    from chatgui.store import conversations, search_index
    from chatgui.store.database import Database

    chance = random.Random(count)

    def made(name: str, messages: int) -> Conversation:
        one = Conversation(name, name, BEGAN, BEGAN)
        for at in range(messages):
            said = " ".join(chance.choices(WORDS, k=chance.randint(5, 40) * (5 if at % 2 else 1)))
            parent = f"{name}{at - 1}" if at else None
            role = Role.ASSISTANT if at % 2 else Role.USER
            one.add(Message(f"{name}{at}", role, (Text(said),), BEGAN + timedelta(minutes=at), parent))
        one.tip = f"{name}{messages - 1}"
        return one

    async def write() -> None:
        database = Database(place / "chatgui.db")
        await database.open()
        for one in (made("long", count), made("short", 2)):
            await database.write(conversations.create, one)
        while await database.write(search_index.work):
            pass
        await database.close()

    place.mkdir(parents=True, exist_ok=True)
    asyncio.run(write())


async def watch(place: Path) -> None:
    """Open the window and the conversation, and print what it took."""
    import psutil
    from PySide6.QtWidgets import QApplication

    from chatgui.chat.session import open_session
    from chatgui.ui.garbage import Collector
    from chatgui.ui.theme import Theme
    from chatgui.ui.window import Window

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    window = Window(Theme(app))
    window.resize(1180, 760)
    window.show()
    session = await open_session(place)
    await window.bind(session)
    await window.conversation_bound.open("short")
    view, process = window.stage.view, psutil.Process()
    opening: asyncio.Task[None] | None = None
    collector = Collector(lambda: opening is not None and not opening.done())
    collector.settle()
    await asyncio.sleep(CALM_S)
    before, stall, beat = process.memory_info().rss / 1e6, 0.0, time.perf_counter()
    began = time.perf_counter()
    opening = asyncio.create_task(window.conversation_bound.open("long"))
    end = 0.0
    while not opening.done():
        await asyncio.sleep(0.002)  # the reading thread needs the interpreter, too
        now = time.perf_counter()
        stall, beat = max(stall, now - beat), now
        if not end and view.messages and view.messages[-1].id.startswith("long"):
            view.viewport().repaint()
            end = time.perf_counter() - began
    await opening
    view.viewport().repaint()
    whole = time.perf_counter() - began
    await asyncio.sleep(CALM_S)
    after = process.memory_info().rss / 1e6
    told = {"end": (end or whole) * 1e3, "whole": whole * 1e3, "stall": stall * 1e3, "before": before, "after": after}
    print(json.dumps(told))
    collector.end()
    await window.unbind()
    await session.close()
    window.close_for_good()


def main() -> None:
    """Each size in a process of its own."""
    if len(sys.argv) == 3 and sys.argv[1] == "--watch":
        from PySide6.QtWidgets import QApplication
        from qasync import QEventLoop

        app = QApplication(["chatgui"])
        app.setQuitOnLastWindowClosed(False)
        with QEventLoop(app) as loop:
            loop.run_until_complete(watch(Path(sys.argv[2])))
        return
    sizes = [int(one) for one in sys.argv[1:]] or SIZES
    print(f"python -m tests.bench.opening   (aim: the end in {AIM_MS} ms; under 120 MB)")
    print(f"{'messages':>10} {'end ms':>8} {'whole ms':>9} {'stall ms':>9} {'MB before':>10} {'after':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            place = Path(folder) / str(size)
            fill(place, size)
            told = json.loads(
                subprocess.run(
                    [sys.executable, "-m", "tests.bench.opening", "--watch", place],
                    capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": os.getcwd()},
                ).stdout.strip().split("\n")[-1]
            )  # fmt: skip
            print(
                f"{size:>10,} {told['end']:>8.0f} {told['whole']:>9.0f} {told['stall']:>9.0f}"
                f" {told['before']:>10.0f} {told['after']:>7.0f}"
            )


if __name__ == "__main__":
    main()
