"""Files of strangers as bytes: plain, gzipped, zipped, in any Unicode; never more of them than the limits allow.

Names inside an archive are only shown, never used as paths: members are read as streams.
"""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from chatgui.exchange.importers.base import Found
from chatgui.exchange.values import Unreadable, text_of

LARGEST_FILE = 512 << 20  # bytes, as it lies on the disk
LARGEST_DOCUMENT = 400 << 20  # bytes, unpacked
MOST_UNPACKED = 1 << 30  # bytes, of all documents of an archive
MOST_MEMBERS = 50_000


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON text (or JSON lines) as UTF-8, and its name to show."""

    name: str
    content: bytes


def documents(path: Path, found: Found) -> Iterator[Document]:
    """The JSON documents in a file. Raises Unreadable."""
    state = path.stat()
    if not stat.S_ISREG(state.st_mode):
        raise Unreadable("it is not a file")
    if state.st_size > LARGEST_FILE:
        raise Unreadable(f"it is larger than {LARGEST_FILE >> 20} MB")
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic[:2] == b"\x1f\x8b":
            yield Document(path.name, as_utf8(_capped(gzip.GzipFile(fileobj=file), LARGEST_DOCUMENT)))
        elif magic in (b"PK\x03\x04", b"PK\x05\x06"):
            yield from _members(file, found)
        else:
            yield Document(path.name, as_utf8(_capped(file, LARGEST_DOCUMENT)))


def _members(file: IO[bytes], found: Found) -> Iterator[Document]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable(f"it is a damaged archive ({error})") from error
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > MOST_MEMBERS:
        raise Unreadable(f"the archive has more than {MOST_MEMBERS:,} files")
    left = MOST_UNPACKED
    for member in members:
        name = shown(member.filename)
        if not name.lower().endswith((".json", ".jsonl")) or "__MACOSX" in name:
            continue
        try:
            with archive.open(member) as stream:
                content = _capped(stream, min(LARGEST_DOCUMENT, left))
        except Unreadable as error:
            found.skip(name, str(error))
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
            ValueError,
        ) as error:
            found.skip(name, f"it cannot be unpacked ({text_of(str(error))[:100]})")
        else:
            left -= len(content)
            yield Document(name, as_utf8(content))


def shown(name: str) -> str:
    """A name from an archive, for people."""
    return " ".join(text_of(name).split())[:200]


def _capped(stream: IO[bytes] | gzip.GzipFile, limit: int) -> bytes:
    """All of a stream, or Unreadable if that is more than `limit` bytes."""
    try:
        content = stream.read(limit + 1)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise Unreadable(f"it is a damaged gzip file ({error})") from error
    if len(content) > limit:
        raise Unreadable(f"unpacked it is larger than {limit >> 20} MB")
    return content


def as_utf8(content: bytes) -> bytes:
    """Text in UTF-8 without byte-order mark, whatever Unicode it came in."""
    if content.startswith(b"\xef\xbb\xbf"):
        return content[3:]
    if content[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return _recoded(content, "utf-32")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _recoded(content, "utf-16")
    if content[:2].count(0) == 1:  # JSON begins with two ASCII characters: no mark, but UTF-16 all the same
        return _recoded(content, "utf-16-be" if content[0] == 0 else "utf-16-le")
    return content


def _recoded(content: bytes, encoding: str) -> bytes:
    return content.decode(encoding, "replace").encode("utf-8", "replace")
