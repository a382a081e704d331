"""PDF: pages with selectable text, set by Qt, which is loaded only here and only now. No display is needed.

Nothing is set from HTML and nothing is loaded: a text document that reads no files gets its blocks from a cursor.
"""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from chatgui.core.message import (
    Attachment,
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Role,
    Sources,
    Text,
    ToolCall,
    ToolResult,
)
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters.base import (
    Exporter,
    Options,
    Stopped,
    branches,
    mark,
    one_line,
    picture_of,
    shown_parts,
    speaker,
    title_of,
    usage_words,
    visible,
    when,
)
from chatgui.exchange.exporters.pdf_file import readable, settled
from chatgui.exchange.exporters.plain import image_words
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
            self._conversation(entry, new_page=False)
            return self._set.first_page(width)

    def end(self) -> bytes:
        with closing(self._started()):
            for number, entry in enumerate(self._entries):
                self._conversation(entry, new_page=number > 0)
            newest = max((entry.conversation.updated for entry in self._entries), default=EPOCH)
            return readable(settled(self._set.pages(), newest), self._set.stand_ins)

    def _started(self) -> Typesetter:
        """Made, filled, printed and ended on one thread."""
        from chatgui.exchange.exporters.pdf_typesetter import Typesetter

        self._set = Typesetter(self._title, self._options)
        return self._set

    def _conversation(self, entry: Entry, *, new_page: bool) -> None:
        conversation, options = entry.conversation, self._options
        self._set.heading(title_of(conversation), 1, new_page=new_page)
        if options.timestamps:
            self._set.aside(f"Begun {when(conversation.created)}, last changed {when(conversation.updated)}")
        if options.system and conversation.system:
            self._set.heading("System prompt", 3)
            self._set.typed(visible(conversation.system))
        for branch in branches(conversation, all_of_them=options.branches):
            if not branch.shown:
                self._set.rule()
                self._set.aside(branch.words)
            for message in branch.messages:
                if options.cancelled():
                    raise Stopped
                self._message(message, entry)

    def _message(self, message: Message, entry: Entry) -> None:
        moment = f"   {when(message.created)}" if self._options.timestamps else ""
        self._set.speaker(speaker(message), moment)
        for part in shown_parts(message, self._options):
            self._part(part, message, entry)
        if mark(message):
            self._set.warning(mark(message))
        if self._options.usage and usage_words(message):
            self._set.aside(usage_words(message))

    def _part(self, part: Part, message: Message, entry: Entry) -> None:
        page = self._set
        match part:
            case Text(text) if message.role in (Role.USER, Role.SYSTEM):
                page.typed(visible(text))
            case Text(text) | Refusal(text):
                page.markdown(visible(text))
            case Reasoning():
                page.thought(visible(part.text))
            case ToolCall():
                page.aside(f"Tool call {one_line(part.name)}")
                page.code(visible(part.arguments), "json")
            case ToolResult():
                page.aside("Tool result")
                page.code(visible(part.text))
            case Attachment():
                page.aside(f"Attachment: {one_line(part.name)} ({part.size:,} bytes)")
                self._picture(part, entry)
            case Image():
                page.aside(f"Image: {image_words(part)}")
                self._picture(part, entry)
            case Sources():
                page.aside("Sources")
                page.links((one_line(title) or one_line(url), url) for url, title in part.sources)

    def _picture(self, part: Attachment | Image, entry: Entry) -> None:
        if picture := picture_of(part, entry):
            self._set.picture(picture.content, picture.kind)


def first_page(entry: Entry, options: Options, width: int) -> QImage:
    """What the first page will look like. Blocking; `ensure_application` must have been called before, elsewhere."""
    with at_work():
        return _Book("", options).first_page(beginning(entry), width)


PDF = Exporter("pdf", ".pdf", "PDF", _Book)
