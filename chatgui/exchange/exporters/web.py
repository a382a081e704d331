"""HTML: one file that needs nothing else, opens no connection, runs nothing, and prints well."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from chatgui.core.conversation import Conversation
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
    Branch,
    Exporter,
    Options,
    Picture,
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
from chatgui.exchange.exporters.formulas import ELEMENTS as MATHS
from chatgui.exchange.exporters.plain import image_words
from chatgui.exchange.exporters.web_markup import coloured_code, link, rendered
from chatgui.exchange.exporters.web_style import STYLE

_NAMES = """html head meta title style body main article section header h1 h2 h3 h4 h5 h6 p a code pre blockquote ul ol li
    table thead tbody tr th td hr em strong del br div span details summary sup img"""
ELEMENTS = MATHS | frozenset(_NAMES.split())  # nothing else is ever written

_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'"


class _Site:
    def __init__(self, title: str, options: Options) -> None:
        self._options = options
        self._before = (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
            f"<title>{escape(one_line(title))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        )

    def add(self, entry: Entry) -> bytes:
        text = self._before + "\n".join(self._article(entry)) + "\n"
        self._before = ""
        return text.encode()

    def end(self) -> bytes:
        return f"{self._before}</main>\n</body>\n</html>\n".encode()

    def _article(self, entry: Entry) -> Iterator[str]:
        conversation, options = entry.conversation, self._options
        yield "<article>"
        yield from _head(conversation, options)
        for branch in branches(conversation, all_of_them=options.branches):
            yield from self._branch(branch, entry)
        yield "</article>"

    def _branch(self, branch: Branch, entry: Entry) -> Iterator[str]:
        if not branch.shown:
            yield f'<p class="branch">{escape(branch.words)}</p>'
        for message in branch.messages:
            yield from _message(message, entry, self._options)


def _head(conversation: Conversation, options: Options) -> Iterator[str]:
    yield f'<header><h1 dir="auto">{escape(title_of(conversation))}</h1>'
    if options.timestamps:
        yield f'<p class="aside">Begun {when(conversation.created)}, last changed {when(conversation.updated)}</p>'
    if options.system and conversation.system:
        yield f"<details><summary>System prompt</summary>{literal(conversation.system)}</details>"
    yield "</header>"


def _message(message: Message, entry: Entry, options: Options) -> Iterator[str]:
    yield f'<section class="{message.role.value}">'
    moment = f' <span class="aside">{when(message.created)}</span>' if options.timestamps else ""
    yield f"<h2>{escape(speaker(message))}{moment}</h2>"
    for part in shown_parts(message, options):
        yield _part(part, message, entry)
    if mark(message):
        yield f'<p class="mark">{escape(mark(message))}</p>'
    if options.usage and usage_words(message):
        yield f'<p class="aside">{escape(usage_words(message))}</p>'
    yield "</section>"


def _part(part: Part, message: Message, entry: Entry) -> str:
    match part:
        case Text(text):
            return literal(text) if message.role in (Role.USER, Role.SYSTEM) else body(text)
        case Refusal(text):
            return body(text)
        case Reasoning():
            return f"<details><summary>Reasoning</summary>{body(part.text)}</details>"
        case ToolCall():
            return f"<p>Tool call <code>{escape(one_line(part.name))}</code></p>{verbatim(part.arguments, 'json')}"
        case ToolResult():
            return f"<p>Tool result</p>{verbatim(part.text)}"
        case Attachment():
            return _attachment(part, entry)
        case Image():
            picture = picture_of(part, entry)
            return f"<p>{_picture(picture, 'Image')}</p>" if picture else f"<p>Image: {_address(part)}</p>"
        case Sources():
            rows = (f"<li>{link(url, escape(one_line(title) or one_line(url)))}</li>" for url, title in part.sources)
            return f"<p>Sources</p><ul>{''.join(rows)}</ul>"


def _address(image: Image) -> str:
    return link(image.url, escape(image_words(image)))


def _attachment(part: Attachment, entry: Entry) -> str:
    words = f"Attachment: {escape(one_line(part.name))} ({part.size:,} bytes)"
    picture = picture_of(part, entry)
    return f"<p>{words}</p><p>{_picture(picture, part.name)}</p>" if picture else f"<p>{words}</p>"


def _picture(picture: Picture, name: str) -> str:
    source = f"data:image/{picture.kind};base64,{base64.b64encode(picture.content).decode()}"
    return f'<img src="{source}" alt="{escape(one_line(name))}">'


def literal(text: str) -> str:
    """What a person typed, as they typed it."""
    return f'<div class="literal" dir="auto">{escape(visible(text).strip(chr(10)))}</div>'


def body(text: str) -> str:
    """An answer, set from its Markdown."""
    return f'<div dir="auto">{rendered(visible(text))}</div>'


def verbatim(text: str, language: str = "") -> str:
    """Text with every space kept."""
    return f'<pre dir="ltr"><code>{coloured_code(visible(text), language)}</code></pre>'


HTML = Exporter("html", ".html", "Web page (HTML)", _Site)
