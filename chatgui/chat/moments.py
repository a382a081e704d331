"""When what happened in one attempt: the time line of a request, as numbers and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from chatgui.chat.usage import duration
from chatgui.wire.content import parts, reasoning_of
from chatgui.wire.framing import Event
from chatgui.wire.record import WireRecord

GAPS, LEAST_GAP_MS, LONG = 3, 500.0, 8  # the longest waits are named, if they are long beside the usual ones
SEARCHED = 2_000  # events looked at for the first thought and the first word


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, in milliseconds since the attempt began. `kind` is one of `KINDS`."""

    ms: float
    kind: str
    words: str


KINDS = ("connected", "sent", "headers", "first byte", "first reasoning", "first words", "end")


@dataclass(frozen=True, slots=True)
class Moments:
    """The time line of an attempt: moments in order, the longest silences as (from, to), and where it stands now."""

    moments: tuple[Moment, ...]
    gaps: tuple[tuple[float, float], ...]
    length: float
    running: bool

    def at(self, kind: str) -> float | None:
        """When something happened; None if it did not."""
        return next((one.ms for one in self.moments if one.kind == kind), None)

    @property
    def lines(self) -> tuple[str, ...]:
        """The time line in words, one moment or silence to a line."""
        silences = [
            f"{duration(to - since):>9}  silence from {duration(since)} to {duration(to)}" for since, to in self.gaps
        ]
        running = [f"{duration(self.length):>9}  so far"] if self.running else []
        return (
            *(f"{duration(one.ms) if one.ms >= 995 else f'{one.ms:.0f} ms':>9}  {one.words}" for one in self.moments),
            *running,
            *silences,
        )


def moments_of(record: WireRecord, events: Iterable[tuple[float, Event]], now: float) -> Moments:
    """The time line of a record. `events` are its events with their moments; `now` is for one that still runs."""

    def ms(when: float) -> float:
        return max((when - record.started) * 1000, 0.0)

    end = record.ended if record.ended is not None else now
    found: list[Moment] = []
    if record.connected is not None:
        found.append(Moment(ms(record.connected), "connected", "connected"))
    elif record.sent is not None:
        found.append(Moment(ms(record.sent), "connected", "an open connection was used again"))
    if record.sent is not None:
        found.append(Moment(ms(record.sent), "sent", "request sent"))
    if record.headed is not None:
        found.append(Moment(ms(record.headed), "headers", f"headers of the answer: {record.status}"))
    if record.chunks:
        found.append(Moment(ms(record.chunks.moments[0]), "first byte", "first byte of the answer"))
    for kind, when in _firsts(events).items():
        found.append(Moment(ms(when), kind, "first reasoning" if kind == "first reasoning" else "first words"))
    if record.ended is not None:
        size = record.kept + record.dropped
        found.append(Moment(ms(end), "end", f"end, {len(record.chunks):,} reads, {size:,} bytes"))
    times = [ms(when) for when in record.chunks.moments]
    return Moments(tuple(found), _gaps(times, ms(end)), ms(end), record.ended is None)


def _gaps(times: list[float], end: float) -> tuple[tuple[float, float], ...]:
    """The longest silences once the answer had begun, in order of time."""
    if not times:
        return ()
    pairs = list(zip(times, [*times[1:], end], strict=True))
    usual = sorted(to - since for since, to in pairs)[len(pairs) // 2]
    long = [pair for pair in pairs if pair[1] - pair[0] >= max(LEAST_GAP_MS, usual * LONG)]
    return tuple(sorted(sorted(long, key=lambda pair: pair[0] - pair[1])[:GAPS]))


def _firsts(events: Iterable[tuple[float, Event]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for at, (when, event) in enumerate(events):
        for kind in _kinds(event.data):
            found.setdefault(kind, when)
        if "first words" in found or at > SEARCHED:
            break
    return found


def _kinds(data: bytes) -> Iterator[str]:
    """Which firsts a single event is."""
    try:
        value: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    choices = value.get("choices") if isinstance(value, dict) else None
    for choice in choices if isinstance(choices, list) else ():
        delta = choice.get("delta") or choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(delta, dict):
            continue
        if reasoning_of(delta)[1]:
            yield "first reasoning"
        content = delta.get("content")
        said = (
            content
            if isinstance(content, str)
            else "".join(text for kind, text in parts(content or ()) if kind == "text")
        )
        if said.strip() or delta.get("tool_calls") or delta.get("refusal"):
            yield "first words"
