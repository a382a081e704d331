"""Markdown: the answers as the models wrote them, with everything around them kept from running into each other."""

from __future__ import annotations

import re
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
from chatgui.exchange.codec import Entry, time_to_json
from chatgui.exchange.exporters.base import (
    USUAL,
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
from chatgui.exchange.exporters.plain import image_words
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.markup import contained, fenced


class _Page:
    def __init__(self, title: str, options: Options) -> None:
        del title
        self._options = options
        self._any = False

    def add(self, entry: Entry) -> bytes:
        blocks = "\n\n".join(self._blocks(entry))
        before = "\n\n" if self._any else ""
        self._any = True
        return f"{before}{blocks}\n".encode()

    def end(self) -> bytes:
        return b""

    def _blocks(self, entry: Entry) -> Iterator[str]:
        conversation, options = entry.conversation, self._options
        if options.front_matter and not self._any:
            yield _front_matter(entry, options)
        yield f"# {escaped(title_of(conversation))}"
        if options.timestamps:
            yield f"*Begun {when(conversation.created)}, last changed {when(conversation.updated)}*"
        if options.system and conversation.system:
            yield f"## System prompt\n\n{_quoted(contained(visible(conversation.system)))}"
        for branch in branches(conversation, all_of_them=options.branches):
            if not branch.shown:
                yield f"***\n\n*{escaped(branch.words)}*"
            for message in branch.messages:
                yield "\n\n".join(_message(message, options))


def _front_matter(entry: Entry, options: Options) -> str:
    conversation = entry.conversation
    facts: dict[str, object] = {"title": title_of(conversation), "id": conversation.id, "model": conversation.model}
    if options.timestamps:
        facts |= {"created": time_to_json(conversation.created), "updated": time_to_json(conversation.updated)}
    facts["tags"] = list(entry.shelf.tags)
    # JSON is YAML, and its strings cannot be mistaken for anything else.
    return "\n".join(("---", *(f"{name}: {dumps(value)}" for name, value in facts.items() if value), "---"))


def _message(message: Message, options: Options) -> Iterator[str]:
    yield f"## {escaped(speaker(message))}"
    if options.timestamps:
        yield f"*{when(message.created)}*"
    for part in shown_parts(message, options):
        if block := _part(part):
            yield block
    if mark(message):
        yield f"**{escaped(mark(message))}**"
    if options.usage and usage_words(message):
        yield f"*{escaped(usage_words(message))}*"


def _part(part: Part) -> str:
    match part:
        case Text(text) | Refusal(text):
            return contained(visible(text).strip("\n"))
        case Reasoning():
            return _quoted(f"**Reasoning**\n\n{contained(visible(part.text).strip(chr(10)))}")
        case ToolCall():
            return f"**Tool call** {code(part.name)}\n\n{fenced(visible(part.arguments), 'json')}"
        case ToolResult():
            return f"**Tool result**\n\n{fenced(visible(part.text))}"
        case Attachment():
            return f"**Attachment** {code(part.name)} ({part.size:,} bytes)"
        case Image():
            return f"**Image** {code(image_words(part))}"
        case Sources():
            return "**Sources**\n\n" + "\n".join(f"- {_link(url, title)}" for url, title in part.sources)


def _link(url: str, title: str) -> str:
    words = escaped(one_line(title) or one_line(url))
    if not re.match(r"https?://[^\s<>]+\Z", url):
        return f"{words} {code(url)}"
    return f"[{words}](<{visible(url)}>)"


def code(text: str) -> str:
    """Inline code on one line, with ticks longer than any inside."""
    text = one_line(text) or " "
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    edge = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{edge}{text}{edge}{ticks}"


_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!^])")


def escaped(text: str) -> str:
    """Text for the middle of a line of Markdown in which nothing is markup."""
    return _SPECIAL.sub(r"\\\1", text)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


MARKDOWN = Exporter("markdown", ".md", "Markdown", _Page, USUAL | {"front_matter"})
