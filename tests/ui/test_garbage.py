"""Memory that is free goes back to the system, in a quiet moment."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys

import pytest

from chatgui.ui.garbage import GROWN

glibc = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc gives back so"
)
# In a process of its own: nobody else's memory comes and goes there.
CHILD = """
import json, threading
from PySide6.QtCore import QCoreApplication
from chatgui.ui.garbage import Collector, resident

def look():
    collector.look()
    for thread in threading.enumerate():
        if thread.name == "memory":
            thread.join()
    return resident()

app, busy = QCoreApplication([]), True
collector = Collector(lambda: busy)
before = look()
blocks = [bytes(2_000) for _ in range(20_000)]
held = resident()
pins = blocks[::20]
del blocks  # nineteen of twenty are free, and the allocator keeps them
moving = look()
busy = False
print(json.dumps([before, held, moving, look(), len(pins)]))
"""


@glibc
def test_what_is_free_between_what_is_used_is_given_back_once_nothing_moves() -> None:
    told = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True, timeout=60)
    before, held, moving, quiet, _ = json.loads(told.stdout)
    assert held - before > 6 * GROWN
    assert moving > held - GROWN
    assert quiet < before + 3 * GROWN
