"""A large library out and in, through the command line: `python tests/bench/cli_library.py [CONVERSATIONS]`.

Wall and CPU seconds and peak memory of each run; the exports before and after must be the same bytes, and a run that is
killed in the middle must leave nothing.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chatgui.core.conversation import Conversation
from chatgui.core.ids import new_id
from chatgui.core.message import Message, Part, Reasoning, Role, Text
from chatgui.core.usage import Source, Usage
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters import Options, by_name

WORDS = (
    "moon",
    "tide",
    "water",
    "pull",
    "ebb",
    "gravity",
    "月",
    "潮汐",
    "café",
    "`code`",
    "**strong**",
    "😀",
    "the",
    "of",
)
MESSAGES = 10


def write_library(path: Path, size: int) -> None:
    """An archive of `size` conversations, about a kilobyte a message."""
    chance = random.Random(1)
    document = by_name("json").open("", Options())
    with path.open("wb") as file:
        for number in range(size):
            file.write(document.add(Entry(conversation(number, chance))))
        file.write(document.end())


def conversation(number: int, chance: random.Random) -> Conversation:
    """One of them."""
    begun = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    made = Conversation(new_id(), f"Tides {number}", begun, begun, model="moon-1")
    parent = None
    for count in range(MESSAGES):
        role = Role.ASSISTANT if count % 2 else Role.USER
        parts: tuple[Part, ...] = (Text(" ".join(chance.choices(WORDS, k=200))),)
        if role is Role.ASSISTANT:
            parts = (Reasoning(" ".join(chance.choices(WORDS, k=50))), *parts)
        usage = Usage(100, 200, 300, source=Source.REPORTED) if role is Role.ASSISTANT else Usage()
        message = Message(new_id(), role, parts, begun + timedelta(seconds=count), parent, model="moon-1", usage=usage)
        made.add(message)
        parent = made.tip = message.id
    return made


def run(profile: Path, *arguments: str) -> None:
    """Run the program and print what it took."""
    root = Path(__file__).resolve().parent.parent.parent
    env = {**os.environ, "CHATGUI_PROFILE": str(profile), "PYTHONPATH": str(root)}
    began = time.monotonic()
    child = subprocess.Popen([sys.executable, "-m", "chatgui", *arguments], env=env, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, arguments
    wall, cpu = time.monotonic() - began, used.ru_utime + used.ru_stime
    print(f"{wall:7.1f} s  {cpu:7.1f} s CPU  {used.ru_maxrss / 1024:6.0f} MB  chatgui {' '.join(arguments[:4])}")


def killed(profile: Path, archive: Path, after_s: float) -> None:
    """Kill an import in the middle and look what is left."""
    root = Path(__file__).resolve().parent.parent.parent
    env = {**os.environ, "CHATGUI_PROFILE": str(profile), "PYTHONPATH": str(root)}
    child = subprocess.Popen([sys.executable, "-m", "chatgui", "import", str(archive)], env=env)
    time.sleep(after_s)
    child.send_signal(signal.SIGKILL)
    child.wait()
    listed = subprocess.run(
        [sys.executable, "-m", "chatgui", "conversations", "list"], env=env, check=True, capture_output=True, text=True
    )
    print(f"killed after {after_s} s: {len(listed.stdout.splitlines()) - 1} conversations are left")


def main() -> int:
    """Measure and print."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_library(folder / "library.json", size)
        print(f"{size:,} conversations, {(folder / 'library.json').stat().st_size / 1e6:.0f} MB")
        for after_s in (1.0, 6.0):
            killed(folder / f"killed-{after_s}", folder / "library.json", after_s)
        run(folder / "profile", "import", str(folder / "library.json"))
        run(folder / "profile", "import", str(folder / "library.json"))
        run(folder / "profile", "export", "--all", "--format", "json", "-o", str(folder / "again.json"))
        run(folder / "profile", "export", "--all", "--format", "markdown", "-o", str(folder / "pages"))
        run(folder / "profile", "export", "--all", "--format", "html", "-o", str(folder / "all.html"))
        same = (folder / "library.json").read_bytes() == (folder / "again.json").read_bytes()
        print("the same bytes" if same else "NOT THE SAME BYTES")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main())
