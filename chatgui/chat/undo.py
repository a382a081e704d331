"""Undo and redo: every step knows its way back and forth, and says in words what it did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

DEEPEST = 200  # steps kept


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done, as people would say it (“Conversation deleted”), with the way back and the way there."""

    words: str
    back: Callable[[], Awaitable[None]]
    forth: Callable[[], Awaitable[None]]


class UndoStack:
    """What can be taken back, newest last. It lives as long as the program; deleted things also wait in the trash."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    async def do(self, step: Step) -> None:
        """Do it, and remember how to take it back."""
        await step.forth()
        self._undone.clear()
        self._done.append(step)
        del self._done[:-DEEPEST]

    def forget(self) -> None:
        """Nothing that was done can be taken back, or done again."""
        self._done.clear()
        self._undone.clear()

    async def undo(self) -> str:
        """Take the newest step back; what it was, or empty words if there is none."""
        if not self._done:
            return ""
        step = self._done.pop()
        await step.back()
        self._undone.append(step)
        return step.words

    async def redo(self) -> str:
        """Do again what was last taken back; what it was, or empty words if there is none."""
        if not self._undone:
            return ""
        step = self._undone.pop()
        await step.forth()
        self._done.append(step)
        return step.words

    @property
    def words(self) -> tuple[str, str]:
        """What undo and redo would do, in words; empty where nothing can be done."""
        return (self._done[-1].words if self._done else "", self._undone[-1].words if self._undone else "")
