"""The centre of the window: header, what was said (or a welcome), and the composer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from chatgui.core.message import Attachment
from chatgui.ui.composer.editor import PAGES
from chatgui.ui.composer.view import Composer
from chatgui.ui.find_bar import FindBar
from chatgui.ui.finding import Finding
from chatgui.ui.header import Header
from chatgui.ui.notices import NoticeBar
from chatgui.ui.stack import Stack
from chatgui.ui.theme import Theme
from chatgui.ui.transcript.style import Style
from chatgui.ui.welcome import Welcome

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView


class Stage(QWidget):
    """Lays out; knows no session. The transcript comes with `furnish`, after the window's first frame."""

    view: TranscriptView
    finding: Finding
    escaped = Signal()  # Escape was pressed, and nothing in here had a use for it

    def __init__(self, theme: Theme, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(320)
        self.header = Header(theme)
        self.siblings: Callable[[str], tuple[int, int]] | None = None  # set by who knows the conversation
        self.fetch: Callable[[Attachment], object] | None = None  # as well: who knows the library
        self.welcome = Welcome()
        self.find_bar = FindBar(theme)
        self.find_bar.hide()
        self.composer = Composer(theme)
        self._stack = Stack()
        self._stack.add(self.welcome)
        self.notices = NoticeBar(self, self._stack, theme, above=self.composer)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.composer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.find_bar)
        column.addWidget(self._stack, 1)
        column.addLayout(self._foot)
        self._style = style

    def furnish(self, style: Style) -> None:
        """Make the transcript."""
        from chatgui.ui.transcript.chrome import Lookups
        from chatgui.ui.transcript.view import TranscriptView

        self.view = TranscriptView(style, lookups=Lookups(self._siblings, fetch=self._fetch))
        self._stack.add(self.view)
        self.setTabOrder(self.find_bar.last, self.view)  # made late, it stands in between all the same
        self.finding = Finding(self.find_bar, self.view)

    def show_hit(self, message_id: str, words: str) -> None:
        """Mark what a search found in a message, and bring its first place there into sight."""
        index = self.view.index_of(message_id)
        if index is not None and words:
            self.finding.show_words(words)
            self.view.search.go_to(index)

    def _siblings(self, message: str) -> tuple[int, int]:
        return self.siblings(message) if self.siblings is not None else (0, 1)

    def _fetch(self, attachment: Attachment) -> None:
        if self.fetch is not None:
            self.fetch(attachment)

    def set_style(self, style: Style) -> None:
        """Another theme, zoom or width: the composer keeps to the transcript's column."""
        self.view.set_style(style)
        self._style = style
        self._keep_column()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The composer keeps to the transcript's column."""
        super().resizeEvent(event)
        self._keep_column()

    def _keep_column(self) -> None:
        """The composer stands exactly under the ground of the user's own words, which the scroll bar has moved a little."""
        style, bar = self._style, self.composer.editor.verticalScrollBar().sizeHint().width()
        left, width = style.column_in(self.width() - bar)
        pad = round(style.px(style.padding))
        self._foot.setContentsMargins(max(8, left - pad), 4, max(8, self.width() - left - width - pad), 14)
        self._foot.activate()

    def show_messages(self, shown: bool) -> None:
        """The transcript, or the welcome while nothing was said."""
        self._stack.show_page(self.view if shown else self.welcome)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell of Escape, and pass it on; turn the pages of the conversation for those who have no use for that."""
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        if event.key() in PAGES:
            self.view.keyPressEvent(event)
            return
        super().keyPressEvent(event)
