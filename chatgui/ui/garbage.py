"""Garbage is collected on the window's thread only.

Python collects cycles on whatever thread happens to allocate. A cycle that holds a widget, a timer or a document would then
be destroyed beside the thread Qt works on, which crashes. So the automatic collection is off, and this one runs instead,
by the same thresholds, between events.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000


class Collector(QObject):
    """Lives as long as the program. What the start has made is left out of every later look."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
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
        """Collect the generations that are due."""
        due = [
            at
            for at, (count, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if count > limit
        ]
        if due:
            gc.collect(max(due))

    def end(self) -> None:
        """Give the work back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
