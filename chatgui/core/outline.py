"""The shape of a conversation without its words: who follows whom, who speaks, how much is said. In arrays.

A hundred thousand messages take seven megabytes here. Messages are numbers, in the order they came; what is taken out keeps
its number, and comes back under it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from chatgui.core.message import Message, Reasoning, Refusal, Role, Text, ToolResult
from chatgui.core.names import NONE, Names

_MOST = (1 << 32) - 1
_SEVERAL = -2  # in `_reply`: more than one, see `_replies`
_ROLES = tuple(Role)
_NUMBER_OF_ROLE = {role: number for number, role in enumerate(_ROLES)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Outline:
    """The tree. What is asked by number must be in it."""

    __slots__ = (
        "_count",
        "_created",
        "_path",
        "_reasoned",
        "_replies",
        "_reply",
        "_roles",
        "_there",
        "names",
        "parents",
        "said",
        "thought",
    )

    def __init__(self) -> None:
        self.names = Names()
        self.parents = array("i")  # `NONE` for a first message
        self.said = array("I")  # characters of what was said, and of what was thought
        self.thought = array("I")
        self._created = array("q")  # microseconds since 1970
        self._roles = bytearray()
        self._reasoned = bytearray()
        self._there = bytearray()
        self._reply = array("i")  # the one reply to a message, `NONE` or `_SEVERAL`
        # of those with several, in order of making; and the first messages
        self._replies: dict[int, list[int]] = {NONE: []}
        self._count = 0
        self._path = (NONE, array("i"))  # asked for last: where it ends, and all of it

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        return (number for number, there in enumerate(self._there) if there)

    def find(self, name: str) -> int:
        """The number of the message with this id; `NONE` if it is not in the tree."""
        number = self.names.find(name)
        return number if number != NONE and self._there[number] else NONE

    def number(self, name: str) -> int:
        """The same. Raises KeyError if it is not in the tree."""
        if (number := self.find(name)) == NONE:
            raise KeyError(name)
        return number

    def of_role(self, path: array[int], role: Role) -> array[int]:
        """Those of a path who speak in this role."""
        roles, wanted = self._roles, _NUMBER_OF_ROLE[role]
        return array("i", [number for number in path if roles[number] == wanted])

    def any_reasoned(self, path: array[int]) -> bool:
        """Whether there was reasoning anywhere on a path."""
        return any(map(self._reasoned.__getitem__, path))

    def role(self, number: int) -> Role:
        """Who speaks."""
        return _ROLES[self._roles[number]]

    def created(self, number: int) -> datetime:
        """When it was made."""
        return _EPOCH + self._created[number] * _TICK

    def put_message(self, message: Message) -> int:
        """Put a message into the tree, or what it has become; its number. A parent is never changed."""
        return self.put(
            message.id, message.parent, message.role, (message.created - _EPOCH) // _TICK, reasoned=message.reasoned,
            said=sum(len(part.text) for part in message.parts if isinstance(part, (Text, Refusal, ToolResult))),
            thought=sum(len(part.text) for part in message.parts if isinstance(part, Reasoning)),
        )  # fmt: skip

    def put(
        self, name: str, parent: str | None, role: Role, created: int, *, said: int, thought: int, reasoned: bool
    ) -> int:
        """The same from its parts. `created` is in microseconds since 1970, `said` and `thought` in characters."""
        above = NONE if parent is None else self._number(parent)  # first, so that parents have the lower numbers
        number = self._number(name)
        self._roles[number] = _NUMBER_OF_ROLE[role]
        self._created[number], self._reasoned[number] = created, reasoned
        self.said[number], self.thought[number] = min(said, _MOST), min(thought, _MOST)
        if not self._there[number]:
            self.parents[number] = above
            self.put_back([number])
        return number

    def put_back(self, numbers: Iterable[int]) -> None:
        """Put into the tree what was taken out, parents first."""
        for number in numbers:
            self._there[number] = 1
            self._count += 1
            self._link(number, self.parents[number])

    def _number(self, name: str) -> int:
        """Its number; a name that is new here is not in the tree yet."""
        number = self.names.put(name)
        if number == len(self.parents):
            self.parents.append(NONE)
            self._reply.append(NONE)
            self.said.append(0)
            self.thought.append(0)
            self._created.append(0)
            self._roles.append(0)
            self._reasoned.append(0)
            self._there.append(0)
        return number

    def _age(self, number: int) -> tuple[int, str]:
        return self._created[number], self.names[number]

    def _link(self, number: int, above: int) -> None:
        before = _SEVERAL if above == NONE else self._reply[above]
        if before == NONE:
            self._reply[above] = number
            return
        if before != _SEVERAL:
            self._reply[above], self._replies[above] = _SEVERAL, [before]
        insort(self._replies[above], number, key=self._age)  # one put back takes its old place

    def _set_replies(self, above: int, replies: list[int]) -> None:
        if above == NONE:
            self._replies[NONE] = replies
        elif len(replies) > 1:
            self._reply[above], self._replies[above] = _SEVERAL, replies
        else:
            self._reply[above] = replies[0] if replies else NONE
            self._replies.pop(above, None)

    def replies(self, number: int) -> list[int]:
        """The direct replies to a message (`NONE`: the first messages), in order of making."""
        only = _SEVERAL if number == NONE else self._reply[number]
        if only == _SEVERAL:
            return list(self._replies[number])
        return [] if only == NONE else [only]

    def deepest(self, number: int) -> int:
        """The end one reaches from a message by always taking the newest reply."""
        while (below := self._reply[number]) != NONE:
            number = self._replies[number][-1] if below == _SEVERAL else below
        return number

    def below(self, number: int) -> list[int]:
        """A message and all that follows on it, parents first."""
        found = [number]
        for one in found:
            found += self.replies(one)
        return found

    def take(self, number: int) -> list[int]:
        """Take a message and all below it out of the tree; their numbers, parents first."""
        self._path = (NONE, array("i"))
        taken = self.below(number)
        above = self.parents[number]
        self._set_replies(above, [one for one in self.replies(above) if one != number])
        for one in taken:
            self._there[one] = 0
            self._set_replies(one, [])
        self._count -= len(taken)
        return taken

    def path(self, number: int) -> array[int]:
        """From the first message down to this one; not to be changed. Raises KeyError where one between them is not there."""
        if number == self._path[0]:
            return self._path[1]
        found = array("i")
        while number not in (NONE, self._path[0]):
            if not self._there[number]:
                raise KeyError(self.names[number])
            found.append(number)
            number = self.parents[number]
        found.reverse()
        if number != NONE:
            found = self._path[1] + found
        self._path = (found[-1] if found else NONE, found)
        return found


def place_in(path: array[int], number: int) -> int | None:
    """Where a number stands on a path. Nearly every path goes upwards; where one does not, it is searched."""
    at = bisect_left(path, number)
    if at < len(path) and path[at] == number:
        return at
    return path.index(number) if number in path else None
