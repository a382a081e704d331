"""A folder in which every conversation lies as files: what is in it, what is out of date, and bringing that up to date.

Files are named after titles and replaced whole. A file that somebody else put there or changed is never touched: ours goes
beside it. What is deleted in the program stays in the folder. An index in the folder remembers which file is whose.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chatgui.core.errors import StoreError, StoreState
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters import by_name
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.names import safe_name
from chatgui.exchange.press import OPTIONS, Press
from chatgui.exchange.values import count_of, list_of, object_of, text_of
from chatgui.exchange.writing import translated, write_atomically

INDEX = ".chatgui-archive.json"
FORMAT, VERSION = "chatgui-archive", 1


@dataclass(frozen=True, slots=True)
class _File:
    """A file as we left it. `size` is in bytes, `changed` in nanoseconds."""

    name: str
    size: int
    changed: int


@dataclass(slots=True)
class _Kept:
    """What the folder has of a conversation: how that stood (`mark`), and a file by the name of each format."""

    mark: str
    files: dict[str, _File] = field(default_factory=dict)


class Filing:
    """See the module. Blocking; raises StoreError in words where the folder is gone, full or not to be written."""

    def __init__(self, folder: Path, formats: tuple[str, ...]) -> None:
        self._folder, self._formats = folder, formats
        with translated(folder):
            if not folder.is_dir():
                raise StoreError(
                    StoreState.FAILED,
                    f"The archive folder “{folder}” is not there.",
                    advice="Connect its drive, or choose another folder in the settings. Nothing is lost meanwhile.",
                )
            self._names = {name.lower() for name in os.listdir(folder)}
        self._index = _read(folder / INDEX)
        self._press = Press()

    def close(self) -> None:
        """End what makes slow formats, whatever it is doing."""
        self._press.end()

    def due(self, marks: Mapping[str, str]) -> list[str]:
        """Which of these conversations (how each stands, by its id) the folder does not have as they stand."""
        return [one for one, mark in marks.items() if not self._has(one, mark)]

    def _has(self, identity: str, mark: str) -> bool:
        kept = self._index.get(identity)
        return (
            kept is not None
            and kept.mark == mark
            and all(name in kept.files and kept.files[name].name.lower() in self._names for name in self._formats)
        )

    def put(self, entry: Entry, mark: str) -> bool:
        """Write the files of a conversation anew; whether all could be made. What could not stays due."""
        identity = entry.conversation.id
        kept = self._index.setdefault(identity, _Kept(""))
        kept.mark = ""  # until all are written
        for one in map(by_name, self._formats):
            content = self._press.make(one, entry) if one.slow else one.export_entry(entry, OPTIONS)
            if content is None:
                return False
            kept.files[one.name] = self._replace(
                kept.files.get(one.name), entry.conversation.title, one.suffix, content
            )
        kept.mark = mark
        return True

    def _replace(self, old: _File | None, title: str, suffix: str, content: bytes) -> _File:
        mine = old if old is not None and self._untouched(old) else None
        taken = self._names - ({mine.name.lower()} if mine else set())
        name = safe_name(title, suffix)
        if name.lower() not in taken or not self._holds(name, content):  # the same bytes: ours, from a lost index
            name = safe_name(title, suffix, taken)
            name = write_atomically(self._folder / name, content).name
        if mine and mine.name != name:
            with suppress(OSError):
                (self._folder / mine.name).unlink()
            self._names.discard(mine.name.lower())
        self._names.add(name.lower())
        with translated(self._folder / name):
            state = (self._folder / name).stat()
        return _File(name, state.st_size, state.st_mtime_ns)

    def _untouched(self, file: _File) -> bool:
        try:
            state = (self._folder / file.name).stat()
        except OSError:
            return False
        return (state.st_size, state.st_mtime_ns) == (file.size, file.changed)

    def _holds(self, name: str, content: bytes) -> bool:
        try:
            path = self._folder / name
            return path.stat().st_size == len(content) and path.read_bytes() == content
        except OSError:
            return False

    def save(self) -> None:
        """Remember which file is whose."""
        value = {
            "format": FORMAT,
            "version": VERSION,
            "conversations": {
                one: {"mark": kept.mark, "files": {n: [f.name, f.size, f.changed] for n, f in kept.files.items()}}
                for one, kept in self._index.items()
            },
        }
        write_atomically(self._folder / INDEX, f"{dumps(value)}\n".encode())


def _read(path: Path) -> dict[str, _Kept]:
    """The index, as far as it can be trusted; empty if there is none."""
    try:
        told = object_of(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return {}
    if told.get("format") != FORMAT or told.get("version") != VERSION:
        return {}
    return {one: _kept(object_of(value)) for one, value in object_of(told.get("conversations")).items()}


def _kept(value: dict[str, object]) -> _Kept:
    files = {}
    for name, told in object_of(value.get("files")).items():
        match list_of(told):
            case [str(file), size, changed] if Path(file).name == file:
                files[name] = _File(file, count_of(size) or 0, count_of(changed) or 0)
            case _:
                pass
    return _Kept(text_of(value.get("mark")), files)
