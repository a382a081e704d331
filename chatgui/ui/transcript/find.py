"""Finding words in what is shown. Texts are searched without laying anything out; places are worked out when seen."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QTimer, Signal

from chatgui.ui.transcript.places import Placed
from chatgui.ui.transcript.rows import BlockRow, Mark
from chatgui.ui.transcript.selection import Point

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView

MANY_ROWS = 300
LONG_ROW = 20_000  # characters
TOGETHER = 100  # messages searched between two looks at the clock; fewer if they are long
SLICE_S = 0.006  # so long a search may take before the window has its turn


class Find(QObject):
    """One search: how many places, which one is looked at, and the marks to paint.

    A message that is in sight is counted by what it shows; others by their Markdown, which is nearly always the same.
    """

    changed = Signal()  # counts, or the current place

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self.view = view
        self.query = ""
        self.counts: dict[int, int] = {}  # places by message, where there are any
        self.current: tuple[int, int] | None = None  # message, and which of its places
        self._pattern: re.Pattern[str] | None = None
        self._next = -1  # the message searched next; from the end to the start
        self._place: Point | None = None  # of the current one
        self._wanted = 0  # a step asked for before the search found anything
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._search)

    @property
    def total(self) -> int:
        """How many places are known so far."""
        return sum(self.counts.values())

    @property
    def is_searching(self) -> bool:
        """Whether messages are still to be looked at."""
        return self._timer.isActive()

    @property
    def number(self) -> int:
        """The current place's number from 1, from the top; 0 if none."""
        if self.current is None:
            return 0
        index, nth = self.current
        return sum(count for at, count in self.counts.items() if at < index) + nth + 1

    def start(self, query: str) -> None:
        """Search for words, upper and lower case alike; nothing ends the search."""
        self.query = query
        self._pattern = re.compile(re.escape(query), re.IGNORECASE) if query else None
        self.again()

    def again(self) -> None:
        """Search anew: the messages are others now."""
        self.counts, self.current, self._place = {}, None, None
        self._next = len(self.view.messages) - 1
        self._wanted = 0
        if self._pattern is not None:
            self._search()
            if self._next >= 0:
                self._timer.start()
        else:
            self._timer.stop()
        self.view.viewport().update()
        self.changed.emit()

    def _search(self) -> None:
        began = time.perf_counter()
        view, count = self.view, self._counter()
        self._next = min(self._next, len(view.messages) - 1)
        while self._next >= 0 and time.perf_counter() - began < SLICE_S:
            first = self._first_of_next()
            texts = map(view.page.facet.text_of, view.messages.parts(first, self._next + 1))
            self.counts.update((at, found) for at, text in enumerate(texts, first) if (found := count(text)))
            self._next = first - 1
        if self._next < 0:
            self._timer.stop()
        if self._wanted:
            step, self._wanted = self._wanted, 0
            self.step(step)
        self.changed.emit()

    def _first_of_next(self) -> int:
        """The first of the messages to be searched next: together they are not long."""
        messages, first, left = self.view.messages, self._next, LONG_ROW
        while first > 0 and self._next - first < TOGETHER and left > 0:
            left -= self.view.page.facet.length_at(messages, first - 1)
            first -= 1
        return first

    def _counter(self) -> Callable[[str], int]:
        pattern = self._pattern
        if pattern is None:
            return lambda _: 0
        if self.query.isascii():  # lower() of other scripts may change a text's length, which is no matter for counting
            query = self.query.lower()
            return lambda text: text.lower().count(query)
        return lambda text: sum(1 for _ in pattern.finditer(text))

    def step(self, by: int) -> None:
        """Go to the next place (1) or the one before (-1), round the ends."""
        at = sorted(self.counts)
        if not at:
            self._wanted = by if self.is_searching else 0
            return
        for _ in range(len(at) + 1):
            if self._go(by, sorted(self.counts)):
                return

    def go_to(self, message: int) -> None:
        """Go to the first place in a message, if there is one."""
        if self._pattern is not None and self._count_exactly(message):
            self.current = (message, -1)
            self.step(1)

    def _go(self, by: int, at: list[int]) -> bool:
        """Take one step; False if the place turned out not to be there."""
        if not at:
            self.current = None
            return True
        if self.current is None:
            index = self._nearest(at, by)
            nth = 0 if by > 0 else self.counts[index] - 1
        else:
            index, nth = self.current
            nth += by
            if not 0 <= nth < self.counts.get(index, 0):
                later = [i for i in at if (i > index if by > 0 else i < index)]
                index = (later[0] if later else at[0]) if by > 0 else (later[-1] if later else at[-1])
                nth = 0 if by > 0 else -1
        count = self._count_exactly(index)
        if not count:
            self.current = (index, 0 if by < 0 else 1 << 30)
            return False
        self.current = (index, nth % count if nth < 0 else min(nth, count - 1))
        self._show()
        return True

    def _nearest(self, at: list[int], by: int) -> int:
        """Begin with what is in sight."""
        placed = self.view.page.placed
        seen = placed[0].index if placed else 0
        if by > 0:
            return next((index for index in at if index >= seen), at[0])
        return next((index for index in reversed(at) if index <= seen), at[-1])

    def _count_exactly(self, index: int) -> int:
        count = sum(count for _, count in self._found_in(index))
        if count:
            self.counts[index] = count
        else:
            self.counts.pop(index, None)
        return count

    def _found_in(self, index: int) -> Iterator[tuple[BlockRow, int]]:
        """The rows of a message that show what is searched, and how often. Of a very long one, rows out of sight are counted
        by their Markdown: to parse them all would take long."""
        body, count = self.view.page.item(index).body, self._counter()
        for row in body:
            text = row.source.markdown if len(body) > MANY_ROWS and not row.is_laid else row.text
            if found := count(text):
                yield row, found

    def _show(self) -> None:
        if self.current is None:
            return
        index, nth = self.current
        self._place = None
        for row, count in self._found_in(index):
            if nth < count and (place := self._nth(row.text, nth)) is not None:
                self._place = Point(index, row.start, place)
                self.view.reveal(self._place)
                break
            nth = max(0, nth - count)
        self.view.viewport().update()
        self.changed.emit()

    def _nth(self, text: str, nth: int) -> int | None:
        """Where the place of this number begins, or the last one; None if there is none after all."""
        starts = (match.start() for match in self._pattern.finditer(text)) if self._pattern else iter(())
        last = None
        for last in islice(starts, nth + 1):  # noqa: B007  # the last is what is looked for
            pass
        return last

    def marks(self, placed: Placed) -> list[Mark]:
        """The places within a row; of a long one, those in sight."""
        if self._pattern is None:
            return []
        now = self._place.position if self._place and self._place[:2] == (placed.index, placed.row.start) else -1
        text, first, last = placed.row.text, 0, 1 << 40
        if len(text) > LONG_ROW:
            first = max(0, placed.row.position_at(QPointF(0, -placed.y)) - len(self.query))
            end = QPointF(placed.row.width, self.view.page.height - placed.y)
            last = placed.row.position_at(end) + LONG_ROW // 4
        found = (match.span() for match in self._pattern.finditer(text, first, min(last, len(text))))
        return [(start, end, start == now) for start, end in found]
