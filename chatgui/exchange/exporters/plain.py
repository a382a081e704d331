"""Plain text: what was said, readable in a terminal and by every program."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.core.message import (
    Attachment,
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Sources,
    Text,
    ToolCall,
    ToolResult,
)
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters.base import (
    Exporter,
    Options,
    branches,
    mark,
    one_line,
    shown_parts,
    speaker,
    title_of,
    usage_words,
    visible,
    when,
)


class _Sheet:
    def __init__(self, title: str, options: Options) -> None:
        del title
        self._options = options
        self._any = False

    def add(self, entry: Entry) -> bytes:
        blocks = "\n\n".join(self._blocks(entry))
        before = "\n\n\n" if self._any else ""
        self._any = True
        return f"{before}{blocks}\n".encode()

    def end(self) -> bytes:
        return b""

    def _blocks(self, entry: Entry) -> Iterator[str]:
        conversation, options = entry.conversation, self._options
        title = title_of(conversation)
        yield f"{title}\n{'=' * min(len(title), 80)}"
        if options.timestamps:
            yield f"Begun {when(conversation.created)}, last changed {when(conversation.updated)}"
        if options.system and conversation.system:
            yield f"System prompt:\n\n{_indented(conversation.system)}"
        for branch in branches(conversation, all_of_them=options.branches):
            if not branch.shown:
                yield f"--- {branch.words} ---"
            for message in branch.messages:
                yield "\n\n".join(_message(message, options))


def _message(message: Message, options: Options) -> Iterator[str]:
    moment = f", {when(message.created)}" if options.timestamps else ""
    yield f"[{speaker(message)}{moment}]"
    for part in shown_parts(message, options):
        yield _part(part)
    if mark(message):
        yield f"[{mark(message)}]"
    if options.usage and usage_words(message):
        yield f"[{usage_words(message)}]"


def _part(part: Part) -> str:
    match part:
        case Text(text) | Refusal(text):
            return visible(text).strip("\n")
        case Reasoning():
            return f"Reasoning:\n\n{_indented(part.text)}"
        case ToolCall():
            return f"Tool call {one_line(part.name)}:\n\n{_indented(part.arguments)}"
        case ToolResult():
            return f"Tool result:\n\n{_indented(part.text)}"
        case Attachment():
            return f"Attachment: {one_line(part.name)} ({part.size:,} bytes)"
        case Image():
            return f"Image: {image_words(part)}"
        case Sources():
            lines = (f"- {one_line(title) or '(no title)'}: {one_line(url)}" for url, title in part.sources)
            return "Sources:\n" + "\n".join(lines)


def image_words(image: Image) -> str:
    """The address of an image, or what stands for one that is inside its address."""
    return "(kept inside the conversation)" if image.url.startswith("data:") else one_line(image.url)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in visible(text).strip("\n").split("\n"))


TEXT = Exporter("text", ".txt", "Plain text", _Sheet)
