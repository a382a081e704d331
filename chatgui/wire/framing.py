"""Server-sent events out of bytes, cut anywhere.

Bytes are framed before they are decoded: CR and LF never occur inside a UTF-8 character, while text splitters would also
cut at U+2028 and U+0085, which are legal inside JSON.
"""

from __future__ import annotations

import msgspec

from chatgui.core.errors import ProtocolError
from chatgui.wire.loose import is_json

MAX_EVENT = 16 << 20  # bytes of one event; base64 images make honest events of many megabytes
MAX_STRAY = 64 << 10  # bytes kept of lines that are no fields
BOM = b"\xef\xbb\xbf"
NAMES_KEPT = 128  # bytes of an event's name


class Event(msgspec.Struct, gc=False, frozen=True):
    """One event: its data without line ends at the edges, and its name (empty for the default, `message`)."""

    data: bytes
    name: str = ""


class Framer:
    """A push parser. Feed it bytes as they come; the events do not depend on how the bytes were cut.

    More forgiving than the standard where real servers need it: a field line `error:` is an event named `error`; complete
    JSON objects on successive `data:` lines are events of their own even when no blank line stands between them; at the
    end of the body an event lacking its blank line is delivered if it is complete.

    `comments` counts comment lines and events without data (signs of life), `stray` keeps the lines that are no fields.
    """

    def __init__(self) -> None:
        self.comments = 0
        self._stray = bytearray()
        self._start: bytes | None = b""  # what may be a byte-order mark; None once that is settled
        self._skip_lf = False  # the last byte was a CR, whose LF may follow
        self._tail = bytearray()  # the line not yet ended
        self._data: list[bytes] = []
        self._size = 0
        self._name = ""
        self._renamed = False  # an `event:` line came after the data: it may belong to the next event
        self._bare = False  # nothing is pending, and nothing of this server's ways forbids the shortest way
        self._one_newline = False  # this server puts no blank line between events

    @property
    def stray(self) -> bytes:
        """The lines that were no fields (JSON without framing, prose), at most 64 kB of them."""
        return bytes(self._stray)

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`, in order. Raises ProtocolError if one grows beyond 16 MB."""
        if (
            self._bare
            and data.startswith(b"data: ")
            and data.endswith(b"\n\n")
            and data.count(b"\n") == 2
            and b"\r" not in data
        ):
            return [Event(data[6:-2])]  # one whole event in one read, as most servers send them
        if self._start is not None:
            data = self._after_bom(data)
        if self._skip_lf and data:
            self._skip_lf = False
            if data[0] == 0x0A:
                data = data[1:]
        if b"\r" in data:
            self._skip_lf = data[-1] == 0x0D
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        end = data.rfind(b"\n") + 1
        if not end:
            self._bare = self._bare and not data
            self._keep_tail(data)
            return []
        if self._tail:
            self._check(len(self._tail) + len(data) - end)
            self._tail += data[:end]
            block, data = bytes(self._tail), data[end:]
            self._tail = bytearray()
        else:
            block, data = data[:end], data[end:]
        events: list[Event] = []
        self._take(block, events)
        self._keep_tail(data)
        self._bare = not (self._tail or self._data or self._name or self._skip_lf or self._one_newline)
        return events

    def end(self) -> list[Event]:
        """What is still pending when the body ends: the last event, if it is whole."""
        events: list[Event] = []
        if self._start:
            start, self._start = self._start, None
            events += self.feed(start)
        if self._tail:
            line, self._tail = bytes(self._tail), bytearray()
            self._line(line, events)
        if self._data and (len(self._data) > 1 or _whole(self._data[0])):
            self._dispatch(events)
        return events

    def _after_bom(self, data: bytes) -> bytes:
        start = (self._start or b"") + data
        if len(start) < len(BOM) and BOM.startswith(start):
            self._start = start
            return b""
        self._start = None
        return start.removeprefix(BOM)

    def _keep_tail(self, data: bytes) -> None:
        if data:
            self._check(len(self._tail) + len(data))
            self._tail += data

    def _check(self, more: int) -> None:
        if self._size + more > MAX_EVENT:
            raise ProtocolError(
                f"The server sent an oversized event (more than {MAX_EVENT >> 20} MB without an end).",
                code="oversized_event",
            )

    def _take(self, block: bytes, events: list[Event]) -> None:
        """Whole lines, the last one ended."""
        if self._data or self._name or self._one_newline:
            for line in block[:-1].split(b"\n"):
                self._line(line, events)
            return
        parts = block.split(b"\n\n")
        last = parts.pop()
        for part in parts:
            # The form nearly every server sends, in one step.
            if part.startswith(b"data: ") and b"\n" not in part and not self._data and not self._name:
                events.append(Event(part[6:]))
                continue
            for line in part.split(b"\n"):
                self._line(line, events)
            self._line(b"", events)
        if last:
            for line in last[:-1].split(b"\n"):
                self._line(line, events)

    def _line(self, line: bytes, events: list[Event]) -> None:
        if not line:
            self._dispatch(events)
            return
        field, colon, value = line.partition(b":")
        if not field and colon:
            self.comments += 1
            return
        if value[:1] == b" ":
            value = value[1:]
        if field == b"data":
            self._add(value, events)
        elif field == b"event":
            self._renamed = bool(self._data)
            self._name = value[:NAMES_KEPT].decode("utf-8", "replace")
        elif field == b"error" and colon and value:
            self._dispatch(events)
            events.append(Event(value, "error"))
        elif field not in (b"id", b"retry") and len(self._stray) < MAX_STRAY:
            self._stray += line[: MAX_STRAY - len(self._stray)] + b"\n"

    def _add(self, value: bytes, events: list[Event]) -> None:
        if self._begins_event(value):
            # The blank line between two events was left out.
            self._one_newline = True
            name, renamed = self._name, self._renamed
            if renamed:
                self._name = ""
            self._dispatch(events)
            if renamed:
                self._name = name
        self._check(len(value))
        self._data.append(value)
        self._size += len(value) + 1
        if self._one_newline and len(self._data) == 1 and _object(value):
            self._dispatch(events)

    def _begins_event(self, value: bytes) -> bool:
        """Whether a data line is no part of the pending event: that is whole, or this server is known to leave blank lines out."""
        if not self._data:
            return False
        return (len(self._data) == 1 and _object(self._data[0])) or (self._one_newline and _object(value))

    def _pending(self) -> bytes:
        if len(self._data) > 1:
            self._data = [b"\n".join(self._data)]
        return self._data[0]

    def _dispatch(self, events: list[Event]) -> None:
        if self._data:
            events.append(Event(self._pending(), self._name))
            self._data = []
            self._size = 0
        elif is_error_name(self._name):
            events.append(Event(b"", self._name))
        elif self._name:
            self.comments += 1  # an event without data is a sign of life and nothing more
        self._name = ""
        self._renamed = False


def is_error_name(name: str) -> bool:
    """Whether an event of this name is an error, whatever its data."""
    return name[-5:].lower() == "error"


def is_end_mark(data: bytes) -> bool:
    """Whether this is `[DONE]`, in whatever dress: quoted, in small letters, with more behind it."""
    return data.strip(b' \t\r\n"')[:6].upper() == b"[DONE]"


def _object(data: bytes) -> bool:
    """Whether `data` is a complete JSON object or the end mark: the only things that stand alone on a line."""
    if is_end_mark(data):
        return True
    text = data.strip()
    return text[:1] == b"{" and text[-1:] == b"}" and is_json(text)


def _whole(data: bytes) -> bool:
    return is_end_mark(data) or is_json(data)
