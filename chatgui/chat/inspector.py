"""What really went over the wire for the last few messages: to look at, to repeat with curl, to save. Never a key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chatgui.core.secret import DOTS, Secret, redact
from chatgui.wire.framing import Framer
from chatgui.wire.record import Record, WireRecord

NEWEST = 20  # messages
LARGEST = 32 << 20  # bytes of answers kept in all; the oldest messages go first
_NOT_FOR_CURL = frozenset({"host", "content-length", "connection", "accept-encoding", "user-agent"})


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """One event of a stream: milliseconds since the request left, its name (often empty) and its data as text."""

    ms: float
    name: str
    data: str


class Inspector:
    """Keeps the wire records of the newest messages in memory; nothing is written unless the user saves it."""

    def __init__(self, secrets: Callable[[], Iterable[Secret | None]], newest: int = NEWEST, largest: int = LARGEST):
        self._secrets = secrets
        self._newest = newest
        self._largest = largest
        self._records: OrderedDict[str, list[WireRecord]] = OrderedDict()

    def recorder(self, message_id: str) -> Record:
        """What the client calls with each attempt made for a message."""
        attempts: list[WireRecord] = []
        self._records[message_id] = attempts
        self._make_room()
        return attempts.append

    def attempts(self, message_id: str) -> tuple[WireRecord, ...]:
        """Every attempt of a message, oldest first; none if it is too long ago."""
        return tuple(self._records.get(message_id, ()))

    def _make_room(self) -> None:
        while len(self._records) > self._newest or (len(self._records) > 1 and self._size() > self._largest):
            self._records.popitem(last=False)

    def _size(self) -> int:
        return sum(len(data) for one in self._records.values() for record in one for _, data in record.chunks)

    def _clean(self, text: str) -> str:
        return redact(text, self._secrets())

    def request(self, record: WireRecord) -> str:
        """The request as it left, with dots for the key."""
        lines = [f"{record.method} {record.url}", *(f"{name}: {value}" for name, value in record.headers)]
        return self._clean("\n".join(lines) + "\n\n" + record.body.decode("utf-8", "replace"))

    def response(self, record: WireRecord) -> str:
        """Status and headers of the answer; empty while there is none."""
        if record.status is None:
            return ""
        return self._clean("\n".join([str(record.status), *(f"{n}: {value}" for n, value in record.response_headers)]))

    def events(self, record: WireRecord) -> list[SeenEvent]:
        """The stream's events with the moment each was complete."""
        framer = Framer()
        return [
            SeenEvent((when - record.started) * 1000, event.name, self._clean(event.data.decode("utf-8", "replace")))
            for when, data in record.chunks
            for event in framer.feed(data)
        ]

    def raw(self, record: WireRecord) -> bytes:
        """The body as it came, for a `.sse` file; if the server echoed the key, it is dots there."""
        body = b"".join(data for _, data in record.chunks)
        text = body.decode("utf-8", "surrogateescape")
        return self._clean(text).encode("utf-8", "surrogateescape")

    def curl(self, record: WireRecord) -> str:
        """A command for a POSIX shell that sends the same body, byte for byte; the key is `$API_KEY`."""
        command = [f"curl --no-buffer --request {record.method} {_quoted(self._clean(record.url))}"]
        for name, value in record.headers:
            if name.lower() not in _NOT_FOR_CURL:
                command.append(f"  --header {_quoted(f'{name}: {self._clean(value)}')}")
        if record.body:
            command.append(f"  --data-binary {_quoted(self._clean(record.body.decode('utf-8', 'surrogateescape')))}")
        return " \\\n".join(command)


def _quoted(text: str) -> str:
    """`text` for a shell; where the key was, the shell puts the variable's value."""
    quoted = "'" + text.replace("'", "'\\''") + "'"
    return quoted.replace(DOTS, "'\"$API_KEY\"'")
