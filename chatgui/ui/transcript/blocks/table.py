"""Tables: a layout for each cell, columns as wide as they need, scrolled rather than squeezed. A new row costs itself."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from chatgui.core.deadline import check
from chatgui.core.markdown import Source
from chatgui.core.markup import Node, Runs, Table, plain
from chatgui.core.writing import cut
from chatgui.ui.transcript import links, maths
from chatgui.ui.transcript.blocks import fragments
from chatgui.ui.transcript.blocks.base import Block, BlockAction, Fragment, Mark, Span, clipped, clipped_marks
from chatgui.ui.transcript.blocks.cell import Cell
from chatgui.ui.transcript.blocks.images import offers
from chatgui.ui.transcript.blocks.looks import Look, begins_rtl
from chatgui.ui.transcript.blocks.scroll import Sideways
from chatgui.ui.transcript.blocks.words import looks
from chatgui.ui.transcript.style import Style

WIDEST = 320.0  # pixels at 100 % a column may take before its cells wrap
NARROWEST = 150.0  # pixels at 100 % to which columns give way, if that saves the table from being scrolled
FEW = 30  # rows are read again each time
MEASURED = 200  # rows laid out, if need be, for the width of columns; of more, what is told without


def ceiling(columns: Sequence[float], room: float) -> float:
    """How wide a column may be so that all fit into `room`, when only the widest give way; no limit if they fit."""
    left = room
    for done, one in enumerate(sorted(columns)):
        if one > (share := left / (len(columns) - done)):
            return share
        left -= one
    return math.inf


class TableBlock(Block):
    """One table."""

    wide = True

    def __init__(self, node: Table, style: Style) -> None:
        super().__init__(style)
        self.node = node
        self.rows: list[list[Cell]] = []
        self.tops: list[float] = []  # of rows, and the bottom
        self.columns: list[float] = []
        self._widest: list[list[float]] = []  # for each row looked at: what the columns want down to it
        self.lefts: list[float] = []
        self.scroll = Sideways(style)
        self.hovered = ""
        self.line = style.line() * 0.94
        self.looks = (looks(style), looks(style, strong=True))  # of a row, and of the head
        self._parts: list[str] = []
        self._length = 0
        self._pictured = False  # whether any cell holds an image
        self._take(node)

    # -------------------------------------------------------------------------------------------- text

    def _take(self, node: Table) -> None:
        del self.rows[:], self._parts[:], self._widest[:]
        self._length = 0
        self.node = node
        self.rtl = begins_rtl(" ".join(map(plain, node.head)))  # written from the right: the first column stands there
        for runs in (node.head, *node.rows):
            self._add(runs)
        self.text = "\n".join(self._parts)
        self.height = self.style.px(36) * len(self.rows)

    def _add(self, row: Sequence[Runs]) -> None:
        head = not self.rows
        cells: list[Cell] = []
        position = self._length
        for column in range(len(self.node.alignments)):
            runs = row[column] if column < len(row) else ()
            self._pictured |= any(run.kind == "image" for run in runs)
            alignment = self.node.alignments[column] or ("right" if self.rtl else "")
            cells.append(Cell(self, runs, position, alignment, head=head))
            position += cells[-1].length + 1
        self.rows.append(cells)
        self._parts.append("\t".join(cell.text for cell in cells))
        self._length += len(self._parts[-1]) + 1

    @property
    def trouble(self) -> str:
        return next(filter(None, (maths.refusal(cell.runs) for row in self.rows for cell in row)), "")

    def refresh(self) -> None:
        """A formula in some cell has come."""
        for row in self.rows:
            for cell in row:
                if any(run.kind in {"math", "display", "image"} for run in cell.runs):
                    cell.forget()
        self._widest.clear()
        self.invalidate()
        self.changed.emit(None)

    def update_source(self, source: Source) -> bool:
        if source.kind != "table":
            return False
        node = self._grown(source)
        if node is None or not self.update_node(node):
            return False
        self.source = source
        return True

    def _grown(self, source: Source) -> Table | None:
        """The table `source` stands for. Rows whose lines were complete before are not read again."""
        known = self.source.markdown if self.source is not None else ""
        text, lines = source.markdown, source.markdown.split("\n", 2)
        kept = known.count("\n") - 3  # complete lines but for the head, the dashes and the last
        if (
            not (FEW <= kept <= len(self.node.rows) and text.startswith(known) and lines[0].startswith("|"))
            or "\n\n" in known
        ):
            nodes = source.nodes()
            return nodes[0] if len(nodes) == 1 and isinstance(nodes[0], Table) else None
        start = known.rfind("\n", 0, known.rfind("\n")) + 1
        (made, *more) = replace(source, markdown="\n".join((*lines[:2], text[start:]))).nodes() or (None,)
        if more or not isinstance(made, Table) or made.alignments != self.node.alignments:
            return None
        return Table(self.node.alignments, self.node.head, (*self.node.rows[:kept], *made.rows))

    def update_node(self, node: Node) -> bool:
        """Go on with `node`: rows that are the same keep their layout, the others are made anew."""
        if not isinstance(node, Table) or node.alignments != self.node.alignments or node.head != self.node.head:
            return False
        old = self.node.rows
        same = 0
        for one, other in zip(old, node.rows, strict=False):
            if one != other:
                break
            same += 1
        self.node = node
        del self.rows[same + 1 :], self._parts[same + 1 :]
        self._length = sum(len(part) + 1 for part in self._parts)
        for runs in node.rows[same:]:
            self._add(runs)
        self.text = "\n".join(self._parts)
        if self.width >= 0:
            self._grow(same + 1)
        return True

    def _grow(self, first: int) -> None:
        before = self._widest[-1] if self._widest else []
        del self._widest[first:]  # of the rows made anew: a column may have become narrower, too
        if self._wanted() != before:
            self.invalidate()
            return
        self.dirty_from = self.tops[first] if first < len(self.tops) else 0.0
        self._place(first)
        self.height = self._bottom()

    # -------------------------------------------------------------------------------------------- layout

    def _wanted(self) -> list[float]:
        """How wide each column would like to be, within bounds, as its first rows say; new rows are looked at once."""
        limit, least = self.style.px(WIDEST), self.style.px(28)
        for index in range(len(self._widest), len(self.rows)):
            check()
            row = self.rows[index]
            above = self._widest[-1] if self._widest else [least] * len(row)
            wants = (min(limit, cell.measure(limit, roughly=index >= MEASURED) + 1) for cell in row)
            self._widest.append([max(pair) for pair in zip(above, wants, strict=True)])
        return self._widest[-1] if self._widest else [least] * len(self.node.alignments)

    def arrange(self, width: float) -> float:
        self.columns = list(self._wanted())
        self._share(width)
        self._place(0)
        return self._bottom()

    def _share(self, width: float) -> None:
        """Columns that had to wrap get the room there is; where a little is missing, wide ones give way."""
        gaps = self.style.px(24) * len(self.columns)
        spare = min(width, self.style.px(self.style.column)) - sum(self.columns) - gaps
        tight = [index for index, one in enumerate(self.columns) if one >= self.style.px(WIDEST) - 1]
        for index in tight:
            self.columns[index] += max(0.0, spare) / len(tight)
        if (highest := ceiling(self.columns, width - gaps)) >= self.style.px(NARROWEST):
            self.columns = [min(one, highest) for one in self.columns]
        self.lefts = []
        left = self.style.px(12)
        for one in self.columns:
            self.lefts.append(left)
            left += one + self.style.px(24)
        behind = self.scroll.room - self.scroll.x
        self.scroll.set(left - self.style.px(12), width)
        self.natural_width = self.scroll.content
        if self.rtl:
            self.scroll.x = max(0.0, self.scroll.room - behind)
            edge = max(width, self.scroll.content)
            self.lefts = [edge - left - one for left, one in zip(self.lefts, self.columns, strict=True)]

    def _place(self, first: int) -> None:
        del self.tops[first:]
        top = self.tops[-1] + self._row_height(first - 1) if first and self.tops else 0.0
        for index in range(first, len(self.rows)):
            check()
            self.tops.append(top)
            top += self._row_height(index)

    def _row_height(self, index: int) -> float:
        inner = max(
            (cell.height(width) for cell, width in zip(self.rows[index], self.columns, strict=True)), default=0.0
        )
        return inner + 2 * self.style.px(6)

    def _bottom(self) -> float:
        end = self.tops[-1] + self._row_height(len(self.rows) - 1) if self.tops else 0.0
        return end + (self.style.px(8) if self.scroll.room > 1 else 1.0)

    def release(self) -> None:
        super().release()
        for row in self.rows:
            for cell in row:
                cell.forget()

    # -------------------------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter, clip: QRectF, selection: Span | None, marks: Sequence[Mark]) -> None:
        style = self.style
        pad = style.px(6)
        first = max(0, bisect_right(self.tops, clip.top()) - 1)
        painter.save()
        painter.setClipRect(QRectF(0, 0, self.width, self.height), Qt.ClipOperation.IntersectClip)
        right = min(self.width, self.scroll.content - self.scroll.x)
        begin = max(0.0, self.width - self.scroll.content) if self.rtl else 0.0
        for index in range(first, len(self.rows)):
            top = self.tops[index]
            if top > clip.bottom():
                break
            look = self.looks[index == 0]
            for column, cell in enumerate(self.rows[index]):
                left = self.lefts[column] - self.scroll.x
                if left > self.width or left + self.columns[column] < 0:
                    continue
                cell.lay_out(self.columns[column]).paint(
                    painter, QPointF(left, top + pad), clip.translated(-left, -top - pad), look.paints,
                    selection=clipped(selection, cell.start, cell.start + cell.length),
                    marks=clipped_marks(marks, cell.start, cell.start + cell.length), hovered=self.hovered,
                )  # fmt: skip
            bottom = round(top + self._row_height(index))
            painter.fillRect(QRectF(begin, bottom - 1, right, 1), style.colours["faint" if index == 0 else "line"])
        self.scroll.fade(painter, QRectF(0, 0, self.width, self.height - style.px(8)), style.colours["ground"])
        painter.restore()
        self.scroll.paint(painter, 0, self.height - 4, self.width)

    # -------------------------------------------------------------------------------------------- where things are

    def _cell_at(self, point: QPointF) -> tuple[Cell, QPointF] | None:
        if not self.tops or not self.columns:
            return None
        index = max(0, bisect_right(self.tops, point.y()) - 1)
        x = point.x() + self.scroll.x
        gap = self.style.px(12)
        column = next(
            (at for at in self._from_left() if x < self.lefts[at] + self.columns[at] + gap), self._from_left()[-1]
        )
        inner = QPointF(x - self.lefts[column], point.y() - self.tops[index] - self.style.px(6))
        cell = self.rows[index][column]
        cell.lay_out(self.columns[column])
        return cell, inner

    def _from_left(self) -> range:
        """The columns as they stand, from the left."""
        return range(len(self.columns) - 1, -1, -1) if self.rtl else range(len(self.columns))

    def position_at(self, point: QPointF) -> int:
        found = self._cell_at(point)
        return found[0].start + found[0].flow.position_at(found[1]) if found else 0

    def _holding(self, position: int) -> tuple[int, int]:
        starts = [row[0].start for row in self.rows if row]
        index = max(0, bisect_right(starts, position) - 1)
        column = max(0, bisect_right([cell.start for cell in self.rows[index]], position) - 1)
        return index, column

    def caret_rect(self, position: int) -> QRectF:
        if not self.tops or not self.columns:
            return QRectF(0, 0, 1, self.height)
        index, column = self._holding(position)
        cell = self.rows[index][column]
        rect = cell.lay_out(self.columns[column]).caret_rect(position - cell.start)
        return rect.translated(self.lefts[column] - self.scroll.x, self.tops[index] + self.style.px(6))

    def _look_at(self, point: QPointF) -> tuple[Look, Cell] | None:
        found = self._cell_at(point)
        look = found[0].flow.look_at(found[1]) if found else None
        return (look, found[0]) if look and found else None

    def link(self, point: QPointF) -> links.Link | None:
        found = self._look_at(point)
        return links.judge(found[0].link, found[1].text[found[0].start : found[0].end]) if found else None

    def hover(self, point: QPointF | None) -> bool:
        found = self._look_at(point) if point is not None else None
        before, self.hovered = self.hovered, found[0].link if found else ""
        return before != self.hovered

    def links(self) -> Iterator[tuple[links.Link, str, QRectF]]:
        for top, row in zip(self.tops, self.rows, strict=False):
            for left, width, cell in zip(self.lefts, self.columns, row, strict=True):
                if any(run.link for run in cell.runs):
                    for address, start, end, rect in cell.lay_out(width).links():
                        place = rect.translated(left - self.scroll.x, top + self.style.px(6))
                        yield links.judge(address, cell.text[start:end]), cell.text[start:end], place

    def actions(self) -> tuple[BlockAction, ...]:
        return tuple(self._offers()) if self.tops and self._pictured else ()

    def _offers(self) -> Iterator[BlockAction]:
        for top, row in zip(self.tops, self.rows, strict=False):
            for left, width, cell in zip(self.lefts, self.columns, row, strict=True):
                if any(run.kind == "image" for run in cell.runs):
                    for offer, address, rect in offers(cell.runs, cell.lay_out(width)):
                        place = rect.translated(left - self.scroll.x, top + self.style.px(6))
                        yield BlockAction(offer.words, place, partial(self.wanted.emit, (offer.what, address)))

    def show(self, position: int) -> bool:
        x = self.caret_rect(position).left() + self.scroll.x
        return self.scroll.reach(max(0.0, x - self.style.px(24)), x + self.style.px(48))

    def bar_at(self, point: QPointF) -> Sideways | None:
        return self.scroll if self.scroll.has_bar_at(point) else None

    def wheel(self, dx: float) -> bool:
        return self.scroll.by(dx)

    def fragment(self, start: int, end: int) -> Fragment:
        if start <= 0 and end >= len(self.text):
            return fragments.of_nodes((self.node,), markdown=self.source.markdown.strip("\n") if self.source else "")
        first, last = self._holding(start), self._holding(max(start, end - 1))
        if first == last:
            cell = self.rows[first[0]][first[1]]
            return fragments.of_runs(cut(cell.runs, start - cell.start, end - cell.start))
        chosen = [
            tuple(cut(cell.runs, start - cell.start, end - cell.start) for cell in row)
            for row in self.rows[first[0] : last[0] + 1]
        ]
        return fragments.of_nodes((Table(self.node.alignments, chosen[0], tuple(chosen[1:])),))
