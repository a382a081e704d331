"""A conversation: a tree of messages with one shown branch, which ends at the tip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from chatgui.core.message import Attachment, Message
from chatgui.core.messages import Branch, Messages
from chatgui.core.names import NONE


@dataclass(frozen=True, slots=True)
class Summary:
    """One row of the sidebar. `account` is an account's name. `messages` counts the whole tree.

    `state` is idle, streaming, interrupted or failed: how the newest answer stands. `deleted` is when it went to the trash.
    """

    id: str
    title: str
    created: datetime
    updated: datetime
    account: str = ""
    model: str = ""
    messages: int = 0
    state: str = "idle"
    unread: bool = False
    pinned: bool = False
    archived: bool = False
    folder: str = ""
    tags: tuple[str, ...] = ()
    deleted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """What stands in a composer, or waits to be sent."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()

    def __add__(self, other: Unsent) -> Unsent:
        """Both, one under the other."""
        return Unsent(
            "\n".join(filter(None, (self.text, other.text))),
            tuple(dict.fromkeys((*self.attachments, *other.attachments))),
        )

    def __bool__(self) -> bool:
        return bool(self.text or self.attachments)


ORDERS = ("changed", "created", "title")


_INNER: dict[str, Callable[[Summary], Any]] = {
    "changed": lambda one: -one.updated.timestamp(),
    "created": lambda one: -one.created.timestamp(),
    "title": lambda one: one.title.casefold(),
}


def _rank(one: Summary) -> int:
    return 2 if one.archived else 0 if one.pinned else 1


def order_key(order: str) -> Callable[[Summary], tuple[Any, ...]]:
    """Where a conversation stands in a list: pinned ones first, archived ones last, else as `order` says."""
    inner = _INNER[order]
    return lambda one: (_rank(one), inner(one), one.id)


def in_order(summaries: Iterable[Summary], order: str) -> list[Summary]:
    """Sorted by `order_key`; key by key, which for very many takes half the time."""
    rows = sorted(summaries, key=attrgetter("id"))
    rows.sort(key=_INNER[order])
    rows.sort(key=_rank)
    return rows


@dataclass(slots=True, weakref_slot=True)
class Conversation:
    """The tree in memory. Messages are immutable; this object is owned by the session, and others only read it.

    `params` are the parameters set for this conversation, `system` its system prompt, `draft` what stands unsent in the
    composer, with `draft_attachments` beside it, and `edits` what is being made of messages, by their ids, the one last
    written last. `account` is an account's id; empty until one was chosen. `assistant` is
    the id of the assistant it was begun with, which may have been removed since.
    """

    id: str
    title: str
    created: datetime
    updated: datetime
    account: str = ""
    model: str = ""
    system: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    draft: str = ""
    draft_attachments: tuple[Attachment, ...] = ()
    edits: dict[str, Unsent] = field(default_factory=dict)
    tip: str | None = None
    assistant: str = ""
    messages: Messages = field(default_factory=Messages)

    @property
    def unsent(self) -> Unsent:
        """What stands in the composer."""
        return Unsent(self.draft, self.draft_attachments)

    def add(self, message: Message) -> None:
        """Put a message into the tree, or replace the one with its id (whose parent must be the same)."""
        self.messages[message.id] = message

    def extend(self, messages: Iterable[Message]) -> None:
        """Add several, oldest first."""
        for message in messages:
            self.add(message)

    def remove(self, message_id: str) -> list[str]:
        """Take a message and all below it out of the tree; their ids, parents first. The tip moves up."""
        parent = self.parent(message_id)
        taken = self.messages.take(message_id)
        if self.tip in taken:
            beside = self.children(parent)
            self.tip = self.deepest(beside[-1]) if beside else parent
        return taken

    def put_back(self, ids: Iterable[str]) -> None:
        """Put what was removed where it was."""
        self.messages.put_back(ids)

    def parent(self, message_id: str) -> str | None:
        """The id of the message it answers; None for a first message."""
        outline = self.messages.outline
        above = outline.parents[outline.number(message_id)]
        return None if above == NONE else outline.names[above]

    def branch(self, tip: str | None = None) -> Branch:
        """The messages from the root to `tip` (default: the shown tip), oldest first."""
        return self.messages.branch(tip if tip is not None else self.tip)

    def siblings(self, message_id: str) -> list[str]:
        """The ids of the message and its alternatives, in order of making."""
        outline = self.messages.outline
        return self._names(outline.replies(outline.parents[outline.number(message_id)]))

    def children(self, message_id: str | None) -> list[str]:
        """The ids of the direct replies to a message (`None`: the first messages), in order of making."""
        outline = self.messages.outline
        number = NONE if message_id is None else outline.find(message_id)
        return [] if number == NONE and message_id is not None else self._names(outline.replies(number))

    def deepest(self, message_id: str) -> str:
        """The tip one reaches from a message by always taking the newest reply."""
        outline = self.messages.outline
        return outline.names[outline.deepest(outline.number(message_id))]

    def _names(self, numbers: Iterable[int]) -> list[str]:
        return [self.messages.outline.names[number] for number in numbers]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a search found something. `marks` are (start, end) of the found words inside `snippet`."""

    conversation: str
    message: str
    title: str
    snippet: str
    created: datetime
    marks: tuple[tuple[int, int], ...] = ()
