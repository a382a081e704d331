"""Panels of the side pane. To add one: a file with a class that is a `Panel`, and a row here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QWidget

from chatgui.core.message import Message
from chatgui.ui.tasks import Tasks
from chatgui.ui.transcript.style import Style

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.chat.turn import Turn


class Panel(Protocol):
    """What the window tells a panel about the conversation that is shown. A panel is a QWidget with these methods."""

    def set_style(self, style: Style) -> None:
        """Another theme or zoom."""

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Another conversation or branch is shown."""

    def begin_reply(self, message: Message, turn: Turn) -> None:
        """An answer begins; pull from `turn.reply` when `turn.changed` says so."""

    def end_reply(self, message: Message) -> None:
        """The answer has become a message."""

    def show_message(self, message_id: str) -> None:
        """The reader asked for this message."""


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One panel: its name (for people, and for `SidePane.show_panel`), its icon, and how it is made."""

    title: str
    icon: str
    make: Callable[[Style, Session, Tasks], QWidget]


def _reasoning(style: Style, _: Session, __: Tasks) -> QWidget:
    from chatgui.ui.panels.reasoning import ReasoningPane

    return ReasoningPane(style)


def _inspector(style: Style, session: Session, tasks: Tasks) -> QWidget:
    from chatgui.ui.panels.inspector import InspectorPanel

    return InspectorPanel(style, session.inspector, tasks)


REASONING, REQUEST = "Reasoning", "Request"

PANELS: tuple[PanelRow, ...] = (
    PanelRow(REASONING, "thought", _reasoning),
    PanelRow(REQUEST, "wire", _inspector),
)
