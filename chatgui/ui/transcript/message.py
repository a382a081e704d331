"""A realised message: its rows. A long one is read a little at a time (see `reading`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from time import perf_counter

from PySide6.QtCore import QPointF

from chatgui.core.markdown import Source
from chatgui.core.message import Message
from chatgui.ui.transcript.blocks import space_above
from chatgui.ui.transcript.chrome import Lookups
from chatgui.ui.transcript.facet import Facet
from chatgui.ui.transcript.files import FileRow, PicturesRow
from chatgui.ui.transcript.heights import Heights
from chatgui.ui.transcript.links import Link
from chatgui.ui.transcript.places import Line
from chatgui.ui.transcript.reading import Reading, UnreadRow
from chatgui.ui.transcript.rows import BlockRow, Measure, Row
from chatgui.ui.transcript.style import Style

MANY_ROWS, LONG = 500, 200_000  # blocks and characters: more is not parsed to be read aloud


def _nothing(*_: object) -> None:
    pass


@dataclass(frozen=True)
class Context:
    """What messages are shown as: which side, in which style, in which column. `changed` is told when a block changed itself,
    `wanted` what of a block only a person may ask for, `opened` the link a person follows."""

    facet: Facet
    style: Style
    lookups: Lookups
    measure: Measure
    changed: Callable[[], None] = _nothing
    wanted: Callable[[tuple[str, str]], object] = _nothing
    opened: Callable[[Link], object] = _nothing


class Item:
    """One message as rows. Heights are estimates until a row is laid out; the text's rows are `rows[first:last]`."""

    def __init__(self, message: Message, context: Context) -> None:
        self.message = message
        self.context = context
        self.grounded = context.facet.is_grounded(message)
        self.shifted = False  # whether a height changed since somebody looked
        self.rows: list[Row] = []
        self.heights = Heights()
        self._body: list[BlockRow] = []
        self._reading: Reading | None = None  # while not all of it is read
        self._front = 0  # rows of text before what is not
        self._set(message)
        self._body = self._blocks()
        self._assemble()

    def _set(self, message: Message) -> None:
        context = self.context
        self.message = message
        self._head: list[Row] = context.facet.before(message, context.style, context.lookups)
        self._foot: list[Row] = context.facet.after(message, context.style, context.lookups)
        for row in self._head:
            if isinstance(row, (PicturesRow, FileRow)):
                row.changed = context.changed

    def _blocks(self) -> list[BlockRow]:
        reading = Reading(self.context.facet.scripts(self.message))
        if reading.at_once():
            return self._fresh(reading.cutting.sources, 0)
        last = reading.above()
        self._reading, self._front = reading, 0
        unread = UnreadRow(reading, self.context.style)
        return [unread, *self._fresh(last, reading.end)]

    @property
    def height(self) -> int:
        """In pixels; exact if every row was laid out."""
        return self.heights.total

    @property
    def body(self) -> Sequence[BlockRow]:
        """The rows of text."""
        return self._body

    @property
    def first(self) -> int:
        """Index of the first row of text."""
        return len(self._head)

    @property
    def last(self) -> int:
        """Index behind the last row of text."""
        return len(self._head) + len(self._body)

    def _fresh(self, sources: list[Source], start: int) -> list[BlockRow]:
        rows = []
        for source in sources:
            row = BlockRow(source, start, self.context.style, self._space(source, start))
            row.changed, row.wanted = self.context.changed, self.context.wanted
            row.opened = self.context.opened
            rows.append(row)
            start += len(source.markdown)
        return rows

    def _space(self, source: Source, start: int) -> int:
        return space_above(source, self.context.style) if start else 0

    def _assemble(self) -> None:
        self.rows = [*self._head, *self._body, *self._foot]
        self.heights = Heights()
        for row in self.rows:
            self.heights.append(row.height or row.estimate(self.context.measure))
        self.shifted = True

    def lay(self, index: int) -> int:
        """The exact height of a row."""
        height = self.rows[index].layout(self.context.measure)
        if not self.heights.is_exact(index) or self.heights[index] != height:
            self.shifted |= self.heights.put(index, height) != 0
        return height

    def resize(self, measure: Measure) -> None:
        """Another column: what was measured is a guess until it is measured again."""
        if measure != self.context.measure:
            self.context = replace(self.context, measure=measure)
            self.heights.forget()

    def row_at(self, start: int) -> int:
        """Index of the text row that holds this place of the message's text."""
        low, high = 0, len(self._body)
        while low < high:
            middle = (low + high) // 2
            if self._body[middle].start <= start:
                low = middle + 1
            else:
                high = middle
        return len(self._head) + max(0, low - 1)

    # as one text, for who has it read aloud

    @property
    def is_long(self) -> bool:
        """Whether it is read aloud as it was written: to parse it all would take long."""
        last = self._body[-1] if self._body else None
        return last is not None and (len(self._body) > MANY_ROWS or last.start > LONG)

    @property
    def text(self) -> str:
        """All its plain text; of a long one, what was written."""
        return self._written() if self.is_long else "\n\n".join(row.text for row in self._body)

    def _written(self) -> str:
        return "".join(script.text for script in self.context.facet.scripts(self.message) if script.text.strip())

    def place_in(self, offset: int) -> tuple[BlockRow, int] | None:
        """The block that holds an offset of `text`, and the position in it."""
        if self.is_long:
            row = self._body[self.row_at(offset) - self.first]
            return row, offset - row.start
        for row in self._body:
            if offset <= len(row.text):
                return row, offset
            offset -= len(row.text) + 2
        return None

    def offset_of(self, block: BlockRow, position: int) -> int:
        """The same the other way round."""
        if self.is_long:
            return block.start + position
        return position + sum(len(row.text) + 2 for row in takewhile(lambda row: row is not block, self._body))

    # becoming another

    def update(self, message: Message) -> None:
        """The message is another version of itself now. Rows whose source is the same are kept as they are."""
        scripts = self.context.facet.scripts
        before, same = self._body, scripts(message) == scripts(self.message)
        self._dress(message)
        if not same:
            self._reading = None
            after = self._blocks()
            if self.is_read:
                self._take([row.source for row in after])
            else:
                self._splice(self.first, self.first + len(before), after)

    def _dress(self, message: Message) -> None:
        """What stands around the text is that of this version."""
        first, last = self.first, self.last
        self._set(message)
        for start, stop, rows in ((last, len(self.rows), self._foot), (0, first, self._head)):
            self.rows[start:stop] = rows
            self.heights.splice(start, stop, [row.estimate(self.context.measure) for row in rows])
        self.shifted = True

    def _take(self, sources: Sequence[Source]) -> None:
        """The blocks of the text are these now. Of many, few are others than they were, and those mostly at the end."""
        start = same = 0
        for row, source in zip(self._body, sources, strict=False):
            if row.source is not source and row.source != source:
                if row.source.growing or row.source.markdown != source.markdown:
                    break
                self._put(same, source)
            start += len(source.markdown)
            same += 1
        after = self._fresh(list(sources[same:]), start)
        for index, (row, fresh) in enumerate(zip(self._body[same:], after, strict=False)):
            if row.source.growing:
                row.update(fresh.source, fresh.space)  # it grows to its end
            if row.source == fresh.source and row.space == fresh.space:
                row.start = fresh.start
                after[index] = row
        self._splice(self.first + same, self.last, after)

    def _put(self, index: int, source: Source) -> None:
        """One block of the text is this now, of the same length."""
        (row,) = self._fresh([source], self._body[index].start)
        self._body[index] = self.rows[self.first + index] = row
        self.heights.put(self.first + index, row.estimate(self.context.measure), exact=False)
        self.shifted = True

    def _splice(self, first: int, last: int, rows: list[BlockRow]) -> None:
        """Put text rows in the place of others; indices count all rows."""
        if first == last and not rows:
            return
        above = len(self._head)
        self._body[first - above : last - above] = rows
        self.rows[first:last] = rows
        self.shifted = True
        self.heights.splice(first, last, [row.height or row.estimate(self.context.measure) for row in rows])

    # reading on

    @property
    def is_read(self) -> bool:
        """Whether all of it has been read."""
        return self._reading is None

    def is_unread(self, row: int) -> bool:
        """Whether row number `row` is what has not been read."""
        return self._reading is not None and row == self.first + self._front

    def offset_at(self, row: int, line: Line) -> int:
        """How far down in row number `row` a line is, in pixels; in what has not been read, probably."""
        return self._unread_offset(line.start) if self.is_unread(row) else line.offset_in(self.rows[row])

    def _unread_offset(self, start: int) -> int:
        unread = self._unread()
        return round(unread.caret_rect(start - unread.start).top()) if unread is not None else 0

    def _unread(self) -> UnreadRow | None:
        row = self._body[self._front] if self._reading is not None else None
        return row if isinstance(row, UnreadRow) else None

    def read_on(self, seconds: float, row: int = 0, offset: int = 0) -> tuple[int, int]:
        """Read for so long. `offset` pixels into row number `row`: where that is then."""
        reading, unread, was = self._reading, self._unread(), self.rows[row]
        if reading is None or unread is None:
            return row, offset
        gap, below, until = self.first + self._front, len(self.rows) - row, perf_counter() + seconds
        place = was.start + (was.position_at(QPointF(0, offset)) if was is unread else 0)
        begin, made = reading.begin, list[Source]()
        while True:
            made += reading.front(self._front + len(made))
            if reading.cutting.done or perf_counter() > until:
                break
        self._splice(gap, gap, self._fresh(made, begin))
        self._front += len(made)
        self._went_on(unread)
        line = Line.at(0, was, offset) if reading.cutting.done and row > gap and isinstance(was, BlockRow) else None
        if reading.cutting.done:
            self._end_reading(reading)
        if row < gap:
            return row, offset
        if was is unread:
            at = self.row_at(place)
            return at, self._unread_offset(place) if self.rows[at] is unread else 0
        at = max(0, len(self.rows) - below)
        if self.rows[at] is not was and line is not None:  # what stood at the end is something else
            at = self.row_at(line.start)
            self.lay(at)
            offset = max(0, line.offset_in(self.rows[at]))
        return at, offset

    def _went_on(self, unread: UnreadRow) -> None:
        unread.went_on()
        self.heights.put(self.first + self._front, unread.layout(self.context.measure), exact=False)
        self.shifted = True

    def _end_reading(self, reading: Reading) -> None:
        """All blocks are known. Those at the end are nearly always what they were thought to be."""
        cutting, known = reading.cutting, {row.start: row for row in self._body[self._front + 1 :]}
        for index in cutting.changed:
            if index < self._front:
                self._put(index, cutting.sources[index])
        start, rest = reading.begin, []
        for source in cutting.sources[self._front :]:
            row = known.get(start)
            rest += [row] if row is not None and row.source == source else self._fresh([source], start)
            start += len(source.markdown)
        self._splice(self.first + self._front, self.last, rest)
        self._reading, self._front = None, 0

    def reach(self, row: int) -> int:
        """Row number `row` comes into sight from below: if it is what is not read, its last blocks are looked at, and stand in
        its place; how many."""
        reading, unread = self._reading, self._unread()
        if reading is None or unread is None or not self.is_unread(row):
            return 0
        rows = self._fresh(reading.above(), reading.end)
        self._splice(row + 1, row + 1, rows)
        self._went_on(unread)
        return len(rows)
