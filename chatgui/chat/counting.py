"""About how many tokens a request is: what a conversation sends, counted in short steps and remembered."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from chatgui.core.attaching import Kind, kind_of
from chatgui.core.estimate import MESSAGE_OVERHEAD, count_attachment, count_tokens
from chatgui.core.message import Attachment, Message, Role, State
from chatgui.core.reply import Reply
from chatgui.core.usage import Source

COUNTED = 2_000_000  # characters counted word by word; what is older is reckoned by the rate of what is newer
AT_ONCE = 150_000  # the same, where nobody can wait: some twenty milliseconds
CALL_OVERHEAD, END = 8, 1  # tokens: the frame around a tool call, and the end of an answer
SAMPLED = 1_000  # messages that stand for all the older ones
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
        self._known: dict[str, tuple[Message, int, int]] = {}  # by id: itself, its tokens, its characters
        self._manner = (False, False)
        self._left: Iterator[Message] = iter(())
        self._chars = 0  # of the texts so far
        self._factor = 1.0

    @property
    def tokens(self) -> int | None:
        """The count, corrected by what the provider last reported; None until all is counted."""
        return round(self.counted * self._factor) if self.done else None

    def begin(self, branch: Sequence[Message], *, reasoning: bool, images: bool = True) -> None:
        """Count this branch, oldest first, from now on."""
        if self._manner != (reasoning, images) or len(self._known) > 2 * len(branch) + SAMPLED:
            self._known.clear()
        self._manner = (reasoning, images)
        self._left = reversed(branch)
        self._factor = factor(branch)
        self.counted = self._chars = 0
        self.done = False

    def step(self, seconds: float) -> bool:
        """Count on for about so long; whether all is counted."""
        until = time.perf_counter() + seconds
        for message in self._left:
            self.counted += self._count(message)
            if self._chars > self._most:
                return self._reckon()
            if time.perf_counter() > until:
                return False
        self.done = True
        return True

    def _reckon(self) -> bool:
        """Enough was counted: of what is left, some messages stand for all, at the rate found so far."""
        left = list(self._left)
        some = left[:: len(left) // SAMPLED + 1]
        chars = sum(len(message.text) for message in some if _is_sent(message))
        self.counted += round(chars * (len(left) / len(some)) * self.counted / self._chars) if some else 0
        self.done = True
        return True

    def _count(self, message: Message) -> int:
        known = self._known.get(message.id)
        if known is None or known[0] is not message:
            chars = len(message.text) if _is_sent(message) else 0
            reasoning, images = self._manner
            known = message, count_message(message, reasoning=reasoning, images=images), chars
            self._known[message.id] = known
        self._chars += known[2]
        return known[1]


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
