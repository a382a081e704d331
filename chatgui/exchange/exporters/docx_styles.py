"""How a Word document looks before anything is in it: paper, styles, lists. Loaded only when a DOCX is written."""

from __future__ import annotations

from typing import Any

import docx
from docx.document import Document as DocxDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

CODE = "Consolas"
_TEXT, _ASIAN = "Calibri", "Microsoft YaHei"
DEEPEST = 8  # levels of lists a word processor knows
_BULLETS = "•◦–"


def dressed() -> DocxDocument:
    """An empty document of A4 with the styles our pieces are set in."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    normal.paragraph_format.space_after = Pt(5)
    normal.paragraph_format.line_spacing = 1.15
    set_fonts(normal.element.get_or_add_rPr(), _TEXT)
    for level, size in enumerate((20, 11, 14, 12.5, 11.5, 11), 1):
        style = document.styles[f"Heading {level}"]
        style.font.size, style.font.bold, style.font.italic = Pt(size), True, False
        style.font.color.rgb = RGBColor(0x1D, 0x21, 0x25)
        set_fonts(style.element.get_or_add_rPr(), _TEXT)
        style.paragraph_format.space_before = Pt(14 if level == 2 else 10)
        style.paragraph_format.space_after = Pt(3)
    code = document.styles.add_style("Code", WD_STYLE_TYPE.PARAGRAPH)
    code.base_style, code.font.size = normal, Pt(9)
    code.paragraph_format.line_spacing = 1.0
    set_fonts(code.element.get_or_add_rPr(), CODE)
    return document


def set_fonts(properties: Any, family: str) -> None:
    """Letters of this family, East Asian ones apart, in a run's or style's properties."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), family)
    fonts.set(qn("w:eastAsia"), _ASIAN)


def make_lists(document: DocxDocument) -> tuple[int, int]:
    """Definitions of bullets and numbers, all levels; lists refer to them."""
    numbering = document.part.numbering_part.element
    known = [int(one.get(qn("w:abstractNumId"))) for one in numbering.findall(qn("w:abstractNum"))]
    fresh = max(known, default=0) + 1
    for offset, ordered in enumerate((False, True)):
        levels = "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{"decimal" if ordered else "bullet"}"/>'
            f'<w:lvlText w:val="{f"%{level + 1}." if ordered else _BULLETS[level % 3]}"/><w:lvlJc w:val="left"/></w:lvl>'
            for level in range(DEEPEST + 1)
        )
        made = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{fresh + offset}">{levels}</w:abstractNum>')
        numbering.insert(0, made)
    return fresh, fresh + 1
