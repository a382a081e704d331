"""What went over the wire in one attempt, for an inspector. Costs nothing unless someone asks for it."""

from __future__ import annotations

import time
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

MOST = 16 << 20  # bytes of one answer that are kept
PACK = 8 << 10  # bytes packed at once


class Reads:
    """What was read of a body, and when, packed: a stream repeats itself, and is seldom looked at again."""

    def __init__(self, reads: Iterable[tuple[float, bytes]] = ()) -> None:
        self.moments = array("d")
        self._sizes = array("L")
        self._packed, self._loose = bytearray(), bytearray()
        self._packing = zlib.compressobj(1, zlib.DEFLATED, -12, 5)  # 4 kB back: a few events
        self._over = False
        for moment, data in reads:
            self.add(moment, data)

    def add(self, moment: float, data: bytes) -> None:
        """Another read; what came in one moment was one."""
        if self.moments and self.moments[-1] == moment:
            self._sizes[-1] += len(data)
        else:
            self.moments.append(moment)
            self._sizes.append(len(data))
        self._loose += data
        if len(self._loose) >= PACK:
            self._pack()

    def _pack(self) -> None:
        self._packed += self._packing.compress(self._loose)
        self._loose.clear()

    def end(self) -> None:
        """Nothing more comes."""
        if not self._over:
            self._over = True
            self._pack()
            self._packed += self._packing.flush()
            del self._packing

    @property
    def whole(self) -> bytes:
        """Every read, joined."""
        rest = b"" if self._over else self._packing.copy().flush()
        return zlib.decompress(self._packed + rest, -12) + self._loose

    def __len__(self) -> int:
        return len(self.moments)

    def __iter__(self) -> Iterator[tuple[float, bytes]]:
        """Moment and bytes of each."""
        whole, start = self.whole, 0
        for moment, size in zip(self.moments, self._sizes, strict=True):
            yield moment, whole[start : start + size]
            start += size


@dataclass(slots=True)
class WireRecord:
    """One attempt; handed over when the request is about to leave, and growing from then on.

    Header values that carry the key are dots. Moments are monotonic seconds: `started` before anything is done, `connected`
    when a new connection stood (None where an old one was used), `sent` when the request began to leave, `headed` when the
    head of the answer was there, `ended` when the body was over or given up. `chunks` are (moment, bytes of the body) as
    they were read; beyond `MOST` only their number is kept, in `dropped`.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    chunks: Reads = field(default_factory=Reads)
    started: float = field(default_factory=time.monotonic)
    connected: float | None = None
    sent: float | None = None
    headed: float | None = None
    ended: float | None = None
    kept: int = 0
    dropped: int = 0

    def take(self, data: bytes, moment: float) -> None:
        """Keep bytes of the body, with the moment they were read."""
        kept = data[: max(MOST - self.kept, 0)]
        self.dropped += len(data) - len(kept)
        self.kept += len(kept)
        if kept:
            self.chunks.add(moment, kept)

    def end(self) -> None:
        """The body is over, or was given up."""
        if self.ended is None:
            self.ended = time.monotonic()
            self.chunks.end()


Record = Callable[[WireRecord], None]
