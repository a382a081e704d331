"""Places in a page: where a row was put, where a reader is, and which line stands first. Values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

if TYPE_CHECKING:
    from chatgui.ui.transcript.message import Item
    from chatgui.ui.transcript.rows import Row


@dataclass(slots=True)
class Placed:
    """A row where it stands: `y` is its top below the pane's top, in pixels."""

    index: int
    item: Item
    row: Row
    y: int
    height: int
    revision: int


@dataclass(frozen=True, slots=True)
class Place:
    """A place to come back to: a message by id, a place in its text, and pixels below that row's top; or the end."""

    message: str = ""
    start: int = 0
    offset: int = 0

    def __str__(self) -> str:
        return f"{self.message} {self.start} {self.offset}"

    @classmethod
    def read(cls, words: str) -> Place:
        """What `str` wrote; the end for anything else."""
        message, _, numbers = words.partition(" ")
        start, _, offset = numbers.partition(" ")
        try:
            return cls(message, int(start), int(offset)) if message else END
        except ValueError:
            return END


END = Place()


@dataclass(frozen=True, slots=True)
class Line:
    """The first visible line: message, place in its text, text position, and pixels of it above the pane."""

    index: int
    start: int
    position: int
    above: int

    @classmethod
    def at(cls, index: int, row: Row, offset: int) -> Line:
        """The line `offset` pixels below the top of a row, as the row is laid out now."""
        position = row.position_at(QPointF(0, offset))
        return cls(index, row.start, position, round(offset - row.caret_rect(position).top()))

    def offset_in(self, row: Row) -> int:
        """The same as pixels below the top of its row, which may be laid out otherwise by now."""
        return round(row.caret_rect(self.position).top()) + self.above
