"""`chatgui import`: conversations from files of this and other programs."""

from __future__ import annotations

import argparse
import asyncio
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chatgui.cli.console import one_line, print_json
from chatgui.cli.running import OK, opened
from chatgui.core.figures import counted
from chatgui.exchange.importing import Reading, read


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of `import`."""
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="only say what is in the files")
    parser.add_argument("--json", action="store_true", help="the report as JSON")


async def run(options: argparse.Namespace) -> int:
    """Read every file; then take in all of them, or none if one cannot be read."""
    stop = threading.Event()
    try:
        readings = [await asyncio.to_thread(read, path, stop.is_set) for path in options.files]
    finally:
        stop.set()  # Ctrl+C: the reading ends too
    reports: list[dict[str, Any]] = []
    if options.dry_run:
        reports = [report(path, reading) for path, reading in zip(options.files, readings, strict=True)]
    else:
        async with opened(options) as session:
            for path, reading in zip(options.files, readings, strict=True):
                merged = await session.archive.merge(reading.entries)
                reports.append({**report(path, reading), **asdict(merged)})
    if options.json:
        print_json(reports)
    else:
        for one in reports:
            _tell(one)
    return OK


def report(path: Path, reading: Reading) -> dict[str, Any]:
    """What was found in a file."""
    return {
        "file": str(path),
        "format": reading.format,
        "conversations": len(reading.entries),
        "skipped": [asdict(skip) for skip in reading.skips],
        "notes": list(reading.notes),
    }


def _tell(told: dict[str, Any]) -> None:
    print(f"{one_line(told['file'])}: {told['format']}, {counted(told['conversations'], 'conversation')} read")
    if "added" in told:
        print(
            f"  {told['added']} added, {told['grown']} grown, {told['unchanged']} already there;"
            f" {counted(told['messages'], 'message')} added"
        )
    for note in told["notes"]:
        print(f"  {one_line(note)}")
    for skip in told["skipped"]:
        print(f"  skipped {one_line(skip['what'])}: {one_line(skip['why'])}")
