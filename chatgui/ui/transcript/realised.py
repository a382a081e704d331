"""The messages made into rows, and the rows laid out: what is in sight, and what was lately. Memory stays bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import chain

from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.places import Placed
from chatgui.ui.transcript.rows import BlockRow

KEPT_ITEMS = 32  # realised messages held besides those in sight
KEPT_ROWS = 96  # laid-out blocks held; one costs about 30 kB


class Realised:
    """Items by the id of their message; what was asked for last stands last."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, Item] = OrderedDict()
        self._laid: OrderedDict[BlockRow, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def rows(self) -> int:
        """How many rows are laid out."""
        return len(self._laid)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __getitem__(self, message_id: str) -> Item | None:
        return self._items.get(message_id)

    def use(self, message_id: str) -> Item | None:
        """The item of a message, if it is made, which is needed now."""
        item = self._items.get(message_id)
        if item is not None:
            self._items.move_to_end(message_id)
        return item

    def unread(self, placed: Sequence[Placed] = ()) -> Item | None:
        """An item that is not read to its end, first of those in sight."""
        items = chain((one.item for one in placed), self._items.values())
        return next((one for one in items if not one.is_read), None)

    def put(self, item: Item) -> Item:
        """Take in one that was made."""
        self._items[item.message.id] = item
        return item

    def laid(self, row: BlockRow) -> None:
        """A row is laid out, and needed now."""
        self._laid[row] = None
        self._laid.move_to_end(row)

    def clear(self) -> None:
        """Forget all of them."""
        self._items.clear()
        self._laid.clear()

    def drop_old(self, placed: Sequence[Placed], live: Item | None) -> None:
        """Forget layouts and messages not used for long, but none that is in sight or growing."""
        if len(self._laid) > KEPT_ROWS + len(placed):
            seen = {id(one.row) for one in placed}
            for row in [row for row in self._laid if id(row) not in seen][: len(self._laid) - KEPT_ROWS]:
                row.release()
                del self._laid[row]
        if len(self._items) > KEPT_ITEMS + len(placed):
            keep = {one.item.message.id for one in placed}
            if live is not None:
                keep.add(live.message.id)
            for key in [key for key in self._items if key not in keep][: len(self._items) - KEPT_ITEMS]:
                self._drop(self._items.pop(key))

    def _drop(self, item: Item) -> None:
        for row in item.body:
            if row.is_made and self._laid.pop(row, 0) is None:
                row.release()
