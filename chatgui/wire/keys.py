"""What can be wrong with a key before it is ever sent, and the headers keys are sent in."""

from __future__ import annotations

import re

# All headers that carry something secret: none of them is written down.
KEY_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization", "cookie")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # as HTTP has it

INVISIBLE = {
    "\u200b": "a zero-width space",
    "\u2060": "an invisible character",
    "\ufeff": "a byte-order mark",
    "\u00a0": "a no-break space",
}


def check_key(text: str) -> str:
    """Why `text` cannot be sent as a key, in words that do not contain it; empty if it can. Surrounding spaces do not matter."""
    key = text.strip()
    if not key:
        return "The key is empty."
    if key.lower().startswith("bearer"):
        return "Leave the word “Bearer” out: it is added by itself."
    for c in key:
        if c in INVISIBLE:
            return f"The key contains {INVISIBLE[c]}. Copy it again."
        if c in "\r\n":
            return "The key contains a line break. Copy it again."
        if c.isspace():
            return "The key contains a space. Copy it again."
        if c in "…•*" and not c.isascii():
            return "The key is abbreviated (it contains “" + c + "”). Copy the whole key."
        if not c.isascii() or not c.isprintable():
            return "The key contains a character that cannot be sent. Copy it again."
    if len(key) > 8000:
        return "The key is longer than any key is."
    return ""
