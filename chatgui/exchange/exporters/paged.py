"""A conversation set piece by piece: what the formats that have pages have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

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


class Pages(Protocol):
    """What is set into. Texts are plain, but for the Markdown of `markdown` and `thought`."""

    def heading(self, text: str, level: int, *, new_page: bool = False) -> None:
        """A heading of our own, 1 to 6."""

    def speaker(self, name: str, moment: str) -> None:
        """The line above a message; `moment` may be empty."""

    def branch(self, text: str) -> None:
        """The line above a branch that is not the shown one."""

    def aside(self, text: str) -> None:
        """A small quiet line."""

    def warning(self, text: str) -> None:
        """A line that says what is missing."""

    def typed(self, text: str) -> None:
        """What a person said, as it was typed."""

    def markdown(self, text: str) -> None:
        """An answer."""

    def thought(self, text: str) -> None:
        """Reasoning."""

    def code(self, text: str, language: str = "") -> None:
        """Text with every space kept."""

    def picture(self, content: bytes, kind: str) -> None:
        """A raster image; nothing where it is none."""

    def links(self, rows: Iterable[tuple[str, str]]) -> None:
        """(words, address) each on a line."""


def set_conversation(pages: Pages, entry: Entry, options: Options, *, new_page: bool) -> None:
    """All of it that is wanted. Raises Stopped."""
    conversation = entry.conversation
    pages.heading(title_of(conversation), 1, new_page=new_page)
    if options.timestamps:
        pages.aside(f"Begun {when(conversation.created)}, last changed {when(conversation.updated)}")
    if options.system and conversation.system:
        pages.heading("System prompt", 3)
        pages.typed(visible(conversation.system))
    for branch in branches(conversation, all_of_them=options.branches):
        if not branch.shown:
            pages.branch(branch.words)
        for message in branch.messages:
            if options.cancelled():
                raise Stopped
            _set_message(pages, message, entry, options)


def _set_message(pages: Pages, message: Message, entry: Entry, options: Options) -> None:
    pages.speaker(speaker(message), when(message.created) if options.timestamps else "")
    for part in shown_parts(message, options):
        _set_part(pages, part, message, entry)
    if mark(message):
        pages.warning(mark(message))
    if options.usage and usage_words(message):
        pages.aside(usage_words(message))


def _set_part(pages: Pages, part: Part, message: Message, entry: Entry) -> None:
    match part:
        case Text(text) if message.role in (Role.USER, Role.SYSTEM):
            pages.typed(visible(text))
        case Text(text) | Refusal(text):
            pages.markdown(visible(text))
        case Reasoning():
            pages.thought(visible(part.text))
        case ToolCall():
            pages.aside(f"Tool call {one_line(part.name)}")
            pages.code(visible(part.arguments), "json")
        case ToolResult():
            pages.aside("Tool result")
            pages.code(visible(part.text))
        case Attachment() | Image():
            pages.aside(
                f"Attachment: {one_line(part.name)} ({part.size:,} bytes)"
                if isinstance(part, Attachment)
                else f"Image: {image_words(part)}"
            )
            if picture := picture_of(part, entry):
                pages.picture(picture.content, picture.kind)
        case Sources():
            pages.aside("Sources")
            pages.links((one_line(title) or one_line(url), url) for url, title in part.sources)
