"""Finding words in what is shown. Texts are searched without laying anything out; places are worked out when seen."""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QTimer, Signal

from chatgui.core.pieces import cut_at
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.patterns import Count, counters, nowhere, pattern_of
from chatgui.ui.transcript.places import Place, Placed
from chatgui.ui.transcript.reading import UnreadRow
from chatgui.ui.transcript.rows import BlockRow, Mark
from chatgui.ui.transcript.selection import Point

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView

MANY_ROWS = 60  # of one message that are all parsed to be counted
LONG_ROW = 20_000  # characters
PIECE = 1_000_000  # characters of one message searched in one go
TOGETHER = 100  # messages searched between two looks at the clock; fewer if they are long
SLICE_S = 0.006  # so long a search may take before the window has its turn
TELL_S = 0.1  # how often it is told how many there are by now
ROUND = 1 << 40  # added to the number of a message that is come to only round the end
TOP = Point(0, -1, 0)


class Find(QObject):
    """One search: how many places, which one is looked at, and the marks to paint.

    Messages are searched in the order they are gone to: from where one reads to the end, then from the start on. A message
    that is in sight is counted by what it shows; others by their Markdown, which is nearly always the same.
    """

    changed = Signal()  # counts, or the current place

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self.view = view
        self.query = ""
        self.counts: dict[int, int] = {}  # places by message, where there are any
        self.total = 0  # places known so far
        self.current: tuple[int, int] | None = None  # message, and which of its places
        self._pattern: re.Pattern[str] | None = None
        self._in_source: Count = nowhere  # counts in Markdown
        self._in_text: Count = nowhere  # and in what is shown
        self._ring: list[int] = []  # the messages with places, in the order they are gone to (see `_turn`)
        self._from = TOP  # where one reads: the first place behind it is the first gone to
        self._next, self._end = 0, 0  # the message searched next, and the one before which this stretch ends
        self._known = 0  # messages that were here when the search began; others are counted when they are gone to
        self._place: Point | None = None  # of the current one
        self._wanted = 0  # a step asked for before the search found what it leads to
        self._waits = False  # the current place is in what is not read yet: it is shown once it is
        self._home: Place | None = None  # where one was before one was led away by typing alone
        self._led: Place | None = None  # where that led
        self._told = 0.0
        self._giant: tuple[int, str, int] | None = None  # a message, what of it is not searched yet, and what was found
        self._known_rows: tuple[object, list[tuple[int, int]]] = (None, [])  # see `_counted`
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._search)

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

    # ------------------------------------------------------------------------------------------ what is sought

    def seek(self, query: str) -> None:
        """Words are being typed: search for them, and go to the first place from where one reads. Where there is none, one is
        where one was before."""
        if self._home is None or self.view.place() != self._led:  # the reader has moved by himself
            self._from = self._here()
            self._home = self._led = self.view.place()
        self._begin(query)
        if query:
            self.step(1, settles=False)
        else:
            self._return()

    def start(self, query: str) -> None:
        """Search for words, upper and lower case alike, and go nowhere; nothing ends the search."""
        self._home, self._from = None, self._here()
        self._begin(query)

    def again(self) -> None:
        """Search anew: the messages are others now."""
        self.start(self.query)

    def leave(self, *, back: bool = False) -> None:
        """End the search; with `back`, be where one was before, if one has only typed since."""
        if back:
            self._return()
        self.start("")

    def _return(self) -> None:
        view = self.view
        if self._home is not None and self._led != self._home and view.place() == self._led:
            view.page.go(self._home)
            view.refresh(anew=True)
            self._led = view.place()

    def _begin(self, query: str) -> None:
        self.query = query
        self._pattern = pattern_of(query) if query else None
        self._in_source, self._in_text = counters(query) if query else (nowhere, nowhere)
        self.counts, self.total, self._ring = {}, 0, []
        self._known_rows, self._giant = (None, []), None
        self.current, self._place, self._wanted, self._waits = None, None, 0, False
        self._end = self._known = len(self.view.messages)
        if self._from.message >= self._end:
            self._from = TOP
        self._next = self._from.message
        self._timer.stop()
        if self._pattern is not None and self._end:
            self._timer.start()
            self._search()
        self.view.viewport().update()
        self._tell()

    def _here(self) -> Point:
        """Where one reads: the current place if it is in sight, else the first whole line that is."""
        page = self.view.page
        if self._place is not None and (placed := page.where(*self._place[:2])) is not None:
            caret = placed.row.caret_rect(self._place.position)
            if placed.y + caret.bottom() > 0 and placed.y + caret.top() < page.height:
                return self._place
        whole = page.style.line() - 1  # a point in the first line that is not cut off above
        for one in page.placed:
            position = one.row.position_at(QPointF(0, max(0.0, whole - one.y)))
            if one.row.start >= 0 and one.y + one.row.caret_rect(position).top() >= 0:
                return Point(one.index, one.row.start, position)
        return Point(page.placed[0].index, -1, 0) if page.placed else TOP

    # ------------------------------------------------------------------------------------------ searching

    def _search(self) -> None:
        began, known = time.perf_counter(), len(self._ring)
        while self.is_searching and time.perf_counter() - began < SLICE_S:
            self._search_on()
            if self._giant is None and self._next == self._end:
                if self._end > self._from.message > 0:
                    self._next, self._end = 0, self._from.message
                else:
                    self._timer.stop()
        if self._wanted and (len(self._ring) > known or not self.is_searching):
            self.step(self._wanted, settles=False)
        if not self.is_searching or time.perf_counter() - self._told > TELL_S:
            self._tell()

    def _search_on(self) -> None:
        """Search some messages, or a piece of one."""
        if self._giant is not None:
            at, text, found = self._giant
            end = cut_at(text[:PIECE]) if len(text) > PIECE else len(text)
            found += self._in_source(text[:end])
            self._giant = (at, text[end:], found) if end < len(text) else None
            if self._giant is None and found:
                self._note(at, found)
            return
        first, self._next = self._next, self._stop_of_next()
        parts = self.view.messages.parts(first, self._next)
        for at, text in enumerate(map(self.view.page.facet.text_of, parts), first):
            if len(text) > PIECE and at + 1 == self._next:
                self._giant = (at, text, 0)
            elif found := self._in_source(text):
                self._note(at, found)

    def _stop_of_next(self) -> int:
        """Behind the messages to be searched next: together they are not long."""
        messages, facet, stop, left = self.view.messages, self.view.page.facet, self._next, LONG_ROW
        last = min(self._end, stop + TOGETHER)
        while stop < last and left > 0:
            left -= facet.length_at(messages, stop)
            stop += 1
        return stop

    def _tell(self) -> None:
        self._told = time.perf_counter()
        self.changed.emit()

    def _turn(self, index: int) -> int:
        """When a message is gone to, as a number to compare."""
        return index if index >= self._from.message else index + ROUND

    def _note(self, index: int, count: int) -> None:
        """So many places are in a message."""
        ring, turn = self._ring, self._turn(index)
        self.total += count - self.counts.get(index, 0)
        is_known = self.counts.pop(index, 0) > 0
        if count:
            self.counts[index] = count
        if is_known == (count > 0):
            return
        if count and (not ring or self._turn(ring[-1]) < turn):
            ring.append(index)
        elif count:
            ring.insert(bisect_left(ring, turn, key=self._turn), index)
        else:
            del ring[bisect_left(ring, turn, key=self._turn)]

    def _count_exactly(self, index: int) -> int:
        count = sum(found for _, found in self._found_in(index))
        self._note(index, count)
        return count

    def _found_in(self, index: int) -> Iterator[tuple[BlockRow, int]]:
        """The rows of a message that show what is searched, and how often. Of a very long one, rows out of sight are counted
        by their Markdown: to parse them all would take long."""
        item = self.view.page.item(index)
        body = item.body
        if len(body) <= MANY_ROWS:
            yield from ((row, found) for row in body if (found := self._in_text(row.text)))
            return
        near = {item.row_at(one.row.start) - item.first for one in self.view.page.placed if one.item is item}
        near = {n for n in near if body[n].is_laid}
        far = ((n, found) for n, found in self._counted(item) if n not in near)
        for n, found in sorted([*far, *((n, self._in_text(body[n].text)) for n in near)]):
            if found:
                yield body[n], found

    def _counted(self, item: Item) -> list[tuple[int, int]]:
        """The blocks of a very long message whose Markdown holds what is searched, by number, and how often."""
        key = (item, len(item.body), self._in_source)
        if self._known_rows[0] != key or item is self.view.page.live:
            count = self._in_source
            found = [(n, times) for n, row in enumerate(item.body) if (times := count(row.source.markdown))]
            self._known_rows = (key, found)
        return self._known_rows[1]

    # ------------------------------------------------------------------------------------------ going

    def step(self, by: int, *, settles: bool = True) -> None:
        """Go to the next place (1) or the one before (-1), round the ends; 0 stays at the current one. Who `settles` is not
        led back by `leave`."""
        if settles:
            self._home = None
        if by == 0 or self._pattern is None:
            return
        self._wanted = 0
        self._count_new()
        cursor = self.current
        while (beside := self._beside(cursor, by)) is not None:
            index, nth = beside
            if count := self._count_exactly(index):
                self.current = (index, min(nth, count - 1) if nth >= 0 else count - 1)
                self._show()
                break
            cursor = (index, 0)  # the place turned out not to be there
        else:
            if self.is_searching:
                self._wanted = by
                return
            self.current = self._place = None
            self._return()
        if self._home is not None:
            self._led = self.view.place()

    def _count_new(self) -> None:
        """Count in messages that came since the search began, and in the one that is being written."""
        count, growing = len(self.view.messages), self.view.page.live is not None
        for index in range(min(self._known, count - growing), count):
            self._count_exactly(index)
        self._known = count - growing

    def go_to(self, message: int) -> None:
        """Go to the first place in a message, if there is one."""
        if self._pattern is not None and self._count_exactly(message):
            self.current = (message, -1)
            self.step(1)

    def _beside(self, cursor: tuple[int, int] | None, by: int) -> tuple[int, int] | None:
        """The place next to one, as a message and which of its places (-1: the last); None if it is not known (yet)."""
        if cursor is None:
            return self._first(by)
        index, nth = cursor
        if 0 <= nth + by < self.counts.get(index, 0):
            return index, nth + by
        at = bisect_left(self._ring, self._turn(index), key=self._turn)
        return self._at(at + (index in self.counts) if by > 0 else at - 1, by)

    def _at(self, at: int, by: int) -> tuple[int, int] | None:
        """Where one comes to in a message of the ring, round its ends."""
        ring = self._ring
        if not 0 <= at < len(ring):
            if self.is_searching or not ring:
                return None
            at %= len(ring)
        return ring[at], 0 if by > 0 else -1

    def _first(self, by: int) -> tuple[int, int] | None:
        """The first place behind where one reads, or the last one before it."""
        index = self._from.message
        count = self._count_exactly(index) if index in self.counts else 0
        before = self._before(self._from) if count else 0
        if by > 0:
            return (index, before) if before < count else self._at(1 if count else 0, by)
        return (index, before - 1) if before else self._at(-1, by)

    def _before(self, point: Point) -> int:
        """How many places of a message are before a point in it."""
        before = 0
        for row, count in self._found_in(point.message):
            if row.start >= point.start:
                if row.start == point.start and self._pattern is not None:
                    before += len(self._pattern.findall(row.text, 0, point.position))
                break
            before += count
        return before

    def _show(self) -> None:
        if self.current is None:
            return
        index, nth = self.current
        self._place, self._waits = None, False
        for row, count in self._found_in(index):
            if nth < count and isinstance(row, UnreadRow):
                self._waits = True
                self.view.refresh()
                break
            if nth < count and (place := self._nth(row.text, nth)) is not None:
                self._place = Point(index, row.start, place)
                self.view.reveal(self._place)
                break
            nth = max(0, nth - count)
        self.view.viewport().update()
        self._tell()

    def resume(self) -> None:
        """Something was read: show the current place if it was in that."""
        if self._waits and self.current is not None and self.view.page.item(self.current[0]).is_read:
            is_led = self.view.place() == self._led
            self._show()
            if is_led:
                self._led = self.view.place()

    def _nth(self, text: str, nth: int) -> int | None:
        """Where the place of this number begins, or the last one; None if there is none after all."""
        found = self._pattern.finditer(text) if self._pattern else iter(())
        last = deque(islice(found, nth + 1), maxlen=1)  # a million of them are no work for Python
        return last[0].start() if last else None

    def marks(self, placed: Placed) -> list[Mark]:
        """The places within a row; of a long one, those in sight."""
        if self._pattern is None:
            return []
        now = self._place.position if self._place and self._place[:2] == (placed.index, placed.row.start) else -1
        text, first, last = placed.row.text, 0, 1 << 40
        if len(text) > LONG_ROW:
            first = max(0, placed.row.position_at(QPointF(0, -placed.y)) - 2 * len(self.query))
            end = QPointF(placed.row.width, self.view.page.height - placed.y)
            last = placed.row.position_at(end) + LONG_ROW // 4
        found = (match.span() for match in self._pattern.finditer(text, first, min(last, len(text))))
        return [(start, end, start == now) for start, end in found]
