"""The transcript's scroll bar: derived from where the page stands, and turned back into it when a person moves it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QScrollBar

from chatgui.ui.transcript.page import Page

NEAR = 3  # a bar that moves less than so many panes moves the text exactly; more is a jump


class Bar:
    """Keeps `bar` and `page` together; `moved` is called after a person has moved the page by it."""

    def __init__(self, bar: QScrollBar, page: Page, moved: Callable[[], None]) -> None:
        self._bar, self._page, self._moved = bar, page, moved
        self._setting = False
        self._shown = (-1, -1, -1)  # what of the page the bar shows: its maximum, value and height
        bar.valueChanged.connect(self._by_hand)

    def set_ground(self, colour: QColor) -> None:
        """Stand on this: an opaque ground, or all the window's layers behind it would be painted whenever the bar moves."""
        room = self._bar.parentWidget()
        assert room is not None  # noqa: S101  # a scroll area's bar stands in a widget of its own
        palette = room.palette()
        palette.setColor(QPalette.ColorRole.Window, colour)
        room.setPalette(palette)
        room.setAutoFillBackground(True)

    def sync(self) -> None:
        """Show where the page is; not while it is being dragged."""
        bar, page = self._bar, self._page
        wanted = (page.maximum, page.value, page.height)
        if wanted == self._shown or bar.isSliderDown():
            return
        self._shown, self._setting = wanted, True
        bar.setEnabled(page.maximum > 0)  # a disabled one shows no handle
        bar.setRange(0, page.maximum)
        bar.setPageStep(max(1, page.height))
        bar.setSingleStep(round(page.style.line()))
        bar.setValue(page.value)
        self._setting = False

    def _by_hand(self, value: int) -> None:
        if self._setting:
            return
        self._shown = (-1, -1, -1)  # it stands elsewhere now
        page, difference = self._page, value - self._page.value
        if value >= self._bar.maximum():
            page.follow()
        elif abs(difference) < NEAR * page.height:
            page.scroll(difference)
        else:
            page.jump(value)
        self._moved()
