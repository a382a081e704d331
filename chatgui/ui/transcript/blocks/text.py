"""Running text: a paragraph, a heading, raw HTML as text, literal text. And the line across."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from chatgui.core.addresses import linked
from chatgui.core.markdown import Source
from chatgui.core.markup import Heading, Html, Node, Paragraph, Run, Runs
from chatgui.core.writing import cut
from chatgui.ui.transcript import links, maths
from chatgui.ui.transcript.blocks import fragments
from chatgui.ui.transcript.blocks.base import Block, BlockAction, Fragment, Mark, Span
from chatgui.ui.transcript.blocks.flow import Flow
from chatgui.ui.transcript.blocks.images import Picture, missing, offers
from chatgui.ui.transcript.blocks.looks import Look, begins_rtl, object_format
from chatgui.ui.transcript.blocks.scroll import Sideways
from chatgui.ui.transcript.blocks.words import Looks, looks, words
from chatgui.ui.transcript.style import Style


class TextBlock(Block):
    """One paragraph or heading."""

    def __init__(self, node: Paragraph | Heading | Html, style: Style, *, strong: bool = False) -> None:
        super().__init__(style)
        self.node: Node = node
        self.runs: Runs = self._runs(node)
        level = node.level if isinstance(node, Heading) else 0
        self.look: Looks = looks(style, "heading", level) if level else looks(style, strong=strong)
        self.line_height = style.line("heading", level) if level else style.line()
        self.hovered = ""
        self._fitted = 0.0  # the width something had to be made narrower for
        self._under: int | None = None  # what stands in the line under the pointer
        self._scrolled: dict[int, float] = {}  # how far what stands in the line is scrolled sideways, by position
        self._stale = False  # something has come that is not taken in yet
        self._build()

    def _runs(self, node: Node) -> Runs:
        if isinstance(node, (Paragraph, Heading)):
            return node.runs
        text = node.text.rstrip("\n") if isinstance(node, Html) else ""
        return (Run(text),) if text else ()

    def _build(self) -> None:
        made = words(self.runs, self.look, self._refresh)
        self.text = made.text
        self.flow = Flow(made, self.look.font, self.line_height, alignment=self._alignment())
        self.height = self._guess()

    @property
    def wide(self) -> bool:  # type: ignore[override]  # a plain attribute in the base, worked out here
        """A formula of its own may use the whole pane."""
        return len(self.runs) == 1 and self.runs[0].kind == "display"

    @property
    def trouble(self) -> str:
        return self.excuse or maths.refusal(self.runs)

    def _alignment(self) -> str:
        return "center" if self.wide else ""

    def _guess(self) -> float:
        across = max(10.0, self.style.px(self.style.column) / (self.look.font.pixelSize() * 0.5))
        return self.line_height * (1 + int(len(self.text) / across))

    def _refresh(self) -> None:
        """A formula or a picture has come. There may be thousands: what came until the next layout is taken in together."""
        if not self._stale:
            self._stale = True
            self.invalidate()
            self.changed.emit(None)

    def _note_scrolled(self) -> None:
        for position, one in self.flow.words.objects.items():
            if one.scroll is not None:
                self._scrolled[position] = one.scroll.x

    def arrange(self, width: float) -> float:
        self._fit(width)
        return self.flow.layout(width)

    def _fit(self, width: float) -> None:
        """Make what stands in the lines no wider than them."""
        made = self.flow.words
        self._note_scrolled()
        if self._stale or (self._fitted and width > self._fitted):
            self._stale = False
            made = self.flow.words = words(self.runs, self.look, self._refresh)
        self.natural_width = max((one.width for one in made.objects.values()), default=0.0)
        wide = [position for position, one in made.objects.items() if one.width > width]
        self._fitted = width if wide else 0.0
        for look in made.looks:
            if look.start in wide:
                inline = made.objects[look.start]
                inline.fit(width)
                if inline.scroll is not None:
                    inline.scroll.by(self._scrolled.get(look.start, 0.0) - inline.scroll.x)
                look.format = object_format(inline, self.look.font)

    def release(self) -> None:
        super().release()
        self.flow.release()

    def paint(self, painter: QPainter, clip: QRectF, selection: Span | None, marks: Sequence[Mark]) -> None:
        self.flow.paint(
            painter, QPointF(0, 0), clip, self.look.paints, selection=selection, marks=marks, hovered=self.hovered
        )

    def position_at(self, point: QPointF) -> int:
        return self.flow.position_at(point)

    def baseline(self) -> float | None:
        return self.flow.lines[0].baseline if self.flow.lines else None

    def caret_rect(self, position: int) -> QRectF:
        return self.flow.caret_rect(position)

    def link(self, point: QPointF) -> links.Link | None:
        look = self.flow.look_at(point)
        return links.judge(look.link, self.text[look.start : look.end]) if look else None

    def hover(self, point: QPointF | None) -> bool:
        look: Look | None = self.flow.look_at(point) if point is not None else None
        self._under = self.flow.object_at(point) if point is not None else None
        before, self.hovered = self.hovered, look.link if look else ""
        return before != self.hovered

    def links(self) -> Iterator[tuple[links.Link, str, QRectF]]:
        for address, start, end, rect in self.flow.links():
            yield links.judge(address, self.text[start:end]), self.text[start:end], rect

    def bar_at(self, point: QPointF) -> Sideways | None:
        bars = [one.scroll for one in self.flow.words.objects.values() if one.scroll is not None]
        return next((one for one in bars if one.has_bar_at(point)), None)

    def wheel(self, dx: float) -> bool:
        objects = self.flow.words.objects
        at = next(iter(objects), None) if self._under is None else self._under
        inline = objects.get(at) if at is not None else None
        return inline is not None and inline.scroll is not None and inline.scroll.by(dx)

    def actions(self) -> tuple[BlockAction, ...]:
        return tuple(
            BlockAction(offer.words, rect, partial(self.wanted.emit, (offer.what, address)))
            for offer, address, rect in offers(self.runs, self.flow)
        )

    def images(self) -> Iterator[tuple[str, str]]:
        return missing(self.runs)

    def image_at(self, point: QPointF) -> QImage | None:
        at = self.flow.object_at(point)
        inline = self.flow.words.objects.get(at) if at is not None else None
        return inline.image if isinstance(inline, Picture) and isinstance(inline.image, QImage) else None

    def fragment(self, start: int, end: int) -> Fragment:
        if start <= 0 and end >= len(self.text):
            return fragments.of_nodes((self.node,), markdown=self.source.markdown.strip("\n") if self.source else "")
        return fragments.of_runs(cut(self.runs, start, end))

    def update_source(self, source: Source) -> bool:
        nodes = source.nodes()
        if len(nodes) != 1 or not self.update_node(nodes[0]):
            return False
        self.source = source
        return True

    def update_node(self, node: Node) -> bool:
        """Go on with `node`, which the present one has grown into."""
        if type(node) is not type(self.node) or getattr(node, "level", 0) != getattr(self.node, "level", 0):
            return False
        self.node, self.runs = node, self._runs(node)
        self._stale = False
        made = words(self.runs, self.look, self._refresh)
        self.text = made.text
        wide = any(one.width > self.width for one in made.objects.values())
        if self.width < 0 or wide or self._alignment() != self.flow.alignment or not self.flow.grow(made):
            self.flow.words, self.flow.alignment = made, self._alignment()
            self.flow.rtl = begins_rtl(made.text)
            self.invalidate()
            return True
        self.height, self.dirty_from = self.flow.height, self.flow.dirty_from
        return True


class LiteralBlock(TextBlock):
    """Text as it was typed: no Markdown, line breaks kept. Addresses in it can be followed."""

    def __init__(self, text: str, style: Style) -> None:
        super().__init__(Html(text), style)

    def _runs(self, node: Node) -> Runs:
        return linked(list(super()._runs(node)))

    def fragment(self, start: int, end: int) -> Fragment:
        return fragments.of_text(self.text[start:end])

    def update_source(self, source: Source) -> bool:
        self.source = source
        return source.kind == "plain" and self.update_node(Html(source.markdown.strip("\n")))


class RuleBlock(Block):
    """A line across."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.height = style.px(9)

    def arrange(self, width: float) -> float:
        return self.style.px(9)

    def paint(self, painter: QPainter, clip: QRectF, selection: Span | None, marks: Sequence[Mark]) -> None:
        painter.fillRect(QRectF(0, round(self.height / 2), self.width, 1), self.style.colours["line"])

    def fragment(self, start: int, end: int) -> Fragment:
        return Fragment("---", "---", "<hr>")

    def update_source(self, source: Source) -> bool:
        self.source = source
        return source.kind == "rule"


class NothingBlock(Block):
    """Definitions of links: part of the text, nothing to see."""

    def arrange(self, width: float) -> float:
        return 0.0

    def paint(self, painter: QPainter, clip: QRectF, selection: Span | None, marks: Sequence[Mark]) -> None:
        """There is nothing to draw."""

    def fragment(self, start: int, end: int) -> Fragment:
        markdown = self.source.markdown.strip() if self.source else ""
        return Fragment("", markdown, "")

    def update_source(self, source: Source) -> bool:
        self.source = source
        return source.kind == "definitions"
