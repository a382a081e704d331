"""Words that only eyes would notice, said to assistive technology: how many were found, which row the arrows went to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

SETTLE_MS = 200  # while words change faster than this, only the last are said


_told: list[Callable[[QWidget, str], object]] = []


def announce(about: QWidget, words: str) -> None:
    """Say this now, without touching the focus."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(about, words))
    for tell in _told:
        tell(about, words)


def also(tell: Callable[[QWidget, str], object]) -> Callable[[], None]:
    """From now on `tell` is told of all that is announced; what is returned ends that."""
    _told.append(tell)
    return lambda: _told.remove(tell)


class Spoken(QTimer):
    """Says the last of several words, once, a moment after they changed."""

    def __init__(self, about: QWidget) -> None:
        super().__init__(about, singleShot=True, interval=SETTLE_MS)
        self._words = ""
        self.timeout.connect(lambda: announce(about, self._words))

    def say(self, words: str) -> None:
        """Say this soon, if anybody listens and it was not said just before; nothing forgets what was."""
        if words == self._words or not QAccessible.isActive():
            return
        self._words = words
        self.start() if words else self.stop()
