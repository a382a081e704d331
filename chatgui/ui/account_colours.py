"""The colours an account may have: a dot beside its name, never instead of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from chatgui.ui.theme import Theme, Tokens

DOT, ROOM = 8, 16  # pixels: the dot, and the square it stands in


@dataclass(frozen=True, slots=True)
class AccountColour:
    """One colour by the name it is kept under; on light and on dark ground, 3:1 against any of theirs."""

    name: str
    title: str
    light: str
    dark: str


COLOURS: tuple[AccountColour, ...] = (
    AccountColour("red", "Red", "#c4342b", "#f0857c"),
    AccountColour("orange", "Orange", "#b35309", "#eb9a5b"),
    AccountColour("yellow", "Yellow", "#8a6a00", "#dbbd4f"),
    AccountColour("green", "Green", "#2f7d3b", "#74c486"),
    AccountColour("teal", "Teal", "#0f7b80", "#5fc7cb"),
    AccountColour("blue", "Blue", "#2b6bc9", "#82b1f5"),
    AccountColour("violet", "Violet", "#7350c4", "#b6a0f2"),
    AccountColour("pink", "Pink", "#b53a82", "#ec92c4"),
)
BY_NAME = {one.name: one for one in COLOURS}


def colour_of(name: str, tokens: Tokens) -> str:
    """What the colour of this name looks like now; empty if it is none of ours."""
    one = BY_NAME.get(name)
    return "" if one is None else one.dark if tokens.dark else one.light


@cache
def _drawn(colour: str, ratio: float) -> QPixmap:
    drawn = QPixmap(round(ROOM * ratio), round(ROOM * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QRectF((ROOM - DOT) / 2, (ROOM - DOT) / 2, DOT, DOT))
    painter.end()
    return drawn


def dot(name: str, tokens: Tokens, ratio: float) -> QPixmap | None:
    """The dot of an account whose colour has this name; None if it has none."""
    colour = colour_of(name, tokens)
    return _drawn(colour, ratio) if colour else None


def dot_icon(name: str, theme: Theme) -> QIcon:
    """The same as an icon, which is empty if there is no colour."""
    made = QIcon()
    for ratio in {1.0, *(screen.devicePixelRatio() for screen in QApplication.screens())}:
        drawn = dot(name, theme.tokens, ratio)
        if drawn is not None:
            for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected, QIcon.Mode.Disabled):
                made.addPixmap(drawn, mode)
    return made
