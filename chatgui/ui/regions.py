"""The parts of the window in reading order, for the keys that go from one to the next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def step(regions: Sequence[Sequence[QWidget]], by: int) -> None:
    """Give the focus to the next region (or the one before) that has something to focus.

    Each region is the widgets that may take the focus when it is entered, the best first; the last one holds all of it.
    """
    doors = [door for region in regions if (door := _door(region)) is not None]
    if not doors:
        return
    focus = QApplication.focusWidget()
    whole = [region[-1] for region in regions if _door(region) is not None]
    here = [at for at, one in enumerate(whole) if focus is not None and (one is focus or one.isAncestorOf(focus))]
    at = (here[-1] + by) % len(doors) if here else 0
    doors[at].setFocus(Qt.FocusReason.ShortcutFocusReason)


def _door(region: Sequence[QWidget]) -> QWidget | None:
    return next((found for one in region if (found := _focusable(one)) is not None), None)


def _focusable(widget: QWidget) -> QWidget | None:
    """The widget itself, or the first in it that Tab would come to."""
    if not widget.isVisible():
        return None
    if _takes_tab(widget):
        return widget
    one = widget.nextInFocusChain()
    while one is not None and one is not widget:
        if widget.isAncestorOf(one) and _takes_tab(one):
            return one
        one = one.nextInFocusChain()
    return None


def _takes_tab(widget: QWidget) -> bool:
    wants = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return wants and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
