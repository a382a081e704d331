"""The messages of a conversation: all of them by id, and a branch of them in order; in memory, or read when asked for.

What is read from elsewhere is held for a while, and what was said or changed here for as long as the conversation is. So a
conversation of any length takes little memory (see `core.outline`), and nobody who uses it need know.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol, overload

from chatgui.core.errors import Failure, Kind
from chatgui.core.message import Message, Part, Role
from chatgui.core.names import NONE
from chatgui.core.outline import Outline, place_in

HELD, HELD_CHARS = 600, 4_000_000  # messages that were read, and their characters, held in memory
AROUND = 16  # messages before and behind one that is read, read with it
AROUND_CHARS = 200_000  # of those read with it at most: what a frame has time for
AT_ONCE = 500  # messages whose texts are gone through together

UNREADABLE = Failure(
    Kind.STORE,
    "This message cannot be read now.",
    advice="It is not lost by this. Open the conversation again.",
)


class Source(Protocol):
    """Where messages are read from. Both leave out what cannot be read; neither takes longer than a frame may."""

    def messages(self, ids: Collection[str]) -> Iterable[Message]:
        """These messages, in any order."""

    def parts(self, ids: Collection[str]) -> Mapping[str, tuple[Part, ...]]:
        """Their parts by id, those of running text."""


class Messages(Mapping[str, Message]):
    """All messages of a tree, by id, in the order they came. Without a source, all are in memory."""

    __slots__ = ("_chars", "_own", "_read", "outline", "source")

    def __init__(self, source: Source | None = None) -> None:
        self.outline = Outline()
        self.source = source
        self._own: dict[int, Message] = {}  # said or changed here
        self._read: OrderedDict[int, Message] = OrderedDict()  # what was asked for last stands last
        self._chars = 0  # in `_read`

    def __len__(self) -> int:
        return len(self.outline)

    def __iter__(self) -> Iterator[str]:
        return (self.outline.names[number] for number in self.outline)

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.outline.find(name) != NONE

    def __getitem__(self, name: str) -> Message:
        return self.at(self.outline.number(name))

    def __setitem__(self, name: str, message: Message) -> None:
        self._forget(self.outline.names.find(name))
        self._own[self.outline.put_message(message)] = message

    def take(self, name: str) -> list[str]:
        """Take a message and all below it out of the tree; their ids, parents first."""
        return [self.outline.names[number] for number in self.outline.take(self.outline.number(name))]

    def put_back(self, names: Iterable[str]) -> None:
        """Put into the tree again what was taken out, parents first."""
        self.outline.put_back(self.outline.names.find(name) for name in names)

    def branch(self, tip: str | None) -> Branch:
        """The messages from the root to a tip, oldest first. Raises KeyError where one of them is not there."""
        return Branch(self, self.outline.path(NONE if tip is None else self.outline.number(tip)))

    def hold(self, messages: Iterable[Message]) -> None:
        """Take in what was read elsewhere, of messages that are in the outline."""
        for message in messages:
            number = self.outline.find(message.id)
            if number != NONE and number not in self._own:
                self._hold(number, message)

    def is_at_hand(self, number: int) -> bool:
        """Whether a message need not be read."""
        return number in self._own or number in self._read

    def at(self, number: int) -> Message:
        """A message by its number, in the tree or taken out; one that cannot be read says so."""
        if (own := self._own.get(number)) is not None:
            return own
        if (read := self._read.get(number)) is not None:
            self._read.move_to_end(number)
            return read
        self._get_around(number)
        return self._read.get(number) or self._unreadable(number)

    def _get_around(self, number: int) -> None:
        near, chars = [number], self._size(number)
        for one in range(max(0, number - AROUND), min(len(self.outline.parents), number + AROUND + 1)):
            if one != number and not self.is_at_hand(one) and chars + self._size(one) <= AROUND_CHARS:
                near.append(one)
                chars += self._size(one)
        far = [self.outline.names[one] for one in near]
        for message in self.source.messages(far) if self.source is not None else ():
            self._hold(self.outline.names.find(message.id), message)

    def parts(self, numbers: Iterable[int]) -> Iterator[tuple[Part, ...]]:
        """The parts of many messages, those of running text at least; nothing of them is held."""
        names = self.outline.names
        ordered = list(numbers)
        far = [names[number] for number in ordered if not self.is_at_hand(number)]
        read = self.source.parts(far) if self.source is not None and far else {}
        for number in ordered:
            yield self.at(number).parts if self.is_at_hand(number) else read.get(names[number], ())

    def _hold(self, number: int, message: Message) -> None:
        parent = self.outline.parents[number]
        above = None if parent == NONE else self.outline.names[parent]
        self._forget(number)
        self._read[number] = message if message.parent == above else replace(message, parent=above)
        self._chars += self._size(number)
        while len(self._read) > HELD or (self._chars > HELD_CHARS and len(self._read) > 2 * AROUND + 1):
            self._forget(next(iter(self._read)))

    def _forget(self, number: int) -> None:
        if self._read.pop(number, None) is not None:
            self._chars -= self._size(number)

    def _size(self, number: int) -> int:
        return self.outline.said[number] + self.outline.thought[number]

    def _unreadable(self, number: int) -> Message:
        outline = self.outline
        parent = outline.parents[number]
        return Message(
            outline.names[number], outline.role(number), (), outline.created(number),
            None if parent == NONE else outline.names[parent], failure=UNREADABLE,
        )  # fmt: skip


class Branch(Sequence[Message]):
    """Messages of a tree in an order of their own: from the first to a tip, or some of those.

    What is put or appended here changes nothing in the tree.
    """

    __slots__ = ("_added", "_instead", "_messages", "_path")

    def __init__(
        self,
        messages: Messages,
        path: array[int],
        instead: Mapping[int, Message] = MappingProxyType({}),
        added: Iterable[Message] = (),
    ) -> None:
        self._messages = messages
        self._path = path
        self._instead = dict(instead)  # by number
        self._added = list(added)

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Branch:
        """A branch of its own of these messages, which are in no tree; ids are distinct."""
        if isinstance(messages, Branch):
            return messages.copy()
        return cls(Messages(), array("i"), added=messages)

    def __len__(self) -> int:
        return len(self._path) + len(self._added)

    @overload
    def __getitem__(self, at: int) -> Message: ...
    @overload
    def __getitem__(self, at: slice) -> list[Message]: ...
    def __getitem__(self, at: int | slice) -> Message | list[Message]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        if (own := self._own(at)) is not None:
            return own
        return self._messages.at(self._path[at])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(_same, self, other))

    __hash__ = None  # type: ignore[assignment]  # it changes

    def _own(self, at: int) -> Message | None:
        beyond = at - len(self._path)
        return self._added[beyond] if beyond >= 0 else self._instead.get(self._path[at])

    def put(self, at: int, message: Message) -> None:
        """Have this message in the place of one with the same id."""
        beyond = at - len(self._path)
        if beyond >= 0:
            self._added[beyond] = message
        else:
            self._instead[self._path[at]] = message

    def append(self, message: Message) -> None:
        """One more, at the end."""
        self._added.append(message)

    def id(self, at: int) -> str:
        """The id of a message, which is not read for it."""
        own = self._own(at)
        return own.id if own is not None else self._messages.outline.names[self._path[at]]

    def index_of(self, message_id: str) -> int | None:
        """Where a message stands; None if it is not here."""
        for beyond in range(len(self._added) - 1, -1, -1):
            if self._added[beyond].id == message_id:
                return len(self._path) + beyond
        number = self._messages.outline.names.find(message_id)
        return None if number == NONE else place_in(self._path, number)

    def role(self, at: int) -> Role:
        """Who speaks there."""
        own = self._own(at)
        return own.role if own is not None else self._messages.outline.role(self._path[at])

    def last(self, role: Role) -> str:
        """The id of the last message of a role; empty if there is none."""
        return next((self.id(at) for at in range(len(self) - 1, -1, -1) if self.role(at) is role), "")

    @property
    def reasoned(self) -> bool:
        """Whether there was reasoning in any of them, readable or hidden."""
        return self._messages.outline.any_reasoned(self._path) or any(
            one.reasoned for one in (*self._instead.values(), *self._added)
        )

    def said(self, at: int) -> int:
        """Characters of what was said there, tool results included."""
        return self._messages.outline.said[self._path[at]] if at < len(self._path) else len(self[at].text)

    def thought(self, at: int) -> int:
        """Characters of what was thought there, as far as it can be read."""
        return self._messages.outline.thought[self._path[at]] if at < len(self._path) else len(self[at].reasoning)

    def length(self, count: int) -> int:
        """Characters of what was said in the first messages, in all."""
        said = self._messages.outline.said
        beyond = self._added[: max(0, count - len(self._path))]
        return sum(map(said.__getitem__, self._path[:count])) + sum(len(one.text) for one in beyond)

    def at_hand(self, at: int) -> Message | None:
        """The message, if it need not be read."""
        own = self._own(at)
        return own or (self._messages.at(self._path[at]) if self._messages.is_at_hand(self._path[at]) else None)

    def copy(self) -> Branch:
        """The same, to be changed by somebody else."""
        return Branch(self._messages, self._path, self._instead, self._added)

    def only(self, wanted: Callable[[int], bool]) -> Branch:
        """The messages at the places that are wanted."""
        path = array("i", [number for at, number in enumerate(self._path) if wanted(at)])
        added = [one for at, one in enumerate(self._added, len(self._path)) if wanted(at)]
        return Branch(self._messages, path, self._instead, added)

    def by(self, role: Role) -> Branch:
        """The messages of those who speak in this role."""
        path = self._messages.outline.of_role(self._path, role)
        return Branch(self._messages, path, self._instead, [one for one in self._added if one.role is role])

    def far(self) -> list[str]:
        """The ids of those that are not in memory."""
        numbers = self._messages
        return [numbers.outline.names[number] for number in self._path if not numbers.is_at_hand(number)]

    def parts(self, first: int, last: int) -> Iterator[tuple[Part, ...]]:
        """The parts of the messages in [first, last), those of running text at least: for going through many of them."""
        for start in range(first, min(last, len(self._path)), AT_ONCE):
            stop = min(start + AT_ONCE, last, len(self._path))
            for at, parts in enumerate(self._messages.parts(self._path[start:stop]), start):
                own = self._instead.get(self._path[at])
                yield own.parts if own is not None else parts
        for at in range(max(first, len(self._path)), last):
            yield self[at].parts


def _same(one: object, other: object) -> bool:
    return one is other or one == other
