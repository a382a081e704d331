"""Garbage is collected on the window's thread only.

Python collects cycles on whatever thread happens to allocate. A cycle that holds a widget, a timer or a document would then
be destroyed beside the thread Qt works on, which crashes. So the automatic collection is off, and this one runs instead,
by the same thresholds, between events. What is free for longer goes back to the system.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000
FULL_S = 60.0  # at least, between two looks at everything: they take long enough to be seen while something moves
OLDEST = 2  # generation
GROWN = 4 << 20  # bytes more than there were, until what is free is given back to the system
TIMES = 4  # looks at which it is, from then on: some of it is freed only when its threads find nothing to do


class Collector(QObject):
    """Lives as long as the program. What the start has made is left out of every later look.

    `busy` tells whether something moves in the window at this moment; everything is looked at only when nothing does.
    """

    def __init__(self, busy: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._busy = busy
        self._full = time.monotonic()
        self._least = resident()  # since memory was last given back
        self._left = 0  # looks at which it still is
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @staticmethod
    def settle() -> None:
        """The start is over: what lives now will stay, and need not be looked at again and again."""
        gc.collect()
        gc.freeze()

    def look(self) -> None:
        """Collect the generations that are due; the oldest only in a quiet moment."""
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = max((at for at, (count, limit) in enumerate(counts) if count > limit), default=-1)
        if due == OLDEST:
            now = time.monotonic()
            if self._busy() or now - self._full < FULL_S:
                due = OLDEST - 1
            else:
                self._full = now
        if due >= 0:
            gc.collect(due)
        self._give_back()

    def _give_back(self) -> None:
        """Give back what a long conversation or answer left free, in a quiet moment; beside the window, for it takes some frames."""
        now = resident()
        self._least = min(self._least, now)
        if now - self._least > GROWN:
            self._least, self._left = now, TIMES
        if self._left and not self._busy():
            self._left -= 1
            threading.Thread(target=give_back, name="memory", daemon=True).start()

    def end(self) -> None:
        """Give the work back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()


def resident() -> int:
    """Bytes of this process in memory; 0 where nobody says."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def give_back() -> None:
    """Let the allocator return its free pages: glibc keeps those between used ones for good."""
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
