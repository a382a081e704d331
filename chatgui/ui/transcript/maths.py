"""LaTeX maths as pictures with a true baseline, set by the child process.

Until one has come, room of about its size is left for it, and its source shown there as far as it goes; where the source was
seen while it was written, that stays instead.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtSvg import QSvgRenderer

from chatgui.core.formula_size import Size, guess
from chatgui.core.markup import Runs
from chatgui.ui.transcript.blocks.errands import Answer, errands
from chatgui.ui.transcript.blocks.note import NO_FORMULA
from chatgui.ui.transcript.blocks.scroll import Sideways
from chatgui.ui.transcript.style import Style

SET_AT = 24.0  # pixels of text size the child sets formulas for
LARGER = 1.12  # than the text around it: its letters are lower than those of a sans serif of the same size
KEPT = 1_000  # formulas kept
LARGEST = 300_000  # characters of SVG
NEAR = 2.5  # pixels by which a line may be higher or lower than what stands in it needs
SHOWN = 200  # characters of a source that may be shown in the room for it


@dataclass(frozen=True, slots=True)
class Set:
    """A formula as it came: SVG in black, and its measures at `SET_AT`."""

    svg: str
    width: float
    height: float
    descent: float


class Formula:
    """A formula at a size, in a colour."""

    def __init__(self, made: Set, room: Size, size: float, colour: str, style: Style) -> None:
        """`room` is what was left for it before it was set: if it is near enough, it is left for it still, so that nothing
        moves."""
        scale = size * LARGER / SET_AT
        self.width = self._whole = made.width * scale
        self.scroll = Sideways(style)
        self.descent = max(0.0, _near(made.descent * scale, room.descent * scale))
        self.ascent = max(1.0, _near((made.height - made.descent) * scale, room.ascent * scale))
        self._below = made.descent * scale
        self._height = made.height * scale
        self._svg = made.svg.replace('"black"', f'"{colour}"').replace("<svg ", f'<svg fill="{colour}" ', 1)
        self._renderer: QSvgRenderer | None = None

    def fit(self, width: float) -> None:
        """Become as narrow as `width`: the rest is scrolled to."""
        if self.width == self._whole:
            self.descent += self.scroll.depth
        self.width = width
        self.scroll.set(self._whole, width)

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw it with its left end at `x`."""
        if self._renderer is None:
            self._renderer = QSvgRenderer(QByteArray(self._svg.encode()))
        box = QRectF(x, baseline + self._below - self._height, self._whole, self._height)
        if not self.scroll.room:
            self._renderer.render(painter, box)
            return
        painter.save()
        painter.setClipRect(QRectF(x, box.top(), self.width, self._height), Qt.ClipOperation.IntersectClip)
        self._renderer.render(painter, box.translated(-self.scroll.x, 0))
        self.scroll.fade(painter, QRectF(x, box.top(), self.width, self._height), self.scroll.style.colours["ground"])
        painter.restore()
        self.scroll.paint(painter, x, box.bottom() + self.scroll.depth - 4, self.width)


class Expected(Formula):
    """The room for a formula that is being set, with its source in it."""

    def __init__(self, latex: str, room: Size, size: float, style: Style) -> None:
        made = Set("", max(room.width, SET_AT / 2), room.ascent + room.descent, room.descent)
        super().__init__(made, room, size, "", style)
        self._latex = " ".join(latex.split())[:SHOWN]
        self._font = style.font("text")
        self._font.setPixelSize(max(1, round(size * 0.8)))
        self._colour = style.colours["secondary"]

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        painter.setFont(self._font)
        painter.setPen(self._colour)
        words = QFontMetricsF(self._font).elidedText(self._latex, Qt.TextElideMode.ElideRight, self.width)
        painter.drawText(QPointF(x, baseline), words)


def _near(own: float, room: float) -> float:
    return room if abs(own - room) <= NEAR else own


@lru_cache(maxsize=KEPT)
def _room(latex: str, display: bool) -> Size:
    return guess(latex, display=display)


_made: OrderedDict[tuple[str, bool], Set | None] = OrderedDict()  # None where it cannot be set

# Who waits for which formula. A block asks again for all that is missing whenever one has come: it is noted once.
_awaited: dict[tuple[str, bool], dict[Callable[[], object], None]] = {}
_written: set[tuple[str, bool]] = set()  # those of them whose source was seen while it was written
_is_writing: list[bool] = [False]


@contextmanager
def writing(now: bool) -> Iterator[None]:
    """Within this, formulas are asked for by a text that is being written."""
    before, _is_writing[0] = _is_writing[0], now or _is_writing[0]
    try:
        yield
    finally:
        _is_writing[0] = before


def inline(
    latex: str, size: float, colour: str, style: Style, *, display: bool, wait: Callable[[], object]
) -> Formula | None:
    """The formula at a text size in pixels, or the room for it, and `wait` is called when it is there, or never will be; None
    where its source is shown."""
    key = (latex, display)
    if key in _made:
        _made.move_to_end(key)
        made = _made[key]
        return Formula(made, _room(latex, display), size, colour, style) if made else None
    if key in _awaited:
        _awaited[key][wait] = None
    else:
        _awaited[key] = {wait: None}
        errands().ask({"kind": "formula", "latex": latex, "display": display}, lambda answer: _came(key, answer))
    if _is_writing[0]:
        _written.add(key)
    return None if key in _written else Expected(latex, _room(latex, display), size, style)


def _came(key: tuple[str, bool], answer: Answer | None) -> None:
    good = answer is not None and len(answer["svg"]) <= LARGEST and 0 < answer["width"] < 20_000
    _made[key] = Set(answer["svg"], answer["width"], answer["height"], answer["descent"]) if good and answer else None
    _written.discard(key)
    while len(_made) > KEPT:
        _made.popitem(last=False)
    for wait in _awaited.pop(key, {}):
        wait()


def refusal(runs: Runs) -> str:
    """That a formula among these cannot be set, in words; empty if all can, or nobody knows yet."""
    kinds = {"math": False, "display": True}
    refused = any(run.kind in kinds and _made.get((run.text, kinds[run.kind]), run) is None for run in runs)
    return NO_FORMULA if refused else ""
