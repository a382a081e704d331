"""What the actions of the window do, once there is a session. Each method is the verb of a row in `actions.ROWS`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtGui import QGuiApplication

from chatgui.core.conversation import Summary
from chatgui.core.errors import Failure
from chatgui.core.message import Message, Role, State
from chatgui.ui import regions
from chatgui.ui.conversation_binding import ConversationBinding
from chatgui.ui.panes import Panes, Place
from chatgui.ui.picking.palette import Palette
from chatgui.ui.side_pane import SidePane
from chatgui.ui.sidebar.binding import LibraryBinding
from chatgui.ui.sidebar.view import Sidebar
from chatgui.ui.stage import Stage
from chatgui.ui.tasks import Tasks

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.ui.dialogs import Dialogs
    from chatgui.ui.dialogs.accounts import AccountsDialog

ZOOMS = (50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300)


class Verbs:
    """Calls the session and the views; holds nothing of its own."""

    def __init__(
        self,
        session: Session,
        conversation: ConversationBinding,
        library: LibraryBinding,
        dialogs: Dialogs,
        *,
        stage: Stage,
        sidebar: Sidebar,
        side: SidePane,
        panes: Panes,
        tasks: Tasks,
        palette: Palette,
    ) -> None:
        self._session = session
        self._conversation = conversation
        self._library = library
        self._dialogs = dialogs
        self._stage = stage
        self._sidebar = sidebar
        self._side = side
        self._panes = panes
        self._tasks = tasks
        self._palette = palette
        palette.opened.connect(self.open)
        palette.linked.connect(self.go_to)
        sidebar.export_wanted.connect(self.export)
        sidebar.duplicate_wanted.connect(self.duplicate)
        stage.welcome.account_wanted.connect(self.add_account)

    # Conversations

    def new_conversation(self) -> None:
        """Begin an empty conversation."""
        self._panes.dismiss()
        self._tasks.start(self._conversation.open_new())

    def open(self, conversation: str, message: str = "", words: str = "") -> None:
        """Show a conversation, in it a message, and in that the words a search found."""
        self._tasks.start(self._conversation.open(conversation, message, words))

    def rename(self) -> None:
        """Edit the title where the focus is: in the list, or above the conversation."""
        if self._sidebar.list.hasFocus():
            self._sidebar.edit_title()
        else:
            self._stage.header.title.edit()

    def _chosen(self) -> list[str]:
        """The selected conversations if the list has the focus, else the shown one."""
        if self._sidebar.list.hasFocus():
            return self._sidebar.selected()
        return [self._conversation.id] if self._library.summary(self._conversation.id) else []

    def delete(self) -> None:
        """Put the conversation into the trash."""
        self._tasks.start(self.delete_all(self._chosen()))

    async def delete_all(self, ids: list[str]) -> None:
        """Delete conversations; if the shown one goes, its neighbour is shown."""
        shown = self._conversation.id
        beside = self._sidebar.neighbour(1) or self._sidebar.neighbour(-1)
        await self._library.delete(ids)
        if shown in ids:
            if beside and beside not in ids:
                await self._conversation.open(beside)
            else:
                await self._conversation.open_new()

    def pin(self) -> None:
        """Pin, or unpin what is pinned."""
        ids = self._chosen()
        summary = self._library.summary(ids[0]) if ids else None
        if summary:
            self._tasks.start(self._session.library.pin(ids, not summary.pinned))

    def duplicate(self, ids: Sequence[str] = ()) -> None:
        """Copy these conversations (default: the chosen ones), and show the copy."""
        if wanted := ids or self._chosen():
            self._tasks.start(self._conversation.branching.duplicate(wanted))

    def archive(self) -> None:
        """Archive, or take back what is archived."""
        ids = self._chosen()
        summary = self._library.summary(ids[0]) if ids else None
        if summary:
            self._tasks.start(self._library.archive(ids, not summary.archived))

    def move_to_folder(self) -> None:
        """Offer the folders they can be moved to."""
        self._panes.show_pane(Place.LEADING, True)
        self._sidebar.open_folders(self._chosen())

    def edit_tags(self) -> None:
        """Offer the tags they have and could have."""
        self._panes.show_pane(Place.LEADING, True)
        self._sidebar.open_tags(self._chosen())

    def sort_by_change(self) -> None:
        """The newest first."""
        self._sort("changed")

    def sort_by_creation(self) -> None:
        """Those begun last first."""
        self._sort("created")

    def sort_by_title(self) -> None:
        """By the alphabet."""
        self._sort("title")

    def _sort(self, order: str) -> None:
        self._tasks.start(self._session.change_settings(conversation_order=order))

    def previous_conversation(self) -> None:
        """Show the conversation above."""
        self._step(-1)

    def next_conversation(self) -> None:
        """Show the conversation below."""
        self._step(1)

    def _step(self, step: int) -> None:
        if beside := self._sidebar.neighbour(step):
            self.open(beside)

    def undo(self) -> None:
        """Take the last change to the library or a conversation back."""
        self._tasks.start(self._undo())

    def redo(self) -> None:
        """Do what was taken back again."""
        self._tasks.start(self._redo())

    async def _undo(self) -> None:
        words = await self._conversation.branching.undo()
        self._stage.notices.say(f"Undone: {words}." if words else "There is nothing to undo.")

    async def _redo(self) -> None:
        words = await self._conversation.branching.redo()
        self._stage.notices.say(f"Done again: {words}." if words else "There is nothing to redo.")

    # The shown conversation

    def stop(self) -> None:
        """Stop the running answer; Escape first leaves what is being edited or lies over the conversation."""
        find = self._stage.find_bar
        if self._stage.header.title.give_up() or self._panes.dismiss() or (find.line.hasFocus() and find.dismiss()):
            return
        if not self._conversation.composing.give_up_editing():
            self._conversation.stop()

    def attach(self) -> None:
        """Choose files for the message that is being written."""
        self._stage.composer.attach_wanted.emit()

    def regenerate(self) -> None:
        """Ask for another answer to the last message."""
        if last := self._conversation.last(Role.ASSISTANT) or self._conversation.last(Role.USER):
            self._tasks.start(self._session.regenerate(self._conversation.id, last))

    def resume(self) -> None:
        """Go on with the last answer, if it was cut short."""
        message = self._last_answer()
        if message is None:
            return
        if message.state is State.FINISHED and message.finish_reason != "length":
            self._stage.notices.say("The last answer is complete.")
        else:
            self._tasks.start(self._session.resume(self._conversation.id, message.id))

    def _last_answer(self) -> Message | None:
        shown = self._conversation.conversation
        return shown.messages.get(self._conversation.last(Role.ASSISTANT)) if shown is not None else None

    def copy_answer(self) -> None:
        """Copy the last answer as Markdown."""
        message = self._last_answer()
        if message is not None:
            QGuiApplication.clipboard().setText(message.text)
            self._stage.notices.say("Answer copied.")

    def copy_link(self) -> None:
        """Copy a link to the message turned to, else to the last one."""
        view = self._stage.view
        turned_to = view.reader.current if view.index_of(view.reader.current) is not None else ""
        if message := turned_to or (view.messages[-1].id if view.messages else ""):
            self._conversation.going.copy(self._conversation.id, message)

    def go_to(self, link: str) -> None:
        """Show the message a link leads to."""
        self._panes.dismiss()
        self._conversation.going.go_to(link)

    def choose_model(self) -> None:
        """Open the model picker."""
        self._stage.header.model_wanted.emit()

    # Finding

    def search(self) -> None:
        """Go to the search over all conversations."""
        self._panes.show_pane(Place.LEADING, True)
        self._sidebar.search.setFocus()
        self._sidebar.search.selectAll()

    def open_palette(self) -> None:
        """Every conversation and action under one field."""
        known = self._library.known()
        ways = [(one.name, partial(self.begin_with, one.id)) for one in self._session.assistants.all()]
        self._palette.open_over(known, ways)
        self._tasks.start(self._complete_palette(known))

    async def _complete_palette(self, offered: list[Summary]) -> None:
        """While the sidebar shows a search, the others have to be read first."""
        everything = await self._library.everything()
        if everything != offered:
            self._palette.offer(everything)

    def find(self) -> None:
        """Find in this conversation."""
        self._stage.finding.open()

    def find_next(self) -> None:
        """The next hit."""
        self._stage.find_bar.step_wanted.emit(1)

    def find_previous(self) -> None:
        """The hit before."""
        self._stage.find_bar.step_wanted.emit(-1)

    # Looks

    def focus_message(self) -> None:
        """Go to the composer."""
        self._panes.dismiss()
        self._stage.composer.editor.setFocus()

    def next_pane(self) -> None:
        """Go to the next part of the window: conversations, transcript, composer, side pane."""
        self._step_pane(1)

    def previous_pane(self) -> None:
        """Go to the part of the window before."""
        self._step_pane(-1)

    def _step_pane(self, by: int) -> None:
        stage, side, sidebar = self._stage, self._side, self._sidebar
        shown = stage.view if stage.view.isVisible() else stage.welcome
        regions.step([(sidebar.list, sidebar), (shown,), (stage.composer.editor, stage.composer), side.doors], by)

    def zoom_in(self) -> None:
        """Larger text."""
        self._zoom(next((one for one in ZOOMS if one > self._session.settings.zoom), ZOOMS[-1]))

    def zoom_out(self) -> None:
        """Smaller text."""
        self._zoom(next((one for one in reversed(ZOOMS) if one < self._session.settings.zoom), ZOOMS[0]))

    def zoom_reset(self) -> None:
        """Text at its own size."""
        self._zoom(100)

    def _zoom(self, percent: int) -> None:
        self._tasks.start(self._session.change_settings(zoom=percent))

    def toggle_hidden(self) -> None:
        """Show hidden characters as marks, or not."""
        self._tasks.start(self._session.change_settings(show_hidden=not self._session.settings.show_hidden))

    # Dialogs

    def open_accounts(self) -> None:
        """The accounts window."""
        self._dialogs.open("accounts").finished.connect(lambda _: self._be_ready())

    def add_account(self) -> None:
        """The accounts window, to make one account and then ask it."""
        self._dialogs.open("accounts", True).finished.connect(lambda _: self._be_ready())

    def _be_ready(self) -> None:
        """At the composer; where nobody knows yet which model to ask, with the picker open."""
        self._stage.composer.editor.setFocus()
        account, model = self._conversation.asked()
        if account is not None and not model:
            self._stage.header.model_wanted.emit()

    def open_assistants(self) -> None:
        """The assistants window."""
        self._dialogs.open("assistants", lambda begun: self._tasks.start(self._show_begun(begun)))

    def begin_with(self, assistant: str) -> None:
        """A new conversation with this assistant."""
        self._panes.dismiss()
        self._tasks.start(self._begin_with(assistant))

    async def _begin_with(self, assistant: str) -> None:
        await self._show_begun((await self._session.assistants.begin(assistant)).id)

    async def _show_begun(self, conversation: str) -> None:
        await self._conversation.open(conversation)
        self._stage.composer.editor.setFocus()

    def enter_key(self, account: str) -> None:
        """The accounts window at the account of this name, ready for its key."""
        cast("AccountsDialog", self._dialogs.open("accounts")).ask_for_key(account)

    def mend_account(self, account: str, failure: Failure | None) -> None:
        """The accounts window at the account of this name, at what would mend a failure."""
        cast("AccountsDialog", self._dialogs.open("accounts")).show_for(account, failure)

    def open_settings(self) -> None:
        """The settings window."""
        self._dialogs.open("settings")

    def open_usage(self) -> None:
        """What was used, and what it cost."""
        self._dialogs.open("usage")

    def open_parameters(self) -> None:
        """System prompt and parameters of the shown conversation."""
        if self._conversation.conversation is not None:
            self._dialogs.open("parameters", self._conversation.conversation)

    def open_trash(self) -> None:
        """Deleted conversations."""
        self._dialogs.open("trash")

    def open_shortcuts(self) -> None:
        """The list of keyboard shortcuts."""
        self._dialogs.open("shortcuts")

    def open_about(self) -> None:
        """What this program is."""
        self._dialogs.open("about")

    def open_import(self) -> None:
        """Bring conversations in."""
        self._dialogs.open("import")

    def open_restore(self) -> None:
        """Bring back what a backup holds."""
        self._dialogs.open("restore")

    def open_export(self) -> None:
        """Write conversations to files."""
        self.export(self._chosen())

    def export(self, ids: list[str]) -> None:
        """Write these conversations to files."""
        self._dialogs.open("export", ids)
