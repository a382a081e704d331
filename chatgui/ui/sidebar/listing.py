"""All conversations in the order that is shown, and those of one folder or tag. One that changes costs no pass over all."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from chatgui.core.conversation import ORDERS, Summary, in_order, order_key

Place: TypeAlias = tuple[str, str]  # ("folder", its name) or ("tag", its name)
EVERYWHERE: Place = ("", "")


class Listing:
    """What the sidebar knows of the library. `rows` is a new list whenever something changed."""

    def __init__(self) -> None:
        self.place = EVERYWHERE
        self.rows: list[Summary] = []
        self._key: Callable[[Summary], Any] = order_key(ORDERS[0])
        self._all: list[Summary] = []
        self._known: dict[str, Summary] = {}
        self._places: Counter[Place] = Counter()

    def fill(self, summaries: Sequence[Summary], order: str) -> None:
        """These are all, and they are in this order."""
        self._key = order_key(order)
        self._all = list(summaries)
        self._known = {one.id: one for one in summaries}
        self._places = Counter(place for one in summaries if one.folder or one.tags for place in _places(one))
        self.narrow(self.place)

    def change(self, changed: Iterable[Summary], gone: Iterable[str] = ()) -> None:
        """These are new or have changed, and those are no longer there."""
        rows = self._all.copy() if self.place == EVERYWHERE else self.rows.copy()
        self._all = rows if self.place == EVERYWHERE else self._all
        for one in gone:
            self._take_out(rows, one)
        for new in changed:
            self._take_out(rows, new.id)
            self._known[new.id] = new
            self._places.update(_places(new))
            for listed in self._lists(rows, new):
                listed.insert(bisect_left(listed, self._key(new), key=self._key), new)
        self.rows = rows
        if self.place not in self.places:
            self.narrow(EVERYWHERE)

    def _take_out(self, rows: list[Summary], conversation: str) -> None:
        old = self._known.pop(conversation, None)
        if old is None:
            return
        self._places.subtract(_places(old))
        for listed in self._lists(rows, old):
            at = bisect_left(listed, self._key(old), key=self._key)
            if at < len(listed) and listed[at] is old:
                del listed[at]

    def _lists(self, rows: list[Summary], one: Summary) -> list[list[Summary]]:
        """The lists a conversation stands in."""
        return [self._all, *([rows] if rows is not self._all and self.place in _places(one) else ())]

    def narrow(self, place: Place) -> None:
        """Show those of this folder or with this tag; of one that is gone, all."""
        self.place = place if place in self.places else EVERYWHERE
        narrowed = self.place != EVERYWHERE
        self.rows = [one for one in self._all if self.place in _places(one)] if narrowed else self._all

    def arrange(self, order: str) -> None:
        """The same conversations in another order."""
        self._key = order_key(order)
        self._all = in_order(self._all, order)
        self.narrow(self.place)

    def get(self, conversation: str) -> Summary | None:
        """A conversation as it was last read."""
        return self._known.get(conversation)

    def newest(self) -> list[Summary]:
        """All conversations, newest first, whatever is shown."""
        return sorted(self._all, key=lambda one: one.updated, reverse=True)

    @property
    def places(self) -> dict[Place, int]:
        """The folders and tags there are, and how many conversations each holds."""
        return {place: count for place, count in self._places.items() if count > 0}


def _places(one: Summary) -> list[Place]:
    return [*([("folder", one.folder)] if one.folder else ()), *(("tag", tag) for tag in one.tags)]
