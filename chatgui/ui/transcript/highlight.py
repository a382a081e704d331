"""Colours for code, found by the child process; a block is plain until they come, and stays so if that takes too long.

While code is being written its whole lines are coloured as they come, going on from where the lexer stood; a finished
block is gone over once as a whole.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCharFormat, QTextLayout

from chatgui.ui.transcript.blocks.errands import Answer, errands
from chatgui.ui.transcript.style import Style

Coloured: TypeAlias = tuple[int, int, str]  # start, end, what it is
LONGEST = 400_000  # characters; more is plain
PAUSE = 60  # milliseconds between two requests for a block that grows

_LANGUAGE = re.compile(r"[a-z0-9+#._-]{1,40}")
_PLAIN = frozenset({"text", "txt", "plain", "plaintext", "none", "output", "log", "math", "latex-display"})
_ids = itertools.count(1)


class Highlighting:
    """The colours of one block of code. `coloured` is told the first line that has new ones."""

    def __init__(self, language: str, coloured: Callable[[int], object]) -> None:
        self.language = language
        self._coloured = coloured
        self._id = next(_ids)
        self._lines: list[Sequence[Coloured]] = []
        self._text = ""
        self._sent = 0  # characters whose lines were asked for
        self._finished = False
        self._asked_final = ""
        self._busy = False
        self._hopeless = not _LANGUAGE.fullmatch(language) or language in _PLAIN
        self._paused = False

    def set(self, text: str, *, finished: bool) -> None:
        """The text as it is now; `finished` when it will not grow."""
        if not text.startswith(self._text[: self._sent]):
            self._restart()
        self._text, self._finished = text, finished
        self._ask()

    def spans(self, line: int) -> Iterable[Coloured]:
        """What is coloured in a line."""
        return self._lines[line] if line < len(self._lines) else ()

    def _restart(self) -> None:
        self._id = next(_ids)
        self._lines, self._sent = [], 0

    def _ask(self) -> None:
        if self._busy or self._hopeless or len(self._text) > LONGEST:
            return
        if self._finished:
            if self._asked_final != self._text:
                self._asked_final = self._text
                self._send(self._text, 0, final=True)
            return
        end = self._text.rfind("\n") + 1
        if end > self._sent and not self._paused:
            self._paused = True
            QTimer.singleShot(PAUSE, self._go_on)
            start, self._sent = self._sent, end
            self._send(self._text[start:end], self._text.count("\n", 0, start), final=False)

    def _go_on(self) -> None:
        self._paused = False
        self._ask()

    def _send(self, text: str, first: int, *, final: bool) -> None:
        self._busy = True
        block = self._id
        request = {"kind": "colour", "block": block, "language": self.language, "text": text, "final": final}
        errands().ask(request, lambda answer: self._came(answer, block, first, final=final))

    def _came(self, answer: Answer | None, block: int, first: int, *, final: bool) -> None:
        self._busy = False
        if answer is None:
            self._hopeless = True
            self._lines = []
            self._coloured(0)
            return
        if block == self._id:
            lines = [[(start, end, role) for start, end, role in line] for line in answer["lines"]]
            changed = _first_difference(self._lines, lines) if final else first
            self._lines[first if not final else 0 :] = lines
            if changed is not None:
                self._coloured(changed)
        self._ask()


def _first_difference(one: Sequence[Sequence[Coloured]], other: Sequence[Sequence[Coloured]]) -> int | None:
    for index, (first, second) in enumerate(zip(one, other, strict=False)):
        if first != second:
            return index
    return None if len(one) >= len(other) else len(one)


def formats(style: Style, spans: Iterable[Coloured], offset: int, shown: str) -> list[QTextLayout.FormatRange]:
    """Format ranges for a row that shows a line from its `offset`-th character on."""
    made: list[QTextLayout.FormatRange] = []
    for start, end, role in spans:
        first, last = max(0, start - offset), min(len(shown), end - offset)
        if first >= last:
            continue
        one = QTextLayout.FormatRange()
        one.start = first if shown.isascii() else _units(shown[:first])
        one.length = last - first if shown.isascii() else _units(shown[first:last])
        form = QTextCharFormat()
        form.setForeground(style.colours["warning" if role == "hidden" else role])
        one.format = form
        made.append(one)
    return made


def _units(text: str) -> int:
    """Length in UTF-16."""
    return len(text.encode("utf-16-le", "replace")) // 2
