"""Reading files of this and other programs, in a child process that a hostile file may kill without harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from chatgui.core.errors import StoreError, StoreState, UsageError
from chatgui.exchange.codec import Entry, entry_from_json
from chatgui.exchange.values import Skip, Unreadable, object_of, text_of

_MOST_SKIPS = 1_000  # told one by one; a file may hold millions of things that are no messages


@dataclass(slots=True)
class Reading:
    """What a file holds: conversations, what was skipped and why, what else is worth knowing. `format` is for people."""

    format: str = ""
    entries: list[Entry] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(path: Path, cancelled: Callable[[], bool] = lambda: False) -> Reading:
    """Read a file; blocking, so call it in a thread. Raises UsageError for no file, StoreError for one without sense.

    `cancelled` is asked after each conversation; True ends the reading, and nothing of it remains.
    """
    if not path.exists():
        raise UsageError(f"There is no file “{path}”.", advice="Check the name.")
    reading, error = Reading(), None
    # Its own session: Ctrl+C at the terminal is ours to handle.
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module; the path is data to it
        [sys.executable, "-m", "chatgui.exchange.importers.child", str(path.absolute())],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment(),
        start_new_session=True,
    )  # fmt: skip
    stdout = cast("IO[bytes]", child.stdout)  # there is one: it was asked for
    finished = False
    try:
        for line in stdout:
            if cancelled():
                return Reading()
            told = json.loads(line)
            finished = finished or "done" in told
            error = told.get("error", error)
            _take(reading, told)
    except ValueError:
        finished = False  # it was ended in the middle of a line
    finally:
        child.kill()
        child.wait()
        stdout.close()
    if error is None and not finished:
        error = "it takes more memory or time than an import may take"
    if error is None and not reading.entries:
        error = reading.skips[0].why if len(reading.skips) == 1 else "there is no conversation in a known format in it"
    if error is not None:
        raise StoreError(
            StoreState.FAILED,
            f"“{path.name}” was not imported: {text_of(error)}.",
            advice="Nothing was changed. Check that it is an export of a chat program.",
        )
    return reading


def _environment() -> dict[str, str]:
    """Ours, so that the child finds this very package, and no module from the directory it is started in."""
    package = Path(__file__).resolve().parent.parent.parent
    paths = [str(package), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}


def _take(reading: Reading, told: dict[str, Any]) -> None:
    """Take in one line of the child's. It is trusted no more than the file it read."""
    if "entry" in told:
        try:
            entry, skips = entry_from_json(told["entry"])
        except Unreadable as error:
            reading.skips.append(Skip("a conversation", str(error)))
            return
        reading.entries.append(entry)
        reading.skips.extend(skips)
    elif "skip" in told:
        if len(reading.skips) < _MOST_SKIPS:
            skip = object_of(told["skip"])
            reading.skips.append(Skip(text_of(skip.get("what")), text_of(skip.get("why"))))
    elif "note" in told:
        reading.notes.append(text_of(told["note"]))
    elif "format" in told:
        reading.format = ", ".join(filter(None, (reading.format, text_of(told["format"]))))
