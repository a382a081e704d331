"""DOCX: for whoever goes on writing in a word processor. Real headings, lists, tables, links and formulas.

python-docx is loaded only when such a file is written.
"""

from __future__ import annotations

import io
import zipfile
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
from chatgui.exchange.exporters.plain import image_words
from chatgui.exchange.values import EPOCH

if TYPE_CHECKING:
    from chatgui.exchange.exporters.docx_writer import Writer

_MADE = (1980, 1, 1, 0, 0, 0)  # when every member of the archive was: the same conversation makes the same bytes


class _Letter:
    def __init__(self, title: str, options: Options) -> None:
        self._title, self._options = one_line(title), options
        self._writer: Writer | None = None
        self._newest = EPOCH

    def add(self, entry: Entry) -> bytes:
        writer = self._started()
        conversation, options = entry.conversation, self._options
        self._newest = max(self._newest, conversation.updated)
        writer.heading(title_of(conversation), 1)
        if options.timestamps:
            writer.aside(f"Begun {when(conversation.created)}, last changed {when(conversation.updated)}")
        if options.system and conversation.system:
            writer.heading("System prompt", 3)
            writer.typed(visible(conversation.system))
        for branch in branches(conversation, all_of_them=options.branches):
            if not branch.shown:
                writer.aside(branch.words)
            for message in branch.messages:
                if options.cancelled():
                    raise Stopped
                self._message(writer, message, entry)
        return b""

    def end(self) -> bytes:
        made = self._started().saved(self._title, self._newest)
        settled = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(zipfile.ZipInfo(name, _MADE), old.read(name), zipfile.ZIP_DEFLATED)
        return settled.getvalue()

    def _started(self) -> Writer:
        from chatgui.exchange.exporters.docx_writer import Writer

        self._writer = self._writer or Writer()
        return self._writer

    def _message(self, writer: Writer, message: Message, entry: Entry) -> None:
        writer.heading(speaker(message), 2, when(message.created) if self._options.timestamps else "")
        for part in shown_parts(message, self._options):
            self._part(writer, part, message, entry)
        if mark(message):
            writer.warning(mark(message))
        if self._options.usage and usage_words(message):
            writer.aside(usage_words(message))

    def _part(self, writer: Writer, part: Part, message: Message, entry: Entry) -> None:
        match part:
            case Text(text) if message.role in (Role.USER, Role.SYSTEM):
                writer.typed(visible(text))
            case Text(text) | Refusal(text):
                writer.markdown(visible(text))
            case Reasoning():
                writer.thought(visible(part.text))
            case ToolCall():
                writer.aside(f"Tool call {one_line(part.name)}")
                writer.code(visible(part.arguments), "json")
            case ToolResult():
                writer.aside("Tool result")
                writer.code(visible(part.text))
            case Attachment():
                writer.aside(f"Attachment: {one_line(part.name)} ({part.size:,} bytes)")
                self._picture(writer, part, entry)
            case Image():
                writer.aside(f"Image: {image_words(part)}")
                self._picture(writer, part, entry)
            case Sources():
                writer.aside("Sources")
                writer.links((one_line(title) or one_line(url), url) for url, title in part.sources)

    @staticmethod
    def _picture(writer: Writer, part: Attachment | Image, entry: Entry) -> None:
        if picture := picture_of(part, entry):
            writer.picture(picture.content)


DOCX = Exporter("docx", ".docx", "Word document (DOCX)", _Letter)
