"""What a conversation asks with: system prompt and parameters, and a look at exactly what will be sent."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from chatgui.chat.abilities import efforts_of
from chatgui.core.conversation import Conversation
from chatgui.core.errors import ChatError
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parameter_form import ParameterForm
from chatgui.ui.dialogs.parts import Sheet, heading, say, scrolling, words
from chatgui.ui.dialogs.preview import EXAMPLE, Preview
from chatgui.ui.notices import told


class ParametersDialog(Sheet):
    """Of one conversation, from its next message on."""

    def __init__(self, context: Context, conversation: Conversation) -> None:
        super().__init__(context.window, "Parameters", (560, 640))
        self._session, self._tasks, self._conversation = context.session, context.tasks, conversation
        self.system = QPlainTextEdit(conversation.system)
        self.system.setAccessibleName("System prompt")
        self.system.setPlaceholderText("System prompt: sent first in this conversation")
        self.system.setTabChangesFocus(True)
        self.system.setFixedHeight(110)
        self.form = ParameterForm()
        self._show_account()
        self.form.show_values(conversation.params)
        self.preview = Preview(self)
        self._said = words()
        say(self._said, "")
        self._lay_out()

    def _show_account(self) -> None:
        """What the account adds, and which efforts its model takes."""
        account, model = self._session.requests.asked(self._conversation)
        if account is not None:
            self.form.show_below(account.params, f"the account “{account.name}”")
            self.form.show_efforts(efforts_of(account, model, self._session.accounts.known_models(account.id)))

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 0)
        column.addWidget(heading("System prompt"))
        column.addWidget(self.system)
        column.addWidget(heading("Parameters"))
        column.addWidget(words("Only what is set here is sent; the rest is the provider’s choice."))
        column.addWidget(self.form)
        column.addWidget(self.preview)
        column.addStretch(1)
        self._area = scrolling(inside)
        look = QPushButton("Show What Will Be Sent")
        look.clicked.connect(lambda: self.start(self._tasks, self.look()))
        as_assistant = QPushButton("Keep as Assistant…")
        as_assistant.setToolTip("Give this way of asking a name, to be chosen for other conversations")
        as_assistant.clicked.connect(self._ask_name)
        keep = QPushButton("Save")
        keep.setProperty("primary", True)
        keep.clicked.connect(lambda: self._tasks.start(self.save(close=True)))
        row = QHBoxLayout()
        row.addWidget(self._said, 1000)
        row.addStretch(1)
        row.addWidget(look)
        row.addWidget(as_assistant)
        row.addWidget(keep)
        self.body.addWidget(self._area, 1)
        self.body.addLayout(row)

    async def save(self, *, close: bool = False) -> bool:
        """Keep what the form says; False if something in it cannot be, which is then said."""
        params, problem = self.form.values()
        say(self._said, problem, "error")
        if problem:
            return False
        await self._session.set_params(self._conversation.id, params)
        await self._session.set_system(self._conversation.id, self.system.toPlainText())
        if close:
            self.accept()
        return True

    def _ask_name(self) -> None:
        question = QInputDialog(self)
        question.setWindowTitle("Keep as Assistant")
        question.setLabelText("Name of the assistant")
        question.textValueSelected.connect(lambda name: self._tasks.start(self.keep_as(name)))
        question.finished.connect(lambda _: question.deleteLater())
        question.open()

    async def keep_as(self, name: str) -> None:
        """Make an assistant of what the form says; the conversation asks as it from now on."""
        if not await self.save():
            return
        try:
            kept = await self._session.assistants.keep(self._conversation.id, name)
        except ChatError as error:
            say(self._said, told(error), "error")
        else:
            say(self._said, f"Kept as “{kept.name}”.", "good")

    async def look(self) -> None:
        """Show the request the next message would make, with what the form says kept first."""
        if not await self.save():
            return
        try:
            request = await self._session.preview(self._conversation.id, EXAMPLE)
        except ChatError as error:
            say(self._said, told(error), "error")
            return
        self.preview.show_request(request, self._area)
