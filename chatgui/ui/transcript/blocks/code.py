"""Code: lines on a grid, only those in sight laid out. A label and what can be done with it stand above.

The same block shows literal text that is too long or too odd for anything else.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QPainter, QTextLayout, QTextOption

from chatgui.core.markdown import Source
from chatgui.core.markup import FENCE, Code, Html, Node, closing_fence
from chatgui.ui.transcript.blocks import fragments, hidden
from chatgui.ui.transcript.blocks.base import Block, BlockAction, Fragment, Mark, Span
from chatgui.ui.transcript.blocks.flow import x_of
from chatgui.ui.transcript.blocks.frame import paint_frame
from chatgui.ui.transcript.blocks.hidden import character_at, utf16_offset
from chatgui.ui.transcript.blocks.rows import Row, Rows
from chatgui.ui.transcript.blocks.scroll import Sideways
from chatgui.ui.transcript.highlight import Highlighting, formats
from chatgui.ui.transcript.style import Style

NUMBERED_FROM = 2  # lines: less needs no numbers
FAR = 1_000  # characters: a longer row reaches out of sight, and only the places marked in sight are looked at
SPOKEN = {"Copy": "Copy code", "Wrap": "Wrap lines of code", "Unwrap": "Do not wrap lines of code",
          "Numbers": "Show line numbers", "Hide numbers": "Hide line numbers"}  # fmt: skip


class CodeBlock(Block):
    """One block of code. `literal` shows it bare, as text of a message that is no code."""

    def __init__(self, node: Code | Html, style: Style, *, literal: bool = False) -> None:
        super().__init__(style)
        self.node: Node = node
        self.literal = literal
        self.wide = not literal
        self.language = node.language if isinstance(node, Code) else ""
        self.wrap = literal
        self.numbers = False
        self.font: QFont = style.font("text" if literal else "code")
        self.metrics = QFontMetricsF(self.font)
        self.line_height = style.line("text" if literal else "code")
        self.rows = Rows(self.metrics)
        self.scroll = Sideways(style)
        self._layouts: dict[int, QTextLayout] = {}
        self._hot: QPointF | None = None
        self._fence = ""  # the ticks it began with, while it may grow without being parsed
        self._raw = 0  # how much of the source has been taken in
        self._last = ""  # the line of the source that is not complete
        self._done = False
        self._started = True  # whether there is a first line yet
        self.highlighting: Highlighting | None = None
        self._set(node.text)

    # -------------------------------------------------------------------------------------------- text

    def _set(self, text: str) -> None:
        self.text = text.removesuffix("\n")
        self.rows.set(self.text)
        self._layouts.clear()
        self.height = self._height()
        self._highlight()

    def _highlight(self) -> None:
        if self.language and not self.literal:
            if self.highlighting is None:
                self.highlighting = Highlighting(self.language, self._coloured)
            self.highlighting.set(self.text, finished=self._done or not self._fence)

    def _coloured(self, first: int) -> None:
        """Colours have come for the lines from `first` on."""
        for row in [one for one in self._layouts if self.rows.at(one).line >= first]:
            del self._layouts[row]
        self.dirty_from = self._top() + self.rows.first_row(first) * self.line_height
        self.changed.emit(None)

    def open_as(self, source: Source) -> None:
        """Remember the source; where it still grows, so that what is added can be taken in without parsing it again."""
        self.source = source
        self._fence = ""
        text = source.markdown.lstrip("\n")
        head = FENCE.match(text)
        if source.growing and head is not None and head.group().endswith("\n") and not head.group().startswith(" "):
            self._fence = head[1] or head[3]
            body = text[head.end() :]
            self._last = body[body.rfind("\n") + 1 :]
            self._raw = len(source.markdown)
            self._done = False
            self._started = "\n" in body or not self._may_close(self._last)
            if self._last and self._may_close(self._last) and self.text.endswith(self._last):
                self._set(self.text.removesuffix(self._last).removesuffix("\n") + "\n")
        self._highlight()

    def _may_close(self, line: str) -> bool:
        """Whether a line that is not complete is nothing yet, or may become the closing fence: not shown while it grows."""
        return not line.strip(f" {self._fence[0]}") and (not line or line.lstrip(" ").startswith(self._fence[0]))

    def update_source(self, source: Source) -> bool:
        known = self.source
        if source.kind != "code" or known is None:
            return False
        if not (
            self._fence and source.growing and source.markdown.startswith(known.markdown) and source.info == known.info
        ):
            nodes = source.nodes()
            if len(nodes) != 1 or not self.update_node(nodes[0]):
                return False
            self.open_as(source)
            return True
        self.source = source
        new = source.markdown[self._raw :]
        self._raw = len(source.markdown)
        if new and not self._done:
            self._append(new)
        return True

    def _append(self, new: str) -> None:
        """Take in more of the source: only the last line is touched, and what comes behind it."""
        before, names = self._last, self._names()
        lines = (before + new).split("\n")
        closing = closing_fence(self._fence)
        for index, line in enumerate(lines[:-1]):
            if closing.fullmatch(line):
                lines = [*lines[:index], ""]
                self._done = True
                break
        self._last = "" if self._done else lines[-1]
        if self._may_close(lines[-1]):
            lines = lines[:-1]
        shown = self._started and not self._may_close(before)
        first = self.rows.replace_tail(lines, instead=shown or not self._started)
        self._started = self._started or bool(lines)
        self.text = self.rows.text(self.text, first)
        dirty = self._top() + self.rows.first_row(first) * self.line_height
        self.take_from(self.rows.first_row(first))
        self.dirty_from = max(0.0, dirty - self.line_height) if names == self._names() else 0.0
        self._highlight()

    def take_from(self, first: int) -> None:
        """The rows from `first` on are new: what was laid out for them is not theirs."""
        for row in [one for one in self._layouts if one >= first]:
            del self._layouts[row]
        if self.width >= 0:
            self._measure()
            self.height = self._height()

    def update_node(self, node: Node) -> bool:
        """Go on with `node`, which the present one has grown into."""
        if not isinstance(node, (Code, Html)) or (isinstance(node, Code) and node.language != self.language):
            return False
        self.node = node
        if node.text.removesuffix("\n") != self.text:
            self._set(node.text)
            self.invalidate()
        return True

    # -------------------------------------------------------------------------------------------- layout

    def _top(self) -> float:
        return 0.0 if self.literal else self.style.px(30)

    def _left(self) -> float:
        if self.literal:
            return 0.0
        digits = len(str(self.rows.lines)) if self.numbers else 0
        return self.style.px(self.style.padding) + (digits + 2) * self.metrics.horizontalAdvance("0") * bool(digits)

    def _columns(self, width: float) -> int:
        room = width - self._left() - (0 if self.literal else self.style.px(self.style.padding))
        return max(
            8,
            int(
                room
                / max(1.0, self.metrics.averageCharWidth() if self.literal else self.metrics.horizontalAdvance("0"))
            ),
        )

    def _height(self) -> float:
        bottom = 0.0 if self.literal else self.style.px(10)
        return self._top() + self.rows.count * self.line_height + bottom

    def arrange(self, width: float) -> float:
        to = self._columns(width) if self.wrap else 0
        if to != self.rows.columns:
            self.rows.wrap(to)
            self._layouts.clear()
        self._measure()
        return self._height()

    def _measure(self) -> None:
        pad = self.style.px(self.style.padding)
        content = self.rows.widest * self.metrics.horizontalAdvance("0")
        self.scroll.set(content, self.width - self._left() - pad if not self.wrap else 1e9)
        self.natural_width = 0.0 if self.wrap else content + self._left() + pad + 1

    def release(self) -> None:
        super().release()
        self._layouts.clear()

    def _layout(self, index: int) -> QTextLayout:
        made = self._layouts.get(index)
        if made is None:
            if len(self._layouts) > 400:
                self._layouts.clear()
            made = self._layouts[index] = self._make(self.rows.at(index))
        return made

    def _make(self, row: Row) -> QTextLayout:
        text = self.text[row.start : row.end]
        shown = hidden.revealed(text) if self.style.reveal else hidden.code(text)
        layout = QTextLayout(shown, self.font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setTabStopDistance(self.metrics.horizontalAdvance(" ") * 4)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        spans = self.highlighting.spans(row.line) if self.highlighting else ()
        ranges = formats(self.style, spans, row.offset, shown)
        ranges += formats(self.style, [(a, b, "hidden") for a, b in hidden.marks(text, shown)], 0, shown)
        if ranges:
            layout.setFormats(ranges)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(1e7)
        line.setPosition(
            QPointF(0, (self.line_height - self.metrics.height()) / 2 + self.metrics.ascent() - line.ascent())
        )
        layout.endLayout()
        if not self.wrap:
            self.scroll.widen(line.naturalTextWidth())
        return layout

    # -------------------------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter, clip: QRectF, selection: Span | None, marks: Sequence[Mark]) -> None:
        style, top, left = self.style, self._top(), self._left()
        if not self.literal:
            paint_frame(painter, self.width, self.height, clip, style)
            if clip.top() < top:
                self._paint_head(painter)
        first = max(0, int((clip.top() - top) // self.line_height))
        last = min(self.rows.count - 1, int((clip.bottom() - top) // self.line_height))
        if first > last:
            return
        painter.save()
        right = 0 if self.literal else style.px(1)
        painter.setClipRect(
            QRectF(left - 2, 0, self.width - left - right + 2, self.height), Qt.ClipOperation.IntersectClip
        )
        colours = {now: style.colours["find_current" if now else "find"] for now in (True, False)}
        grounds = [(start, end, colours[now]) for start, end, now in marks]
        if selection is not None:
            grounds.append((*selection, style.colours["selection"]))
        for index in range(first, last + 1):
            row, layout = self.rows.at(index), self._layout(index)
            y = top + index * self.line_height
            seen = (row.start, row.end)
            if grounds and row.end - row.start > FAR:
                middle = y + self.line_height / 2
                seen = (self.position_at(QPointF(0, middle)), self.position_at(QPointF(self.width, middle)))
            for start, end, colour in grounds:
                if start <= seen[1] and end > seen[0]:
                    x0 = self._x(layout, row, max(start, row.start))
                    x1 = self._x(layout, row, min(end, row.end)) + (4 if end > row.end else 0)
                    painter.fillRect(QRectF(left - self.scroll.x + x0, y, x1 - x0, self.line_height), colour)
            painter.setPen(style.text_colour)
            layout.draw(painter, QPointF(left - self.scroll.x, y))
        if not self.literal:
            text = QRectF(left - 2, top, self.width - left - right + 2, self.height - top - style.px(8))
            self.scroll.fade(painter, text, style.colours["code_ground"])
        painter.restore()
        if self.numbers:
            self._paint_numbers(painter, first, last)
        if not self.literal:
            self.scroll.paint(painter, left, self.height - style.px(6), self.width - left - style.px(style.padding))

    def _paint_head(self, painter: QPainter) -> None:
        style = self.style
        painter.setFont(style.font("small"))
        painter.setPen(style.colours["faint"])
        room = QRectF(style.px(style.padding), style.px(1), self.width / 2, style.px(28))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.label)
        for action in self.actions():
            hot = self._hot is not None and action.rect.contains(self._hot)
            painter.setPen(style.colours["text" if hot else "faint"])
            painter.drawText(action.rect, Qt.AlignmentFlag.AlignCenter, action.name)

    @property
    def label(self) -> str:
        """The language as it is shown."""
        words = hidden.code(self.language)
        return words if len(words) <= 40 else words[:39] + "…"

    def _paint_numbers(self, painter: QPainter, first: int, last: int) -> None:
        painter.setFont(self.font)
        painter.setPen(self.style.colours["faint"])
        width = self._left() - self.metrics.horizontalAdvance("00")
        for index in range(first, last + 1):
            row = self.rows.at(index)
            if row.offset == 0:
                box = QRectF(
                    0,
                    self._top() + index * self.line_height,
                    width + self.metrics.horizontalAdvance("0") * 0.5,
                    self.line_height,
                )
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, str(row.line + 1))

    # -------------------------------------------------------------------------------------------- where things are

    def _x(self, layout: QTextLayout, row: Row, position: int) -> float:
        offset = utf16_offset(self.text, row.start, position)
        return x_of(layout.lineAt(0).cursorToX(offset))

    def position_at(self, point: QPointF) -> int:
        if not self.rows.count:
            return 0
        index = int((point.y() - self._top()) // self.line_height)
        if index < 0:
            return 0
        if index >= self.rows.count:
            return len(self.text)
        row = self.rows.at(index)
        offset = self._layout(index).lineAt(0).xToCursor(point.x() - self._left() + self.scroll.x)
        return min(row.end, row.start + character_at(self.text, row.start, row.end, offset))

    def caret_rect(self, position: int) -> QRectF:
        index = self.rows.holding(position)
        row = self.rows.at(index)
        x = self._x(self._layout(index), row, min(max(position, row.start), row.end)) + self._left() - self.scroll.x
        return QRectF(x, self._top() + index * self.line_height, 1, self.line_height)

    def actions(self) -> tuple[BlockAction, ...]:
        if self.literal:
            return ()
        made: list[BlockAction] = []
        metrics = self.style.metrics("small")
        x = max(self.width, 0.0) - self.style.px(6)
        wanted = [("Copy", self.copy), ("Unwrap" if self.wrap else "Wrap", self.toggle_wrap)]
        if self.rows.lines >= NUMBERED_FROM:
            wanted.append(("Hide numbers" if self.numbers else "Numbers", self.toggle_numbers))
        if not self.wrap and not self.scroll.room and not self.numbers:
            wanted = [one for one in wanted if one[0] != "Wrap"]
        for name, run in wanted:
            width = metrics.horizontalAdvance(name) + self.style.px(14)
            x -= width
            made.append(BlockAction(name, QRectF(x, self.style.px(1), width, self.style.px(28)), run, SPOKEN[name]))
        return tuple(made)

    def _names(self) -> list[str]:
        """What stands in the head."""
        return [one.name for one in self.actions()]

    def copy(self) -> None:
        """Put the code on the clipboard, as it was written, without controls a terminal might obey."""
        QGuiApplication.clipboard().setText(hidden.copied(self.text))

    def toggle_wrap(self) -> None:
        """Wrap long lines, or scroll them."""
        self.wrap = not self.wrap
        self.scroll.x = 0.0
        self.invalidate()
        self.changed.emit(None)

    def toggle_numbers(self) -> None:
        """Show line numbers, or hide them."""
        self.numbers = not self.numbers
        self.invalidate()
        self.changed.emit(None)

    def hover(self, point: QPointF | None) -> bool:
        before = self._hot_name()
        self._hot = point
        return before != self._hot_name()

    def _hot_name(self) -> str:
        hot = self._hot
        if hot is None or hot.y() > self._top():
            return ""
        return next((one.name for one in self.actions() if one.rect.contains(hot)), "")

    def show(self, position: int) -> bool:
        x = self.caret_rect(position).left() - self._left() + self.scroll.x
        return self.scroll.reach(max(0.0, x - self.style.px(24)), x + self.style.px(48))

    def bar_at(self, point: QPointF) -> Sideways | None:
        return self.scroll if self.scroll.has_bar_at(point) else None

    def wheel(self, dx: float) -> bool:
        return self.scroll.by(dx)

    def fragment(self, start: int, end: int) -> Fragment:
        if start <= 0 and end >= len(self.text) and not self.literal:
            return fragments.of_nodes((Code(f"{self.text}\n", self.node.info if isinstance(self.node, Code) else ""),))
        return fragments.of_text(self.text[start:end])
