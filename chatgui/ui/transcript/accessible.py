"""The transcript as a screen reader meets it: a list of the messages in sight and near, each with role, name, text and state.

Children are made for what is in sight only, told of when they change, and retired a moment after they went.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget

from chatgui.core.message import Message, Role, State
from chatgui.core.pieces import pieces
from chatgui.ui.transcript.accessible_live import Living, say, tell
from chatgui.ui.transcript.accessible_message import MessagePart
from chatgui.ui.transcript.accessible_parts import Part, Readable, pointer, same
from chatgui.ui.transcript.chrome import speaker

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView

AT_ONCE = 100_000  # characters whose words are counted together
SETTLE_MS = 150  # changes of what is in sight are told so much later, together
HOW = "Ctrl+Up and Ctrl+Down go from message to message, Tab to what can be done with one."
NEAR = 20  # messages exposed above and below those in sight


class AccessibleTranscript(QAccessibleWidget):
    """The view: a list of the messages in sight, and the widgets that float over it."""

    def __init__(self, view: TranscriptView) -> None:
        whole = view.page.facet.is_one_text
        super().__init__(view, QAccessible.Role.Document if whole else QAccessible.Role.List, view.accessibleName())
        self.view = view
        self._readable = Readable(self._all_text, lambda _: self.rect(), lambda _: 0) if whole else None
        self._parts: dict[str, MessagePart] = {}
        self._order: list[MessagePart] = []
        self._new: list[MessagePart] = []  # not told of yet
        self._gone: list[MessagePart] = []  # retired once nobody can be in the middle of asking them
        self._burial = QTimer(view, singleShot=True, interval=0)
        self._burial.timeout.connect(self._bury)
        self._timer = QTimer(view, singleShot=True, interval=SETTLE_MS)
        self._timer.timeout.connect(self._tell)
        self._living = Living(view, self._reads, self._begins)

    def _all_text(self) -> str:
        """The text of what is in sight, and of the rest of its messages."""
        self.sync()
        return "\n\n".join(part.item.text for part in self._order if part.item)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        if kind == QAccessible.InterfaceType.TextInterface and self._readable is not None:
            return pointer(self._readable)
        found = super().interface_cast(kind)
        return pointer(None) if found is None else found

    def _children(self) -> list[QAccessibleInterface]:
        self.sync()
        widgets = [one for one in self.view.findChildren(QAbstractButton) if one.isVisible()]
        inside = [found for one in widgets if (found := QAccessible.queryAccessibleInterface(one)) is not None]
        return [*self._order, *inside]

    def _reads(self, message_id: str) -> QAccessibleInterface | None:
        """Where the text of a message is read."""
        self.sync()
        return self._parts.get(message_id) if self._readable is None else self

    def _begins(self, message_id: str) -> int:
        """Where in that text the message begins."""
        if self._readable is None:
            return 0
        self.sync()
        above = takewhile(lambda part: part.message_id != message_id, self._order)
        return sum(len(part.item.text) + 2 for part in above if part.item)

    def _near(self) -> Sequence[Message]:
        """The messages in sight, and some above and below."""
        placed, messages = self.view.page.placed, self.view.messages
        if not placed:
            return messages[-NEAR:]
        return messages[max(0, placed[0].index - NEAR) : placed[-1].index + NEAR]

    def sync(self) -> None:
        """Bring the children in line with what is in sight."""
        fresh: dict[str, MessagePart] = {}
        for message in self._near():
            known = self._parts.pop(message.id, None)
            if known is None:
                known = MessagePart(self, self.view, message)
                self._new.append(known)
            known.renew(message)
            fresh[message.id] = known
        self._gone += self._parts.values()
        if self._gone:
            self._burial.start()
        self._parts, self._order = fresh, list(fresh.values())

    def _bury(self) -> None:
        gone, self._gone = self._gone, []
        for part in gone:
            part.retire()

    def retire(self) -> None:
        """Take all children out of the registry."""
        self._gone += self._order
        self._parts, self._order, self._new = {}, [], []
        self._bury()

    def stir(self) -> None:
        """What is in sight may have changed: tell it soon."""
        self._living.look()
        if not self._timer.isActive():
            self._timer.start()

    def _tell(self) -> None:
        """Tell of those that came. (Of those that went Qt tells. Its word for another order no screen reader understands.)"""
        self.sync()
        new, self._new = self._new, []
        for part in new:
            if self._parts.get(part.message_id) is part:
                tell(QAccessibleEvent(part, QAccessible.Event.ObjectCreated))

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        children = self._children()
        return children[index] if 0 <= index < len(children) else None

    def childCount(self) -> int:
        return len(self._children())

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((n for n, one in enumerate(self._children()) if same(one, child)), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        return next((one for one in self._children() if one.rect().contains(x, y)), None)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        return self._parts.get(self.view.reader.current) if self.view.hasFocus() else None

    def tell_focus(self) -> None:
        """The keyboard focus is on another message or action, or has come to the view."""
        if not QAccessible.isActive() or not shiboken6.isValid(self.view) or not self.view.hasFocus():
            return
        self.sync()
        part: Part | None = self._parts.get(self.view.reader.current)
        if part is not None and self.view.reader.focused:
            part = next((one for one in part.inside() if one.is_action(self.view.reader.focused)), part)
        if part is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(part, QAccessible.Event.Focus))

    def text(self, which: QAccessible.Text) -> str:
        if which == QAccessible.Text.Description and self._readable is None:
            return HOW
        return self.view.accessibleName() if which == QAccessible.Text.Name else str(super().text(which))


_made: dict[int, AccessibleTranscript] = {}  # by id of the view: Qt keeps no reference of its own


def stir(view: TranscriptView) -> None:
    """What a view shows may have changed: whoever listens is told soon."""
    if QAccessible.isActive():
        QAccessible.queryAccessibleInterface(view)  # makes it if nobody has asked yet
        if view.accessible is not None:
            view.accessible.stir()


@functools.cache
def install() -> None:
    """Let Qt ask here for the transcript's accessible side. Views call it; once is enough."""
    QAccessible.installFactory(_factory)


def _factory(_: str, thing: QObject) -> QAccessibleInterface | None:
    from chatgui.ui.transcript.view import TranscriptView

    if not isinstance(thing, TranscriptView):
        return None
    made = _made[id(thing)] = AccessibleTranscript(thing)
    thing.accessible = made
    thing.destroyed.connect(functools.partial(_retire, id(thing)))
    return made


def _retire(key: int) -> None:
    """The view is gone: so must be what was registered for it, or Qt will call what Python has dropped."""
    made = _made.pop(key, None)
    if made is not None:
        made.retire()


@atexit.register
def _retire_all() -> None:
    for key in list(_made):
        _retire(key)


def announce(view: TranscriptView, message: Message) -> None:
    """Say once, in a sentence, that an answer is there."""
    if QAccessible.isActive() and message.role is Role.ASSISTANT:
        say(view, finished_words(message))


def finished_words(message: Message) -> str:
    """What is announced when an answer has ended."""
    words = sum(
        len(piece.split()) for piece in pieces(message.text, AT_ONCE)
    )  # millions of them at once would take long
    ended = {
        State.STOPPED: "was stopped",
        State.INTERRUPTED: "was interrupted",
        State.FAILED: "failed",
    }.get(message.state, "is finished")
    length = {0: "", 1: ", one word"}.get(words, f", {words:,} words")
    failure = f" {message.failure.message}" if message.failure else ""
    return f"The answer by {speaker(message)} {ended}{length}.{failure}"
