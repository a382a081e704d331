"""Colours for code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from PySide6.QtGui import QTextCharFormat, QTextLayout

from chatgui.ui.transcript.style import Style

Coloured: TypeAlias = tuple[int, int, str]  # start, end, what it is


class Highlighting:
    """The colours of one block of code."""

    def __init__(self, language: str, coloured: Callable[[int], object]) -> None:
        self.language = language

    def set(self, text: str, *, finished: bool) -> None:
        """The text as it is now."""

    def spans(self, line: int) -> Iterable[Coloured]:
        """What is coloured in a line."""
        return ()


def formats(style: Style, spans: Iterable[Coloured], offset: int, shown: str) -> list[QTextLayout.FormatRange]:
    """Format ranges for a row that shows a line from its `offset`-th character on."""
    made: list[QTextLayout.FormatRange] = []
    for start, end, role in spans:
        first, last = max(0, start - offset), min(len(shown), end - offset)
        if first >= last:
            continue
        one = QTextLayout.FormatRange()
        one.start = first if shown.isascii() else len(shown[:first].encode("utf-16-le")) // 2
        one.length = last - first if shown.isascii() else len(shown[first:last].encode("utf-16-le")) // 2
        form = QTextCharFormat()
        form.setForeground(style.colours["warning" if role == "hidden" else role])
        one.format = form
        made.append(one)
    return made
