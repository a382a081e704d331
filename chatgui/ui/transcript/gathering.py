"""Copying very much: its text is gathered a little at a time, and put on the clipboard when all of it is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from chatgui.ui.transcript import copying
from chatgui.ui.transcript.selection import Selection

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView

SLICE_S = 0.006  # so long it may take before the window has its turn


class Gathering(QObject):
    """What is selected at this moment, whatever is shown or selected until it is gathered."""

    def __init__(self, view: TranscriptView, selection: Selection) -> None:
        super().__init__(view)
        self._words = copying.words(view.page, selection)
        self._gathered: list[str] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._gather)
        self._timer.start()

    def _gather(self) -> None:
        until = time.perf_counter() + SLICE_S
        for text in self._words:
            self._gathered.append(text)
            if time.perf_counter() > until:
                return
        copying.put(copying.plain("".join(self._gathered)))
        self.end()

    def end(self) -> None:
        """Gather no more."""
        self._timer.stop()
        self.deleteLater()
