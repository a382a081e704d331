"""What all export formats share: the contract, the options, and the words around messages."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from chatgui.core.conversation import Conversation
from chatgui.core.message import Attachment, Image, Message, Part, Reasoning, Role, State
from chatgui.core.usage import Source
from chatgui.exchange.codec import Entry
from chatgui.exchange.rendering import at_work


@dataclass(frozen=True, slots=True)
class Options:
    """What goes into an export besides what was said.

    `branches`: the alternatives to the shown branch too. `front_matter`: a YAML head (Markdown only).
    `cancelled` is asked now and then while a long document is made; True ends it with `Stopped`. `page` is told the number
    of each page of a document that has pages. Both are called on whatever thread the document is made on.
    """

    reasoning: bool = True
    usage: bool = True
    system: bool = True
    timestamps: bool = True
    branches: bool = False
    front_matter: bool = False
    cancelled: Callable[[], bool] = lambda: False
    page: Callable[[int], None] = lambda number: None


class Stopped(Exception):
    """The export was cancelled while a document was being made."""


class Document(Protocol):
    """One file in the making."""

    def add(self, entry: Entry) -> bytes:
        """Take in the next conversation; the bytes that can be written by now."""

    def end(self) -> bytes:
        """The rest of the file."""


USUAL = frozenset({"reasoning", "usage", "system", "timestamps", "branches"})  # options most formats heed


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format. `open` begins a file that has this title; `heeds` are the options that make a difference. Where nobody
    waits for a file that is `slow`, it is made in a process of its own (`exchange.press`).
    """

    name: str
    suffix: str
    title: str
    open: Callable[[str, Options], Document]
    heeds: frozenset[str] = USUAL
    slow: bool = False

    def export(self, conversation: Conversation, options: Options) -> bytes:
        """One conversation as a whole file."""
        return self.export_entry(Entry(conversation), options)

    def export_entry(self, entry: Entry, options: Options) -> bytes:
        """One conversation with its place and its attachments as a whole file."""
        with at_work():
            document = self.open(title_of(entry.conversation), options)
            return document.add(entry) + document.end()


@dataclass(frozen=True, slots=True)
class Branch:
    """A run of messages. `after` is the message at which another branch than the shown one sets out, if it is not a root."""

    messages: tuple[Message, ...]
    shown: bool = True
    after: Message | None = None

    @property
    def words(self) -> str:
        """What stands above a branch that is not the shown one."""
        return f"Another branch, after “{one_line(self.after.text)[:60]}”" if self.after else "Another branch"


def branches(conversation: Conversation, *, all_of_them: bool) -> Iterator[Branch]:
    """The shown branch, then (if wanted) every other run of messages, each once, in order of making."""
    shown = conversation.branch()
    yield Branch(tuple(shown))
    if not all_of_them:
        return
    seen = {message.id for message in shown}
    for message in conversation.messages.values():
        if message.id in seen:
            continue
        tip = conversation.deepest(message.id)
        run = [one for one in conversation.branch(tip) if one.id not in seen]
        seen.update(one.id for one in run)
        parent = conversation.messages[message.parent] if message.parent else None
        yield Branch(tuple(run), shown=False, after=parent)


def shown_parts(message: Message, options: Options) -> Iterator[Part]:
    """The parts of a message that these options let through."""
    for part in message.parts:
        if isinstance(part, Reasoning) and (not options.reasoning or not part.text):
            continue
        yield part


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster image inside the conversation. `kind` is png, jpeg, gif or webp."""

    kind: str
    content: bytes


_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,([A-Za-z0-9+/=\s]+)\Z")


def picture_of(part: Attachment | Image, entry: Entry) -> Picture | None:
    """What this part shows, if that is a raster image and its bytes are here."""
    if isinstance(part, Image):
        found = _PICTURE.match(part.url)
        try:
            return Picture(found[1], base64.b64decode(found[2])) if found else None
        except binascii.Error:
            return None
    kind, content = part.media_type.removeprefix("image/"), entry.attachments.get(part.sha256)
    return Picture(kind, content) if content is not None and kind in ("png", "jpeg", "gif", "webp") else None


def title_of(conversation: Conversation) -> str:
    """The title on one line, never empty."""
    return " ".join(visible(conversation.title).split()) or "Untitled conversation"


_SPEAKERS = {Role.SYSTEM: "System", Role.USER: "You", Role.ASSISTANT: "Assistant", Role.TOOL: "Tool"}


def speaker(message: Message) -> str:
    """Who says it, with the model's name where one is known."""
    name = _SPEAKERS[message.role]
    model = one_line(message.model)
    return f"{name} ({model})" if model and message.role is Role.ASSISTANT else name


def mark(message: Message) -> str:
    """What is not whole about a message, as one sentence; empty if it is whole."""
    why = f" {one_line(message.failure.message)}" if message.failure else ""
    return {
        State.STREAMING: "Unfinished: this answer was still being written.",
        State.STOPPED: "Stopped: this answer was cut short by the reader.",
        State.INTERRUPTED: f"Interrupted: the rest of this answer never came.{why}",
        State.FAILED: f"Failed: there is no complete answer.{why}",
        State.FINISHED: f"Damaged:{why}" if message.failure else "",
    }[message.state]


def when(moment: datetime) -> str:
    """Date and time in UTC, for people."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def usage_words(message: Message) -> str:
    """The numbers of an answer with where they come from; empty if none is known."""
    usage, parts = message.usage, []
    if usage.known:
        counts = ((usage.prompt_tokens, "in"), (usage.completion_tokens, "out"), (usage.total_tokens, "in all"))
        told = [f"{number:,} {word}" for number, word in counts if number is not None]
        parts.append(f"{', '.join(told)} ({'about, ' if usage.source is Source.ESTIMATED else ''}{usage.source.value})")
        if usage.reasoning_tokens is not None:
            parts.append(f"{usage.reasoning_tokens:,} of them reasoning")
        if usage.cached_tokens is not None:
            parts.append(f"{usage.cached_tokens:,} read from a cache")
    if usage.cost is not None:
        parts.append(f"cost {usage.cost:.6g} {usage.currency or ''} ({usage.cost_source.value})".replace("  ", " "))
    if message.timing.duration_ms is not None:
        parts.append(f"{message.timing.duration_ms / 1000:.1f} s")
    if parts and usage.partial:
        parts.append("count is partial")
    return f"Tokens: {'; '.join(parts)}" if usage.known else "; ".join(parts)


REORDERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # what shows code in another order
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with line ends as "\\n" and control characters, which could drive a terminal, as their pictures."""
    return _CONTROLS.sub(_picture, text.replace("\r\n", "\n").replace("\r", "\n"))


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def one_line(text: str) -> str:
    """`text` on one line, without control characters."""
    return " ".join(visible(text).split())
