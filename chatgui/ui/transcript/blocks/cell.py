"""One cell of a table: measured without being laid out where that can be, laid out where it is seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from chatgui.core.deadline import check
from chatgui.core.markup import Runs
from chatgui.core.writing import source_of
from chatgui.ui.transcript.blocks.flow import Flow
from chatgui.ui.transcript.blocks.words import words

if TYPE_CHECKING:
    from chatgui.ui.transcript.blocks.table import TableBlock

SHORT = 200  # characters of a cell that are measured without being laid out


class Cell:
    """One cell: its runs, and where its text stands in the table's. Its flow is made when it is needed."""

    __slots__ = ("_flow", "across", "alignment", "block", "head", "laid", "length", "runs", "start", "text")

    def __init__(self, block: TableBlock, runs: Runs, start: int, alignment: str, *, head: bool) -> None:
        self.block, self.runs, self.start, self.alignment, self.head = block, runs, start, alignment, head
        self.text = "".join(map(source_of, runs))
        self.length = len(self.text)
        self.laid = -1.0  # width it is laid out for
        self.across = -1.0  # width it takes on one line, told without laying it out; negative until it was asked
        self._flow: Flow | None = None

    @property
    def flow(self) -> Flow:
        """Its text, laid out or about to be."""
        if self._flow is None:
            look = self.block.looks[self.head]
            made = words(self.runs, look, self.block.refresh)
            self._flow = Flow(made, look.font, self.block.line, alignment=self.alignment)
        return self._flow

    def lay_out(self, width: float) -> Flow:
        """Its flow, laid out for a width."""
        flow = self.flow
        if self.laid != width and not self._fits(width):
            flow.layout(width)
            self.laid = width
        return flow

    def height(self, width: float) -> float:
        """How high it is; told without laying it out where it is surely one line."""
        if self.laid < 0 and self._advance() <= width:
            return self.block.line
        return self.lay_out(width).height

    def measure(self, limit: float, *, roughly: bool) -> float:
        """How wide it would like to be: `limit` if even there it wraps. `roughly`: 0 for what only a layout can tell."""
        if (across := self._advance()) <= limit:
            return across
        if roughly:
            return limit if across < math.inf else 0.0
        flow = self.lay_out(limit)
        return limit if len(flow.lines) > self.text.count("\n") + 1 else flow.natural_width

    def _advance(self) -> float:
        """How wide it is on one line; infinite for what only a layout can measure."""
        if self.across < 0:
            check()
            look = self.block.looks[self.head]
            is_short = self.length < SHORT and self.text.isprintable()
            self.across = sum(look.advance(run) for run in self.runs) if is_short else math.inf
        return self.across

    def forget(self) -> None:
        """Drop the layout."""
        self._flow, self.laid = None, -1.0

    def _fits(self, width: float) -> bool:
        """Whether the layout it has is good for another width, too: one line from the left."""
        if self.laid < 0 or self.flow.rtl or self.alignment in {"center", "right"}:
            return False
        return len(self.flow.lines) == 1 and self.flow.natural_width <= width
