"""Icons: one set of 20×20 line drawings, tinted from the palette and sharp at every scale.

A widget or action is dressed once by name; when the theme changes, `retint` dresses everything again.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton

from chatgui import resources
from chatgui.ui.theme import Tokens

SIZES = (16, 20)
_NAME, _ROLE = "icon_name", "icon_role"


@cache
def _drawing(name: str) -> str:
    return resources.read_text(f"icons/{name}.svg")


@cache
def pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    """The icon `name` in one colour, `size` device-independent pixels wide, at a screen's pixel ratio."""
    side = round(size * ratio)
    drawn = QPixmap(side, side)
    drawn.fill(Qt.GlobalColor.transparent)
    drawing = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    painter = QPainter(drawn)
    drawing.render(painter, QRectF(0, 0, side, side))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


def icon(name: str, tokens: Tokens, role: str = "secondary") -> QIcon:
    """The icon `name` in the colour of a role, greyed where disabled."""
    made = QIcon()
    ratios = {1.0, *(screen.devicePixelRatio() for screen in QApplication.screens())}
    for ratio in ratios:
        for size in SIZES:
            made.addPixmap(pixmap(name, getattr(tokens, role), size, ratio))
            made.addPixmap(pixmap(name, tokens.edge, size, ratio), QIcon.Mode.Disabled)
    return made


def application_icon() -> QIcon:
    """The program's own mark."""
    made = QIcon()
    for size in (16, 32, 48, 64, 128):
        made.addPixmap(pixmap("chatgui", "", size, 1.0))
    return made


def dress(bearer: QAbstractButton | QAction, name: str, tokens: Tokens, role: str = "secondary") -> None:
    """Give a button or action its icon, and remember it for the next theme. An empty name takes the icon away."""
    bearer.setProperty(_NAME, name)
    bearer.setProperty(_ROLE, role)
    bearer.setIcon(icon(name, tokens, role) if name else QIcon())
    if isinstance(bearer, QAbstractButton):
        bearer.setIconSize(QSize(20, 20))


def tool_button(icon_name: str, name: str, tokens: Tokens, hint: str = "") -> QToolButton:
    """A button that is only an icon. `name` is what it is called; `hint` is shown under the pointer instead, if given."""
    button = QToolButton()
    button.setAccessibleName(name)
    button.setToolTip(hint or name)
    dress(button, icon_name, tokens)
    return button


def retint(root: QObject, tokens: Tokens) -> None:
    """Dress everything below `root` again, in the tokens now in force."""
    bearers: list[QAbstractButton | QAction] = [*root.findChildren(QAbstractButton), *root.findChildren(QAction)]
    for bearer in bearers:
        if name := bearer.property(_NAME):
            bearer.setIcon(icon(name, tokens, bearer.property(_ROLE)))
