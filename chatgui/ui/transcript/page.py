"""The page: which rows stand where in the pane. The truth is an anchor (message, row, pixels) or the end; no widget here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from chatgui.core.message import Message
from chatgui.core.messages import Branch
from chatgui.ui.transcript.facet import Facet
from chatgui.ui.transcript.heights import Heights
from chatgui.ui.transcript.live import LiveItem
from chatgui.ui.transcript.message import Context, Item
from chatgui.ui.transcript.places import END, Line, Place, Placed
from chatgui.ui.transcript.realised import Realised
from chatgui.ui.transcript.rows import BlockRow, Measure
from chatgui.ui.transcript.style import Style

END_SPACE = 24  # pixels below the last message
SAMPLE = 64  # messages looked at for a first guess at the mean height


class Page:
    """Lays out the rows near the anchor, and those only."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.messages = Branch.of(())
        self.live: LiveItem | None = None  # belongs to the last message
        self.at_end = True
        self.follows = True  # at the end, growing text is followed
        self.height = 0
        self.placed: list[Placed] = []
        self.heights = Heights()
        self.realised = Realised()
        self._index, self._row, self._offset = 0, 0, 0  # the anchor: `_offset` pixels of this row are above the pane
        self._held: tuple[Line, tuple[int, int, int]] | None = None  # a line that stays, while the anchor is this
        self._sought: Callable[[], None] | None = None  # goes to a place not read yet, while the anchor is there

    @property
    def facet(self) -> Facet:
        """Which side of the messages is shown."""
        return self.context.facet

    @property
    def style(self) -> Style:
        """The style in force."""
        return self.context.style

    @property
    def measure(self) -> Measure:
        """Where the column stands."""
        return self.context.measure

    def __len__(self) -> int:
        return len(self.messages)

    # what is shown

    def show(self, messages: Sequence[Message], place: Place | None = None) -> None:
        """Show other messages, at a place; None keeps the place if its message is among them."""
        shown = Branch.of(messages)
        kept = self._kept(shown) if place is None else place
        self.messages = shown
        self.realised.clear()
        self.placed = []
        self._guess_heights()
        self.go(kept)

    def _kept(self, messages: Branch) -> Place:
        """The reader's place among other messages: at the same one, or the nearest above it that is still there."""
        place = self.place()
        if place == END or messages.index_of(place.message) is not None:
            return place
        above = (self.messages.id(at) for at in range(self._index - 1, -1, -1))
        nearest = next((one for one in above if messages.index_of(one) is not None), "")
        return Place(nearest, -1, 0) if nearest else END

    def _guess_heights(self) -> None:
        count = len(self.messages)
        step = max(1, count // SAMPLE)
        sample = [self._estimate(index) for index in range(0, count, step)]
        self.heights = Heights(count, sum(sample) // len(sample) if sample else 0)

    def _estimate(self, index: int) -> int:
        message = self.messages.at_hand(index)
        if message is None:
            return self.facet.guess(self.facet.length_at(self.messages, index), self.measure, self.style)
        return self.facet.estimate(message, self.measure, self.style)

    def refine(self) -> bool:
        """Better the guesses at heights a little; whether there is more to do."""
        return self.heights.refine(self._estimate)

    def restyle(self, style: Style) -> None:
        """Another style, at the same first visible line."""
        first = self._first_line()
        self.context = replace(self.context, style=style, measure=Measure.of(self.measure.pane, style))
        self.realised.clear()
        self._guess_heights()
        if self.live is not None:
            self.begin(self.live.again(self.context))
        self._return_to(first)

    def item(self, index: int) -> Item:
        """The realised message at an index."""
        item = self.realised.use(self.messages.id(index))
        if item is None:
            item = self.realised.put(Item(self.messages[index], self.context))
            self.heights.put(index, item.height, exact=False)
        return item

    def begin(self, item: LiveItem) -> None:
        """The last message is being written: `item` shows it."""
        self.live = item
        self.realised.put(item)
        self.heights.put(len(self.messages) - 1, item.height, exact=False)

    def settle(self, index: int) -> None:
        """The realised message at `index` changed: keep its height right."""
        if not self.follows:
            self.at_end = False  # where one is, one stays: `_arrange_from_end` left its anchor
        self.heights.put(index, self.item(index).height, exact=False)

    def put(self, message: Message) -> int:
        """A message has become another version of itself, or is a new one at the end; where it stands."""
        index = self.messages.index_of(message.id)
        if index is not None:
            self.messages.put(index, message)
        else:
            index = len(self.messages)
            self.messages.append(message)
            self.heights.append(self._estimate(index))
        return index

    # where one is

    def place(self) -> Place:
        """Where the reader is."""
        if self.at_end or not self.messages:
            return END
        item = self.item(self._index)
        row = item.rows[self._row]
        return Place(item.message.id, row.start, self._offset)

    def go(self, place: Place) -> None:
        """Go to a place; to the end if its message is not here."""
        index = self.messages.index_of(place.message) if place.message else None
        self.at_end = index is None
        if index is not None:
            item = self.item(index)
            self._index = index
            self._row = item.row_at(place.start) if place.start >= 0 else 0
            self._offset = place.offset
            self._sought = partial(self.go, place) if item.is_unread(self._row) else None
        self.arrange()

    def read_on(self, seconds: float) -> bool:
        """Read so long in what is not read, first of what is in sight; whether there was anything. Nothing that is seen moves."""
        item = self.realised.unread(self.placed)
        index = self.messages.index_of(item.message.id) if item is not None else None
        if item is None or index is None:
            return False
        self._settle()
        if index == self._index:
            self._row, self._offset = item.read_on(seconds, self._row, self._offset)
        else:
            item.read_on(seconds)
        self.heights.put(index, item.height, exact=False)
        if index == self._index and self._sought is not None and not item.is_unread(self._row):
            self._sought()
        return True

    @property
    def value(self) -> int:
        """Pixels above the pane, as far as known: what a scroll bar shows."""
        if not self.messages:
            return 0
        if self.at_end:
            return self.maximum
        return self.heights.top(self._index) + self.item(self._index).heights.top(self._row) + self._offset

    @property
    def maximum(self) -> int:
        """The largest `value`."""
        return max(0, self.heights.total + self.end_space - self.height) if self.messages else 0

    @property
    def end_space(self) -> int:
        """Empty pixels below the last message."""
        return round(self.style.px(END_SPACE))

    # moving

    def scroll(self, dy: int) -> None:
        """Move by so many pixels, down if positive, stopping at the ends."""
        if not self.messages or (self.at_end and dy >= 0):
            return
        self.at_end, self._sought = False, None
        self._settle()
        index, row, offset = self._index, self._row, self._offset + dy
        item = self.item(index)
        while offset < 0:
            if row == 0 and index == 0:
                offset = 0
                break
            if row == 0:
                index -= 1
                item = self.item(index)
                row = len(item.rows)
            row -= 1
            row += item.reach(row)
            offset += self._lay(index, item, row)
        while offset >= (height := self._lay(index, item, row)):
            if row + 1 == len(item.rows) and index + 1 == len(self.messages):
                break
            offset -= height
            row += 1
            if row == len(item.rows):
                index, row = index + 1, 0
                item = self.item(index)
        self._index, self._row, self._offset = index, row, offset
        self.arrange()

    def jump(self, value: int) -> None:
        """Go where the scroll bar says."""
        if value >= self.maximum or not self.messages:
            self.follow()
            return
        index, offset = self.heights.find(value)
        item = self.item(index)
        row, rest = item.heights.find(min(offset, max(0, item.height - 1)))
        self.at_end, self._sought = False, None
        self._index, self._row, self._offset = index, row, min(rest, max(0, self._lay(index, item, row) - 1))
        self.arrange()

    def jump_to_start(self) -> None:
        """Go to the first row of all."""
        self.at_end = False
        self._index, self._row, self._offset = 0, 0, 0
        self.arrange()

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.at_end, self._sought = True, None
        self.arrange()

    def reveal(self, index: int, start: int, position: int, *, share: float = 0.3) -> None:
        """Show a text position; if it is not in sight, it comes to stand at this share of the pane's height."""
        found = self.where(index, start)
        item = self.item(index)
        row = item.row_at(start) if start >= 0 else 0
        self._lay(index, item, row)
        item.rows[row].show(position)
        caret = item.rows[row].caret_rect(position)
        if found is not None and found.y + caret.top() >= 0 and found.y + caret.bottom() <= self.height:
            return
        self.at_end = False
        self._index, self._row, self._offset = index, row, 0
        self.scroll(round(caret.top() - self.height * share))

    def where(self, index: int, start: int) -> Placed | None:
        """The placed row of a place in a message's text, if it is near the pane."""
        for placed in self.placed:
            if placed.index == index and placed.row.start == start:
                return placed
        return None

    def resize(self, pane: int, height: int) -> None:
        """The pane has another size. The first visible line stays where it is."""
        self.height = height
        measure = Measure.of(pane, self.style)
        if measure == self.measure:
            self.arrange()
            return
        first = self._first_line() if measure.width != self.measure.width else None
        was = self.measure
        self.context = replace(self.context, measure=measure)
        for item in self.realised:
            item.resize(measure)
        if measure.width != was.width:
            self._guess_heights()
        self._return_to(first)

    def _first_line(self) -> Line | None:
        """The first visible line; None at the end, or where no text stands first."""
        if self.at_end or not self.messages:
            return None
        item = self.item(self._index)
        row = item.rows[self._row]
        if not isinstance(row, BlockRow):
            return None
        self._lay(self._index, item, self._row)
        line = Line.at(self._index, row, self._offset)
        return Line(self._index, row.start + line.position, 0, 0) if item.is_unread(self._row) else line

    def _return_to(self, line: Line | None) -> None:
        if line is None:
            self.arrange()
            return
        item = self.item(line.index)
        row = item.row_at(line.start)
        self._lay(line.index, item, row)
        self._index, self._row, self._offset = line.index, row, item.offset_at(row, line)
        self.scroll(0)
        self._sought = partial(self._return_to, line) if item.is_unread(row) else None

    def hold(self) -> None:
        """A block changed by itself and is not laid out anew yet: the first visible line is to stay where it is."""
        item = self.realised[self.messages.id(self._index)] if self.messages and not self.at_end else None
        row = item.rows[self._row] if item is not None and self._row < len(item.rows) else None
        if self._held is None and isinstance(row, BlockRow) and row.is_stale:
            self._held = Line.at(self._index, row, self._offset), (self._index, self._row, self._offset)

    def _settle(self) -> None:
        """Lay out the row a line was held in, and put the line where it was."""
        held, self._held = self._held, None
        if held is not None and held[1] == (self._index, self._row, self._offset):
            item = self.item(self._index)
            if self._row < len(item.rows) and item.rows[self._row].start == held[0].start:
                self._lay(self._index, item, self._row)
                self._offset = max(0, held[0].offset_in(item.rows[self._row]))

    # laying out

    def _lay(self, index: int, item: Item, row: int) -> int:
        strip = item.rows[row]
        if isinstance(strip, BlockRow):
            if strip.is_laid_for(self.measure) and item.heights.is_exact(row):
                return strip.height
            self.realised.laid(strip)
        height = item.lay(row)
        if item.shifted:
            item.shifted = False
            self.heights.put(index, item.height, exact=False)
        return height

    def arrange(self) -> None:
        """Place the rows in sight."""
        if not self.messages or self.height <= 0:
            self.placed = []
        elif self.at_end:
            self._arrange_from_end()
        else:
            self._arrange_from_anchor()
        self.realised.drop_old(self.placed, self.live)

    def _down(self, index: int, row: int) -> Iterator[tuple[int, Item, int]]:
        for at in range(index, len(self.messages)):
            item = self.item(at)
            for number in range(row if at == index else 0, len(item.rows)):
                yield at, item, number

    def _up(self) -> Iterator[tuple[int, Item, int]]:
        for at in range(len(self.messages) - 1, -1, -1):
            item = self.item(at)
            number = len(item.rows) - 1
            while number >= 0:
                number += item.reach(number)
                yield at, item, number
                number -= 1

    def _arrange_from_anchor(self) -> None:
        self._settle()
        item = self.item(self._index)
        self._row = min(self._row, len(item.rows) - 1)
        self._offset = min(self._offset, max(0, self._lay(self._index, item, self._row) - 1))
        placed, y = [], -self._offset
        for index, item, row in self._down(self._index, self._row):
            if y >= self.height:
                break
            height = self._lay(index, item, row)
            strip = item.rows[row]
            placed.append(Placed(index, item, strip, y, height, strip.revision))
            y += height
        else:
            if y + self.end_space <= self.height:
                self.at_end = True
                self._arrange_from_end()
                return
        self.placed = placed

    def _arrange_from_end(self) -> None:
        placed, y = [], self.height - self.end_space
        anchor = (0, 0, 0)
        for index, item, row in self._up():
            height = self._lay(index, item, row)
            y -= height
            strip = item.rows[row]
            placed.append(Placed(index, item, strip, y, height, strip.revision))
            anchor = (index, row, max(0, -y))
            if y <= 0:
                break
        else:
            for one in placed:  # all of it fits: it stands at the top
                one.y -= y
        placed.reverse()
        self.placed = placed
        self._index, self._row, self._offset = anchor
