"""What an export will look like: the beginning of a conversation, cut so that it is made at once."""

from __future__ import annotations

from dataclasses import replace

from chatgui.core.message import Message, Reasoning, Refusal, Text
from chatgui.core.messages import Messages
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters.base import Exporter, Options

MOST_MESSAGES = 8
MOST_CHARACTERS = 4_000  # of each piece of a message
MOST_LINES = 400


def beginning(entry: Entry) -> Entry:
    """The first messages of the shown branch with the other versions of each, long ones cut."""
    conversation = entry.conversation
    made = replace(conversation, messages=Messages(), tip=None)
    for message in conversation.branch()[:MOST_MESSAGES]:
        for one in conversation.siblings(message.id):
            made.add(_cut(conversation.messages[one]))
        made.tip = message.id
    return replace(entry, conversation=made)


def _cut(message: Message) -> Message:
    parts = tuple(
        replace(part, text=part.text[:MOST_CHARACTERS]) if isinstance(part, Text | Reasoning | Refusal) else part
        for part in message.parts
    )
    return replace(message, parts=parts)


def first_lines(exporter: Exporter, entry: Entry, options: Options) -> str:
    """The beginning of the file, for a format that is text."""
    text = exporter.export_entry(beginning(entry), options).decode("utf-8", "replace")
    return "\n".join(line[:2_000] for line in text.split("\n", MOST_LINES)[:MOST_LINES])
