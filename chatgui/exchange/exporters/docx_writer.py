"""A Markdown tree as the paragraphs of a word processor. Loaded only when a DOCX is written."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.text.paragraph import Paragraph as Block
from docx.text.run import Run as Letters

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
    plain,
)
from chatgui.exchange import rendering
from chatgui.exchange.exporters.base import REORDERING
from chatgui.exchange.exporters.docx_maths import omml
from chatgui.exchange.exporters.docx_styles import CODE, DEEPEST, dressed, make_lists, set_fonts

_QUIET, _WARNING, _LINK = RGBColor(0x55, 0x5D, 0x66), RGBColor(0x9A, 0x34, 0x12), RGBColor(0x0B, 0x57, 0xD0)
_TINT, _LINE = "F3F5F7", "CFD5DB"
_STEP = 0.75  # centimetres a list or a quote stands further in
_WIDEST, _HIGHEST = Cm(15.5), Cm(11)
_TABLE_CM = 16.0
_LONGEST_MARKDOWN = 500_000  # characters; longer texts are set as they are
_REFUSED = re.compile("[\ufffe\uffff]")  # what XML cannot carry


class Writer:
    """Takes conversations piece by piece; `saved` makes the file."""

    def __init__(self) -> None:
        self._document = dressed()
        self._left = 0.0  # centimetres
        self._barred = False  # beside a line
        self._quiet = False
        self._bullets, self._numbers = make_lists(self._document)

    # Pieces

    def heading(self, text: str, level: int, *, new_page: bool = False) -> None:
        """A heading of our own."""
        block = self._block(f"Heading {level}")
        if new_page:
            block.paragraph_format.page_break_before = True
        self._write(block, text)

    def speaker(self, name: str, moment: str) -> None:
        """The line above a message: a heading with a quiet word behind it."""
        block = self._block("Heading 2")
        self._write(block, name)
        if moment:
            letters = self._write(block, f"   {moment}")
            letters.font.size, letters.font.bold, letters.font.color.rgb = Pt(8.5), False, _QUIET

    def branch(self, text: str) -> None:
        """The line above another branch than the shown one."""
        self.aside(text)

    def aside(self, text: str) -> None:
        """A small quiet line."""
        letters = self._write(self._block(), text)
        letters.font.size, letters.font.color.rgb = Pt(8.5), _QUIET

    def warning(self, text: str) -> None:
        """A line that says what is missing."""
        letters = self._write(self._block(), text)
        letters.font.bold, letters.font.color.rgb = True, _WARNING

    def typed(self, text: str) -> None:
        """What a person said: as it was typed, on a ground of its own."""
        for line in text.strip("\n").split("\n"):
            block = self._block()
            self._shade(block)
            block.paragraph_format.space_after = Pt(0)
            self._write(block, line)
        self._gap()

    def thought(self, text: str) -> None:
        """Reasoning, set from its Markdown, beside a line."""
        self._quiet, self._barred = True, True
        self._left += 0.4
        self.aside("Reasoning")
        self.markdown(text)
        self._left -= 0.4
        self._quiet, self._barred = False, False

    def code(self, text: str, language: str = "") -> None:
        """Text with every space kept, on a ground of its own."""
        text = REORDERING.sub("⇄", text.rstrip("\n").expandtabs(4))
        block = self._block("Code")
        self._shade(block)
        for number, line in enumerate(rendering.coloured("" if self._quiet else language, text)):
            if number:
                block.add_run().add_break()
            for piece, role in line:
                letters = self._write(block, piece)
                if role:
                    letters.font.color.rgb = RGBColor.from_string(code_colours.LIGHT[role][1:].upper())
        self._gap()

    def picture(self, content: bytes, kind: str) -> None:
        """An image, no larger than half a page. Nothing where a word processor would not know it."""
        del kind  # it looks for itself
        block = self._block()
        try:
            made = block.add_run().add_picture(io.BytesIO(content))
        except Exception:  # noqa: BLE001 - its readers of images raise what they like on damaged ones; the name is there
            return
        scale = min(1.0, _WIDEST / max(made.width, 1), _HIGHEST / max(made.height, 1))
        made.width, made.height = Emu(int(made.width * scale)), Emu(int(made.height * scale))

    def links(self, rows: Iterable[tuple[str, str]]) -> None:
        """(words, address) each on a line."""
        items = tuple(Item((Paragraph((Run(words, link=address),)),)) for words, address in rows)
        self._list(List(items), 0)

    def markdown(self, text: str) -> None:
        """An answer, set from its Markdown."""
        if len(text) > _LONGEST_MARKDOWN:
            self.typed(text)
        else:
            for node in parse(text):
                self._node(node)

    # Markdown

    def _node(self, node: Node, level: int = 0) -> None:
        match node:
            case Paragraph(runs):
                self._runs(self._block(), runs)
            case Heading(depth, runs):
                self._runs(self._block(f"Heading {min(depth + 2, 6)}"), runs)
            case Code():
                self.code(node.text, node.language)
            case Html(text):
                self._write(self._block(), text.strip("\n"))
            case Rule():
                self._border(self._block(), "bottom")
            case Quote():
                self._quote(node)
            case List():
                self._list(node, level)
            case Table():
                self._table(node)
            case Footnote():
                block = self._block()
                self._write(block, f"[{node.label}] ").font.superscript = True
                first, *others = node.children or (Paragraph(()),)
                if isinstance(first, Paragraph):
                    self._runs(block, first.runs)
                else:
                    others = [first, *others]
                for child in others:
                    self._node(child)

    def _quote(self, quote: Quote) -> None:
        barred, self._barred = self._barred, True
        self._left += 0.4
        if quote.alert:
            self._write(self._block(), quote.alert.capitalize()).font.bold = True
        for child in quote.children:
            self._node(child)
        self._left -= 0.4
        self._barred = barred

    def _list(self, node: List, level: int) -> None:
        number = self._document.part.numbering_part.element.add_num(
            self._bullets if node.start is None else self._numbers
        )
        if node.start is not None:
            number.add_lvlOverride(min(level, DEEPEST)).add_startOverride(node.start)
        for item in node.items:
            self._item(item, number.numId, level)

    def _item(self, item: Item, number: int, level: int) -> None:
        block = self._block()
        block.paragraph_format.space_after = Pt(2)
        block.paragraph_format.left_indent = Cm(self._left + _STEP)
        block.paragraph_format.first_line_indent = Cm(-_STEP)
        if item.checked is None:
            numbering = block._p.get_or_add_pPr().get_or_add_numPr()  # noqa: SLF001 - there is no other way in
            numbering.get_or_add_ilvl().val = min(level, DEEPEST)
            numbering.get_or_add_numId().val = number
        else:
            self._write(block, "☑\t" if item.checked else "☐\t")
        self._left += _STEP
        first, *others = item.children or (Paragraph(()),)
        if isinstance(first, Paragraph):
            self._runs(block, first.runs)
        else:
            others = [first, *others]
        for child in others:
            self._node(child, level + 1)
        self._left -= _STEP

    def _table(self, node: Table) -> None:
        rows = (node.head, *node.rows)
        made = self._document.add_table(len(rows), max(len(node.head), 1))
        made.style = "Table Grid"
        made.autofit = False
        widths = _widths(rows)
        sides = {"right": WD_ALIGN_PARAGRAPH.RIGHT, "center": WD_ALIGN_PARAGRAPH.CENTER}
        for y, (row, cells) in enumerate(zip(made.rows, rows, strict=True)):
            for x, (cell, runs) in enumerate(zip(row.cells, cells, strict=False)):
                cell.width = Cm(widths[x])
                block = cell.paragraphs[0]
                block.paragraph_format.space_after = Pt(1)
                block.alignment = sides.get(node.alignments[x])
                self._runs(block, runs, bold=y == 0)
                if y == 0:
                    cell._tc.get_or_add_tcPr().append(  # noqa: SLF001
                        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_TINT}"/>')
                    )
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
        made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Cm(width)
        self._gap()

    def _runs(self, block: Block, runs: Runs, *, bold: bool = False) -> None:
        for run in runs:
            if run.kind == "break":
                block.add_run().add_break()
            elif run.kind in ("math", "display") and self._formula(block, run):
                continue
            else:
                self._run(block, run, bold)

    def _run(self, block: Block, run: Run, bold: bool) -> None:
        text = {"image": f"Image: {run.text or run.link}", "note": f"[{run.text}]"}.get(run.kind, run.text)
        letters = self._write(block, text)
        letters.font.bold = True if bold or run.strong else None
        letters.font.italic = True if run.emphasis else None
        letters.font.strike = True if run.struck else None
        letters.font.superscript = True if run.kind == "note" else None
        if run.kind in ("code", "math", "display"):
            set_fonts(letters._r.get_or_add_rPr(), CODE)  # noqa: SLF001
            letters.font.size = Pt(9.5)
        if re.match(r"https?://[^\s]+\Z", run.link):
            letters.font.color.rgb, letters.font.underline = _LINK, True
            self._lead(block, letters, run.link)

    def _lead(self, block: Block, letters: Letters, address: str) -> None:
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), block.part.relate_to(_clean(address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        link.append(letters._r)  # noqa: SLF001
        block._p.append(link)  # noqa: SLF001

    def _formula(self, block: Block, run: Run) -> bool:
        made = rendering.mathml(run.text, display=run.kind == "display")
        try:
            formula = omml(Xml.fromstring(made)) if made else None  # noqa: S314 - our child's
        except Xml.ParseError:
            return False
        if formula is None:
            return False
        block._p.append(parse_xml(Xml.tostring(formula)))  # noqa: SLF001
        return True

    # Paper

    def _gap(self) -> None:
        """A little room: grounds and tables that touch would grow together."""
        block = self._document.add_paragraph()
        block.paragraph_format.space_after = Pt(0)
        block.paragraph_format.line_spacing = Pt(6)

    def _block(self, style: str = "Normal") -> Block:
        block: Block = self._document.add_paragraph(style=style)
        if self._left:
            block.paragraph_format.left_indent = Cm(self._left)
        if self._barred:
            self._border(block, "left")
        return block

    def _write(self, block: Block, text: str) -> Letters:
        text = _clean(text)
        letters = block.add_run(text)
        if self._quiet:
            letters.font.color.rgb = _QUIET
        strong = next((unicodedata.bidirectional(one) for one in text if one.isalpha()), "L")
        if strong in ("R", "AL"):
            letters.font.rtl = True
            if len(block.runs) == 1:
                block._p.get_or_add_pPr().append(OxmlElement("w:bidi"))  # noqa: SLF001
        return letters

    @staticmethod
    def _shade(block: Block) -> None:
        block._p.get_or_add_pPr().append(  # noqa: SLF001
            parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_TINT}"/>')
        )

    @staticmethod
    def _border(block: Block, side: str) -> None:
        line = f'<w:{side} w:val="single" w:sz="12" w:space="6" w:color="{_LINE}"/>'
        block._p.get_or_add_pPr().append(parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>"))  # noqa: SLF001

    def saved(self, title: str, moment: datetime) -> bytes:
        """The whole file."""
        told = self._document.core_properties
        told.title, told.author, told.comments = _clean(title)[:250], "chatgui", ""
        told.created = told.modified = moment.astimezone(UTC).replace(microsecond=0, tzinfo=None)
        made = io.BytesIO()
        self._document.save(made)
        return made.getvalue()


def _widths(rows: tuple[tuple[Runs, ...], ...]) -> list[float]:
    """How wide each column of a table is, in centimetres: at least its longest word, and more where it has more to say."""
    cells = [[plain(row[x]) for row in rows if x < len(row)] for x in range(max(len(rows[0]), 1))]
    longest = [max((len(word) for cell in column for word in cell.split()), default=1) for column in cells]
    wanted = [min(max(map(len, column), default=1), 45) for column in cells]
    least = [0.6 + 0.2 * min(one, 25) for one in longest]
    more = [max(0.0, 0.6 + 0.2 * want - low) for want, low in zip(wanted, least, strict=True)]
    shrink = min(1.0, _TABLE_CM / sum(least))
    share = min(1.0, max(0.0, _TABLE_CM - sum(least)) / (sum(more) or 1))
    return [low * shrink + one * share for low, one in zip(least, more, strict=True)]


def _clean(text: str) -> str:
    return _REFUSED.sub("\ufffd", text)
