"""What went over the wire in one attempt, for an inspector. Costs nothing unless someone asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class WireRecord:
    """One attempt; handed over when the request leaves, and growing from then on.

    Header values that carry the key are dots. `chunks` are (monotonic seconds, raw bytes) as they came; `started` is on the same
    clock, just before the request leaves.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    chunks: list[tuple[float, bytes]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)


Record = Callable[[WireRecord], None]
