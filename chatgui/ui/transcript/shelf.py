"""What is known of the files that messages show, by their SHA-256: the name of a picture in the album, the beginning of a text."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from chatgui.core.message import Attachment

SHOWN = 16  # lines of a text that is folded open
LONGEST = 300  # characters of such a line
_KEPT = 64
_excerpts: OrderedDict[str, Excerpt] = OrderedDict()
_waiting: dict[str, list[weakref.WeakMethod[Callable[[], object]]]] = {}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first lines of a text, and how many it has in all; none if the text is gone."""

    lines: tuple[str, ...]
    total: int


def address(attachment: Attachment) -> str:
    """The name an attached image has in the album."""
    return f"attachment:{attachment.sha256}"


def look(attachment: Attachment, wait: Callable[[], object]) -> Excerpt | None:
    """The beginning of a text file; None if it was not read yet, and `wait` is called when it was."""
    found = _excerpts.get(attachment.sha256)
    if found is None:
        waiting = [one for one in _waiting.get(attachment.sha256, []) if one() is not None]
        one = weakref.WeakMethod(wait)
        _waiting[attachment.sha256] = waiting if one in waiting else [*waiting, one]
    else:
        _excerpts.move_to_end(attachment.sha256)
    return found


def excerpt(text: str) -> Excerpt:
    """The beginning of a text. Linear in its length."""
    total = text.count("\n") + (not text.endswith("\n")) if text else 0
    lines = text[: SHOWN * LONGEST * 4].split("\n")[: min(SHOWN, total)]
    return Excerpt(tuple(line[:LONGEST] for line in lines), total)


def supply(attachment: Attachment, found: Excerpt) -> None:
    """A text was read."""
    _excerpts[attachment.sha256] = found
    while len(_excerpts) > _KEPT:
        _excerpts.popitem(last=False)
    for one in _waiting.pop(attachment.sha256, []):
        if (wait := one()) is not None:
            wait()
