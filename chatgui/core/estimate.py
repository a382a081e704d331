"""Token counts without the provider's tokenizer: close enough to be useful, and always marked as an estimate."""

from __future__ import annotations

import math
import re

from chatgui.core.attaching import Kind, kind_of
from chatgui.core.message import Attachment

# Byte-pair vocabularies of today keep common English words whole, cut other languages' words every three to four letters,
# numbers every three digits, and spend about one token on each sign. East Asian characters cost a little under one each.
# The figures were fitted to vocabularies of 100,000 and 200,000 tokens; tests/bench/estimate.py measures what they are worth.
_PIECES = re.compile(
    r"(?P<word>[A-Za-z'\u00c0-\u024f\u1e00-\u1eff]+)|(?P<number>\d{1,3})|(?P<space>\s+)"
    r"|(?P<cjk>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])|(?P<cyrillic>[\u0400-\u052f]+)"
    r"|(?P<other>[\u0900-\u0eff]+|[^\W\d_]+)|(?P<astral>[\U00010000-\U0010ffff])|(?P<sign>[!-/:-@\[-`{-~]+|.)",
    re.DOTALL,
)
_ACCENTED = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]")
_ENGLISH = 0.004  # accented letters to a character; a text with more of them is in another language
MESSAGE_OVERHEAD = 4  # role and separators around each message of a prompt, as chat templates add them
ERROR = 0.2  # of nineteen answers in twenty, tool calls apart, as tests/bench/estimate.py measures it
LONG = 60_000  # characters; of a longer text, WINDOWS pieces are counted and the rest is reckoned by them
WINDOWS, WINDOW = 12, 2_500


def count_tokens(text: str) -> int:
    """About how many tokens `text` is. A few milliseconds at most, however long it is."""
    if len(text) <= LONG:
        total = _count(text)
        return round(total) if total >= 1 else int(bool(text))
    step = (len(text) - WINDOW) / (WINDOWS - 1)
    counted = sum(_count(text[round(at * step) : round(at * step) + WINDOW]) for at in range(WINDOWS))
    return round(counted * len(text) / (WINDOWS * WINDOW))


def _count(text: str) -> float:
    total, cut = 0.0, _letters_to_a_token(text)
    for piece in _PIECES.finditer(text):
        length = piece.end() - piece.start()
        match piece.lastgroup:
            case "word":
                total += 1 + (length - 1) // 7 if cut is None else max(1.0, length / cut)
            case "space":
                total += 0.9 if "\n" in piece.group() else 0.0 if length == 1 else 0.5
            case "cjk":
                total += 0.85
            case "cyrillic":
                total += max(1.0, length * 0.34)
            case "other":
                total += max(1.0, length * 0.4)
            case "astral":
                total += 1.5
            case "sign":
                total += 0.8 + (length - 1) * 0.4
            case _:
                total += 1
    return total


def _letters_to_a_token(text: str) -> float | None:
    """How long the pieces of words are in a language with accents, fewer the more it has; None for English and its like."""
    if text.isascii():
        return None
    share = len(_ACCENTED.findall(text)) / len(text)
    return None if share < _ENGLISH else 4.4 - 12 * min(share, 0.1)


_TILE, _LARGEST, _SHORTEST = 512, 2048, 768  # pixels
_TILE_TOKENS, _IMAGE_TOKENS = 170, 85
_BYTES_PER_TOKEN = 4


def count_attachment(attachment: Attachment) -> int:
    """About how many tokens a file costs in a prompt; of its size alone, without its bytes.

    Images by the rule OpenAI publishes (tiles of 512 pixels of the image made to fit), which others are near. What a PDF
    costs depends on its pages: its bytes say nothing, so it counts as nothing.
    """
    match kind_of(attachment.media_type):
        case Kind.TEXT:
            return attachment.size // _BYTES_PER_TOKEN
        case Kind.IMAGE:
            return count_image(attachment.width, attachment.height)
        case _:
            return 0


def count_image(width: int, height: int) -> int:
    """About how many tokens an image of so many pixels is; a middling one if they are not known."""
    width, height = width or 1024, height or 1024
    scale = min(1.0, _LARGEST / max(width, height))
    scale *= min(1.0, _SHORTEST / (min(width, height) * scale))
    return _IMAGE_TOKENS + _TILE_TOKENS * math.ceil(width * scale / _TILE) * math.ceil(height * scale / _TILE)
