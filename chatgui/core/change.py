"""What changed: the facts the session tells. Each view decides whether it cares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class LibraryChanged:
    """Conversations were added, renamed, moved or removed. `conversation` is the one, or empty for many."""

    conversation: str = ""


@dataclass(frozen=True, slots=True)
class MessagesChanged:
    """The shown branch of a conversation is another one now, or messages in it were replaced (`message`, if just one)."""

    conversation: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A turn runs in this conversation; `message` is the id its answer will have."""

    conversation: str
    message: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The answer `message` has become a message of the conversation."""

    conversation: str
    message: str


@dataclass(frozen=True, slots=True)
class AccountsChanged:
    """Accounts were added, edited, removed, or something was learnt about one."""


@dataclass(frozen=True, slots=True)
class AssistantsChanged:
    """Assistants were added, edited, moved or removed."""


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Settings were replaced; `names` are those that differ."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class StoreTrouble:
    """The database does not take what is said (`message` says why), or takes it again (`message` is empty)."""

    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveTrouble:
    """The archive folder could not be brought up to date."""

    message: str
    advice: str = ""


Change: TypeAlias = (
    LibraryChanged
    | MessagesChanged
    | TurnStarted
    | TurnEnded
    | AccountsChanged
    | AssistantsChanged
    | SettingsChanged
    | StoreTrouble
    | ArchiveTrouble
)
