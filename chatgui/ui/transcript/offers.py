"""What lies under a point of the transcript, for a menu: an image, and what can be done with the block."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QImage

from chatgui.ui.transcript import copying
from chatgui.ui.transcript.rows import BlockRow
from chatgui.ui.transcript.view import TranscriptView

Offer = tuple[str, Callable[[], object]]

WHOLE = {"table": "Copy Table", "math": "Copy Formula"}  # kinds of blocks one takes as a whole
TITLES = {  # as menus write it; what is not here reads the same everywhere
    "Copy code": "Copy Code", "Wrap lines of code": "Wrap Lines", "Do not wrap lines of code": "Do Not Wrap Lines",
    "Show line numbers": "Show Line Numbers", "Hide line numbers": "Hide Line Numbers",
}  # fmt: skip


def image_at(view: TranscriptView, place: QPoint) -> QImage | None:
    """The image at a place of the screen, if it is there."""
    found = _block_at(view, place)
    return found[0].block.image_at(found[1]) if found is not None else None


def offers_at(view: TranscriptView, place: QPoint) -> list[Offer]:
    """What can be done with the block at a place of the screen: its words, and what does it."""
    found = _block_at(view, place)
    if found is None:
        return []
    row, inside = found
    made: list[Offer] = []
    if (words := WHOLE.get(row.source.kind)) is not None:
        made.append((words, lambda: copying.put(copying.block(row))))
    actions = row.block.actions()
    above = [one.rect.top() for one in actions if one.rect.top() <= inside.y()]
    top = max(above) if above else None  # of several in one block (code in a list), the one that is pointed at
    near = [one for one in actions if top is None or one.rect.top() == top]
    made.extend((TITLES.get(words := one.spoken or one.name, words), one.run) for one in near)
    return made


def _block_at(view: TranscriptView, place: QPoint) -> tuple[BlockRow, QPointF] | None:
    found = view.pointer.row_at(view.viewport().mapFromGlobal(place))
    if found is None or not isinstance(found[0].row, BlockRow):
        return None
    row, inside = found[0].row, found[1]
    return row, QPointF(inside.x(), inside.y() - row.space)
