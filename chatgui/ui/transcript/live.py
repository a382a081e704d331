"""A realised message whose reply is still coming: its rows grow."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from chatgui.chat.usage import duration
from chatgui.core.cutting import cut
from chatgui.core.markdown import Source
from chatgui.core.message import Message, Reasoning, Refusal, State, Text
from chatgui.core.reply import Reply
from chatgui.ui.transcript import maths
from chatgui.ui.transcript.chrome import TraceRow
from chatgui.ui.transcript.message import Context, Item
from chatgui.ui.transcript.notice import ProgressRow, Running, progress
from chatgui.ui.transcript.rows import BlockRow
from chatgui.ui.transcript.tail import PULL, Tail


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
        return [] if self.message.state is State.STREAMING else super()._blocks()

    def lay(self, index: int) -> int:
        with maths.writing(self.message.state is State.STREAMING):
            return super().lay(index)

    def update(self, message: Message) -> None:
        if message.state is State.STREAMING:  # its text is what comes
            self._dress(message)
            return
        known = self._tail.whole(self.context.facet.text(message))
        if known is None:
            super().update(message)
            return
        others = tuple(part for part in message.parts if not isinstance(part, (Text, Refusal, Reasoning)))
        self._take(known + cut(self.context.facet.scripts(replace(message, parts=others))))
        self._dress(message)

    def _written(self) -> str:
        return self._tail.text if self.message.state is State.STREAMING else super()._written()

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
        fresh._tail, fresh._open = self._tail, self._open
        fresh._splice(fresh.last, fresh.last, fresh._fresh([row.source for row in self._body], 0))
        fresh.tick()
        return fresh

    def pull(self, seconds: float = 0.0) -> bool:
        """Take in a bounded piece of what is new, of very much as many as there is time for; whether there was anything."""
        backlog, until = self._tail.backlog, perf_counter() + seconds
        pulled = self._tail.pull()
        if pulled is None:
            return False
        closed, still_open = pulled
        while self._tail.backlog >= PULL and perf_counter() < until and (pulled := self._tail.pull()) is not None:
            closed, still_open = closed + pulled[0], pulled[1]
        self.pulled = backlog - self._tail.backlog
        sources = [*closed, *still_open]
        kept = self._grow_open(sources)
        start = self._body[-1].start + len(self._body[-1].source.markdown) if self._body else 0
        self._splice(self.last, self.last, self._fresh(sources[kept:], start))
        self._open = len(still_open)
        for index, source in self._tail.late():
            row = self._body[index]
            if row.source != source:
                row.update(source, self._space(source, row.start))
                at = self.first + index
                self.heights.put(at, self.heights[at], exact=False)
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
