"""What sending now would fill of the model's context window, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chatgui.chat.usage import rough
from chatgui.core.account import Account
from chatgui.core.conversation import Conversation
from chatgui.core.estimate import ERROR
from chatgui.core.figures import percent
from chatgui.wire.request import LENGTHS

NEARLY = 0.9  # of the window; from here on an estimate no longer promises that it fits


@dataclass(frozen=True, slots=True)
class Fill:
    """Tokens of the draft and of the conversation before it (None while that is being counted).

    `context` is the length of the model's window, None where nobody says it; `asked` is the longest answer asked for;
    `uncounted` are files beside the draft of which nobody can say what they cost.
    """

    draft: int = 0
    history: int | None = 0
    context: int | None = None
    asked: int = 0
    uncounted: int = 0

    @property
    def total(self) -> int:
        """What would be sent, as far as it is counted."""
        return self.draft + (self.history or 0)

    @property
    def share(self) -> float | None:
        """The part of the window that is filled, 1 for all of it; None where its length is not known."""
        return self.total / self.context if self.context else None

    @property
    def short(self) -> str:
        """For a quiet line: `≈ 3,210`, `≈ 31k`; empty while there is nothing worth a number."""
        if self.total < 10:
            return ""
        return f"≈ {self.total:,}" if self.total < 10_000 else f"≈ {rough(self.total)}"

    @property
    def words(self) -> str:
        """`≈ 3,210 of 128,000 tokens (2 %)`."""
        if self.share is None:
            return f"≈ {self.total:,} tokens"
        full = percent(self.share) if self.share >= 0.01 else "under 1 %"
        return f"≈ {self.total:,} of {self.context:,} tokens ({full})"

    @property
    def sentences(self) -> str:
        """The same with what it is made of, for hover and screen readers."""
        said = [f"{self.words} would be sent."]
        if self.history is None:
            said.append("The conversation is still being counted.")
        elif self.history and self.draft:
            said.append(f"This message ≈ {self.draft:,}, the conversation before it ≈ {self.history:,}.")
        if self.uncounted:
            said.append(f"{self.uncounted} file{'s are' if self.uncounted > 1 else ' is'} not counted.")
        if self.context is None:
            said.append("How much this model reads is not known.")
        said.append(f"An estimate, usually within ± {percent(ERROR)}.")
        return " ".join(said)

    @property
    def warning(self) -> str:
        """What to know before sending, in one sentence; empty where it fits."""
        if self.context is None:
            return ""
        if self.total > self.context:
            return f"This will probably not fit: {self.words}."
        if self.total + self.asked > self.context:
            return f"With an answer of {self.asked:,} tokens, as asked for, this may not fit: {self.words}."
        if self.total > self.context * NEARLY:
            return f"Little room is left for the answer: {self.words}."
        return ""


def asked_of(account: Account, conversation: Conversation) -> int:
    """The longest answer asked for, in tokens; 0 if that is left to the provider."""
    params: Mapping[str, Any] = {**account.params, **conversation.params}
    return max((value for name in LENGTHS if isinstance(value := params.get(name), int)), default=0)
