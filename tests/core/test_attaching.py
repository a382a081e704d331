"""What may be attached is told from the bytes, never from the name; what may not is refused in words."""

from __future__ import annotations

import random

import pytest

from chatgui.core import attaching
from chatgui.core.attaching import Accepted, Kind, accept, charset_of, described, in_bytes, kind_of, text_of
from chatgui.core.errors import UsageError
from chatgui.core.estimate import count_attachment, count_image
from chatgui.core.message import Attachment
from tests.support import files


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"plain words\n", "text/plain"),
        ("Grüße, Мир, 世界".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/plain"),
        ("Grüße aus Köln".encode("latin-1"), "text/plain; charset=windows-1252"),
        ("“quoted” – 5 €".encode("windows-1252") + b" and so on", "text/plain; charset=windows-1252"),
        ("Grüße".encode("utf-16"), "text/plain; charset=utf-16"),
        (b"MZ is how this sentence begins", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text/plain"),
        (b"\x1b[31mred\x1b[0m log line\n", "text/plain"),
        (files.PDF, "application/pdf"),
        (files.png(3, 2), "image/png"),
    ],
)
def test_what_is_taken(content: bytes, media_type: str) -> None:
    assert accept("x.bin", content).media_type == media_type


def test_a_text_is_read_back_whatever_its_encoding() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "windows-1252"):
        content = "Grüße aus Köln".encode(encoding)
        assert text_of(accept("x", content).media_type, content) == "Grüße aus Köln"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (random.Random(1).randbytes(5000), "neither an image nor text"),
        (b"PK\x03\x04" + bytes(40), "ZIP"),
        (b"\x7fELF\x02\x01" + bytes(40), "program"),
        (b"MZ\x90\0\x03" + bytes(40), "program"),
        (b"BM6\0\0\0\0\0" + bytes(40), "BMP"),
        (b"icns\0\0\1\0" + bytes(40), "ICNS"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "damaged PNG"),
        (files.bomb(50_000, 50_000), "50,000 × 50,000 pixels"),
        (files.bomb(8_000, 8_000), "8,000 × 8,000 pixels"),
        (b"words\0and a zero", "neither an image nor text"),
    ],
)
def test_what_is_refused_and_why(content: bytes, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        accept("strange.file", content)
    assert "“strange.file”" in caught.value.message
    assert word in caught.value.message


def test_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attaching, "LARGEST_TEXT", 100)
    with pytest.raises(UsageError, match="101 bytes; the most"):
        accept("long.txt", b"x" * 101)


def test_a_huge_photo_is_known_as_such() -> None:
    assert Accepted("image/jpeg", 4032, 3024).is_huge
    assert not Accepted("image/png", 2048, 2048).is_huge


def test_a_name_cannot_play_tricks_in_a_sentence() -> None:
    with pytest.raises(UsageError) as caught:
        accept("a\n\u202eevil" + "x" * 300, b"")
    assert "\n" not in caught.value.message
    assert "\u202e" not in caught.value.message
    assert len(caught.value.message) < 120


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/png", Kind.IMAGE), ("image/svg+xml", Kind.OTHER), ("text/x-python", Kind.TEXT),
        ("application/json; charset=utf-8", Kind.TEXT), ("application/pdf", Kind.PDF), ("", Kind.OTHER),
    ],
)  # fmt: skip
def test_kinds(media_type: str, kind: Kind) -> None:
    assert kind_of(media_type) is kind


def test_charsets() -> None:
    assert charset_of("text/plain") == "utf-8"
    assert charset_of("text/plain; charset=windows-1252") == "cp1252"
    assert charset_of("text/plain; charset=klingon") == "utf-8"


def test_descriptions() -> None:
    assert described(Attachment("0" * 64, "image/webp", "a", 340_000, 1200, 800)) == "WebP image, 1200 × 800, 340 kB"
    assert described(Attachment("0" * 64, "text/plain; charset=windows-1252", "a", 12)) == (
        "text, read as Windows-1252, 12 bytes"
    )
    assert described(Attachment("0" * 64, "application/pdf", "a", 1_250_000)) == "PDF, 1.2 MB"
    assert in_bytes(1) == "1 byte"


def test_tokens_by_size_alone() -> None:
    assert count_image(512, 512) == 255
    assert count_image(1024, 1024) == 765  # the example OpenAI gives
    assert count_image(2048, 4096) == 1105  # and its other one
    assert count_image(0, 0) == 765
    assert count_attachment(Attachment("0" * 64, "text/plain", "a", 4_000)) == 1_000
    assert count_attachment(Attachment("0" * 64, "application/pdf", "a", 4_000)) == 0
