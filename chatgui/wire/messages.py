"""Answers told by `message` where a `delta` belongs: once at the end, again and again with all there is, or in pieces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatgui.wire.content import reasoning_of

SURE = 2  # times a text must have grown by what it was, before anything else can only be another wording of it


def says_something(delta: Mapping[str, Any]) -> bool:
    """Whether there is more in a delta than its role."""
    return any(value for name, value in delta.items() if name != "role")


class Messages:
    """The messages of one answer. Each is by the protocol the whole answer; only the next ones can tell that they are pieces."""

    def __init__(self) -> None:
        self.begun = False
        self._content = _Whole()
        self._reasoning = _Whole()

    def news(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """The delta that the next message amounts to."""
        first, self.begun = not self.begun, True
        content, (_, reasoning) = message.get("content"), reasoning_of(message)
        if first and not isinstance(content, str):
            return dict(message)  # parts are never told in pieces
        text = self._content.news(content) if isinstance(content, str) else None
        rest = {name: value for name, value in message.items() if first and name not in ("reasoning", "content")}
        return {**rest, "content": text, "reasoning_content": self._reasoning.news(reasoning)}


class _Whole:
    """A text told whole, each time."""

    def __init__(self) -> None:
        self._text = ""
        self._lengths: list[int] = []  # of what was told, each the beginning of the text
        self._grown = 0
        self._pieces = False

    def news(self, told: str) -> str:
        """What of it was not known."""
        if self._pieces or not told:
            return told
        known = self._text
        if told.startswith(known) or known.startswith(told):
            self._grown += bool(known) and len(told) > len(known)
            self._lengths.append(len(told))
            self._text = max(known, told, key=len)
            return told[len(known) :]
        if self._grown >= SURE:
            return ""
        self._pieces = True
        return "".join(known[:length] for length in self._lengths)[len(known) :] + told
