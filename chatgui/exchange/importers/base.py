"""What all readers share: the contract, and a tree that strangers' messages grow into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Part, Reasoning, Role, Text
from chatgui.exchange.codec import Entry
from chatgui.exchange.values import EPOCH, Skip, id_of, text_of, time_of

LONGEST_TITLE = 120  # characters
ROLES = {
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}


@dataclass(slots=True)
class Found:
    """What a file turned out to hold besides its conversations."""

    skips: list[Skip] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)  # a sentence, and how often it was true

    def skip(self, what: str, why: str) -> None:
        """Report something that was not taken."""
        self.skips.append(Skip(text_of(what), text_of(why)))

    def note(self, words: str) -> None:
        """Report something worth knowing, once however often it occurs."""
        self.notes[words] = self.notes.get(words, 0) + 1


SYSTEM_SHOWN = "System prompts in the file are shown as messages; they are not this program's system prompt."
FILES_LEFT = "Pictures and files are not part of this import; their names are kept where there are any."
SETTINGS_LEFT = "Settings, accounts, addresses and keys in the file were not read."


@dataclass(frozen=True, slots=True)
class Reader:
    """One format. `recognises` looks at one record of a file (an object), `read` turns it into conversations."""

    name: str
    title: str
    recognises: Callable[[dict[str, Any]], bool]
    read: Callable[[dict[str, Any], Found], Iterator[Entry]]


@dataclass(slots=True)
class _Node:
    """A message as the file tells it. Without parts it is left out, and what answers it answers what it answered."""

    id: str
    parent: str | None
    role: Role
    parts: tuple[Part, ...]
    created: datetime | None
    model: str
    extra: dict[str, Any]


class Thread:
    """A conversation being read: messages in any order, by the file's own identifiers; branches, gaps and cycles too."""

    def __init__(self, reader: str, found: Found, identity: Any, title: Any) -> None:
        self._reader = reader
        self._found = found
        self._nodes: dict[str, _Node] = {}
        self.title = " ".join(text_of(title).split())[:LONGEST_TITLE] or "Imported conversation"
        self.identity = str(identity)
        self.created: datetime | None = None
        self.updated: datetime | None = None
        self.model = ""

    def add(
        self, identity: Any, parent: Any, role: Any, parts: Sequence[Part], *,
        created: Any = None, model: Any = "", **extra: Any,
    ) -> None:  # fmt: skip
        """Take in a message; an unknown role or a second use of an identifier is reported and left out."""
        name = str(identity)
        what = f"a message of “{self.title}”"
        known = ROLES.get(role.lower()) if isinstance(role, str) else None
        if name in self._nodes:
            self._found.skip(what, f"its identifier “{name[:40]}” is there twice")
            return
        if known is None:
            self._found.skip(what, f"it has the unknown role “{text_of(role)[:40]}”")
            parts = ()
        if known is Role.SYSTEM and parts:
            self._found.note(SYSTEM_SHOWN)
        up = None if parent is None else str(parent)
        moment = created if isinstance(created, datetime) else time_of(created)
        self._nodes[name] = _Node(name, up, known or Role.USER, tuple(parts), moment, text_of(model), extra)

    def entry(self, tip: Any = None) -> Entry | None:
        """The conversation, its shown branch ending at `tip` (default: the newest); None if nothing was said in it."""
        begun = self.created or min((one.created for one in self._nodes.values() if one.created), default=EPOCH)
        conversation = Conversation(
            id_of(self.identity, self._reader), self.title, begun, self.updated or begun, model=self.model
        )
        names = self._grow(conversation)
        if not conversation.messages:
            self._found.skip(f"“{self.title}”", "nothing was said in it")
            return None
        shown = names.get(str(tip)) if tip is not None else None
        last = next(reversed(conversation.messages))
        conversation.tip = conversation.deepest(shown) if shown else last
        newest = max(message.created for message in conversation.messages.values())
        conversation.updated = max(self.updated or newest, begun)
        if not conversation.model:
            conversation.model = next((m.model for m in reversed(conversation.branch()) if m.model), "")
        return Entry(conversation)

    def _grow(self, conversation: Conversation) -> dict[str, str | None]:
        """Put the messages into the tree, parents first; which message here stands for which there."""
        below: dict[str | None, list[_Node]] = {}
        for node in self._nodes.values():
            below.setdefault(node.parent if node.parent in self._nodes else None, []).append(node)
        names: dict[str, str | None] = {}
        waiting = list(reversed(below.get(None, ())))
        while len(names) < len(self._nodes):
            if not waiting:  # what is left answers itself in a circle: it is opened where it begins in the file
                waiting.append(next(node for node in self._nodes.values() if node.id not in names))
                self._found.skip(f"a link in “{self.title}”", "its messages answer each other in a circle")
            node = waiting.pop()
            if node.id in names:
                continue
            names[node.id] = self._place(conversation, node, names.get(node.parent) if node.parent else None)
            waiting.extend(reversed(below.get(node.id, ())))
        return names

    def _place(self, conversation: Conversation, node: _Node, parent: str | None) -> str | None:
        if not node.parts:
            return parent
        before = conversation.messages[parent].created if parent else conversation.created
        message = Message(
            id_of(f"{self.identity}\0{node.id}", self._reader), node.role, node.parts,
            node.created or before + timedelta(milliseconds=1), parent, model=node.model, **node.extra,
        )  # fmt: skip
        conversation.add(message)
        return message.id


def said(text: Any, reasoning: Any = "") -> tuple[Part, ...]:
    """Reasoning and text as parts; what is empty is left out."""
    thought, words = text_of(reasoning), text_of(text)
    parts: list[Part] = [Reasoning(thought)] if thought.strip() else []
    if words.strip():
        parts.append(Text(words))
    return tuple(parts)
