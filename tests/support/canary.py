"""A key that must never be found again: not on disk, not in a log, not in a traceback."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

CANARY = "yek-laer-a-ton=d1f4+e7b9/yranac-ks"[::-1]  # backwards here, since this file may be copied as well


def forms(key: str = CANARY) -> set[bytes]:
    """The key as it might hide: plain, JSON-escaped, URL-quoted, hex, UTF-16, and base64 at each of its three offsets."""
    raw = key.encode()
    texts = {key, json.dumps(key)[1:-1], key.replace("/", "\\/"), quote(key, safe=""), raw.hex(), raw.hex().upper()}
    for offset in range(3):
        shifted = base64.b64encode(b"\0" * offset + raw)
        # Without the characters that also depend on what stood before and after the key.
        middle = shifted[4 if offset else 0 : -4]
        texts |= {middle.decode(), middle.decode().translate(str.maketrans("+/", "-_"))}
    return {text.encode() for text in texts} | {key.encode("utf-16-le"), key.encode("utf-16-be")}


def traces(*roots: Path, key: str = CANARY) -> Iterator[str]:
    """Every regular file below `roots` that holds the key in some form, with the form."""
    hidden = forms(key)
    for root in roots:
        for path in sorted([root] if root.is_file() else root.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            if not getattr(path.stat(), "st_blocks", 1):
                continue  # a hole: nothing was ever written to it
            content = path.read_bytes()
            if content == bytes(len(content)):
                continue  # room kept free, eight megabytes in every profile
            yield from (f"{path} holds {form!r}" for form in hidden if form in content)
