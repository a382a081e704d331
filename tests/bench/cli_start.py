"""How fast the command line starts, beside what Python needs to import httpx and sqlite3: `python tests/bench/cli_start.py`.

The promise is 1.5 times that. CPU seconds of the child, best of several: other work on the machine does not count.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 9
LIMIT = 1.5
FLOOR = [sys.executable, "-c", "import httpx, sqlite3"]


def cost(command: list[str], env: dict[str, str]) -> float:
    """CPU milliseconds of a run, the least of several."""
    best = float("inf")
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best * 1000


def main() -> int:
    """Measure and print; 1 if a promise is broken."""
    root = Path(__file__).resolve().parent.parent.parent
    broken = 0
    with tempfile.TemporaryDirectory() as profile:
        env = {**os.environ, "CHATGUI_PROFILE": profile, "PYTHONPATH": str(root)}
        floor = cost(FLOOR, env)
        print(f"{floor:7.0f} ms  import httpx, sqlite3")
        for words in ("--version", "--help", "conversations list", "accounts list", "usage"):
            spent = cost([sys.executable, "-m", "chatgui", *words.split()], env)
            broken += spent > LIMIT * floor
            print(f"{spent:7.0f} ms  chatgui {words}  ({spent / floor:.2f} ×)")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
