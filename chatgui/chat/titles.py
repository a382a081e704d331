"""A conversation's title, made here from its first words: no request, no tokens."""

from __future__ import annotations

import re

from chatgui.core.message import Attachment, Message

UNTITLED = "New conversation"
LONGEST = 60  # characters

_MARKS = re.compile(  # Markdown's, where they are marks: “C#”, “a > b” and “snake_case” have none
    r"```.*?(?:```|\Z)|^[ \t]*(?:(?:[#>]+|[-*+])[ \t]+)+|\*\*|~~|`+|(?<!\w)[*_]+(?=\S)|(?<=\S)[*_]+(?!\w)|(?:^|(?<=\s))\|(?=\s|$)"
    r"|!?\[(?P<words>[^\]]*)\]\([^)]*\)",
    re.DOTALL | re.MULTILINE,
)
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]+")


def title_of(message: Message) -> str:
    """A title for a conversation that begins with this message: of its words, else the name of its first file."""
    names = (part.name for part in message.parts if isinstance(part, Attachment))
    return title_from(message.text.strip() or next(names, ""))


def title_from(text: str) -> str:
    """One plain line of at most `LONGEST` characters from what the user wrote first, cut at a word."""
    plain = _MARKS.sub(lambda found: found["words"] or (" " if found.group().startswith("```") else ""), text[:2000])
    plain = " ".join(_HIDDEN.sub(" ", plain).split()) or " ".join(_HIDDEN.sub(" ", text[:200]).split())
    sentence = re.match(r".{12,}?[.?!。？！](?=\s|$)", plain)
    title = sentence.group().rstrip(".。") if sentence else plain
    if len(title) > LONGEST:
        cut = title.rfind(" ", LONGEST // 2, LONGEST)
        title = title[: cut if cut > 0 else LONGEST - 1].rstrip(" ,;:–-") + "…"
    return title or UNTITLED
