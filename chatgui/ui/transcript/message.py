"""A realised message: its rows, made from the message, or growing with a reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chatgui.chat.usage import duration
from chatgui.core.markdown import Source
from chatgui.core.message import Message, Reasoning, Refusal, State, Text
from chatgui.core.reply import Reply
from chatgui.ui.transcript.blocks import space_above
from chatgui.ui.transcript.chrome import Lookups, TraceRow
from chatgui.ui.transcript.facet import Facet
from chatgui.ui.transcript.files import FileRow, PicturesRow
from chatgui.ui.transcript.heights import Heights
from chatgui.ui.transcript.links import Link
from chatgui.ui.transcript.notice import ProgressRow, Running, progress
from chatgui.ui.transcript.rows import BlockRow, Measure, Row
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.tail import Tail


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
        return self._fresh(self.context.facet.sources(self.message), 0)

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

    @property
    def text(self) -> str:
        """All its plain text."""
        return "\n\n".join(row.text for row in self._body)

    def _sources(self, message: Message) -> list[Source]:
        return self.context.facet.sources(message)

    def update(self, message: Message) -> None:
        """The message is another version of itself now. Rows whose source is the same are kept as they are."""
        before, self._body, start = self._body, [], 0
        for index, source in enumerate(self._sources(message)):
            row = before[index] if index < len(before) else None
            space = self._space(source, start)
            if row is not None and row.source.growing:
                row.update(source, space)  # it grows to its end
            if row is None or row.source != source or row.space != space:
                (row,) = self._fresh([source], start)
            row.start = start
            start += len(source.markdown)
            self._body.append(row)
        self._set(message)
        self._assemble()


class LiveItem(Item):
    """A message whose reply is still coming."""

    def __init__(self, message: Message, context: Context, reply: Reply, turn: Running | None) -> None:
        self.reply = reply
        self.turn = turn
        self._progress = ProgressRow(context.style, keeps_room=context.facet.has_footer)
        self._retry_began: tuple[object, float] = (None, 0.0)
        self._told: tuple[object, object] = (None, None)  # phase and retry the line of progress speaks of
        self._open = 0  # how many of the last rows of text may still grow
        self.pulled = 0  # characters taken in the last frame that had any
        self._tail = Tail(context.facet.growing(reply), context.facet.text(message))
        super().__init__(message, context)

    def _set(self, message: Message) -> None:
        super()._set(message)
        if message.state is State.STREAMING:
            self._foot = [self._progress]

    def _blocks(self) -> list[BlockRow]:
        return []

    def _sources(self, message: Message) -> list[Source]:
        """The blocks of the finished message: those that were cut while it came, and of what else is in it."""
        ended = message.state is not State.STREAMING
        known = self._tail.whole(self.context.facet.text(message)) if ended else None
        if known is None:
            return super()._sources(message)
        others = tuple(part for part in message.parts if not isinstance(part, (Text, Refusal, Reasoning)))
        return known + self.context.facet.sources(replace(message, parts=others))

    @property
    def backlog(self) -> int:
        """Characters that have come and are not shown yet."""
        return self._tail.backlog

    @property
    def closed(self) -> int:
        """How many rows of text will not change any more."""
        return len(self._body) - self._open

    @property
    def is_stirred(self) -> bool:
        """Whether there may be something to show at once: text has come, or there is none yet and it is waited for otherwise.
        (How long it has been waited for is the clock's.)"""
        turn = self.turn
        return self.backlog > 0 or (turn is not None and not self._body and (turn.phase, turn.retry) != self._told)

    def again(self, context: Context) -> LiveItem:
        """The same in another context."""
        fresh = LiveItem(self.message, context, self.reply, self.turn)
        while fresh.pull():
            pass
        fresh.tick()
        return fresh

    def pull(self) -> bool:
        """Take in a bounded piece of what is new; whether there was anything."""
        backlog = self._tail.backlog
        pulled = self._tail.pull()
        if pulled is None:
            return False
        self.pulled = backlog - self._tail.backlog
        closed, still_open = pulled
        sources = [*closed, *still_open]
        kept = self._grow_open(sources)
        start = self._body[-1].start + len(self._body[-1].source.markdown) if self._body else 0
        self._splice(self.last, self.last, self._fresh(sources[kept:], start))
        self._open = len(still_open)
        return True

    def _grow_open(self, sources: list[Source]) -> int:
        """The rows that were open take their new sources; how many sources were taken so."""
        was_open = self._body[len(self._body) - self._open :] if self._open else []
        taken = min(len(was_open), len(sources))
        if taken < len(was_open):  # what looked like two blocks is one after all
            self._splice(self.last - len(was_open) + taken, self.last, [])
        start = was_open[0].start if was_open else 0
        for row, source in zip(was_open, sources, strict=False):
            if source != row.source:
                row.update(source, self._space(source, start))
            row.start = start
            start += len(source.markdown)
        for index in range(self.last - taken, self.last):
            self.heights.put(index, self.heights[index], exact=False)
        return taken

    def _splice(self, first: int, last: int, rows: list[BlockRow]) -> None:
        """Put text rows in the place of others; indices count all rows."""
        if first == last and not rows:
            return
        above = len(self._head)
        self._body[first - above : last - above] = rows
        self.rows[first:last] = rows
        self.shifted = True
        self.heights.splice(first, last, [row.estimate(self.context.measure) for row in rows])

    def tick(self) -> bool:
        """Bring the line of progress and the trace up to date; whether anything of them changed."""
        if self.turn is None:
            return False
        elapsed = self.turn.elapsed()
        self._told = (self.turn.phase, self.turn.retry)
        if self._retry_began[0] is not self.turn.retry:
            self._retry_began = (self.turn.retry, elapsed)
        words = "" if self._body and not self.message.text else progress(self.turn, elapsed - self._retry_began[1])
        beat = int(elapsed * 2) % 2 if words and self.context.style.motion else 0
        changed = self._progress.say(words, can_cancel=self.turn.retry is not None and words != "", beat=beat)
        if changed:
            self.lay(len(self.rows) - 1)
        thinking = self.turn.thinking_ms()
        if thinking is not None and not words:
            for index, row in enumerate(self._head):
                if isinstance(row, TraceRow) and row.say(f"Thought for {duration(thinking)}"):
                    self.lay(index)
                    changed = True
        return changed
