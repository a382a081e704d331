"""Which side of a message a view shows: the answer, or what was thought before it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

from chatgui.core.cutting import Script
from chatgui.core.message import (
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Role,
    Sources,
    State,
    Text,
    ToolCall,
    ToolResult,
)
from chatgui.core.messages import Branch
from chatgui.core.reply import Growing, Reply
from chatgui.ui.transcript.chrome import FooterRow, HeaderRow, Lookups, SpaceRow, TraceRow, TurnRow, thought
from chatgui.ui.transcript.files import file_rows, files_height
from chatgui.ui.transcript.heights import estimate_length
from chatgui.ui.transcript.notice import NoticeRow, notice
from chatgui.ui.transcript.rows import Measure, Row
from chatgui.ui.transcript.style import Style


class Facet:
    """The answer's side, with all its chrome."""

    is_one_text = False  # whether a screen reader meets one text rather than a list of messages
    has_footer = True  # whether a line will stand below an answer once it has ended

    def length_at(self, messages: Branch, index: int) -> int:
        """Characters of text of a message, which is not read for it."""
        return messages.said(index)

    def text(self, message: Message) -> str:
        """The Markdown shown: what is searched, and copied when a whole message is."""
        return self.text_of(message.parts)

    def text_of(self, parts: Iterable[Part]) -> str:
        """The same, of a message's parts."""
        said = "".join(part.text for part in parts if isinstance(part, (Text, Refusal)))
        return said or "".join(part.text for part in parts if isinstance(part, ToolResult))

    def growing(self, reply: Reply) -> tuple[Growing, ...]:
        """What grows while a reply comes, in order."""
        return reply.text, reply.refusal

    def is_growing(self, reply: Reply) -> bool:
        """Whether more is to be expected on this side."""
        return True

    def is_plain(self, message: Message) -> bool:
        """Whether the text is somebody's literal words rather than Markdown."""
        return message.role is not Role.ASSISTANT

    def scripts(self, message: Message) -> list[Script]:
        """The texts of a message, to be cut into blocks."""
        if self.is_plain(message):
            return [Script(self.text(message), is_plain=True)]
        extra = "\n\n".join(filter(None, map(_part_markdown, message.parts)))
        return [Script(message.text), Script(extra)]

    def before(self, message: Message, style: Style, lookups: Lookups) -> list[Row]:
        """The rows above the text."""
        space = round(style.px(style.message_space - 12))
        head = [HeaderRow(message, style, lookups, space), TraceRow(thought(message), style)]
        return [*head, *file_rows(message, style, lookups)]

    def after(self, message: Message, style: Style, lookups: Lookups) -> list[Row]:
        """The rows below the text."""
        if message.role is not Role.ASSISTANT:
            return [SpaceRow(round(style.px(style.padding)))]
        rows: list[Row] = [NoticeRow(message, style)] if notice(message)[0] else []
        if message.state is not State.STREAMING:
            rows.append(FooterRow(message, style, lookups))
        return rows

    def estimate(self, message: Message, measure: Measure, style: Style) -> int:
        """A guess at a message's height, from the length of its text."""
        return self.guess(len(self.text(message)), measure, style) + round(files_height(message, measure, style))

    def guess(self, length: int, measure: Measure, style: Style) -> int:
        """The same from that length alone."""
        chrome = style.px(style.message_space) + 2 * style.px(28)
        return round(chrome + estimate_length(length, measure.width, style))

    def is_grounded(self, message: Message) -> bool:
        """Whether the message stands on the faint ground of the user's own words."""
        return message.role is Role.USER


class ReasoningFacet(Facet):
    """What was thought. With `heads`, each turn begins with a line that says what was asked (`question`, of an answer)."""

    is_one_text = True
    has_footer = False

    def __init__(self, *, heads: bool = False) -> None:
        self.heads = heads
        self.question: Callable[[Message], str] = lambda _: ""

    def length_at(self, messages: Branch, index: int) -> int:
        return messages.thought(index)

    def text_of(self, parts: Iterable[Part]) -> str:
        return "".join(part.text for part in parts if isinstance(part, Reasoning))

    def growing(self, reply: Reply) -> tuple[Growing, ...]:
        return (reply.reasoning,)

    def is_growing(self, reply: Reply) -> bool:
        return not reply.text

    def is_plain(self, message: Message) -> bool:
        return False

    def scripts(self, message: Message) -> list[Script]:
        return [Script(message.reasoning)]

    def before(self, message: Message, style: Style, lookups: Lookups) -> list[Row]:
        if not self.heads:
            return [SpaceRow(round(style.px(4)))]
        return [TurnRow(self.question(message), thought(message) or "Thinking", style, round(style.px(16)))]

    def after(self, message: Message, style: Style, lookups: Lookups) -> list[Row]:
        return []

    def is_grounded(self, message: Message) -> bool:
        return False


def _part_markdown(part: object) -> str:
    """Parts that are not running text, as Markdown."""
    match part:
        case Refusal():
            return ""  # is part of the message's text
        case ToolCall():
            return f"**Tool call** {_code(part.name)}\n\n{_fence(_pretty(part.arguments), 'json')}"
        case Image():
            return f"![]({_target(part.url)})"
        case Sources():
            return "\n".join(
                f"{n}. [{_escape(title or url)}]({_target(url)})" for n, (url, title) in enumerate(part.sources, 1)
            )
        case _:
            return ""


def _pretty(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _fence(text: str, language: str) -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _code(text: str) -> str:
    ticks = "`" * (_longest_run(text) + 1)
    text = text.replace("\n", " ")
    return f"{ticks} {text} {ticks}" if text.startswith("`") or text.endswith("`") else f"{ticks}{text or ' '}{ticks}"


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>$#!|&])", r"\\\1", text.replace("\n", " "))


def _target(url: str) -> str:
    return "<" + re.sub(r"[<>\s\\]", lambda match: f"%{ord(match.group()):02X}", url) + ">"
