"""What every block can do: lay itself out for a width, paint itself, say where things are, hand out parts of itself.

A block is no widget. Its origin is its top left corner; all points are relative to it, all lengths are pixels. Positions
index into `text`, in characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from chatgui.core.event import Event
from chatgui.core.markdown import Source
from chatgui.ui.transcript import links
from chatgui.ui.transcript.blocks import hidden
from chatgui.ui.transcript.blocks.scroll import Sideways
from chatgui.ui.transcript.style import Style

Span: TypeAlias = tuple[int, int]
Mark: TypeAlias = tuple[int, int, bool]  # a place found: start, end, whether it is the one looked at


@dataclass(frozen=True, slots=True)
class BlockAction:
    """Something one can do with a block. `name` is what is shown, and spoken unless `spoken` says more; `rect` is where a click
    does it."""

    name: str
    rect: QRectF
    run: Callable[[], object]
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A range of a block, for the clipboard. `html` holds no colours and loads nothing."""

    plain: str
    markdown: str
    html: str


class Block:
    """One top-level block of a message, or a block within one."""

    wide = False  # whether it may use the whole pane instead of the text column

    def __init__(self, style: Style) -> None:
        self.style = style
        self.source: Source | None = None  # of top-level blocks
        self.text = ""
        self.width = -1.0  # it is laid out for; negative while it is not
        self.height = 0.0  # as laid out last, or a guess
        self.natural_width = 0.0  # of a wide block: what it would like; 0 if what it has is enough
        self.excuse = ""  # said by who made it, where it stands for something else
        self.dirty_from = 0.0  # first row of pixels that differs since the layout before
        self.changed: Event[None] = Event()  # a formula, an image or colours have come: lay out and paint again
        self.wanted: Event[tuple[str, str]] = (
            Event()
        )  # (what, of what) only a person may ask for, e.g. ("load_image", url)

    def layout(self, width: float) -> float:
        """Lay out for `width` and return the height. Costs nothing when nothing has changed."""
        if width != self.width:
            self.width = width
            self.dirty_from = 0.0
            self.height = self.arrange(width)
        return self.height

    def arrange(self, width: float) -> float:
        """Do the work of `layout`."""
        raise NotImplementedError

    def invalidate(self) -> None:
        """Let the next `layout` do its work again."""
        self.width = -1.0

    def release(self) -> None:
        """Forget the layout; text and height stay."""
        self.invalidate()

    def paint(self, painter: QPainter, clip: QRectF, selection: Span | None, marks: Sequence[Mark]) -> None:
        """Draw what lies within `clip`."""
        raise NotImplementedError

    def position_at(self, point: QPointF) -> int:
        """The position nearest to `point`."""
        return 0 if point.y() < self.height / 2 else len(self.text)

    def caret_rect(self, position: int) -> QRectF:
        """Where a caret at `position` stands."""
        return QRectF(0, 0, 1, self.height)

    def link(self, point: QPointF) -> links.Link | None:
        """The link at `point`, judged."""
        return None

    @property
    def trouble(self) -> str:
        """Why it, or something in it, is not shown as what it is; empty if it is."""
        return self.excuse

    def hidden_at(self, point: QPointF) -> str:
        """What the mark of a hidden character at `point` stands for; empty where there is none."""
        if self.text.isascii() and self.text.replace("\n", "").isprintable():
            return ""
        position = self.position_at(point)
        if position and self.caret_rect(position).left() > point.x():
            position -= 1
        box = self.caret_rect(position)
        is_over = box.left() <= point.x() < box.left() + self.style.line() and box.top() <= point.y() < box.bottom()
        return hidden.name(self.text[position]) if is_over and position < len(self.text) else ""

    def baseline(self) -> float | None:
        """Where the first line of text stands; None where there is none."""
        return None

    def links(self) -> Iterator[tuple[links.Link, str, QRectF]]:
        """The links that may be followed, in reading order: each with its text, and where it begins."""
        yield from ()

    def actions(self) -> tuple[BlockAction, ...]:
        """What can be done with the block."""
        return ()

    def images(self) -> Iterator[tuple[str, str]]:
        """What each image shows, in words, and why it is not there; empty if it is."""
        yield from ()

    def image_at(self, point: QPointF) -> QImage | None:
        """The image at `point`, if it is there."""
        return None

    def hover(self, point: QPointF | None) -> bool:
        """The pointer is at `point`, or has left; True if the block looks different now."""
        return False

    def fragment(self, start: int, end: int) -> Fragment:
        """The part of the block between two positions."""
        return Fragment(self.text[start:end], self.text[start:end], "")

    def update_source(self, source: Source) -> bool:
        """Go on with `source`, which the present one has grown into. False if another block must be made."""
        return False

    def show(self, position: int) -> bool:
        """Scroll sideways as little as brings `position` into sight; whether that changed anything."""
        return False

    def bar_at(self, point: QPointF) -> Sideways | None:
        """What is scrolled by the bar at `point`."""
        return None

    def wheel(self, dx: float) -> bool:
        """Scroll sideways by `dx`; False if there is nothing to scroll."""
        return False


def clipped(selection: Span | None, start: int, end: int) -> Span | None:
    """The part of `selection` within `start:end`, counted from `start`; None if there is none."""
    if selection is None:
        return None
    first, last = max(selection[0], start), min(selection[1], end)
    return (first - start, last - start) if first < last else None


def clipped_marks(marks: Sequence[Mark], start: int, end: int) -> list[Mark]:
    """The marks that touch `start:end`, counted from `start`."""
    return [
        (max(0, one - start), min(end, other) - start, now) for one, other, now in marks if one < end and other > start
    ]
