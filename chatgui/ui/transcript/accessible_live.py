"""What assistive technology is told of an answer while it comes: its words, in whole words and not too often, so that who
wishes can follow; and what the model does, once each, in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleTextInsertEvent,
    QAccessibleTextRemoveEvent,
)
from PySide6.QtWidgets import QWidget

from chatgui.chat.turn import Phase
from chatgui.ui.spoken import announce
from chatgui.ui.transcript.chrome import speaker
from chatgui.ui.transcript.live import LiveItem
from chatgui.ui.transcript.notice import Running, retrying
from chatgui.ui.transcript.selection import Selection

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView

FEW = 40  # blocks of a long answer told together; of more, the last
LONGEST = 300  # characters of what was selected that are said
TELL_MS = 700  # what came meanwhile is told together
NOTHING_CAME = "Stopped before an answer came."


def say(view: QWidget, words: str) -> None:
    """Let assistive technology speak these words."""
    announce(view, words)


def tell(event: QAccessibleEvent) -> None:
    """Tell assistive technology of something that happened."""
    QAccessible.updateAccessibility(event)


def say_selected(view: TranscriptView, before: Selection, after: Selection) -> None:
    """Say what one step of selecting took in or let go. (Qt for Python cannot hand over a selection as such.)"""
    if not QAccessible.isActive():
        return
    first, last = sorted((before.caret, after.caret))
    text, end = view.reader.text_of(first), view.reader.text_of(last)[: last.position]
    whole = text[first.position : last.position] if first[:2] == last[:2] else f"{text[first.position :]} {end}"
    if words := " ".join(whole.split()):
        cut = words if len(words) <= LONGEST else f"{words[:LONGEST]} …"
        grew = before.anchor <= before.caret <= after.caret or after.caret <= before.caret <= before.anchor
        say(view, f"{cut}, {'selected' if grew else 'no longer selected'}")


class Grown:
    """How much of a growing text has been told. Blocks that are closed are not looked at again."""

    def __init__(self, item: LiveItem, begin: int) -> None:
        self.item = item
        self._row = 0  # the first block that may still change
        self._base = self._begin = begin  # where the message begins in what is read, and that block
        self._told = ""  # from there on
        self.change(whole=True)  # what is there already is no news

    def change(self, *, whole: bool) -> tuple[int, str, str]:
        """Where the text is another now, what went and what came. Unless it is the `whole`, a word that may not be at its end
        waits."""
        rows = self.item.body[self._row :]
        if self.item.is_long and rows:
            if len(rows) > FEW:  # so many are not parsed to be told: who reads on meets them
                self._row, rows, self._told = self._row + len(rows) - FEW, rows[-FEW:], ""
            self._begin = self._base + self.item.offset_of(rows[0], 0)
        text = "\n\n".join(row.text for row in rows)
        if not whole:
            text = text[: max(text.rfind(" "), text.rfind("\n")) + 1]
        same = shared(self._told, text)
        news = self._begin + same, self._told[same:], text[same:]
        for row in rows[: max(0, self.item.closed - self._row)]:
            length = len(row.text) + 2
            if length > len(text):
                break
            self._row, self._begin, text = self._row + 1, self._begin + length, text[length:]
        self._told = text
        return news


def shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    if other.startswith(one):  # nearly always
        return len(one)
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


class Living:
    """Watches the live message of one view. By a message's id, `reads` says where its text is read, and `begins` where in that
    text it begins."""

    def __init__(
        self, view: TranscriptView, reads: Callable[[str], QAccessibleInterface | None], begins: Callable[[str], int]
    ) -> None:
        self._view = view
        self._reads, self._begins = reads, begins
        self._grown: Grown | None = None
        self._said: set[str] = set()
        self._timer = QTimer(view, singleShot=True, interval=TELL_MS)
        self._timer.timeout.connect(self._tell)

    def look(self) -> None:
        """Something in the view may have changed."""
        live, grown = self._view.page.live, self._grown
        if live is None:
            self._end()
            return
        if grown is None or grown.item.message.id != live.message.id:
            self._grown = Grown(live, self._begins(live.message.id))
            self._said.clear()
        else:
            grown.item = live  # in another style it is another one
        if not self._timer.isActive():
            self._timer.start()

    def _tell(self) -> None:
        live = self._view.page.live
        if live is not None and live.turn is not None and not self._view.page.facet.is_one_text:
            words = doing(speaker(live.message), live.turn)
            if words and words not in self._said:
                self._said.add(words)
                say(self._view, words)
        self._tell_words(whole=False)

    def _tell_words(self, *, whole: bool) -> None:
        if self._grown is None:
            return
        at, gone, come = self._grown.change(whole=whole)
        where = self._reads(self._grown.item.message.id)
        if where is not None and gone:
            tell(QAccessibleTextRemoveEvent(where, at, gone))
        if where is not None and come:
            tell(QAccessibleTextInsertEvent(where, at, come))

    def _end(self) -> None:
        """Nothing is written any more. That an answer is there is announced elsewhere; that none came, here."""
        if self._grown is None:
            return
        self._timer.stop()
        self._tell_words(whole=True)
        message, self._grown = self._grown.item.message, None
        dropped = self._view.index_of(message.id) is None and self._view.index_of(message.parent or "") is not None
        if dropped and not self._view.page.facet.is_one_text:
            say(self._view, NOTHING_CAME)


def doing(who: str, turn: Running) -> str:
    """What a model is doing, in a sentence; empty while that is nothing worth a word."""
    match turn.phase:
        case Phase.THINKING:
            return f"{who} is thinking."
        case Phase.ANSWERING:
            return f"{who} is answering."
        case Phase.RETRYING if turn.retry:
            return f"{retrying(turn.retry, 0.0)}."
        case _:
            return ""
