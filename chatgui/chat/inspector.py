"""What really went over the wire for the last few messages: to look at, to repeat with curl, to save. Never a key."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from chatgui.chat.kept_wire import packed, unpacked
from chatgui.chat.moments import Moments, moments_of
from chatgui.chat.preview import KEY
from chatgui.core.errors import ProtocolError
from chatgui.core.secret import DOTS, Secret, redact
from chatgui.store import wire
from chatgui.store.database import Database
from chatgui.wire.framing import Event, Framer
from chatgui.wire.record import Record, WireRecord

__all__ = ["Inspector", "SeenEvent", "WireRecord"]

NEWEST = 20  # messages
LARGEST = 32 << 20  # bytes of requests and answers kept in all; the oldest messages go first
ARGUMENT = 100_000  # bytes; systems refuse a longer argument of a command, but not a longer line of input
_MARK = "\ue000key\ue001"  # stands for the key until the shell's own words do; dots may be in what people write
_NOT_FOR_CURL = frozenset({"host", "content-length", "connection", "accept-encoding", "user-agent"})


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """One event of a stream: milliseconds since the request left, its name (often empty) and its data as text."""

    ms: float
    name: str
    data: str


class Inspector:
    """Keeps the wire records of the newest messages in memory; nothing is written unless the user wants it kept."""

    def __init__(
        self,
        secrets: Callable[[], Iterable[Secret | None]],
        database: Database,
        newest: int = NEWEST,
        largest: int = LARGEST,
    ) -> None:
        self._secrets = secrets
        self._db = database
        self._newest = newest
        self._largest = largest
        self._records: OrderedDict[str, list[WireRecord]] = OrderedDict()
        self._forgotten = 0  # how often all that was kept was let go of
        self._recalled: tuple[str, tuple[WireRecord, ...]] = "", ()  # the older message that was last looked at

    def recorder(self, message_id: str) -> Record:
        """What the client calls with each attempt made for a message."""
        attempts: list[WireRecord] = []
        self._records[message_id] = attempts
        self._make_room()
        return attempts.append

    def attempts(self, message_id: str) -> tuple[WireRecord, ...]:
        """Every attempt of a message, oldest first; none if it is too long ago and was not recalled."""
        if (known := self._records.get(message_id)) is not None:
            return tuple(known)
        return self._recalled[1] if self._recalled[0] == message_id else ()

    async def keep(self, message_id: str) -> None:
        """Keep what is remembered of a message's attempts beside the message, unless all is forgotten meanwhile."""
        if records := self.attempts(message_id):
            before = self._forgotten
            data = await asyncio.to_thread(packed, records, self._clean)
            if self._forgotten == before:
                await self._db.write(wire.save, message_id, data)

    async def recall(self, message_id: str) -> tuple[WireRecord, ...]:
        """The attempts of a message, from memory or from what was kept; none if there is neither."""
        if records := self.attempts(message_id):
            return records
        data = await self._db.call(wire.load, message_id)
        records = await asyncio.to_thread(unpacked, data) if data is not None else ()
        self._recalled = message_id, records
        return records

    async def forget(self) -> None:
        """Let go of all that was kept beside messages."""
        self._recalled = "", ()
        self._forgotten += 1
        while await self._db.write(wire.forget):
            pass

    def _make_room(self) -> None:
        while len(self._records) > self._newest or (len(self._records) > 1 and self._size() > self._largest):
            self._records.popitem(last=False)

    def _size(self) -> int:
        return sum(record.kept + len(record.body) for one in self._records.values() for record in one)

    def _clean(self, text: str, mark: str = DOTS) -> str:
        return redact(text, self._secrets(), mark)

    def request(self, record: WireRecord) -> str:
        """The request as it left, with `$API_KEY` for the key."""
        lines = [f"{record.method} {record.url}", *(f"{name}: {value}" for name, value in record.headers)]
        head = self._clean("\n".join(lines), KEY).replace(DOTS, KEY)
        return f"{head}\n\n{self._clean(record.body.decode('utf-8', 'replace'), KEY)}"

    def response(self, record: WireRecord) -> str:
        """Status and headers of the answer; empty while there is none."""
        if record.status is None:
            return ""
        return self._clean("\n".join([str(record.status), *(f"{n}: {value}" for n, value in record.response_headers)]))

    def events(self, record: WireRecord) -> Iterator[SeenEvent]:
        """The stream's events with the moment each was complete; made as they are asked for."""
        for when, event in _framed(record):
            data = self._clean(event.data.decode("utf-8", "replace"))
            yield SeenEvent((when - record.started) * 1000, event.name, data)

    def moments(self, record: WireRecord) -> Moments:
        """When what happened."""
        return moments_of(record, _framed(record), time.monotonic())

    def raw(self, record: WireRecord) -> bytes:
        """The body as it came (as much of it as is kept), for a `.sse` file; if the server echoed the key, it is dots there."""
        body = record.chunks.whole
        text = body.decode("utf-8", "surrogateescape")
        return self._clean(text).encode("utf-8", "surrogateescape")

    def curl(self, record: WireRecord) -> str:
        """A command for a POSIX shell that sends the same body, byte for byte; the key is `$API_KEY`."""
        command = [
            f"curl --no-buffer --request {record.method} {_quoted(self._clean(record.url, _MARK).replace(DOTS, _MARK))}"
        ]
        for name, value in record.headers:
            if name.lower() not in _NOT_FOR_CURL:
                command.append(f"  --header {_quoted(f'{name}: {self._clean(value, _MARK)}'.replace(DOTS, _MARK))}")
        body = self._clean(record.body.decode("utf-8", "surrogateescape"), _MARK)
        if len(record.body) > ARGUMENT:
            return f"printf %s {_quoted(body)} | " + " \\\n".join([*command, "  --data-binary @-"])
        return " \\\n".join([*command, *([f"  --data-binary {_quoted(body)}"] if body else [])])


def _framed(record: WireRecord) -> Iterator[tuple[float, Event]]:
    """The events of a record, each with the moment it was complete. One that cannot be framed ends them."""
    framer = Framer()
    try:
        for when, data in record.chunks:
            for event in framer.feed(data):
                yield when, event
    except ProtocolError:
        return
    if record.ended is not None and not record.dropped:
        yield from ((record.ended, event) for event in framer.end())


def _quoted(text: str) -> str:
    """`text` for a shell; where the key was, the shell puts the variable's value."""
    quoted = "'" + text.replace("'", "'\\''") + "'"
    return quoted.replace(_MARK, "'\"$API_KEY\"'")
