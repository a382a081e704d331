"""A link to a message of this program: `chatgui://conversation/ID/message/ID`. It can say where to go, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

SCHEME = "chatgui"
_FORM = re.compile(r"chatgui://conversation/([A-Za-z0-9_-]{1,64})/message/([A-Za-z0-9_-]{1,64})/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MessageLink:
    """Where it leads, by ids. Whether that is there, only the library knows."""

    conversation: str
    message: str

    def __str__(self) -> str:
        return f"{SCHEME}://conversation/{self.conversation}/message/{self.message}"

    @classmethod
    def read(cls, text: str) -> MessageLink | None:
        """The link this text is, with nothing but white space around it; None if it is none."""
        found = _FORM.fullmatch(text.strip()) if len(text) < 300 else None
        return cls(found[1], found[2]) if found else None


def is_meant(text: str) -> bool:
    """Whether a text has the form of an address of this program, right or wrong."""
    return text.strip().lower().startswith(f"{SCHEME}:")
