"""Records of the wire as bytes to be kept, and back. Cleaned of keys as a whole, so that none hides between two reads."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import msgspec

from chatgui.wire.record import WireRecord

LARGEST = 2 << 20  # bytes of a request or an answer that are kept
Clean = Callable[[str], str]


class _Kept(msgspec.Struct, omit_defaults=True):
    """One attempt. `reads` are (milliseconds since it began, bytes) of the body's reads; moments are milliseconds, too."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    request: str
    status: int | None
    response_headers: list[tuple[str, str]]
    answer: str
    reads: list[tuple[float, int]]
    moments: dict[str, float]
    dropped: int = 0


_MOMENTS = ("connected", "sent", "headed", "ended")


def packed(records: Sequence[WireRecord], clean: Clean) -> bytes:
    """Attempts as bytes, without any key. Takes some hundredths of a second for a large answer: call it in a thread."""
    return zlib.compress(msgspec.json.encode([_kept(record, clean) for record in records]))


def unpacked(data: bytes) -> tuple[WireRecord, ...]:
    """The attempts again; none if the bytes are damaged."""
    try:
        attempts = msgspec.json.decode(zlib.decompress(data), type=list[_Kept])
    except (zlib.error, msgspec.MsgspecError):
        return ()
    return tuple(_record(one) for one in attempts)


def _kept(record: WireRecord, clean: Clean) -> _Kept:
    body = record.chunks.whole
    answer = clean(body.decode("utf-8", "replace"))
    reads = [((when - record.started) * 1000, len(data)) for when, data in record.chunks]
    if answer.encode() != body:  # something was cleaned, or was no text: the reads no longer fit
        reads = [(reads[-1][0], len(answer.encode()))] if reads else []
    if len(answer.encode()) > LARGEST:
        reads, answer = _cut(reads, answer)
    moments = {name: (at - record.started) * 1000 for name in _MOMENTS if (at := getattr(record, name)) is not None}
    return _Kept(
        record.method, clean(record.url), [(name, clean(value)) for name, value in record.headers],
        _request(record.body, clean), record.status, [(name, clean(value)) for name, value in record.response_headers],
        answer, reads, moments, record.dropped + len(body) - sum(size for _, size in reads),
    )  # fmt: skip


def _request(body: bytes, clean: Clean) -> str:
    if len(body) > LARGEST:
        return f"(a request of {len(body):,} bytes is not kept)"
    return clean(body.decode("utf-8", "replace"))


def _cut(reads: list[tuple[float, int]], answer: str) -> tuple[list[tuple[float, int]], str]:
    """As many whole reads as fit."""
    kept, size = [], 0
    for when, length in reads:
        if size + length > LARGEST:
            break
        kept.append((when, length))
        size += length
    return kept, answer.encode()[:size].decode("utf-8", "ignore")


def _record(kept: _Kept) -> WireRecord:
    record = WireRecord(
        kept.method, kept.url, tuple(kept.headers), kept.request.encode(), kept.status, tuple(kept.response_headers),
        started=0.0, dropped=max(kept.dropped, 0),
    )  # fmt: skip
    for name in _MOMENTS:
        if (at := kept.moments.get(name)) is not None:
            setattr(record, name, at / 1000)
    answer, start = kept.answer.encode(), 0
    for when, size in kept.reads:
        record.chunks.add(when / 1000, answer[start : start + size])
        start += size
    record.chunks.end()
    record.kept = start
    return record
