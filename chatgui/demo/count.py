"""How the demo counts, said in one sentence: a piece is a word with the space before it, cut after every six characters.

One piece is sent per delta and counted as one token, so the numbers under an answer can be checked by hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RULE = "a token is a word with the space before it, and a new one begins after every six letters"
PER_MESSAGE = 3  # tokens added to each message of the prompt, for its role

_PIECE = re.compile(r"\s*\S{1,6}|\s+$")
_WORD = re.compile(r"\S+")


def pieces(text: str) -> list[str]:
    """`text` in the pieces it is sent in; joined, they are `text` again."""
    return _PIECE.findall(text)


def words(text: str) -> int:
    """The number of words in `text`."""
    return len(_WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Tally:
    """Tokens of one answer by the rule above; `reasoning` is part of `completion`."""

    prompt: int
    completion: int
    reasoning: int

    @property
    def total(self) -> int:
        """All tokens of the request and its answer."""
        return self.prompt + self.completion

    def usage(self) -> dict[str, object]:
        """The three numbers every provider has."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.total,
        }
