"""Context menus: they go when they close, and show the keys that do the same."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from chatgui.ui.actions import is_usual


class ContextMenu(QMenu):
    """A menu for what lies under the pointer, or has the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def do(self, text: str, act: Callable[[], object], like: str = "", *, keys: QKeySequence | None = None) -> QAction:
        """An entry. It shows `keys`, or those in force of the window's action `like`, which does the same."""
        shown = keys if keys is not None else self._keys_of(like)
        native = shown.toString(QKeySequence.SequenceFormat.NativeText) if shown is not None else ""
        action = self.addAction(f"{text}\t{native}" if native else text)
        action.triggered.connect(lambda _=False: act())
        return action

    def line(self) -> None:
        """A line between what stands above and what comes; Qt shows none at the ends, nor two together."""
        self.addSeparator()

    def _keys_of(self, like: str) -> QKeySequence | None:
        parent = self.parentWidget()
        found = parent.window().findChild(QAction, like) if like and parent is not None else None
        if not isinstance(found, QAction):
            return None
        return next((one for one in found.shortcuts() if is_usual(one)), None)
