"""Something that lies over its window until it is left. It is part of the window and no window of its own: those that Qt calls
popups are not there for screen readers, and where a window is to stand not every desktop lets a program say."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from shiboken6 import isValid

MARGIN = 8  # pixels it keeps from the window's edge


class Overlay(QFrame):
    """Goes away when it is left: by Escape, a press beside it, the focus going elsewhere, or its window changing size."""

    def __init__(self, parent: QWidget) -> None:
        self._window = parent.window()
        super().__init__(self._window)
        self.setObjectName("Popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._app = cast("QApplication", QApplication.instance())
        self._before: QWidget | None = None  # had the focus
        self._opener: QWidget | None = None  # a press on it is its own affair
        self.hide()

    def open_at(self, corner: QPoint, focus: QWidget, opener: QWidget | None = None) -> None:
        """Show it with its upper left corner at a place of the window, or as near as there is room; `focus` is inside."""
        self._opener = opener
        if self.isHidden():
            self._before = self._window.focusWidget()
        room = self._window.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        self.resize(self.size().boundedTo(room.size()))
        left = max(min(corner.x(), room.right() - self.width()), room.left())
        top = max(min(corner.y(), room.bottom() - self.height()), room.top())
        self.move(left, top)
        self.show()
        self.raise_()
        focus.setFocus(Qt.FocusReason.PopupFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """Watch what happens beside it."""
        super().showEvent(event)
        self._app.installEventFilter(self)
        self._app.focusChanged.connect(self._focus_went)

    def hideEvent(self, event: QHideEvent) -> None:
        """The focus goes back to where it was."""
        super().hideEvent(event)
        self._app.removeEventFilter(self)
        self._app.focusChanged.disconnect(self._focus_went)
        focused, before = QApplication.focusWidget(), self._before
        if before is not None and isValid(before) and (focused is None or self.isAncestorOf(focused)):
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def _focus_went(self, _from: QWidget | None, to: QWidget | None) -> None:
        if to is not None and to is not self and not self.isAncestorOf(to):
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press beside it, or another size of its window, ends it."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            beside = watched is not self and not self.isAncestorOf(watched) and watched is not self._opener
            if beside and watched.window() is self._window:
                self.hide()
        elif event.type() == QEvent.Type.Resize and watched is self._window:
            self.hide()
        return super().eventFilter(watched, event)

    def room_below(self, widget: QWidget) -> QRect:
        """Where it may stand below a widget of its window, up to the window's foot."""
        foot = widget.mapTo(self._window, QPoint(0, widget.height() + 4))
        return QRect(foot, self._window.rect().bottomRight() - QPoint(MARGIN, MARGIN))
