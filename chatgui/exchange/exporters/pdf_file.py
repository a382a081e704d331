"""What is put right in a finished PDF: Qt offers no way to say it beforehand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime


def settled(pdf: bytes, moment: datetime) -> bytes:
    """The file with what the clock and chance put into it replaced, so that the same conversation makes the same bytes.

    Every replacement has the length of what it replaces: the file's table of offsets stays true. `readable` takes away the
    blanks that stand where this computer's time zone stood.
    """
    moment = moment.astimezone(UTC)
    stamp = f"{moment:%Y%m%d%H%M%S}Z)".encode()
    pdf = re.sub(rb"(?<=Date \(D:)\d{14}[^)]*\)", lambda found: stamp.ljust(len(found[0])), pdf)
    iso = f"{moment:%Y-%m-%dT%H:%M:%S}+00:00".encode()
    pdf = re.sub(rb'(?<=Date=")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d', iso, pdf)
    tags: dict[bytes, bytes] = {}
    return re.sub(rb"(?<=/)[A-Za-z]{6}(?=\+[A-Za-z])", lambda found: tags.setdefault(found[0], _tag(len(tags))), pdf)


def _tag(number: int) -> bytes:
    """The name of a font's subset: six letters."""
    return bytes(65 + number // 26**place % 26 for place in range(5, -1, -1))


def readable(pdf: bytes, stand_ins: Mapping[str, str]) -> bytes:
    """The file whose text is found and copied as it was written.

    A font's table says which letters its glyphs stand for. Qt names a glyph by the first of the letters that look so:
    spaces by the tab, some ideographs by their radical, Arabic letters by the shape they have there. And letters that only
    stood in for others are given theirs.
    """
    objects = _objects(pdf)
    if not objects:
        return pdf
    head = pdf[: objects[0][1]]
    body = bytearray(head)
    offsets: dict[int, int] = {}
    for number, start, end in objects:
        offsets[number] = len(body)
        body += _named(pdf[start:end], stand_ins)
    table = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    trailer = pdf[pdf.index(b"trailer", table) : pdf.rindex(b"startxref")]
    size = max(offsets) + 1
    rows = (
        f"{offsets[number]:010d} 00000 n \n" if number in offsets else "0000000000 65535 f \n" for number in range(size)
    )
    return (
        bytes(body)
        + f"xref\n0 {size}\n{''.join(rows)}".encode()
        + trailer
        + f"startxref\n{len(body)} \n%%EOF\n".encode()
    )


def _objects(pdf: bytes) -> list[tuple[int, int, int]]:
    """The objects of the file as (number, start, end), in order of place."""
    table = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    rows = re.findall(rb"(\d{10}) \d{5} ([nf])", pdf[table : pdf.index(b"trailer", table)])
    placed = sorted((int(offset), number) for number, (offset, kind) in enumerate(rows) if kind == b"n")
    ends = [offset for offset, _ in placed[1:]] + [table]
    return [(number, start, end) for (start, number), end in zip(placed, ends, strict=True)]


def _named(one: bytes, stand_ins: Mapping[str, str]) -> bytes:
    """An object of the file; if it is a font's table of letters, with the right ones; if it has dates, without blanks."""
    if b"Date (D:" in one:
        return re.sub(rb"(?<=Z\)) +", b"", one)
    if b"begincmap" not in one:
        return one

    def letter(found: re.Match[bytes]) -> bytes:
        was = chr(int(found[1], 16)) if len(found[1]) == 4 else ""
        now = stand_ins.get(was, "") or (" " if was in "\t\xa0" else _written(was))
        return b"<" + now.encode("utf-16-be").hex().upper().encode() + b">" if was and now != was else found[0]

    def letters(found: re.Match[bytes]) -> bytes:
        return re.sub(rb"<([0-9A-F]{4,})>", letter, found[0])

    start, end = one.index(b"stream\n") + 7, one.rindex(b"endstream")
    content = re.sub(rb"\[(?:<[0-9A-F]{4,}> ?)+\]", letters, one[start:end])
    added = len(content) - (end - start)
    opening = re.sub(rb"(?<=/Length )\d+", lambda found: str(int(found[0]) + added).encode(), one[:start])
    return opening + content + one[end:]


def _written(letter: str) -> str:
    """The letter one writes for a shape: an ideograph for its radical, an Arabic letter for one of its four forms."""
    shape = "\u2e80" <= letter <= "\u2fdf" or "\ufb50" <= letter <= "\ufdff" or "\ufe70" <= letter <= "\ufefc"
    return unicodedata.normalize("NFKC", letter) if shape else letter
