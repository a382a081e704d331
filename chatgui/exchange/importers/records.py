"""JSON documents as records: the objects a reader may recognise, one conversation or one whole backup each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec

from chatgui.exchange.exporters.lossless import FORMAT
from chatgui.exchange.importers.base import Found
from chatgui.exchange.importers.sources import Document
from chatgui.exchange.values import Unreadable, object_of

Record = dict[str, Any]


def records(documents: Iterator[Document], found: Found) -> Iterator[tuple[str, Record]]:
    """Every record, with the name of the document it stands in. A document that is no JSON is reported, and skipped."""
    threads: dict[str, Record] = {}  # of Jan: thread.json, by the folder it lies in, waiting for its messages
    for document in documents:
        folder, name = str(PurePosixPath(document.name).parent), PurePosixPath(document.name).name.lower()
        try:
            if name.endswith(".jsonl") or _has_lines(document.content):
                values = _lines(document.content)
                yield document.name, _of_lines(values, threads.pop(folder, {}))
                if not _is_message(values[0]):
                    yield from ((document.name, object_of(value)) for value in values[1:])
            elif name == "thread.json":
                threads[folder] = object_of(_parsed(document.content))
            else:
                yield from ((document.name, record) for record in _records(document.content))
        except Unreadable as error:
            found.skip(document.name, str(error))
    for folder in threads:
        found.skip(f"{folder}/thread.json", "there are no messages beside it")


class _Archive(msgspec.Struct):
    """Our own file with its conversations still as text."""

    format: str
    version: int
    conversations: list[msgspec.Raw]


def _records(content: bytes) -> Iterator[Record]:
    """The object a text is, or those in the list it is; a list of messages is one record."""
    if FORMAT.encode() in content[:200] and (archive := _archive(content)):
        for number, one in enumerate(archive.conversations, 1):
            told = {"format": archive.format, "version": archive.version, "first": number}
            yield {**told, "conversations": [_parsed(bytes(one))]}
        if not archive.conversations:
            yield {"format": archive.format, "version": archive.version}
        return
    if not content.lstrip(b" \t\r\n").startswith(b"["):
        yield object_of(_parsed(content))
        return
    pieces = _pieces(content)
    first = next(pieces, None)
    if _is_message(first):
        yield {"messages": [first, *pieces]}
    elif first is not None:
        yield object_of(first)
        yield from map(object_of, pieces)


def _archive(content: bytes) -> _Archive | None:
    """Our own file, so that a large library is never in memory whole; None if it is not built as expected."""
    try:
        return msgspec.json.decode(content, type=_Archive)
    except (msgspec.DecodeError, RecursionError):
        return None


def _pieces(content: bytes) -> Iterator[Any]:
    """The values of a list, one in memory at a time where the text allows."""
    try:
        raw = msgspec.json.decode(content, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        yield from _parsed(content)
        return
    for one in raw:
        yield _parsed(bytes(one))


def _parsed(content: bytes) -> Any:
    """The value of a JSON text. The stricter, faster parser first; the other knows where the fault is."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return json.loads(content.decode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:
        raise Unreadable("it has a number that is too long") from error


def _has_lines(content: bytes) -> bool:
    """Whether this is one JSON value on each line, whatever the file's name."""
    head, _, rest = content.lstrip(b" \t\r\n").partition(b"\n")
    return head.rstrip().endswith(b"}") and head.startswith(b"{") and rest.lstrip().startswith(b"{")


def _lines(content: bytes) -> list[Any]:
    values = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            try:
                values.append(_parsed(line))
            except Unreadable as error:
                raise Unreadable(str(error).replace("line 1,", f"line {number},")) from error
    if not values:
        raise Unreadable("it is empty")
    return values


def _of_lines(values: list[Any], thread: Record) -> Record:
    """What the lines of a file are together, or the first of them if each is its own."""
    first = object_of(values[0])
    if thread or "thread_id" in first:
        return {"thread": thread, "thread_messages": values}
    return {"messages": values} if _is_message(first) else first


def _is_message(value: Any) -> bool:
    one = object_of(value)
    return isinstance(one.get("role"), str) and ("content" in one or "thread_id" in one or "tool_calls" in one)
