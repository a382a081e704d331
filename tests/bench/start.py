"""Cold start: from the process to the painted window, and memory then, beside a bare PySide6 window as the floor.

    python tests/bench/start.py [RUNS]

Wall time is from the fork to the first paint event; CPU is the process's own until then; memory is resident. `open` is the
moment when the library is shown and one can write. Times of a busy machine swing; trust the ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

TELL = """
import json, os, time, psutil
def tell(what):
    one = psutil.Process()
    print(json.dumps({"what": what, "at": time.time(), "cpu": time.process_time(), "rss": one.memory_info().rss / 1e6}), flush=True)
"""

FLOOR = (
    TELL
    + """
from PySide6.QtWidgets import QApplication, QMainWindow, QLabel
from PySide6.QtCore import QEvent
class Window(QMainWindow):
    seen = False
    def event(self, event):
        done = super().event(event)
        if not self.seen and event.type() == QEvent.Type.Paint:
            self.seen = True
            tell("painted")
            QApplication.quit()
        return done
app = QApplication([])
window = Window()
window.setCentralWidget(QLabel("floor"))
window.resize(1180, 780)
window.show()
app.exec()
"""
)

OURS = (
    TELL
    + """
import sys
from pathlib import Path
from chatgui import app
opened = app.Program._open
async def watch(self):
    tell("painted")
    await opened(self)
    tell("open")
    self.quit()
app.Program._open = watch
sys.exit(app.main(Path(sys.argv[1])))
"""
)


def run(code: str, profile: str) -> dict[str, dict[str, float]]:
    """What one process told, by name; times in seconds from its start."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code, profile], env=env, capture_output=True, text=True, timeout=60, check=True
    )
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {one["what"]: {"wall": one["at"] - began, "cpu": one["cpu"], "rss": one["rss"]} for one in told}


def medians(code: str, runs: int, profile: str) -> dict[str, dict[str, float]]:
    """The median of each number over some runs, after one that warms the disk's cache."""
    run(code, profile)
    all_runs = [run(code, profile) for _ in range(runs)]
    return {
        what: {unit: statistics.median(one[what][unit] for one in all_runs) for unit in all_runs[0][what]}
        for what in all_runs[0]
    }


def main(runs: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as profile:
        floor = medians(FLOOR, runs, profile)["painted"]
        ours = medians(OURS, runs, profile)
    print(f"{'':24}{'wall ms':>9}{'CPU ms':>9}{'RSS MB':>9}")
    for name, row in (
        ("bare PySide6 window", floor),
        ("chatgui, painted", ours["painted"]),
        ("chatgui, open", ours["open"]),
    ):
        print(f"{name:24}{row['wall'] * 1000:9.0f}{row['cpu'] * 1000:9.0f}{row['rss']:9.1f}")
    ratio = {unit: ours["painted"][unit] / floor[unit] for unit in floor}
    print(f"{'painted / floor':24}{ratio['wall']:9.2f}{ratio['cpu']:9.2f}{ratio['rss']:9.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
