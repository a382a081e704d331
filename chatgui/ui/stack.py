"""Several widgets in one place, of which one is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedLayout, QWidget


class Stack(QWidget):
    """As `QStackedWidget`, which screen readers say aloud as “layered pane” whenever one comes into it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(0, 0, 0, 0)

    def add(self, page: QWidget) -> None:
        """One more; the first is shown."""
        self._pages.addWidget(page)

    def show_page(self, page: QWidget | int) -> None:
        """Show one of them, or the one at this place."""
        self._pages.setCurrentIndex(page) if isinstance(page, int) else self._pages.setCurrentWidget(page)

    @property
    def current(self) -> QWidget | None:
        """The one shown; None while there is none."""
        return self._pages.currentWidget()
