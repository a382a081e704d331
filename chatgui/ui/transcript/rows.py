"""Rows: the strips a message is made of, from top to bottom. A row is a line of chrome or one block of text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import perf_counter, thread_time

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from chatgui.core.deadline import TooSlow, within
from chatgui.core.markdown import Source
from chatgui.ui.transcript import maths
from chatgui.ui.transcript.blocks import Block, make_block, plain_block
from chatgui.ui.transcript.blocks.note import Note
from chatgui.ui.transcript.blocks.scroll import Sideways
from chatgui.ui.transcript.heights import estimate_text
from chatgui.ui.transcript.links import Link
from chatgui.ui.transcript.style import Style

# Seconds of processor time for making, laying out or painting one block; beyond, its source is shown. There are two tries,
# for the first may have had to load fonts, which stay. A few words may be in forty scripts: what is short cannot cost much by
# itself, and has more time.
LIMITS_S = (0.05, 0.1)
TABLE_LIMITS_S = (0.02, 0.16)  # nobody can read the source of a large one
SHORT, SHORT_LIMITS_S = 4_000, (1.0, 1.0)
Mark = tuple[int, int, bool]  # start, end, whether it is the current one


@dataclass(frozen=True, slots=True)
class Measure:
    """Where the column stands in the pane: `left` and `width` of the text, and the whole pane's width, in pixels."""

    left: int
    width: int
    pane: int

    @classmethod
    def of(cls, pane: int, style: Style) -> Measure:
        """The column for a pane of this width."""
        return cls(*style.column_in(pane), pane)

    @property
    def widest(self) -> int:
        """How wide a table or code block may become."""
        return max(self.width, self.pane - self.left - min(self.left, 24))


@dataclass(frozen=True, slots=True)
class Look:
    """What a row should know about the moment it is painted in.

    `lit`: the pointer or the focus is in its message, so quiet things show. `hovered` and `focused` name an action.
    """

    lit: bool = False
    hovered: str = ""
    focused: str = ""
    selection: tuple[int, int] | None = None
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done at a place of a row. `rect` is in the row's coordinates.

    `label` is what is written there, empty where it shows itself: then `words` are said under the pointer, too. `words` are
    what a screen reader says; `run` is set where the row itself does it, else the view's signal tells others.
    """

    name: str
    label: str
    words: str
    rect: QRectF
    quiet: bool = True  # shown only while its message is lit
    run: Callable[[], object] | None = None


class Row:
    """One strip. Heights are whole pixels; coordinates are relative to the column's left and the row's top."""

    start = -1  # where its source stands in the message's text; -1 for chrome
    text = ""  # plain text; positions of the selection count its characters
    space = 0  # empty pixels at the top, included in the height
    width = 0

    def __init__(self) -> None:
        self.height = 0
        self.revision = 0  # grows whenever it must be painted anew
        self.dirty_from = 0.0  # the first pixel row that differs from the revision before

    def estimate(self, measure: Measure) -> int:
        """A guess at the height, without laying anything out."""
        return self.layout(measure)

    def layout(self, measure: Measure) -> int:
        """Lay out for the width, return the height. Costs nothing when nothing changed."""
        raise NotImplementedError

    def release(self) -> None:
        """Drop what `layout` made."""

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        """Paint within `clip`; the painter's origin is the row's top left."""
        raise NotImplementedError

    def touch(self, dirty_from: float = 0.0) -> None:
        """Say that it must be painted anew, from this pixel row down."""
        self.revision += 1
        self.dirty_from = dirty_from

    def position_at(self, point: QPointF) -> int:
        """The text position nearest to a point."""
        return 0

    def caret_rect(self, position: int) -> QRectF:
        """Where the caret stands at a text position."""
        return QRectF(0, self.space, 1, max(1, self.height - self.space))

    def link(self, point: QPointF) -> Link | None:
        """The link at a point, judged; None if there is none."""
        return None

    def hint(self, point: QPointF) -> str:
        """What is said of the place under the pointer."""
        link = self.link(point)
        return " · ".join(filter(None, (link.shown, link.warning))) if link else ""

    def actions(self) -> tuple[Action, ...]:
        """What can be done here, in reading order."""
        return ()

    def links(self) -> tuple[Action, ...]:
        """The links here, as what following them does: for the keyboard and for screen readers."""
        return ()

    def hover(self, point: QPointF | None) -> bool:
        """The pointer is here, or has left; whether that shows."""
        return False

    def show(self, position: int) -> None:
        """Scroll sideways as little as brings a text position into sight."""

    def bar_at(self, point: QPointF) -> Sideways | None:
        """What is scrolled by the bar at a point."""
        return None

    def wheel(self, dx: float) -> bool:
        """Scroll sideways, if there is anything to scroll; whether it did."""
        return False


class BlockRow(Row):
    """One Markdown block of a message. The block itself is made when it is first needed."""

    def __init__(self, source: Source, start: int, style: Style, space: int = 0) -> None:
        super().__init__()
        self.source = source
        self.start = start
        self.style = style
        self.space = self._gap = space  # the gap to the row above, and what stands in it
        self._block: Block | None = None
        self.said = ""  # why it is not shown as what it is
        self._laid: Measure | None = None
        self._grew = False  # in place, since the last layout: the block knows from where on
        self._is_plain = False  # it took too long as what it is, and is shown as its source
        self._slow_paintings = 0  # in a row
        self.refreshed = 0  # how often the block changed by itself
        self._unsubscribe: Callable[[], None] = _nothing
        self.changed: Callable[[], None] = _nothing  # told when the block changed by itself
        self.wanted: Callable[[tuple[str, str]], object] = _nothing  # told what only a person may ask for
        self.opened: Callable[[Link], object] = _nothing  # told the link a person follows

    @property
    def note(self) -> Note:
        """The line that says why."""
        return Note(self.style, self.said)

    @property
    def block(self) -> Block:
        """The block, parsed."""
        if self._block is None:
            self._block = self._make()
            self._unsubscribe = self._block.changed.subscribe(lambda _: self.refresh())
            self._block.wanted.subscribe(self.wanted)
        return self._block

    def _make(self) -> Block:
        for limit in self._limits:
            is_own = True
            try:
                with within(limit) as is_own:
                    return make_block(self.source, self.style)
            except TooSlow:
                if not is_own:
                    raise  # of somebody who takes in many, which says nothing of this one
        self._is_plain = True
        return plain_block(self.source, self.style)

    @property
    def _limits(self) -> tuple[float, ...]:
        """How long each try may take; once it is shown as its source, nothing else is tried."""
        if self._is_plain:
            return ()
        if len(self.source.markdown) <= SHORT:
            return SHORT_LIMITS_S
        return TABLE_LIMITS_S if self.source.kind == "table" else LIMITS_S

    @property
    def text(self) -> str:  # type: ignore[override]  # a plain attribute in the base, worked out here
        """The block's plain text."""
        return self.block.text

    @property
    def is_made(self) -> bool:
        """Whether a block is held in memory, or only what to make it of."""
        return self._block is not None

    @property
    def is_laid(self) -> bool:
        """Whether a layout is held in memory."""
        return self._laid is not None

    def is_laid_for(self, measure: Measure) -> bool:
        """Whether it is laid out, and for this very column."""
        return self._laid is measure

    @property
    def is_stale(self) -> bool:
        """Whether the block, once laid out, changed by itself since."""
        return self._laid is None and self._block is not None and self.width > 0

    def estimate(self, measure: Measure) -> int:
        """Lines guessed from the number of characters."""
        return self.space + estimate_text(self.source.markdown, self.source.kind == "code", measure.width, self.style)

    def layout(self, measure: Measure) -> int:
        if self._laid is not measure and self._laid != measure:
            self._lay_out_in_time(measure)
            self._laid = measure
            # the ground of code in a line is a little higher than the line
            self.dirty_from = max(0.0, self._gap + self.block.dirty_from - 2) if self._grew else 0.0
            self._grew = False
            self.width = measure.width
            self.said = "" if self.source.growing else self.block.trouble
            above, below = (self.note.height, 0) if self.block.excuse else (0, self.note.height)
            self.space = self._gap + above
            height = math.ceil(self.block.height)
            self.height = self.space + height + below if height else 0  # nothing takes no room
        return self.height

    def _lay_out_in_time(self, measure: Measure) -> None:
        for limit in self._limits:
            block = self.block  # making it has a limit of its own
            try:
                with within(limit):
                    self._lay_out(block, measure)
                return
            except TooSlow:
                block.release()
        self._drop_block()
        self._is_plain = True
        self._lay_out(self.block, measure)

    @staticmethod
    def _lay_out(block: Block, measure: Measure) -> None:
        block.layout(measure.width)
        if block.wide:
            natural = min(block.natural_width, measure.widest)
            if natural > measure.width:
                block.layout(natural)

    def update(self, source: Source, space: int) -> None:
        """The block grew (streaming), perhaps into one of another kind; the next `layout` takes it in."""
        is_same_kind = space == self._gap
        self.source, self.space, self._gap = source, space, space
        block = self._block
        if block is None:
            return
        self._grew = False
        if not self._is_plain:
            with (
                suppress(TooSlow),
                within(self._limits[-1]),
                maths.writing(True),
            ):  # whether it is too slow as a whole, the layout tells
                self._grew = block.update_source(source) and is_same_kind
        if not self._grew:
            self._drop_block()
        self.touch()
        self._laid = None

    def refresh(self) -> None:
        """Lay out anew: the block changed by itself (a formula was drawn, code was highlighted)."""
        self._laid, self._grew = None, True
        self.refreshed += 1
        self.touch()
        self.changed()

    def _drop_block(self) -> None:
        if self._block is not None:
            self._unsubscribe()
            self._block.release()
            self._block = None

    def release(self) -> None:
        self._drop_block()
        self._laid = None

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        # the wall clock is cheap, and nothing takes longer by the processor's: that is asked once there is a suspicion
        clock = thread_time if self._slow_paintings else perf_counter
        began = clock()
        painter.translate(0, self.space)
        self.block.paint(painter, clip.translated(0, -self.space), look.selection, look.marks)
        painter.translate(0, -self.space)
        self.note.paint(painter, self.space - self.style.px(4) if self.space > self._gap else self.height, self.width)
        if limits := self._limits:
            self._slow_paintings = self._slow_paintings + 1 if clock() - began > limits[-1] else 0
            if self._slow_paintings == len(limits):
                self._is_plain = True
                self._drop_block()
                self.refresh()
        if look.focused:
            self._paint_focus(painter, look.focused)

    def _paint_focus(self, painter: QPainter, name: str) -> None:
        """Where the keyboard is."""
        for action in (*self.actions(), *self.links()):
            if action.name == name:
                painter.setPen(self.style.colours["accent"])
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(action.rect.adjusted(-2, -2, 1, 1), 4, 4)

    def _inside(self, point: QPointF) -> QPointF:
        return QPointF(point.x(), point.y() - self.space)

    def position_at(self, point: QPointF) -> int:
        return self.block.position_at(self._inside(point))

    def caret_rect(self, position: int) -> QRectF:
        return self.block.caret_rect(position).translated(0, self.space)

    def link(self, point: QPointF) -> Link | None:
        return self.block.link(self._inside(point))

    def hint(self, point: QPointF) -> str:
        return super().hint(point) or self.block.hidden_at(self._inside(point))

    def actions(self) -> tuple[Action, ...]:
        return tuple(
            Action(
                f"{number}@{self.start}",
                one.name if one.spoken else "",
                one.spoken or one.name,
                one.rect.translated(0, self.space),
                quiet=False,
                run=one.run,
            )
            for number, one in enumerate(self.block.actions())
        )

    def links(self) -> tuple[Action, ...]:
        return tuple(
            Action(f"link{number}@{self.start}", "", f"{text}, {link.host or 'mail'}", rect.translated(0, self.space),
                   quiet=False, run=partial(self.opened, link))
            for number, (link, text, rect) in enumerate(self.block.links())
        )  # fmt: skip

    def hover(self, point: QPointF | None) -> bool:
        if self._block is not None and self._block.hover(self._inside(point) if point is not None else None):
            self.touch()
            return True
        return False

    def show(self, position: int) -> None:
        if self.block.show(position):
            self.touch()

    def bar_at(self, point: QPointF) -> Sideways | None:
        return self.block.bar_at(self._inside(point))

    def wheel(self, dx: float) -> bool:
        if self.block.wheel(dx):
            self.touch()
            return True
        return False


def _nothing(*_: object) -> None:
    pass
