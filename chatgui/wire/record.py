"""What went over the wire in one attempt, for an inspector. Costs nothing unless someone asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 16 << 20  # bytes of one answer that are kept


@dataclass(slots=True)
class WireRecord:
    """One attempt; handed over when the request is about to leave, and growing from then on.

    Header values that carry the key are dots. Moments are monotonic seconds: `started` before anything is done, `connected`
    when a new connection stood (None where an old one was used), `sent` when the request began to leave, `headed` when the
    head of the answer was there, `ended` when the body was over or given up. `chunks` are (moment, bytes of the body) as
    they came; beyond `MOST` only their number is kept, in `dropped`.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    chunks: list[tuple[float, bytes]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    connected: float | None = None
    sent: float | None = None
    headed: float | None = None
    ended: float | None = None
    kept: int = 0
    dropped: int = 0

    def take(self, data: bytes) -> None:
        """Keep bytes of the body, with their moment."""
        kept = data[: max(MOST - self.kept, 0)]
        self.dropped += len(data) - len(kept)
        self.kept += len(kept)
        if kept:
            self.chunks.append((time.monotonic(), kept))


Record = Callable[[WireRecord], None]
