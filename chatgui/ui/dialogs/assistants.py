"""The assistants window: ways of asking that were given names. A list, and beside it the form of the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from chatgui.core.assistant import Assistant
from chatgui.core.change import AccountsChanged, AssistantsChanged, Change
from chatgui.core.errors import ChatError
from chatgui.ui.choosing import ask_for_file, ask_where_to_save
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.assistant_form import AssistantForm
from chatgui.ui.dialogs.parts import Sheet, scrolling, words
from chatgui.ui.dialogs.preview import EXAMPLE
from chatgui.ui.dialogs.roster import NEW, Foot, Item, Roster, beside
from chatgui.ui.notices import told

FILES = "Assistants (*.json)"
ABOUT = (
    "An assistant is a model, a system prompt and parameters under one name. "
    "Choose one where you choose the model, or begin a conversation with it here."
)


class AssistantsDialog(Sheet):
    """Add, change, copy, move and remove assistants; removing can be taken back. `show` opens a conversation by its id."""

    def __init__(self, context: Context, show: Callable[[str], None]) -> None:
        super().__init__(context.window, "Assistants", (820, 620))
        self._session, self._tasks = context.session, context.tasks
        self._show_conversation = show
        assistants = self._session.assistants
        self.roster = Roster("Assistants", "assistant")
        self.roster.chosen.connect(self._show)
        self.roster.add_wanted.connect(self._begin_new)
        self.roster.remove_wanted.connect(lambda: self._tasks.start(self._remove()))
        self.roster.moved.connect(lambda one, place: self._tasks.start(assistants.move(one, place)))
        self.form = AssistantForm(context, self.save, self._begin, self._look)
        self.foot = Foot()
        self.foot.undo_wanted.connect(lambda: self._tasks.start(self._take_back()))
        self._fill_menu()
        self._lay_out()
        self._fill(select="")
        if not assistants.all():
            self._begin_new()
        unsubscribe = self._session.changed.subscribe(self._hear)
        self.finished.connect(lambda _: unsubscribe())

    def _fill_menu(self) -> None:
        roster = self.roster
        roster.add_act("Duplicate", lambda: self._tasks.start(self._duplicate()))
        roster.menu.addSeparator()
        roster.add_moves()
        roster.menu.addSeparator()
        export = roster.menu.addAction("Export…", self._choose_target)
        roster.menu.addAction("Import…", self._choose_source)
        roster.menu.aboutToShow.connect(lambda: export.setEnabled(bool(self._session.assistants.all())))

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("Ground")
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 0, 12, 0)
        column.setSpacing(12)
        column.addWidget(words(ABOUT))
        column.addWidget(self.form)
        column.addStretch(1)
        self._area = scrolling(inside)
        self.body.addLayout(beside(self.roster, self._area, self.form.bar), 1)
        self.body.addWidget(self.foot)

    # The list

    def _current(self) -> Assistant | None:
        return next((one for one in self._session.assistants.all() if one.id == self.roster.current), None)

    def _items(self) -> list[Item]:
        return [Item(one.id, one.name) for one in self._session.assistants.all()]

    def _fill(self, select: str) -> None:
        making = [Item(NEW, "New assistant")] if select == NEW and self.form.is_new else []
        self.roster.fill([*self._items(), *making], select)

    def _show(self) -> None:
        assistant = self._current()
        if assistant is None:
            if not self.form.is_new:
                self.form.show_new()
        elif not self.form.shows(assistant):
            self.form.show_assistant(assistant)

    def _begin_new(self) -> None:
        self.form.show_new()
        self._fill(NEW)
        self.form.name.setFocus()

    def _hear(self, change: Change) -> None:
        if isinstance(change, AssistantsChanged | AccountsChanged) and self._items() != self.roster.shown:
            self._fill(self.roster.current)

    # What is done

    async def save(self) -> bool:
        """Keep what the form says; False if that could not be, which the form then says."""
        one = self.form.assistant()
        if one is None:
            return False
        assistants = self._session.assistants
        try:
            if self.form.is_new:
                one = await assistants.add(one)
            else:
                await assistants.edit(one)
                one = assistants.by_id(one.id)
        except ChatError as error:
            if not isValid(self):
                raise  # the window says it
            self.form.say(told(error), "error")
            return False
        if isValid(self):
            self.form.show_assistant(one)
            self._fill(one.id)
            self.form.say("Saved.", "good")
        return True

    async def _begin(self) -> None:
        if not await self.save():
            return
        conversation = await self._session.assistants.begin(self.roster.current)
        self._show_conversation(conversation.id)
        self.accept()

    async def _look(self) -> None:
        """What a new conversation would send, with what the form says kept first."""
        if not await self.save():
            return
        try:
            conversation = await self._session.assistants.begin(self.roster.current)
            request = await self._session.preview(conversation.id, EXAMPLE)
        except ChatError as error:
            self.form.say(told(error), "error")
            return
        self.form.preview.show_request(request, self._area)

    async def _duplicate(self) -> None:
        copy = await self._session.assistants.duplicate(self.roster.current)
        if isValid(self):
            self._fill(copy.id)

    async def _remove(self) -> None:
        one = self._current()
        if one is None:
            return
        await self._session.assistants.remove(one.id)
        if isValid(self):
            self._fill("")
            self.foot.say(f"“{one.name}” is removed. Its conversations stay as they are.", undo=True)

    async def _take_back(self) -> None:
        said = await self._session.library.undo()
        if isValid(self):
            self.foot.say(f"Undone: {said}." if said else "")

    # Out and in

    def _choose_target(self) -> None:
        ask_where_to_save(
            self, "Export Assistants", "assistants.json", lambda path: self._tasks.start(self.export(path)), kinds=FILES
        )

    def _choose_source(self) -> None:
        ask_for_file(self, "Import Assistants", lambda path: self._tasks.start(self.take_in(path)), kinds=FILES)

    async def export(self, target: Path) -> None:
        """Write all assistants into a file."""
        try:
            words = f"Written to {await self._session.assistants.export(target)}."
        except ChatError as error:
            self.foot.say(told(error), "error")
        else:
            self.foot.say(words)

    async def take_in(self, path: Path) -> None:
        """Add the assistants of a file."""
        try:
            words = await self._session.assistants.take_in(path)
        except ChatError as error:
            self.foot.say(told(error), "error")
        else:
            self.foot.say(words, undo=not words.startswith("0 "))
