"""The process that reads a stranger's file: `python -m chatgui.exchange.importers.child FILE`.

It has little memory, little time and nothing to write to but its standard output, where it tells one JSON object a line:
`{"entry": …}`, `{"skip": …}`, `{"note": …}`, `{"format": …}`, and last `{"done": true}` or `{"error": …}`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from chatgui.exchange.codec import Entry, entry_to_json, fields_to_json
from chatgui.exchange.importers import READERS, Found, Reader
from chatgui.exchange.importers.records import Record, records
from chatgui.exchange.importers.sources import documents
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.values import Unreadable, text_of

MEMORY = 1 << 30  # bytes of address space
SECONDS = 300  # of processor time
MOST_UNKNOWN = 1_000  # told one by one


def confine() -> None:
    """Take away what reading a file does not need. Not every system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    )
    for name, value in limits:
        with suppress(ValueError, OSError):
            resource.setrlimit(name, (value, value))


def main(path: str) -> int:
    """Read the file and tell what is in it."""
    confine()
    try:
        found = Found()
        formats = _tell_entries(records(documents(Path(path), found), found), found)
        for skip in found.skips:
            _tell(skip=fields_to_json(skip))
        for note in found.notes:
            _tell(note=note)
        for one in formats:
            _tell(format=one)
        _tell(done=True)
    except Unreadable as error:
        _tell(error=str(error))
    except OSError as error:
        _tell(error=f"it cannot be read ({error.strerror})")
    except MemoryError:
        _tell(error="it needs more memory than an import may take")
    except RecursionError:
        _tell(error="it is nested too deeply")
    sys.stdout.flush()
    return 0


def _tell_entries(found_records: Iterator[tuple[str, Record]], found: Found) -> list[str]:
    """Tell every conversation; the titles of the formats they came in."""
    formats: dict[str, None] = {}
    unknown: set[str] = set()
    for name, record in found_records:
        reader = next((one for one in READERS if one.recognises(record)), None)
        if reader is None:
            title = text_of(record.get("title"))
            what = f"“{title[:60]}” in {name}" if title else name
            if what not in unknown and len(unknown) < MOST_UNKNOWN:
                found.skip(what, "there is no conversation in a known format in it")
                unknown.add(what)
            continue
        formats[reader.title] = None
        try:
            for entry in _read(reader, record, found):
                _tell(entry=entry_to_json(entry))
        except Unreadable as error:
            found.skip(name, str(error))
    return list(formats)


def _read(reader: Reader, record: Record, found: Found) -> Iterator[Entry]:
    """The conversations of a record; a reader that stumbles over one costs only this one."""
    try:
        yield from reader.read(record, found)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        found.skip(f"a conversation ({reader.title})", f"it is not built as expected ({type(error).__name__})")


def _tell(**told: Any) -> None:
    sys.stdout.buffer.write(dumps(told).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
