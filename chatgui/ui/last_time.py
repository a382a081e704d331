"""What the program finds again at its next start, also after a crash: the window's state, and how the last starts went."""

from __future__ import annotations

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

TOO_OFTEN = 2  # starts in a row that ended by themselves: the next one is careful
STEADY_S = 60.0  # a start that lives so long went well


class LastTime:
    """Two small files in the profile: `window.ini` and, from a start until it went well, `starting`."""

    def __init__(self, folder: Path) -> None:
        self._state = folder / "window.ini"
        self._starting = folder / "starting"
        self._kept = ""

    def state(self) -> str:
        """What was kept last; empty if nothing was, or it cannot be read."""
        return _read(self._state)

    def keep(self, state: str) -> None:
        """Keep this, if it is not kept already. A power cut may lose it: that costs nothing but a place on the screen."""
        if state == self._kept:
            return
        new = self._state.with_suffix(".new")
        try:
            new.write_text(state, encoding="utf-8")
            os.replace(new, self._state)
        except OSError as error:
            log.warning("the window's place was not kept: %s", error.strerror)
        self._kept = state  # where nothing can be written this is said once for each state

    def begin(self) -> bool:
        """A start: whether the ones before it ended by themselves so often that care is needed."""
        failed = _read(self._starting).strip()
        count = int(failed) if failed.isdecimal() else 0
        try:
            self._starting.write_text(f"{count + 1}\n", encoding="utf-8")
        except OSError:
            return False  # a profile that can only be read
        return count >= TOO_OFTEN

    def went_well(self) -> None:
        """This start is no failed one: it lived long enough, or ended in order."""
        try:
            self._starting.unlink(missing_ok=True)
        except OSError as error:
            log.info("a start could not be noted: %s", error.strerror)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
