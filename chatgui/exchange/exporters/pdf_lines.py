"""The lines of a PDF: letters in their looks, formulas, emoji."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor

from chatgui.core.markup import Run, Runs
from chatgui.exchange.exporters.pdf_objects import EMOJI, Formulas, Pictures
from chatgui.exchange.exporters.pdf_paper import QUIET

SIZE = 10.5  # points, of running text
OBJECT = "\ufffc"  # stands for a picture
FAMILIES = [
    "Noto Sans",
    "Helvetica Neue",
    "Segoe UI",
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Emoji",
    "Noto Color Emoji",
]
_CODE_FAMILIES = ["Noto Sans Mono", "Cascadia Mono", "Menlo", "DejaVu Sans Mono", "Noto Sans Mono CJK SC"]
_LINK = QColor("#0b57d0")
_LONGEST_WORD = 4_000  # characters without a space; Qt's line breaking is quadratic in them
_BRAILLE = re.compile("[\u2800-\u28ff]")


class Lines:
    """Writes where a cursor is. While `quiet`, in a quieter colour."""

    def __init__(self) -> None:
        self.pictures = Pictures()
        self.quiet = False
        self._formulas = Formulas()
        self._braille = False  # somebody writes the letters that stand in for emoji

    def runs(self, cursor: QTextCursor, runs: Runs, *, size: float = SIZE, bold: bool = False) -> None:
        """Runs of text of a size in points."""
        cursor.beginEditBlock()
        for run in runs:
            look = self._run_look(run, size, bold)
            formula = None
            if run.kind in {"math", "display"}:
                formula = self._formulas.make(run.text, display=run.kind == "display", size=size)
            if formula is not None:
                cursor.insertText(OBJECT, self.pictures.look(formula, look))
            else:
                self.write(cursor, _words(run), look)
        cursor.endEditBlock()

    def look(
        self, *, size: float = SIZE, bold: bool = False, fixed: bool = False, colour: QColor | None = None
    ) -> QTextCharFormat:
        """How letters look."""
        look = QTextCharFormat()
        look.setFontFamilies([*_CODE_FAMILIES, *FAMILIES] if fixed else FAMILIES)
        look.setFontFeatures({QFont.Tag("liga"): 0, QFont.Tag("dlig"): 0})  # “fi” is searched as two letters
        look.setFontPointSize(size)
        look.setFontWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        if colour is not None or self.quiet:
            look.setForeground(colour or QUIET)
        return look

    def write(self, cursor: QTextCursor, text: str, look: QTextCharFormat) -> None:
        """Text in one look."""
        text = re.sub(rf"\S{{{_LONGEST_WORD}}}", "\\g<0>\u200b", text)
        text = text.replace(OBJECT, "\ufffd")  # it would be an image to Qt
        cursor.beginEditBlock()
        self._braille = self._braille or _BRAILLE.search(text) is not None
        done = 0
        for found in EMOJI.finditer(text):
            cursor.insertText(text[done : found.start()], look)
            cursor.insertText(OBJECT, self.pictures.look(found[0], look))
            done = found.end()
        cursor.insertText(text[done:], look)
        cursor.endEditBlock()

    def _run_look(self, run: Run, size: float, bold: bool) -> QTextCharFormat:
        fixed = run.kind in {"code", "math", "display"}
        leads = re.match(r"https?://[^\s]+\Z", run.link) is not None
        look = self.look(
            size=size - 1 if fixed else size, bold=bold or run.strong, fixed=fixed, colour=_LINK if leads else None
        )
        look.setFontItalic(run.emphasis)
        look.setFontStrikeOut(run.struck)
        if run.kind == "note":
            look.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        if leads:
            look.setAnchor(True)
            look.setAnchorHref(run.link)
            look.setFontUnderline(True)
        return look

    @property
    def stand_ins(self) -> dict[str, str]:
        """The letters that stand in for emoji, and for which."""
        return {} if self._braille else self.pictures.stand_ins


def _words(run: Run) -> str:
    if run.kind == "image":
        return f"Image: {run.text or run.link}"
    if run.kind == "note":
        return f"[{run.text}]"
    return run.text.replace("\n", "\u2028")
