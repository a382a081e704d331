"""A Markdown tree set on pages by Qt's text engine. Loaded only when a PDF is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QImage,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTableCellFormat,
    QTextTableFormat,
)

from chatgui.core import code_colours
from chatgui.core.markup import (
    Code,
    Footnote,
    Heading,
    Html,
    Item,
    List,
    Node,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
    parse,
)
from chatgui.exchange import rendering
from chatgui.exchange.exporters.base import REORDERING, Options
from chatgui.exchange.exporters.pdf_lines import FAMILIES, OBJECT, SIZE, Lines
from chatgui.exchange.exporters.pdf_paper import PIXELS, QUIET, UNIT, Paper
from chatgui.exchange.rendering import coloured

_CODE_LINES = 200  # in one box; a box is what Qt lays out at once
_TINT = QColor("#f3f5f7")
_LINE = QColor("#cfd5db")
_WARNING = QColor("#9a3412")
_CODE_COLOURS = {role: QColor(colour) for role, colour in code_colours.LIGHT.items()}
_CODE_SIZE, _SMALL = 8.5, 8.5  # points
_PICTURE_ROOM = (1_200, 900)  # pixels
_STEP = 14.0  # points a list, a quote or a note stands further in
_LONGEST_MARKDOWN = 500_000  # characters; longer texts are set as they are
_SOLID = QTextFrameFormat.BorderStyle.BorderStyle_Solid


class Typesetter:
    """Takes conversations piece by piece; `pages` makes the file."""

    def __init__(self, title: str, options: Options) -> None:
        font = QFont()
        font.setFamilies(FAMILIES)
        font.setPointSizeF(SIZE)
        self._cancelled = options.cancelled
        self._lines = Lines()
        self._paper = Paper(title, font, self._lines.pictures, options.page)
        self._cursor = QTextCursor(self._paper.document)
        self._fresh = True  # the block the cursor is in waits to be used
        self._gapped = False  # the block the cursor is in stands behind a table
        self._left = 0.0  # points from the edge of the page or the box
        self._inside = 0  # how many boxes deep; Qt itself does not know while one is being filled
        self._headings: list[QTextBlock] = []  # those nothing stands below yet

    # Pieces

    def heading(self, text: str, level: int, *, new_page: bool = False) -> None:
        """A heading of our own."""
        self._block(top=14 if level > 1 else 0, bottom=4, new_page=new_page, heading=level)
        self._lines.write(
            self._cursor, text, self._lines.look(size=(20, 15, 12.5, 11.5, 11, 10.5)[level - 1], bold=True)
        )

    def speaker(self, name: str, moment: str) -> None:
        """The line above a message."""
        self._turn()
        self._block(top=16, bottom=3, heading=2)
        self._lines.write(self._cursor, name, self._lines.look(size=10, bold=True))
        self._lines.write(self._cursor, f"   {moment}" if moment else "", self._lines.look(size=_SMALL, colour=QUIET))

    def aside(self, text: str) -> None:
        """A small quiet line."""
        self._block(top=3, bottom=3)
        self._lines.write(self._cursor, text, self._lines.look(size=_SMALL, colour=QUIET))

    def warning(self, text: str) -> None:
        """A line that says what is missing."""
        self._block(top=4, bottom=4)
        self._lines.write(self._cursor, text, self._lines.look(size=9.5, bold=True, colour=_WARNING))

    def branch(self, text: str) -> None:
        """The line above another branch than the shown one, below a line across."""
        self._rule()
        self.aside(text)

    def _rule(self) -> None:
        self._block(top=6, bottom=6)
        layout = self._cursor.blockFormat()
        length = QTextLength(QTextLength.Type.PercentageLength, 100)
        layout.setProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth, length)
        self._cursor.setBlockFormat(layout)

    def literal(self, text: str) -> None:
        """Text as it was typed."""
        for line in text.strip("\n").split("\n"):
            self._block(top=0, bottom=1)
            self._lines.write(self._cursor, line, self._lines.look())

    def typed(self, text: str) -> None:
        """What a person said: as it was typed, on a ground of its own."""
        with self._box(ground=_TINT):
            self.literal(text)

    def thought(self, text: str) -> None:
        """Reasoning, set from its Markdown, beside a line."""
        with self._beside_a_line():
            self._lines.quiet = True
            self.aside("Reasoning")
            self.markdown(text)
            self._lines.quiet = False

    def picture(self, content: bytes, kind: str) -> None:
        """A raster image, no larger than half a page. Nothing where it is none."""
        found = rendering.picture(content, kind, _PICTURE_ROOM)
        if found is not None:
            image = QImage(found.pixels, found.width, found.height, QImage.Format.Format_RGBA8888).copy()
            self._block(picture=True)
            self._cursor.insertText(OBJECT, self._lines.pictures.look(image, self._lines.look()))

    def links(self, rows: Iterable[tuple[str, str]]) -> None:
        """(words, address) each on a line."""
        for words, address in rows:
            self._item(Item((Paragraph((Run(words, link=address),)),)), "•")

    def code(self, text: str, language: str = "") -> None:
        """Text with every space kept, on a ground of its own; what would show it in another order is a mark."""
        text = REORDERING.sub("⇄", text.rstrip("\n").expandtabs(4))
        lines = list(coloured("" if self._lines.quiet else language, text))
        for first in range(0, len(lines), _CODE_LINES):
            with self._box(ground=_TINT):
                self._code_lines(lines[first : first + _CODE_LINES])
            self._turn()

    def _code_lines(self, lines: list[list[tuple[str, str]]]) -> None:
        plain = self._lines.look(size=_CODE_SIZE, fixed=True)
        looks = {
            role: self._lines.look(size=_CODE_SIZE, fixed=True, colour=colour) for role, colour in _CODE_COLOURS.items()
        }
        self._block(top=0, bottom=0, look=plain)
        for number, line in enumerate(lines):
            if number:
                self._cursor.insertText("\u2028", plain)
            for piece, role in line:
                self._lines.write(self._cursor, piece, looks.get(role, plain))

    def markdown(self, text: str) -> None:
        """An answer, set from its Markdown."""
        if len(text) > _LONGEST_MARKDOWN:
            self.literal(text)
        else:
            for node in parse(text):
                self._node(node)
                self._turn()

    def _turn(self) -> None:
        """Print what there is, if that is much, and go on below it."""
        if self._headings or self._inside or not self._paper.is_long:
            return
        taken = self._paper.turn(self._cancelled)
        self._cursor = QTextCursor(self._paper.document)
        self._fresh, self._gapped = True, False
        layout = QTextBlockFormat()
        layout.setLineHeight(taken, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        self._begin(layout, QTextCharFormat())

    # Markdown

    def _node(self, node: Node) -> None:
        match node:
            case Paragraph(runs):
                self._block(picture=len(runs) == 1 and runs[0].kind == "display")
                self._lines.runs(self._cursor, runs)
            case Heading(level, runs):
                self._block(top=10, bottom=3, heading=min(level + 2, 6))
                self._lines.runs(self._cursor, runs, size=(14, 13, 12, 11.5, 11, 10.5)[level - 1], bold=True)
            case Code():
                self.code(node.text, node.language)
            case Html(text):
                self.literal(text)
            case Rule():
                self._rule()
            case Quote():
                self._quote(node)
            case List(items, start):
                for count, item in enumerate(items, start or 0):
                    self._item(item, "•" if start is None else f"{count}.")
            case Table():
                self._table(node)
            case Footnote():
                self._item(Item(node.children), f"[{node.label}]", size=_SMALL)

    def _quote(self, quote: Quote) -> None:
        with self._beside_a_line():
            if quote.alert:
                self._block()
                self._lines.write(self._cursor, quote.alert.capitalize(), self._lines.look(bold=True))
            for child in quote.children:
                self._node(child)

    def _item(self, item: Item, sign: str, *, size: float = SIZE) -> None:
        sign = {None: sign, True: "☑", False: "☐"}[item.checked]
        step = max(_STEP, self._paper.width_of(f"{sign}\u2002") / UNIT)
        self._left += step
        first, *others = item.children or (Paragraph(()),)
        self._block(top=1, bottom=1, sign=f"{sign}\u2002")
        if isinstance(first, Paragraph):
            self._lines.runs(self._cursor, first.runs, size=size)
        else:
            others = [first, *others]
        for child in others:
            self._node(child)
        self._left -= step

    def _table(self, table: Table) -> None:
        form = self._box_format()
        form.setBorder(1)
        form.setBorderStyle(_SOLID)
        form.setBorderBrush(QBrush(_LINE))
        form.setCellPadding(3 * PIXELS)
        form.setHeaderRowCount(1)
        form.setWidth(QTextLength())  # as wide as its words are
        self._gap()
        rows = (table.head, *table.rows)
        self._cursor.beginEditBlock()
        grid = self._cursor.insertTable(len(rows), max(len(table.head), 1), form)
        sides = {"right": Qt.AlignmentFlag.AlignRight, "center": Qt.AlignmentFlag.AlignHCenter}
        for y, row in enumerate(rows):
            for x, runs in enumerate(row[: grid.columns()]):
                self._cursor = grid.cellAt(y, x).firstCursorPosition()
                layout = QTextBlockFormat()
                layout.setAlignment(sides.get(table.alignments[x], Qt.AlignmentFlag.AlignLeft))
                self._cursor.setBlockFormat(layout)
                self._lines.runs(self._cursor, runs, size=9.5, bold=y == 0)
        self._cursor.endEditBlock()
        self._leave(grid.lastCursorPosition())

    # Paper

    def _block(
        self, *, top: float = 3, bottom: float = 3, sign: str = "", heading: int = 0, picture: bool = False,
        new_page: bool = False, look: QTextCharFormat | None = None,
    ) -> None:  # fmt: skip
        """Begin a paragraph. `sign` stands before it, left of where its lines begin."""
        layout = QTextBlockFormat()
        layout.setTopMargin(top * PIXELS)
        layout.setBottomMargin(bottom * PIXELS)
        layout.setLeftMargin(self._left * UNIT)
        layout.setHeadingLevel(heading)
        height = 100 if picture else 125  # the paper between lines of text grows with them
        layout.setLineHeight(height, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if picture:
            layout.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        if new_page:
            layout.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        if sign:
            layout.setTextIndent(-self._paper.width_of(sign))
        self._begin(layout, look or self._lines.look())
        if heading:
            self._headings.append(self._cursor.block())
        if sign:
            self._lines.write(self._cursor, sign, self._lines.look())

    def _begin(self, layout: QTextBlockFormat, look: QTextCharFormat) -> None:
        """Use the block that waits, or make one."""
        self._gapped = False
        if self._fresh:
            self._cursor.setBlockFormat(layout)
            self._cursor.mergeBlockCharFormat(look)  # the first block of a cell has the cell's looks, too
            self._fresh = False
            return
        below = self._cursor.block()
        self._cursor.insertBlock(layout, look)
        if self._headings and self._headings[-1] != below:
            self._settle_headings()

    def _settle_headings(self) -> None:
        """Something stands below the last headings now: see that it stands on their page."""
        headings, self._headings = self._headings, []
        if headings and headings[-1].next().isValid() and not self._inside:
            self._paper.keep_together(headings[0], headings[-1].next())

    @contextmanager
    def _beside_a_line(self) -> Iterator[None]:
        with self._box():
            yield

    @contextmanager
    def _box(self, ground: QColor | None = None) -> Iterator[None]:
        """What is set meanwhile stands on a ground or, without one, beside a line. A table breaks over pages as it should."""
        self._gap()
        self._cursor.beginEditBlock()  # laid out once, when it is full
        table = self._cursor.insertTable(1, 1, self._box_format())
        cell = QTextTableCellFormat()
        cell.setPadding(5 * PIXELS)
        cell.setLeftPadding(8 * PIXELS)
        if ground is not None:
            cell.setBackground(ground)
        else:
            cell.setLeftBorder(2)
            cell.setLeftBorderBrush(_LINE)
            cell.setLeftBorderStyle(_SOLID)
            cell.setTopPadding(0)
            cell.setBottomPadding(0)
        table.cellAt(0, 0).setFormat(cell)
        self._cursor = table.cellAt(0, 0).firstCursorPosition()
        left, self._left, self._fresh = self._left, 0.0, True
        self._inside += 1
        yield
        self._inside -= 1
        self._left = left
        self._cursor.endEditBlock()
        self._leave(table.cellAt(0, 0).lastCursorPosition())

    def _box_format(self) -> QTextTableFormat:
        form = QTextTableFormat()
        form.setBorder(0)
        form.setCellSpacing(0)
        form.setBorderCollapse(True)
        form.setLeftMargin(self._left * PIXELS)
        form.setTopMargin(4 * PIXELS)
        form.setBottomMargin(2 * PIXELS)
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        return form

    def _gap(self) -> None:
        """The block that has to be before and after a table, as small as may be."""
        if self._gapped:
            return
        layout, look = QTextBlockFormat(), QTextCharFormat()
        look.setFontPointSize(1)
        layout.setLineHeight(6 * PIXELS, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        self._begin(layout, look)

    def _leave(self, last: QTextCursor) -> None:
        """Go on behind a table whose last place this is."""
        self._cursor = last
        self._cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        self._fresh, self._gapped = True, False
        self._gap()
        self._gapped = True
        if not self._inside:
            self._settle_headings()

    def close(self) -> None:
        """End on this thread what was made on it."""
        self._paper.close()

    def first_page(self, width: int) -> QImage:
        """What the first page looks like, so many pixels wide."""
        self._settle_headings()
        return self._paper.first_page(width)

    @property
    def stand_ins(self) -> dict[str, str]:
        """The letters that stand in for emoji, and for which."""
        return self._lines.stand_ins

    def pages(self) -> bytes:
        """The whole as a PDF file. Raises Stopped."""
        self._settle_headings()
        return self._paper.pages(self._cancelled)
