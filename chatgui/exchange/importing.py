"""Reading files of this and other programs, in a child process that a hostile file may kill without harm."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from chatgui.core.errors import StoreError, StoreState, UsageError
from chatgui.exchange.codec import Entry, entry_from_json
from chatgui.exchange.processes import environment
from chatgui.exchange.values import EPOCH, Skip, object_of, text_of, time_of
from chatgui.exchange.writing import trouble

_ENTRY = b'{"entry":'
_MOST_SKIPS = 1_000  # told one by one; a file may hold millions of things that are no messages


class _Outline(msgspec.Struct):
    """As much of a conversation's JSON as is shown of it."""

    id: str
    title: str
    updated: str
    messages: list[msgspec.Raw]


class _Line(msgspec.Struct):
    entry: _Outline


@dataclass(frozen=True, slots=True)
class Overview:
    """A conversation of a file in a few words. `messages` counts the whole tree."""

    id: str
    title: str
    updated: datetime
    messages: int


class Entries:
    """Conversations a file holds, kept outside memory and made when they are looked at: a library may be large."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this does, and nobody else sees it
        self._ends = [0]
        self.overviews: list[Overview] = []

    def append(self, line: bytes) -> None:
        """Add one, as JSON."""
        self._file.seek(self._ends[-1])
        self._file.write(line)
        self._ends.append(self._file.tell())
        seen = msgspec.json.decode(line, type=_Line).entry
        updated = time_of(seen.updated) or EPOCH
        self.overviews.append(Overview(seen.id, text_of(seen.title), updated, len(seen.messages)))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> Entry:
        if not 0 <= index < len(self):
            raise IndexError(index)
        self._file.seek(self._ends[index])
        told = json.loads(self._file.read(self._ends[index + 1] - self._ends[index]))
        return entry_from_json(told["entry"])[0]

    def chosen(self, indices: Sequence[int]) -> Iterator[Entry]:
        """Some of them."""
        return (self[index] for index in indices)

    def __iter__(self) -> Iterator[Entry]:
        return (self[index] for index in range(len(self)))

    def __del__(self) -> None:
        self._file.close()


@dataclass(slots=True)
class Reading:
    """What a file holds: conversations, what was skipped and why, what else is worth knowing. `format` is for people."""

    format: str = ""
    entries: Entries = field(default_factory=Entries, compare=False)
    skips: list[Skip] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(path: Path, cancelled: Callable[[], bool] = lambda: False) -> Reading:
    """Read a file; blocking, so call it in a thread. Raises UsageError for no file, StoreError for one without sense.

    `cancelled` is asked ten times a second, from another thread; True ends the reading, and nothing of it remains.
    """
    if not path.exists():
        raise UsageError(f"There is no file “{path}”.", advice="Check the name.")
    reading, error = Reading(), None
    # Its own session: Ctrl+C at the terminal is ours to handle.
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module; the path is data to it
        [sys.executable, "-m", "chatgui.exchange.importers.child", str(path.absolute())],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(),
        start_new_session=True,
    )  # fmt: skip
    stdout = cast("IO[bytes]", child.stdout)  # there is one: it was asked for
    finished = False
    watch = threading.Thread(target=_watch, args=(child, cancelled), daemon=True)
    watch.start()
    try:
        for line in stdout:
            if line.startswith(_ENTRY):
                reading.entries.append(line)
                continue
            told = json.loads(line)
            finished = finished or "done" in told
            error = told.get("error", error)
            _take(reading, told)
    except ValueError:
        finished = False  # it was ended in the middle of a line
    except OSError as failed:
        raise trouble(failed, Path(tempfile.gettempdir())) from failed
    finally:
        child.kill()
        child.wait()
        watch.join()
        stdout.close()
    if cancelled():
        return Reading()
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


def _watch(child: subprocess.Popen[bytes], cancelled: Callable[[], bool]) -> None:
    """End the child when nobody wants it any more, whatever it is doing."""
    while True:
        try:
            child.wait(0.1)
        except subprocess.TimeoutExpired:
            if not cancelled():
                continue
            child.kill()
        return


def _take(reading: Reading, told: dict[str, Any]) -> None:
    """Take in one line of the child's other than a conversation."""
    if "skip" in told:
        if len(reading.skips) < _MOST_SKIPS:
            skip = object_of(told["skip"])
            reading.skips.append(Skip(text_of(skip.get("what")), text_of(skip.get("why"))))
    elif "note" in told:
        reading.notes.append(text_of(told["note"]))
    elif "format" in told:
        reading.format = ", ".join(filter(None, (reading.format, text_of(told["format"]))))
