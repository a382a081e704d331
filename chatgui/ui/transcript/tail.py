"""The tail: takes what is new from a growing reply, a bounded piece at a time, and cuts it into blocks."""

from __future__ import annotations

from chatgui.core.markdown import Source, Splitter
from chatgui.core.reply import Growing

PULL = 8_192  # characters taken at once; a fast stream is 350 a frame
LEAST = 48  # characters always taken; of more, a third a frame: what comes in bursts appears steadily


class Tail:
    """Closed blocks are handed out once and never change, but for definitions of links in them; the last is open and grows."""

    def __init__(self, growing: tuple[Growing, ...], prefix: str = "") -> None:
        """Follow `growing`, one after the other, behind an earlier text (an answer that is continued)."""
        before = Growing()
        before.append(prefix)
        self._growing = (before, *growing)
        self._cursors = [(0, 0)] * len(self._growing)
        self._taken = 0
        self._handed_out = 0  # closed blocks
        self._splitter = Splitter()

    @property
    def text(self) -> str:
        """All that was taken."""
        return self._splitter.text

    @property
    def backlog(self) -> int:
        """Characters that have come and were not taken yet."""
        return sum(growing.length for growing in self._growing) - self._taken

    def _share(self) -> int:
        """How many characters to take now."""
        return PULL if self.backlog > PULL else max(LEAST, self.backlog // 3)

    def pull(self) -> tuple[list[Source], list[Source]] | None:
        """Take the next piece: the blocks it closed, and those still open (one, seldom two); None if nothing was new."""
        limit = self._share()
        text = ""
        for index, growing in enumerate(self._growing):
            new, self._cursors[index] = growing.read(self._cursors[index], limit)
            self._taken += len(new)
            limit -= len(new)
            text += new
        if not text:
            return None
        self._splitter.feed(text)
        closed = self._splitter.closed[self._handed_out :]
        self._handed_out += len(closed)
        return closed, list(self._splitter.tail)

    def late(self) -> list[tuple[int, Source]]:
        """Closed blocks that were handed out, and for which definitions have come since: as they are now, by number."""
        taken, self._splitter.late = self._splitter.late, []
        return [(index, self._splitter.closed[index]) for index in taken]

    def whole(self, text: str) -> list[Source] | None:
        """All blocks of `text`, if that is what came, perhaps with more behind it; then the tail is at its end. None if it is
        another text."""
        taken = self._splitter.text
        if not text.startswith(taken):
            return None
        self._splitter.feed(text[len(taken) :])
        self._splitter.end()
        return self._splitter.closed
