"""Blocks under each other: what stands in a quote, in the items of a list, in a footnote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from chatgui.core.deadline import check
from chatgui.core.markdown import Source
from chatgui.core.markup import List, Node
from chatgui.ui.transcript import links
from chatgui.ui.transcript.blocks import fragments
from chatgui.ui.transcript.blocks.base import Block, BlockAction, Fragment, Mark, Span, clipped, clipped_marks
from chatgui.ui.transcript.blocks.looks import begins_rtl
from chatgui.ui.transcript.blocks.plan import Bar, Plan, plan, stands_apart
from chatgui.ui.transcript.blocks.scroll import Sideways
from chatgui.ui.transcript.style import Style


@dataclass(slots=True)
class Child:
    """A block within a stack."""

    node: Node
    block: Block
    left: float
    space: float  # above it
    mark: str = ""  # a bullet, a number, a box; with a ^ the label of a footnote
    mark_width: float = 0.0
    top: float = 0.0
    x: float = 0.0  # of the block's left edge; where one writes from the right, `left` is kept free on the right
    start: int = 0  # of its text in the stack's


class StackBlock(Block):
    """A list item, a quote, a footnote, or anything of several blocks."""

    def __init__(self, nodes: Sequence[Node], style: Style, *, inner: bool = False) -> None:
        super().__init__(style)
        self.nodes = tuple(nodes)
        self.children: list[Child] = []
        self.bars: list[Bar] = []
        self._hovered: Block | None = None
        self.rtl = False  # written from the right: marks and lines stand there, too
        self._take(plan(self.nodes, style))

    def _take(self, made: Plan) -> int:
        """Make the blocks of `made`, keeping those that are the same; the index of the first that is not."""
        from chatgui.ui.transcript.blocks import make_node

        old = self.children
        children: list[Child] = []
        first = len(made.rows)
        for index, (node, left, space, mark, mark_width) in enumerate(made.rows):
            check()
            known = old[index] if index < len(old) else None
            block = known.block if known is not None and known.left == left else None
            if known is None or block is None or known.node != node:
                first = min(first, index)
                update = getattr(block, "update_node", None)
                if update is None or not update(node):
                    block = make_node(node, self.style)
                    block.changed.subscribe(partial(self._child_changed, block))
                    block.wanted.subscribe(self.wanted.emit)
            elif (known.mark, known.space) != (mark, space):
                first = min(first, index)
            if block is None:  # cannot be: a row is known or was made
                continue
            children.append(Child(node, block, left, space, mark, mark_width))
        self.children, self.bars = children, made.bars
        position = 0
        for child in children:
            child.start = position
            position += len(child.block.text) + 1
        self.text = "\n".join(child.block.text for child in children)
        before, self.rtl = self.rtl, begins_rtl(self.text)
        first = first if self.rtl == before else 0
        self.height = sum(child.space + child.block.height for child in children)
        return first

    def _child_changed(self, block: Block, _fact: None) -> None:
        block.invalidate()
        self.invalidate()
        self.changed.emit(None)

    def arrange(self, width: float) -> float:
        top = 0.0
        for index, child in enumerate(self.children):
            top += child.space if index else 0.0
            child.top = top
            child.x = 0.0 if self.rtl else child.left
            top += child.block.layout(max(40.0, width - child.left))
        node = self.nodes[0] if self.source is not None and self.source.kind == "item" and self.nodes else None
        apart = isinstance(node, List) and bool(node.items) and stands_apart(node.items[-1])
        return top + (self.style.px(self.style.block_space - 4) if apart else 0.0)

    @property
    def trouble(self) -> str:
        return self.excuse or next(filter(None, (child.block.trouble for child in self.children)), "")

    def release(self) -> None:
        super().release()
        for child in self.children:
            child.block.release()

    def paint(self, painter: QPainter, clip: QRectF, selection: Span | None, marks: Sequence[Mark]) -> None:
        for bar in self.bars:
            self._paint_bar(painter, bar)
        for child in self.children:
            if child.top > clip.bottom():
                break
            if child.top + child.block.height < clip.top():
                continue
            start, end = child.start, child.start + len(child.block.text)
            painter.save()
            painter.translate(child.x, child.top)
            if child.mark:
                self._paint_mark(painter, child)
            child.block.paint(
                painter, clip.translated(-child.x, -child.top), clipped(selection, start, end),
                clipped_marks(marks, start, end),
            )  # fmt: skip
            painter.restore()

    def _paint_bar(self, painter: QPainter, bar: Bar) -> None:
        if bar.last < len(self.children):
            top, last = self.children[bar.first].top, self.children[bar.last]
            x = self.width - bar.x - self.style.px(3) if self.rtl else bar.x
            painter.fillRect(
                QRectF(x, top, self.style.px(3), last.top + last.block.height - top), self.style.colours[bar.role]
            )

    def _paint_mark(self, painter: QPainter, child: Child) -> None:
        style, metrics = self.style, self.style.metrics()
        usual = (style.line() - metrics.height()) / 2 + metrics.ascent()
        baseline = child.block.baseline() or usual  # what is high in the first line pushes it down
        painter.setPen(style.colours["secondary"])
        if child.mark in {"☐", "☑"}:
            painter.translate(0, baseline - usual)
            self._paint_box(painter, child, checked=child.mark == "☑")
            painter.translate(0, usual - baseline)
        elif child.mark == "•":
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colours["secondary"])
            size = max(2.0, style.px(2.4))
            painter.drawEllipse(
                QPointF(self._beside(child, style.px(15)), baseline - metrics.xHeight() / 2), size, size
            )
            painter.restore()
        elif child.mark.startswith("^"):
            painter.setFont(style.font("small"))
            painter.setPen(style.colours["accent"])
            self._write(painter, child, child.mark[1:], baseline - metrics.xHeight() / 3)
        else:
            painter.setFont(style.font())
            self._write(painter, child, child.mark, baseline)

    def _write(self, painter: QPainter, child: Child, words: str, baseline: float) -> None:
        words = f"\u200f{words}\u200f" if self.rtl else words  # the dot stands on the left, too
        width = painter.fontMetrics().horizontalAdvance(words)
        away = self.style.px(6)
        x = self._beside(child, away) if self.rtl else self._beside(child, away + width)
        painter.drawText(QPointF(x, baseline), words)

    def _beside(self, child: Child, away: float) -> float:
        """So far from the side where the text of `child` begins, outside it."""
        return child.block.width + away if self.rtl else -away

    def _paint_box(self, painter: QPainter, child: Child, *, checked: bool) -> None:
        style = self.style
        side = round(style.px(13))
        left = child.block.width + child.mark_width - side if self.rtl else -child.mark_width
        box = QRectF(left + 0.5, round((style.line() - side) / 2) + 0.5, side, side)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(style.colours["accent" if checked else "faint"], 1))
        painter.setBrush(style.colours["accent"] if checked else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        if checked:
            painter.setPen(QPen(style.colours["on_accent"], style.px(1.6), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                                Qt.PenJoinStyle.RoundJoin))  # fmt: skip
            at = [
                QPointF(box.left() + side * x, box.top() + side * y)
                for x, y in ((0.24, 0.52), (0.43, 0.7), (0.76, 0.3))
            ]
            painter.drawPolyline(at)
        painter.restore()

    # -------------------------------------------------------------------------------------------- where things are

    def _at(self, y: float) -> Child | None:
        found = None
        for child in self.children:
            if child.top > y and found is not None:
                break
            found = child
        return found

    def position_at(self, point: QPointF) -> int:
        child = self._at(point.y())
        return child.start + child.block.position_at(point - QPointF(child.x, child.top)) if child else 0

    def caret_rect(self, position: int) -> QRectF:
        child = self._holding(position)
        if child is None:
            return QRectF(0, 0, 1, self.height)
        return child.block.caret_rect(position - child.start).translated(child.x, child.top)

    def _holding(self, position: int) -> Child | None:
        found = None
        for child in self.children:
            if child.start > position and found is not None:
                break
            found = child
        return found

    def link(self, point: QPointF) -> links.Link | None:
        child = self._at(point.y())
        return child.block.link(point - QPointF(child.x, child.top)) if child else None

    def links(self) -> Iterator[tuple[links.Link, str, QRectF]]:
        for child in self.children:
            for link, text, rect in child.block.links():
                yield link, text, rect.translated(child.x, child.top)

    def actions(self) -> tuple[BlockAction, ...]:
        return tuple(
            replace(one, rect=one.rect.translated(child.x, child.top))
            for child in self.children
            for one in child.block.actions()
        )

    def images(self) -> Iterator[tuple[str, str]]:
        for child in self.children:
            yield from child.block.images()

    def image_at(self, point: QPointF) -> QImage | None:
        child = self._at(point.y())
        return child.block.image_at(point - QPointF(child.x, child.top)) if child else None

    def hover(self, point: QPointF | None) -> bool:
        child = self._at(point.y()) if point is not None else None
        block = child.block if child else None
        changed = False
        if self._hovered is not None and self._hovered is not block:
            changed = self._hovered.hover(None)
        self._hovered = block
        if child is not None and point is not None:
            changed |= child.block.hover(point - QPointF(child.x, child.top))
        return changed

    def show(self, position: int) -> bool:
        child = self._holding(position)
        return child is not None and child.block.show(position - child.start)

    def bar_at(self, point: QPointF) -> Sideways | None:
        child = self._at(point.y())
        return child.block.bar_at(point - QPointF(child.x, child.top)) if child else None

    def wheel(self, dx: float) -> bool:
        if self._hovered is not None:
            return self._hovered.wheel(dx)
        return any(child.block.wheel(dx) for child in self.children)

    # -------------------------------------------------------------------------------------------- taking and growing

    def fragment(self, start: int, end: int) -> Fragment:
        if start <= 0 and end >= len(self.text):
            return fragments.of_nodes(self.nodes, markdown=self.source.markdown.strip("\n") if self.source else "")
        parts = list(self._parts(start, end))
        return Fragment(*("\n".join(getattr(one, name) for one in parts) for name in ("plain", "markdown", "html")))

    def _parts(self, start: int, end: int) -> Iterator[Fragment]:
        for child in self.children:
            span = clipped((start, end), child.start, child.start + len(child.block.text))
            if span is None:
                continue
            part = child.block.fragment(*span)
            if child.mark and span[0] == 0:
                mark = {"•": "- ", "☐": "- [ ] ", "☑": "- [x] "}.get(child.mark, f"{child.mark} ")
                if child.mark.startswith("^"):
                    mark = f"[{child.mark}]: "
                part = Fragment(mark + part.plain, mark + part.markdown, f"<p>{child.mark.lstrip('^')} {part.html}</p>")
            yield part

    def update_source(self, source: Source) -> bool:
        if self.source is None or source.kind != self.source.kind:
            return False
        self.source = source
        return self.update_nodes(source.nodes())

    def update_nodes(self, nodes: Sequence[Node]) -> bool:
        """Go on with `nodes`, which the present ones have grown into."""
        self.nodes = tuple(nodes)
        width = self.width
        first = self._take(plan(self.nodes, self.style))
        self.invalidate()
        if width >= 0:
            self.layout(width)
            if first < len(self.children):
                child = self.children[first]
                self.dirty_from = max(0.0, child.top + child.block.dirty_from)
        return True
