"""About how many tokens a request is: what a conversation sends, counted in short steps and remembered."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from chatgui.core.attaching import Kind, kind_of
from chatgui.core.estimate import MESSAGE_OVERHEAD, count_attachment, count_tokens
from chatgui.core.message import Attachment, Message, Role, State
from chatgui.core.messages import Branch
from chatgui.core.reply import Reply
from chatgui.core.usage import Source

COUNTED = 2_000_000  # characters counted word by word; what is older is reckoned by the rate of what is newer
AT_ONCE = 150_000  # the same, where nobody can wait: some twenty milliseconds
CALL_OVERHEAD, END = 8, 1  # tokens: the frame around a tool call, and the end of an answer
FEW = 1_000  # messages; counts of so many more than a branch has are remembered
LEAST = 300  # tokens; a shorter prompt says nothing of how a provider counts
LOOKED_AT = 100  # messages, for the newest count of the provider
NEAR = (0.6, 1.7)  # how far a provider's count may be from ours to be believed to be of the same text


def count_message(message: Message, *, reasoning: bool = False, images: bool = False) -> int:
    """About how many tokens a message is in a request; 0 for one that is not sent.

    `reasoning` counts its reasoning too: some accounts want it back. Pictures are counted only with `images`.
    """
    if not _is_sent(message):
        return 0
    tokens = MESSAGE_OVERHEAD + count_tokens(message.text)
    if reasoning:
        tokens += count_tokens(message.reasoning)
    files = (part for part in message.parts if isinstance(part, Attachment))
    return tokens + sum(count_attachment(one) for one in files if images or kind_of(one.media_type) is not Kind.IMAGE)


def count_request(history: Iterable[Message], *, reasoning: bool = False) -> int:
    """About how many tokens a request with these messages is, pictures apart; a long one is partly reckoned."""
    counter = HistoryCounter(AT_ONCE)
    counter.begin(tuple(history), reasoning=reasoning, images=False)
    counter.step(float("inf"))
    return counter.counted


def count_reply(reply: Reply) -> tuple[int | None, int]:
    """About how many tokens an answer is: of its reasoning (None if there was none), and in all, tool calls included."""
    reasoning = count_tokens(str(reply.reasoning))
    calls = sum(count_tokens(call.name) + count_tokens(call.arguments) + CALL_OVERHEAD for call in reply.calls)
    return reasoning or None, reasoning + count_tokens(str(reply.text)) + count_tokens(str(reply.refusal)) + calls + END


def _is_sent(message: Message) -> bool:
    """As `wire.request` decides it: failed and empty answers and tool results stay at home."""
    if message.role is Role.TOOL or (message.role is Role.ASSISTANT and message.state is State.FAILED):
        return False
    return message.role is Role.USER or bool(message.text.strip())


class HistoryCounter:
    """Counts what is sent of a branch, newest first, in steps short enough for a frame.

    Counts are remembered by message, so that a branch that grew by two messages costs two. Where the newest answer's
    provider reported its prompt, the sum is corrected by how that provider's count relates to ours.
    """

    def __init__(self, most: int = COUNTED) -> None:
        self.counted = 0
        self.done = True
        self._most = most
        self._known: dict[str, tuple[int, int, int]] = {}  # by id: a hash of it, its tokens, its characters
        self._manner = (False, False)
        self._branch: Sequence[Message] = ()
        self._left = 0  # messages of it that are not counted yet
        self._chars = 0  # of the texts so far
        self._factor = 1.0

    @property
    def tokens(self) -> int | None:
        """The count, corrected by what the provider last reported; None until all is counted."""
        return round(self.counted * self._factor) if self.done else None

    def begin(
        self, branch: Sequence[Message], *, before: Sequence[Message] = (), reasoning: bool, images: bool = True
    ) -> None:
        """Count this branch, oldest first, and what is sent `before` it, from now on."""
        if self._manner != (reasoning, images) or len(self._known) > 2 * len(branch) + FEW:
            self._known.clear()
        self._manner = (reasoning, images)
        self._branch, self._left = branch, len(branch)
        self._factor = factor(branch)
        self._chars = 0
        self.counted = sum(self._count(message) for message in before)
        self.done = False

    def step(self, seconds: float) -> bool:
        """Count on for about so long; whether all is counted."""
        until = time.perf_counter() + seconds
        while self._left:
            self._left -= 1
            self.counted += self._count(self._branch[self._left])
            if self._chars > self._most:
                return self._reckon()
            if time.perf_counter() > until:
                return False
        self.done = True
        return True

    def _reckon(self) -> bool:
        """Enough was counted: what is left is as much at the rate found so far."""
        self.counted += round(_length(self._branch, self._left) * self.counted / self._chars)
        self.done = True
        return True

    def _count(self, message: Message) -> int:
        known, text = self._known.get(message.id), message.text
        same = hash((text, message.state))
        if known is None or known[0] != same:
            reasoning, images = self._manner
            tokens = count_message(message, reasoning=reasoning, images=images)
            known = self._known[message.id] = same, tokens, len(text) if _is_sent(message) else 0
        self._chars += known[2]
        return known[1]


def _length(branch: Sequence[Message], count: int) -> int:
    """Characters said in the first messages of a branch; those of a long conversation are not read for it."""
    if isinstance(branch, Branch):
        return branch.length(count)
    return sum(len(branch[at].text) for at in range(count))


def factor(branch: Sequence[Message]) -> float:
    """How the newest answer's provider counts a prompt, relative to us; 1 where that is not known.

    A count far from ours is of another text (a template, tools, pictures, a prompt cut off), and tells nothing.
    """
    for message in reversed(branch[-LOOKED_AT:]):
        usage = message.usage
        if message.role is Role.ASSISTANT and usage.source is Source.REPORTED:
            if not usage.prompt_tokens or not usage.sent_tokens or usage.sent_tokens < LEAST:
                return 1.0
            found = usage.prompt_tokens / usage.sent_tokens
            return found if NEAR[0] <= found <= NEAR[1] else 1.0
    return 1.0
