"""Words with looks, as a paragraph has them before it is laid out."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat

from chatgui.ui.transcript.blocks.scroll import Sideways


class Inline(Protocol):
    """Something that stands in a line of text: a formula, an image."""

    width: float
    ascent: float
    descent: float

    @property
    def scroll(self) -> Sideways | None:
        """How far it is scrolled sideways; None for what is made smaller to fit."""

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw it with its left end at `x`."""

    def fit(self, width: float) -> None:
        """Become as narrow as `width`."""


@dataclass(slots=True)
class Look:
    """How `start:end` of a text looks."""

    start: int
    end: int
    format: QTextCharFormat
    pill: bool = False  # on a ground of its own, as code is
    link: str = ""
    is_plain: bool = False  # nothing but the font and the colour of the whole text


@dataclass(slots=True)
class Words:
    """A paragraph before it is laid out. `shown` is what is drawn, as long as `text`, which is what is read."""

    text: str
    shown: str
    looks: list[Look] = field(default_factory=list)
    objects: dict[int, Inline] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paints:
    """The colours a flow is painted with."""

    text: QColor
    pill: QColor
    selection: QColor
    find: QColor
    find_current: QColor


def object_format(inline: Inline, font: QFont) -> QTextCharFormat:
    """The format of the character that stands for `inline`: unseen, and as wide as it."""
    form = QTextCharFormat()
    form.setFont(font)
    form.setForeground(QBrush(Qt.GlobalColor.transparent))
    form.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    form.setFontLetterSpacing(inline.width - QFontMetricsF(font).horizontalAdvance("x"))
    return form


def begins_rtl(text: str) -> bool:
    """Whether the first strong character of `text` is written from right to left."""
    if text.isascii():
        return False
    for char in text[:1_000]:
        kind = unicodedata.bidirectional(char)
        if kind in {"R", "AL"}:
            return True
        if kind == "L":
            return False
    return False


def common(one: str, other: str) -> int:
    """Length of the common beginning."""
    if other.startswith(one):
        return len(one)
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def same_looks(one: list[Look], other: list[Look], length: int) -> int:
    """Up to where two lists of looks say the same."""
    for first, second in zip(one, other, strict=False):
        if (first.start, first.pill, first.link) != (
            second.start,
            second.pill,
            second.link,
        ) or first.format != second.format:
            return min(first.start, second.start)
        if first.end != second.end:
            return min(first.end, second.end)
    if len(one) != len(other):
        return (one if len(one) > len(other) else other)[min(len(one), len(other))].start
    return length
