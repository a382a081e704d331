"""Versions, branches and conversations made of what was said, each with the way back beside the words that say so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from chatgui.core.conversation import Conversation
from chatgui.core.errors import UsageError
from chatgui.ui.stage import Stage
from chatgui.ui.tasks import Tasks

if TYPE_CHECKING:
    from chatgui.chat.session import Session

Verb: TypeAlias = Callable[[Conversation, str], Coroutine[Any, Any, None]]


class Branching:
    """`show` opens a conversation by its id; `shown` is the one that is shown."""

    def __init__(
        self, session: Session, stage: Stage, tasks: Tasks, show: Callable[[str], Awaitable[None]],
        shown: Callable[[], Conversation | None],
    ) -> None:  # fmt: skip
        self._session = session
        self._stage = stage
        self._tasks = tasks
        self._show = show
        self._shown = shown
        self._before: dict[str, str] = {}  # what was made here: what was shown before it
        self._left: dict[str, str] = {}  # what was shown instead of what was undone: that

    def actions(self) -> dict[str, Callable[[str], None]]:
        """What can be asked of a message of the shown conversation, by the transcript's names."""

        def of(verb: Verb) -> Callable[[str], None]:
            def act(message_id: str) -> None:
                if (conversation := self._shown()) is not None:
                    self._tasks.start(verb(conversation, message_id))

            return act

        return {
            "delete": of(self.delete),
            "previous_branch": of(lambda here, one: self.step(here, one, -1)),
            "next_branch": of(lambda here, one: self.step(here, one, 1)),
            "branch": of(self.go_on_from),
            "fork": of(self.fork),
        }

    def versions(self, message_id: str) -> tuple[int, int]:
        """Where a message of the shown conversation stands among its versions (from 0), and how many there are."""
        shown = self._shown()
        if shown is None or message_id not in shown.messages:
            return 0, 1
        versions = shown.siblings(message_id)
        return versions.index(message_id), len(versions)

    async def delete(self, here: Conversation, message_id: str) -> None:
        """Take a message and what follows it out."""
        await self._session.editing.delete_message(here.id, message_id)
        self._say("Message deleted.")

    async def step(self, here: Conversation, message_id: str, step: int) -> None:
        """Show the version before or after this one."""
        siblings = here.siblings(message_id)
        at = siblings.index(message_id) + step
        if 0 <= at < len(siblings):
            await self._session.editing.show_branch(here.id, siblings[at])

    async def go_on_from(self, here: Conversation, message_id: str) -> None:
        """Show the conversation up to a message; what is written next follows it."""
        await self._session.editing.branch_from(here.id, message_id)
        self._stage.composer.editor.setFocus()
        self._say("What you write now begins a new branch here; what followed is kept.", "Show It Again")

    async def fork(self, here: Conversation, message_id: str) -> None:
        """Go on in a new conversation that holds what was said up to a message."""
        await self._show_made([await self._session.copying.fork(here.id, message_id)])
        self._say("This is a new conversation; the old one stays as it is.")

    async def duplicate(self, ids: Sequence[str]) -> None:
        """Copy conversations, and show the last copy."""
        made = [await self._session.copying.duplicate(one) for one in ids]
        await self._show_made(made)
        self._say("Duplicated." if len(ids) == 1 else f"{len(ids)} conversations duplicated.", steps=len(made))

    async def _show_made(self, made: list[str]) -> None:
        if (before := self._shown()) is not None:
            self._before.update(dict.fromkeys(made, before.id))
        await self._show(made[-1])

    async def undo(self) -> str:
        """Take the last change back, and say what it was; if it made the shown conversation, show what was shown before."""
        words = await self._session.library.undo()
        shown = self._shown()
        at = there = shown.id if shown is not None else ""
        while at in self._before and await self._is_gone(at):
            at = self._before[at]
        if at != there:
            self._left[at] = there
            await self._show(at)
        return words

    async def redo(self) -> str:
        """Do again what was taken back; if that brings back what was left for the shown conversation, show it again."""
        shown = self._shown()
        left = self._left.get(shown.id, "") if shown is not None else ""
        was_gone = bool(left) and await self._is_gone(left)
        words = await self._session.library.redo()
        if was_gone and not await self._is_gone(left):
            await self._show(left)
        return words

    async def _is_gone(self, conversation_id: str) -> bool:
        try:
            return (await self._session.library.summary(conversation_id)).deleted is not None
        except UsageError:
            return True  # the trash was emptied

    def _say(self, words: str, back: str = "Undo", *, steps: int = 1) -> None:
        """Say what was done in so many steps, and offer to take all of them back."""
        self._stage.notices.say(words, [(back, lambda: self._tasks.start(self._undo(steps)))])

    async def _undo(self, steps: int) -> None:
        for _ in range(steps):
            await self.undo()
