"""Garbage is collected on the window's thread only.

Python collects cycles on whatever thread happens to allocate. A cycle that holds a widget, a timer or a document would then
be destroyed beside the thread Qt works on, which crashes. So the automatic collection is off, and this one runs instead,
by the same thresholds, between events.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000
FULL_S = 60.0  # at least, between two looks at everything: they take long enough to be seen while something moves
OLDEST = 2  # generation


class Collector(QObject):
    """Lives as long as the program. What the start has made is left out of every later look.

    `busy` tells whether something moves in the window at this moment; everything is looked at only when nothing does.
    """

    def __init__(self, busy: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._busy = busy
        self._full = time.monotonic()
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

    def end(self) -> None:
        """Give the work back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
