"""The rows and cells of a table, each with its column's name. (Qt for Python has no interface of tables; what can be given
without it is here.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface

from chatgui.ui.transcript.accessible_parts import Part, Readable

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView

MOST = 200  # rows that are met one by one; the rest is read as the table's text


class GridPart(Part):
    """A row or a cell. Where it is, is where its table is."""

    def __init__(self, above: Part, view: TranscriptView, kind: QAccessible.Role, name: str, place: str) -> None:
        super().__init__(above, view, kind)
        self.name, self.description = name, place
        self._table = above

    def box(self) -> QRect:
        return self._table.box()


def lines(table: Part, view: TranscriptView, text: str) -> list[Part]:
    """The parts of a table whose text is `text`: a line for each row, the head first, cells with tabs between them."""
    head, *body = [line.split("\t") for line in text.split("\n", MOST + 1)[: MOST + 1]]
    parts: list[Part] = []
    for number, cells in enumerate((head, *body)):
        kind = QAccessible.Role.Cell if number else QAccessible.Role.ColumnHeader
        said = [f"{title}: {cell}" if number else cell for title, cell in zip(head, cells, strict=False)]
        place = f"row {number:,} of {len(body):,}" if number else "head"
        line = GridPart(table, view, QAccessible.Role.Row, ", ".join(said), place)
        for column, (name, cell) in enumerate(zip(said, cells, strict=False), start=1):
            one = GridPart(line, view, kind, name, f"{place}, column {column:,} of {len(head):,}")
            one.readable = _words(one, cell)
            line.parts.append(one)
        parts.append(line)
    return parts


def _words(part: QAccessibleInterface, words: str) -> Readable:
    return Readable(lambda: words, lambda _: part.rect(), lambda _: 0)
