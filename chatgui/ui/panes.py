"""Sidebar, centre and side pane beside each other; in a narrow window the outer two lie over the centre when called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QWidget

from chatgui.ui.detached import Detached

SIDE_OVERLAY_BELOW = 960  # pixels of window width: the text keeps a readable column
SIDEBAR_OVERLAY_BELOW = 700


class Place(Enum):
    """The outer panes, by where they stand."""

    LEADING = 0
    TRAILING = 2


@dataclass
class _Pane:
    """A pane beside the conversation, and how it stands."""

    widget: QWidget
    wanted: bool  # shown where there is room
    width: int
    below: int
    called: bool = False  # shown as an overlay now
    window: Detached | None = None  # its own, while it is detached


class Panes(QWidget):
    """Owns the splitter. `changed` tells that a pane came or went."""

    changed = Signal()

    def __init__(self, sidebar: QWidget, centre: QWidget, side: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._panes = {
            Place.LEADING: _Pane(sidebar, True, 264, SIDEBAR_OVERLAY_BELOW),
            Place.TRAILING: _Pane(side, True, 360, SIDE_OVERLAY_BELOW),
        }
        self._centre = centre
        for widget in (sidebar, centre, side):
            self._splitter.addWidget(widget)
        for at, stretch in enumerate((0, 1, 0)):
            self._splitter.setStretchFactor(at, stretch)
        self._splitter.splitterMoved.connect(self._remember)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._splitter)
        self._shadow = QFrame(self)
        self._shadow.setObjectName("Hair")
        self._shadow.hide()

    # What is shown

    def is_shown(self, place: Place) -> bool:
        """Whether a pane can be seen now."""
        pane = self._panes[place]
        return pane.window is not None or (pane.called if self.is_overlay(place) else pane.wanted)

    def is_overlay(self, place: Place) -> bool:
        """Whether the window is too narrow for this pane to stand beside the centre."""
        return self.width() < self._panes[place].below

    def show_pane(self, place: Place, shown: bool) -> None:
        """Show or hide a pane, over the centre where there is no room beside it."""
        pane = self._panes[place]
        self._take_back(pane)
        if self.is_overlay(place):
            if shown:
                self._dismiss_others(place)
            pane.called = shown
        else:
            pane.wanted = shown
        self.arrange()
        self.changed.emit()

    def toggle(self, place: Place) -> None:
        """Show a hidden pane, hide a shown one."""
        self.show_pane(place, not self.is_shown(place))

    def widen(self, place: Place) -> None:
        """Give a pane half of the window, in a window of its own twice its width; or its usual width again."""
        pane = self._panes[place]
        if pane.window is not None:
            pane.window.resize(pane.width if pane.window.width() > pane.width else 2 * pane.width, pane.window.height())
            return
        half = self.width() // 2
        pane.width = 360 if pane.width >= half - 40 else half
        self.arrange()

    def detach(self, place: Place, title: str) -> None:
        """Give a pane a window of its own; closing that, or detaching again, puts it back."""
        pane = self._panes[place]
        if pane.window is not None:
            self.show_pane(place, True)
            return
        pane.window = Detached(pane.widget, title, self)
        pane.window.closed.connect(lambda: self.show_pane(place, True))
        pane.window.show()
        self.arrange()
        self.changed.emit()

    def _take_back(self, pane: _Pane) -> None:
        if pane.window is not None:
            window, pane.window = pane.window, None
            pane.widget.setParent(self)
            window.hide()
            window.deleteLater()

    def dismiss(self) -> bool:
        """Take a pane that lies over the centre away; False if there was none."""
        for place, pane in self._panes.items():
            if self.is_overlay(place) and pane.called:
                self.show_pane(place, False)
                return True
        return False

    def _dismiss_others(self, place: Place) -> None:
        for other, pane in self._panes.items():
            if other is not place:
                pane.called = False

    # What is remembered

    def state(self) -> str:
        """Widths and wishes as one short word, for `restore`."""
        return ",".join(f"{int(pane.wanted)}:{pane.width}" for pane in self._panes.values())

    def restore(self, state: str) -> None:
        """Take up what `state` said; anything else is ignored."""
        words = state.split(",")
        if len(words) != len(self._panes):
            return
        for word, pane in zip(words, self._panes.values(), strict=True):
            wanted, _, width = word.partition(":")
            if wanted in ("0", "1") and width.isdecimal() and len(width) <= 4:
                pane.wanted, pane.width = wanted == "1", min(max(int(width), 180), 900)
        self.arrange()

    def _remember(self) -> None:
        sizes = self._splitter.sizes()
        for pane in self._panes.values():
            at = self._splitter.indexOf(pane.widget)
            if at >= 0 and pane.widget.isVisible() and sizes[at] > 0:
                pane.width = sizes[at]
        self.changed.emit()

    # Where things stand

    def arrange(self) -> None:
        """Put every pane where it belongs at this width."""
        for place, pane in self._panes.items():
            if pane.window is not None:
                continue
            if self.is_overlay(place):
                self._float(place, pane)
            else:
                self._dock(place, pane)
        for at in reversed(range(self._splitter.count())):  # assistive technology meets children in order of stacking
            if (widget := self._splitter.widget(at)) is not None:
                widget.lower()
        self._share()
        overlay = next((p for at, p in self._panes.items() if self.is_overlay(at) and p.called), None)
        self._shadow.setVisible(overlay is not None)
        if overlay is not None:
            box = overlay.widget.geometry()
            left = box.right() + 1 if box.left() == 0 else box.left() - 1
            self._shadow.setGeometry(left, 0, 1, self.height())
            self._shadow.raise_()

    def _float(self, place: Place, pane: _Pane) -> None:
        if pane.widget.parent() is not self:
            pane.widget.setParent(self)
        width = min(pane.width, max(self.width() - 48, 200))
        left = 0 if place is Place.LEADING else self.width() - width
        pane.widget.setGeometry(left, 0, width, self.height())
        pane.widget.setVisible(pane.called)
        pane.widget.raise_()

    def _dock(self, place: Place, pane: _Pane) -> None:
        pane.called = False
        if pane.widget.parent() is not self._splitter:
            self._splitter.insertWidget(0 if place is Place.LEADING else self._splitter.count(), pane.widget)
            self._splitter.setStretchFactor(self._splitter.indexOf(pane.widget), 0)
            self._splitter.setStretchFactor(self._splitter.indexOf(self._centre), 1)
        pane.widget.setVisible(pane.wanted)

    def _share(self) -> None:
        sizes = []
        docked = [pane for place, pane in self._panes.items() if pane.window is None and not self.is_overlay(place)]
        outer = sum(pane.width for pane in docked if pane.wanted)
        for at in range(self._splitter.count()):
            widget = self._splitter.widget(at)
            pane = next((one for one in self._panes.values() if one.widget is widget), None)
            sizes.append(pane.width if pane else max(self.width() - outer, 320))
        self._splitter.setSizes(sizes)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cross the narrow widths."""
        super().resizeEvent(event)
        before = {place: event.oldSize().width() < pane.below for place, pane in self._panes.items()}
        self.arrange()
        if any(before[place] != self.is_overlay(place) for place in self._panes):
            self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes a pane that lies over the centre."""
        if event.key() != Qt.Key.Key_Escape or not self.dismiss():
            super().keyPressEvent(event)
