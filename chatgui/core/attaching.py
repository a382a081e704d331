"""What may be attached to a message, told from the bytes themselves; and what an attachment is, told from its media type.

Three kinds of file are taken: raster images, text, PDF. Everything else is refused in a sentence that says why.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from enum import StrEnum

from chatgui.core.errors import UsageError
from chatgui.core.exif import is_turned
from chatgui.core.message import Attachment
from chatgui.core.raster import MEDIA_TYPES, raster_of

MB = 1_000_000
LARGEST_IMAGE = 20 * MB  # bytes of an image that is sent; most providers take no larger one
LARGEST_TEXT = 10 * MB
LARGEST_PDF = 32 * MB
LARGEST_READ = 40 * MB  # bytes read of any file: a photo may be larger than what is sent, it is made smaller first
LARGEST_SIDE = 2048  # pixels; models look at no more, so larger photos are made smaller unless wanted whole
MOST_PIXELS = 60 * MB  # read from the head, before anything is decoded
MOST_FILES = 20  # in one message
MOST_TOGETHER = 50 * MB  # bytes of them
_CAN_BE = "Images (PNG, JPEG, GIF, WebP), text and PDF can be attached."


class Kind(StrEnum):
    """What an attachment is to a model."""

    IMAGE = "image"
    TEXT = "text"
    PDF = "pdf"
    OTHER = "other"  # kept from an import: it is sent as a file, and never opened here


TEXTUAL = frozenset(
    {"application/json", "application/xml", "application/yaml", "application/toml", "application/x-sh",
     "application/javascript"}
)  # fmt: skip


def kind_of(media_type: str) -> Kind:
    """What a file of this media type is to a model."""
    plain = media_type.split(";", maxsplit=1)[0].strip().lower()
    if plain in MEDIA_TYPES or plain == "image/jpg":
        return Kind.IMAGE
    if plain.startswith("text/") or plain in TEXTUAL:
        return Kind.TEXT
    return Kind.PDF if plain == "application/pdf" else Kind.OTHER


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be attached: its media type (with the charset of a text that is not UTF-8) and, of an image, its size.

    `is_turned`: it is a photo that lies on its side until it is turned; its size is that of the one lying.
    """

    media_type: str
    width: int = 0
    height: int = 0
    is_turned: bool = False

    @property
    def is_huge(self) -> bool:
        """Whether it is an image with more pixels than models look at."""
        return max(self.width, self.height) > LARGEST_SIDE


def accept(name: str, content: bytes) -> Accepted:
    """What a file is. Raises UsageError, with words for a person, if it cannot be attached."""
    if not content:
        raise _refused(name, "is empty")
    if raster := raster_of(content):
        if raster.width * raster.height > MOST_PIXELS:
            raise _refused(
                name,
                f"has {raster.width:,} × {raster.height:,} pixels, too many to be opened",
                "Make it smaller first.",
            )
        turned = raster.media_type == "image/jpeg" and is_turned(content)
        return Accepted(raster.media_type, raster.width, raster.height, turned)
    if content.startswith(b"%PDF-"):
        _bounded(name, content, LARGEST_PDF)
        return Accepted("application/pdf")
    if (what := _known(content)) is not None:
        raise _refused(name, f"is {what}, which cannot be sent", _CAN_BE)
    encoding = encoding_of(content)
    if encoding is None:
        raise _refused(
            name,
            "is neither an image nor text (UTF-8, UTF-16 and Windows-1252 were tried)",
            _CAN_BE,
        )
    _bounded(name, content, LARGEST_TEXT)
    return Accepted("text/plain" if encoding == "utf-8" else f"text/plain; charset={encoding}")


def _refused(name: str, why: str, advice: str = "") -> UsageError:
    return UsageError(f"“{short(name)}” {why}.", code="attachment_refused", advice=advice)


def _bounded(name: str, content: bytes, most: int) -> None:
    if len(content) > most:
        raise too_large(name, len(content), most)


def too_large(name: str, size: int, most: int = LARGEST_READ) -> UsageError:
    """The refusal of a file of so many bytes."""
    return _refused(name, f"has {in_bytes(size)}; the most that can be attached is {in_bytes(most)}")


_KNOWN: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive or an office document"), (b"\x1f\x8b", "a compressed file"), (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"), (b"MZ", "a program"), (b"SQLite format 3", "a database"), (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"BM", "a BMP image"), (b"II*\x00", "a TIFF image"), (b"MM\x00*", "a TIFF image"), (b"icns", "an ICNS image"),
    (b"\x00\x00\x01\x00", "an icon"), (b"RIFF", "a sound or film"), (b"ID3", "a sound"), (b"OggS", "a sound or film"), (b"fLaC", "a sound"),
    (b"\x89PNG", "a damaged PNG image"), (b"\xff\xd8\xff", "a damaged JPEG image"), (b"GIF8", "a damaged GIF image"),
)  # fmt: skip


def _known(content: bytes) -> str | None:
    """What a file that cannot be sent is, where its head says so. A text may begin with the letters of a short mark."""
    if content[4:8] == b"ftyp":
        return "a film or a HEIC or AVIF image"
    for magic, what in _KNOWN:
        if content.startswith(magic) and (len(magic) > 3 or encoding_of(content) != "utf-8"):
            return what
    return None


_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def encoding_of(content: bytes) -> str | None:
    """The encoding of a text: by its mark, then UTF-8, then Windows-1252, which Western files without a mark are in.

    None if it is no text.
    """
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return name if _reads(content, name) else None
    if b"\x00" in content[:100_000]:
        return None
    if _reads(content, "utf-8"):
        return "utf-8"
    few = len(_CONTROLS.findall(content)) * 500 < len(content)
    return "windows-1252" if few and _mostly_words(content) and _reads(content, "windows-1252") else None


def _mostly_words(content: bytes) -> bool:
    """Random bytes are mostly above ASCII; a text in a Western language is mostly not."""
    sample = content[:100_000]
    return sum(byte < 0x80 for byte in sample) * 10 > len(sample) * 7


def _reads(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return True


def charset_of(media_type: str) -> str:
    """The encoding a media type names; UTF-8 if it names none, or none that is known."""
    found = re.search(r"charset\s*=\s*\"?([\w.:-]+)", media_type, re.IGNORECASE)
    try:
        return codecs.lookup(found.group(1)).name if found else "utf-8"
    except LookupError:
        return "utf-8"


def text_of(media_type: str, content: bytes) -> str:
    """The text of a text file, without its byte order mark; what does not fit its encoding is replaced."""
    return content.decode(charset_of(media_type), "replace").removeprefix("\ufeff")


# Words for people


def short(name: str) -> str:
    """A file's name for the middle of a sentence."""
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return name if len(name) <= 80 else f"{name[:50]}…{name[-25:]}"


def in_bytes(size: int) -> str:
    """A size as people read it, in decimal units."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    value, unit = (size / 1e3, "kB") if size < 1e6 else (size / 1e6, "MB") if size < 1e9 else (size / 1e9, "GB")
    return f"{value:.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"


def described(attachment: Attachment) -> str:
    """What an attachment is, without its name: “PNG image, 1200 × 800, 340 kB”."""
    words = {Kind.TEXT: "text", Kind.PDF: "PDF", Kind.OTHER: "file"}
    kind = kind_of(attachment.media_type)
    if kind is Kind.IMAGE:
        name = attachment.media_type.partition("/")[2].upper().replace("WEBP", "WebP")
        what = f"{name} image" + (f", {attachment.width} × {attachment.height}" if attachment.width else "")
    else:
        what = words[kind]
    if kind is Kind.TEXT and charset_of(attachment.media_type) != "utf-8":
        what += f", read as {charset_of(attachment.media_type).upper().replace('CP1252', 'Windows-1252')}"
    return f"{what}, {in_bytes(attachment.size)}"
