"""The pane beside the conversation: one panel at a time, under a line that names it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from chatgui.core.message import Message
from chatgui.ui import assets
from chatgui.ui.panels import PANELS, Panel
from chatgui.ui.stack import Stack
from chatgui.ui.tasks import Tasks
from chatgui.ui.theme import Theme
from chatgui.ui.transcript.style import Style

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.chat.turn import Turn
    from chatgui.ui.transcript.view import TranscriptView


class SidePane(QWidget):
    """Hosts the panels and tells each what is shown; is itself used like one panel. `furnish` makes them."""

    closed = Signal()
    expanded = Signal()
    detach_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Raised")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(220)
        self._title = QLabel()
        font = self._title.font()
        font.setWeight(font.Weight.DemiBold)
        self._title.setFont(font)
        self._stack = Stack()
        self.panels: list[Panel] = []
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(4)
        row.addWidget(self._title, 1)
        self._choices = [
            self._button(theme, panel.icon, f"Show {panel.title.lower()} panel", partial(self.show_panel, panel.title))
            for panel in PANELS
        ]
        for choice in self._choices:
            choice.setCheckable(True)
            row.addWidget(choice)
        row.addWidget(self._button(theme, "expand", "Widen", self.expanded.emit))
        row.addWidget(self._button(theme, "detach", "In a window of its own, and back", self.detach_wanted.emit))
        row.addWidget(self._button(theme, "close", "Close side pane", self.closed.emit))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self.show_panel(PANELS[0].title)

    def furnish(self, style: Style, session: Session, tasks: Tasks) -> None:
        """Make the panels."""
        for row in PANELS:
            widget = row.make(style, session, tasks)
            self._stack.add(widget)
            self.panels.append(cast("Panel", widget))
        self.set_style(style)

    def _button(self, theme: Theme, icon: str, words: str, act: Callable[[], object]) -> QToolButton:
        button = assets.tool_button(icon, words, theme.tokens)
        button.clicked.connect(lambda _=False: act())
        return button

    def show_panel(self, title: str) -> None:
        """Show one of `PANELS`."""
        titles = [panel.title for panel in PANELS]
        self._stack.show_page(titles.index(title))
        self._title.setText(title)
        self._title.setAccessibleName(f"Side pane: {title}")  # the panel itself bears the plain name
        for one, choice in zip(titles, self._choices, strict=True):
            choice.setChecked(one == title)

    def set_style(self, style: Style) -> None:
        """Another theme or zoom."""
        colours = replace(style.colours, ground=style.colours.raised, code_ground=style.colours.ground)
        for panel in self.panels:
            panel.set_style(replace(style, colours=colours))

    @property
    def doors(self) -> list[QWidget]:
        """What may take the focus when one comes here, the best first: what is read, its panel, the whole."""
        panel = self._stack.current
        view = getattr(panel, "view", None)
        return [one for one in (view, panel, self) if one is not None]

    @property
    def views(self) -> list[TranscriptView]:
        """The transcripts among the panels."""
        return [view for panel in self.panels if (view := getattr(panel, "view", None)) is not None]

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Another conversation or branch is shown."""
        for panel in self.panels:
            panel.show_messages(messages)

    def begin_reply(self, message: Message, turn: Turn) -> None:
        """An answer begins."""
        for panel in self.panels:
            panel.begin_reply(message, turn)

    def end_reply(self, message: Message) -> None:
        """The answer has become a message."""
        for panel in self.panels:
            panel.end_reply(message)

    def show_message(self, message_id: str) -> None:
        """The reader asked for this message."""
        for panel in self.panels:
            panel.show_message(message_id)
