"""A Markdown tree set on pages by Qt's text engine. Loaded only when a PDF is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QHashSeed, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUuid
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QBrush,
    QColor,
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLength,
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
    Runs,
    Table,
    parse,
)
from chatgui.exchange.exporters.base import Stopped
from chatgui.exchange.exporters.pdf_objects import EMOJI, Formulas, Pictures
from chatgui.exchange.rendering import coloured

_UNIT = 4.0  # layout units in a point: glyphs stand finer than whole points
_PIXELS = 96 / 72  # of a point: Qt counts the space between blocks in these, whatever the paper
_CODE_LINES = 200  # in one block; a block is what Qt lays out at once
_FAMILIES = [
    "Noto Sans",
    "Helvetica Neue",
    "Segoe UI",
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Emoji",
    "Noto Color Emoji",
]
_CODE_FAMILIES = ["Noto Sans Mono", "Cascadia Mono", "Menlo", "DejaVu Sans Mono", "Noto Sans Mono CJK SC"]
_QUIET = QColor("#555d66")
_TINT = QColor("#f3f5f7")
_LINE = QColor("#cfd5db")
_CODE_COLOURS = {role: QColor(colour) for role, colour in code_colours.LIGHT.items()}
_WARNING = QColor("#9a3412")
_LONGEST_WORD = 4_000  # characters without a space; Qt's line breaking is quadratic in them
_OBJECT = "\ufffc"
_BRAILLE = re.compile("[\u2800-\u28ff]")
_LONGEST_MARKDOWN = 500_000  # characters; longer texts are set as they are


class _Inert(QTextDocument):
    """A document that reads no file, whatever it is asked for."""

    def loadResource(self, kind: int, name: Any) -> Any:
        del kind, name
        return QImage()  # None would make Qt look for the file itself


class Typesetter:
    """Takes a conversation piece by piece; `pages` makes the file."""

    def __init__(self) -> None:
        self._document = _Inert()
        font = QFont()
        font.setFamilies(_FAMILIES)
        font.setPointSizeF(10.5)
        self._document.setDefaultFont(font)
        self._document.setUndoRedoEnabled(False)
        self._document.setDocumentMargin(6 * _UNIT)  # also keeps lines off the edge where pages are cut
        self._pictures = Pictures(self._document)
        self._formulas = Formulas()
        self._braille = False  # somebody writes the letters that stand in for emoji
        self._cursor = QTextCursor(self._document)
        self._fresh = True
        self._indent = 0
        self._quiet = False

    # Pieces

    def heading(self, text: str, level: int, *, new_page: bool = False) -> None:
        """A heading of our own."""
        self._block(top=14 if level > 1 else 0, bottom=4, new_page=new_page, heading=level)
        self._write(text, self._look(size=(20, 15, 12.5, 11.5, 11, 10.5)[level - 1], bold=True))

    def speaker(self, name: str, moment: str) -> None:
        """The line above a message."""
        self._block(top=16, bottom=2, keep_with_next=True, heading=2)
        self._write(name, self._look(size=10, bold=True))
        self._write(moment, self._look(size=8.5, colour=_QUIET))

    def aside(self, text: str) -> None:
        """A small quiet line."""
        self._block(top=2, bottom=2)
        self._write(text, self._look(size=8.5, colour=_QUIET))

    def warning(self, text: str) -> None:
        """A line that says what is missing."""
        self._block(top=4, bottom=4)
        self._write(text, self._look(size=9.5, bold=True, colour=_WARNING))

    def rule(self) -> None:
        """A line across."""
        self._block(top=6, bottom=6)
        layout = self._cursor.blockFormat()
        layout.setProperty(
            QTextFormat.Property.BlockTrailingHorizontalRulerWidth, QTextLength(QTextLength.Type.PercentageLength, 100)
        )
        self._cursor.setBlockFormat(layout)

    def literal(self, text: str) -> None:
        """Text as it was typed."""
        for line in text.strip("\n").split("\n"):
            self._block(top=0, bottom=1)
            self._write(line, self._look())

    def code(self, text: str, language: str = "") -> None:
        """Text with every space kept, on a tint."""
        plain = self._look(size=8.5, fixed=True)
        looks = {role: self._look(size=8.5, fixed=True, colour=colour) for role, colour in _CODE_COLOURS.items()}
        lines = coloured("" if self._quiet else language, text.rstrip("\n").expandtabs(4))
        for number, line in enumerate(lines):
            if number % _CODE_LINES == 0:
                self._block(top=0 if number else 3, bottom=3, tint=True)
            else:
                self._write("\u2028", plain)
            for piece, role in line:
                self._write(piece, looks.get(role, plain))

    def markdown(self, text: str, *, quiet: bool = False) -> None:
        """An answer, or (quiet) reasoning, set from its Markdown."""
        self._quiet, self._indent = quiet, int(quiet)
        if len(text) > _LONGEST_MARKDOWN:
            self.literal(text)
        else:
            for node in parse(text):
                self._node(node)
        self._quiet, self._indent = False, 0

    # Markdown

    def _node(self, node: Node) -> None:
        match node:
            case Paragraph(runs):
                self._block()
                self._runs(runs)
            case Heading(level, runs):
                self._block(top=10, bottom=3, heading=min(level + 2, 6), keep_with_next=True)
                self._runs(runs, size=(14, 13, 12, 11.5, 11, 10.5)[level - 1], bold=True)
            case Code():
                self.code(node.text, node.language)
            case Html(text):
                self.literal(text)
            case Rule():
                self.rule()
            case Quote():
                self._inside(node.children)
            case List(items, start):
                for count, item in enumerate(items, start or 1):
                    self._item(item, "•" if start is None else f"{count}.")
            case Table():
                self._table(node)
            case Footnote():
                self._block()
                self._write(f"[{node.label}] ", self._look(size=8.5))
                self._inside(node.children)

    def _inside(self, children: tuple[Node, ...]) -> None:
        self._indent += 1
        for child in children:
            self._node(child)
        self._indent -= 1

    def _item(self, item: Item, sign: str) -> None:
        sign = {None: sign, True: "☑", False: "☐"}[item.checked]
        self._indent += 1
        self._block(top=1, bottom=1, hanging=11)
        self._write(f"{sign}\u2002", self._look())
        first, *others = item.children or (Paragraph(()),)
        if isinstance(first, Paragraph):
            self._runs(first.runs)
        else:
            others = [first, *others]
        for child in others:
            self._node(child)
        self._indent -= 1

    def _table(self, table: Table) -> None:
        form = QTextTableFormat()
        form.setBorder(1)
        form.setBorderStyle(QTextTableFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(QBrush(_LINE))
        form.setBorderCollapse(True)
        form.setCellPadding(3 * _PIXELS)
        form.setHeaderRowCount(1)
        form.setLeftMargin(14 * _UNIT * self._indent)
        self._block(top=2, bottom=0)
        rows = (table.head, *table.rows)
        grid = self._cursor.insertTable(len(rows), max(len(table.head), 1), form)
        sides = {"right": Qt.AlignmentFlag.AlignRight, "center": Qt.AlignmentFlag.AlignHCenter}
        for y, row in enumerate(rows):
            for x, runs in enumerate(row[: grid.columns()]):
                self._cursor = grid.cellAt(y, x).firstCursorPosition()
                layout = QTextBlockFormat()
                layout.setAlignment(sides.get(table.alignments[x], Qt.AlignmentFlag.AlignLeft))
                self._cursor.setBlockFormat(layout)
                self._runs(runs, size=9.5, bold=y == 0)
        self._cursor = QTextCursor(self._document)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._fresh = True  # the block after a table is there already

    def _runs(self, runs: Runs, *, size: float = 10.5, bold: bool = False) -> None:
        for run in runs:
            look = self._run_look(run, size, bold)
            formula = None
            if run.kind in {"math", "display"}:
                formula = self._formulas.make(run.text, display=run.kind == "display", size=size)
            if formula is not None:
                self._cursor.insertText(_OBJECT, self._pictures.look(formula, look))
            else:
                self._write(_words(run), look)

    def _run_look(self, run: Run, size: float, bold: bool) -> QTextCharFormat:
        fixed = run.kind in {"code", "math", "display"}
        look = self._look(size=size - 1 if fixed else size, bold=bold or run.strong, fixed=fixed)
        look.setFontItalic(run.emphasis)
        look.setFontStrikeOut(run.struck)
        if run.kind == "note":
            look.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        if re.match(r"https?://[^\s]+\Z", run.link):
            look.setAnchor(True)
            look.setAnchorHref(run.link)
            look.setFontUnderline(True)
        return look

    # Paper

    def _block(
        self, *, top: float = 3, bottom: float = 3, tint: bool = False, hanging: float = 0, heading: int = 0,
        keep_with_next: bool = False, new_page: bool = False,
    ) -> None:  # fmt: skip
        """Begin a paragraph."""
        layout = QTextBlockFormat()
        layout.setTopMargin(top * _PIXELS)
        layout.setBottomMargin(bottom * _PIXELS)
        layout.setLeftMargin((14 * self._indent + hanging) * _UNIT)
        layout.setTextIndent(-hanging * _UNIT)
        layout.setHeadingLevel(heading)
        layout.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if tint:
            layout.setBackground(_TINT)
        if keep_with_next:
            layout.setNonBreakableLines(True)
        if new_page:
            layout.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        if self._fresh:
            self._cursor.setBlockFormat(layout)
            self._fresh = False
        else:
            self._cursor.insertBlock(layout)

    def _look(
        self, *, size: float = 10.5, bold: bool = False, fixed: bool = False, colour: QColor | None = None
    ) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setFontFamilies([*_CODE_FAMILIES, *_FAMILIES] if fixed else _FAMILIES)
        look.setFontFeatures({QFont.Tag("liga"): 0, QFont.Tag("dlig"): 0})  # “fi” is searched as two letters
        look.setFontPointSize(size)
        look.setFontWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        if colour is not None or self._quiet:
            look.setForeground(colour or _QUIET)
        return look

    def _write(self, text: str, look: QTextCharFormat) -> None:
        text = re.sub(rf"\S{{{_LONGEST_WORD}}}", "\\g<0>\u200b", text)
        text = text.replace(_OBJECT, "\ufffd")  # it would be an image to Qt
        self._braille = self._braille or _BRAILLE.search(text) is not None
        done = 0
        for found in EMOJI.finditer(text):
            self._cursor.insertText(text[done : found.start()], look)
            self._cursor.insertText(_OBJECT, self._pictures.look(found[0], look))
            done = found.end()
        self._cursor.insertText(text[done:], look)

    @property
    def stand_ins(self) -> dict[str, str]:
        """The letters that stand in for emoji, and for which."""
        return {} if self._braille else self._pictures.stand_ins

    def pages(self, title: str, cancelled: Callable[[], bool]) -> bytes:
        """The whole as a PDF file on A4, with page numbers."""
        QHashSeed.setDeterministicGlobalSeed()  # the order of the fonts in the file hangs on it
        try:
            return self._pages(title, cancelled)
        finally:
            QHashSeed.resetRandomGlobalSeed()

    def _pages(self, title: str, cancelled: Callable[[], bool]) -> bytes:
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(int(72 * _UNIT))
        writer.setTitle(title)
        writer.setCreator("chatgui")
        writer.setDocumentId(
            QUuid.createUuidV5(QUuid(), title.encode())
        )  # a random one would make other bytes each time
        writer.setPageLayout(
            QPageLayout(
                QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(18, 16, 18, 16),
                QPageLayout.Unit.Millimeter,
            )
        )  # fmt: skip
        width, height = writer.width(), writer.height() - 20 * _UNIT  # the last 20 points carry the page's number
        self._document.documentLayout().setPaintDevice(writer)
        self._document.setPageSize(QSizeF(width, height))
        painter = QPainter(writer)
        for page in range(self._document.pageCount()):
            if cancelled():
                painter.end()
                raise Stopped
            if page:
                writer.newPage()
            self._page(painter, page, width, height)
        painter.end()
        buffer.close()
        return bytes(content.data())

    def _page(self, painter: QPainter, page: int, width: float, height: float) -> None:
        painter.save()
        painter.translate(0, -page * height)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(0, page * height, width, height - 1)
        painter.setClipRect(context.clip)
        self._document.documentLayout().draw(painter, context)
        painter.restore()
        font = QFont(self._document.defaultFont())
        font.setPointSizeF(8)
        painter.setFont(font)
        painter.setPen(_QUIET)
        words = f"{page + 1} / {self._document.pageCount()}"
        painter.drawText(QRectF(0, height + 4 * _UNIT, width, 16 * _UNIT), Qt.AlignmentFlag.AlignRight, words)


def _words(run: Run) -> str:
    if run.kind == "image":
        return f"Image: {run.text or run.link}"
    if run.kind == "note":
        return f"[{run.text}]"
    return "\u2028" if run.kind == "break" else run.text
