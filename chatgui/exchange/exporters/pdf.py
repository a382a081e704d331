"""PDF: pages with selectable text, set by Qt, which is loaded only here and only now. No display is needed.

Nothing is set from HTML and nothing is loaded: a text document that reads no files gets its blocks from a cursor.
"""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters.base import (
    Exporter,
    Options,
    one_line,
)
from chatgui.exchange.exporters.paged import set_conversation
from chatgui.exchange.exporters.pdf_file import readable, settled
from chatgui.exchange.exporters.sample import beginning
from chatgui.exchange.rendering import at_work
from chatgui.exchange.values import EPOCH

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication, QImage

    from chatgui.exchange.exporters.pdf_typesetter import Typesetter

_application: list[QGuiApplication] = []  # kept alive: Qt's fonts need one for as long as they are used


def ensure_application() -> None:
    """A Qt application without display, unless there is one already."""
    from PySide6.QtGui import QGuiApplication

    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _application.append(QGuiApplication(["chatgui"]))


class _Book:
    """Collects what is to be printed; the pages are made at the end."""

    def __init__(self, title: str, options: Options) -> None:
        ensure_application()  # on the thread that asks: Qt wants its application made there
        self._title = one_line(title)
        self._options = options
        self._entries: list[Entry] = []
        self._set: Typesetter

    def add(self, entry: Entry) -> bytes:
        self._entries.append(entry)
        return b""

    def first_page(self, entry: Entry, width: int) -> QImage:
        """The page the conversation would begin with, so many pixels wide."""
        with closing(self._started()):
            set_conversation(self._set, entry, self._options, new_page=False)
            return self._set.first_page(width)

    def end(self) -> bytes:
        with closing(self._started()):
            for number, entry in enumerate(self._entries):
                set_conversation(self._set, entry, self._options, new_page=number > 0)
            newest = max((entry.conversation.updated for entry in self._entries), default=EPOCH)
            return readable(settled(self._set.pages(), newest), self._set.stand_ins)

    def _started(self) -> Typesetter:
        """Made, filled, printed and ended on one thread."""
        from chatgui.exchange.exporters.pdf_typesetter import Typesetter

        self._set = Typesetter(self._title, self._options)
        return self._set


def first_page(entry: Entry, options: Options, width: int) -> QImage:
    """What the first page will look like. Blocking; `ensure_application` must have been called before, elsewhere."""
    with at_work():
        return _Book("", options).first_page(beginning(entry), width)


PDF = Exporter("pdf", ".pdf", "PDF", _Book, slow=True)
