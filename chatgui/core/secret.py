"""An API key in memory: it never prints itself, and what others print is cleaned of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from urllib.parse import quote

DOTS = "••••"


class Secret:
    """A key. `reveal` is called in one place: where the request is built."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def __repr__(self) -> str:
        return DOTS

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a key is not to be written anywhere")


def redact(text: str, secrets: Iterable[Secret | None], mark: str = DOTS) -> str:
    """`text` with a mark for each of the keys, in plain, URL-quoted, JSON-escaped or base64 form (also inside Basic credentials)."""
    for secret in secrets:
        if secret is None or len(secret.reveal()) < 4:
            continue
        key = secret.reveal()
        encoded = base64.b64encode(key.encode("utf-8", "replace")).decode()
        for form in {key, key.strip(), quote(key, safe=""), json.dumps(key)[1:-1], encoded, encoded.rstrip("=")}:
            if form:
                text = text.replace(form, mark)
    return text
