"""One assistant's form: a name, who is asked, what is said first, how, and a greeting."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import (
    QFormLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.chat.abilities import efforts_of
from chatgui.core.assistant import Assistant
from chatgui.core.ids import new_id
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.account_fields import lines, model_box
from chatgui.ui.dialogs.parameter_form import ParameterForm
from chatgui.ui.dialogs.parts import Bar, Fold, say
from chatgui.ui.dialogs.preview import Preview

ANY = "Whichever is chosen"
HEIGHT = 84  # pixels of the two texts

Act = Callable[[], Coroutine[Any, Any, object]]


class AssistantForm(QWidget):
    """Edits a copy; nothing is kept until `save` (which the window gives) is called."""

    def __init__(self, context: Context, save: Act, begin: Act, look: Act) -> None:
        super().__init__()
        self._session, self._tasks, self._theme = context.session, context.tasks, context.theme
        self._assistant = Assistant(new_id(), "")
        self.is_new = False
        self.name = QLineEdit()
        self.name.setPlaceholderText("What you call it, like “Translator”")
        self.account = Combo()
        self.account.activated.connect(lambda _: self._offer_models())
        self.model = model_box()
        self.model.currentTextChanged.connect(lambda _: self._show_efforts())
        self.system = lines("System prompt: sent first in each of its conversations", height=HEIGHT)
        self.greeting = lines("Shown in a new conversation; never sent", height=HEIGHT)
        self.params = ParameterForm()
        self.preview = Preview(self)
        self.save_button, self.begin_button, self.look_button = (
            self._button(text, act)
            for text, act in (("Save", save), ("New Conversation", begin), ("Show What Will Be Sent", look))
        )
        self.save_button.setProperty("primary", True)
        self._lay_out()

    def _button(self, text: str, act: Act) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(lambda: self._tasks.start(act()))
        return button

    def _lay_out(self) -> None:
        form = self._form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(8)
        for label, name, field in (
            ("Name", "Name", self.name),
            ("Account", "Account", self.account),
            ("Model", "Model of the assistant", self.model),
            ("System prompt", "System prompt", self.system),
            ("Greeting", "Greeting", self.greeting),
        ):
            form.addRow(label, field)
            field.setAccessibleName(name)
        self._fold = Fold(
            "Parameters",
            "Temperature, longest answer and the like; only what is set is sent",
            form,
            self.params,
            self._theme,
        )
        self.bar = Bar(self.look_button, self.begin_button, self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.preview)

    # What is shown

    def show_new(self) -> None:
        """The form of an assistant that is being made."""
        self._fill(Assistant(new_id(), ""), new=True)

    def show_assistant(self, assistant: Assistant) -> None:
        """The form of an assistant that is kept."""
        self._fill(assistant, new=False)

    def shows(self, assistant: Assistant) -> bool:
        """Whether this assistant is in the form, as it is kept; its place in the list is none of it."""
        return not self.is_new and replace(self._assistant, position=0) == replace(assistant, position=0)

    def _fill(self, assistant: Assistant, *, new: bool) -> None:
        self._assistant, self.is_new = assistant, new
        self.name.setText(assistant.name)
        self.account.clear()
        self.account.addItem(ANY, "")
        for one in self._session.accounts.all():
            self.account.addItem(one.name, one.id)
        if assistant.account and self.account.findData(assistant.account) < 0:
            self.account.addItem("An account that is no longer there", assistant.account)
        self.account.setCurrentIndex(self.account.findData(assistant.account))
        self._offer_models()
        self.model.setEditText(assistant.model)
        self.system.setPlainText(assistant.system)
        self.greeting.setPlainText(assistant.greeting)
        self._show_efforts()
        self.params.show_values(assistant.params)
        self._fold.setChecked(bool(assistant.params))
        self.preview.hide()
        self.say("")

    def _offer_models(self) -> None:
        """The models of the chosen account; any other can be typed. Without an account there is none to choose."""
        account, typed = self.account.currentData(), self.model.currentText()
        self.model.clear()
        self.model.addItems([one.id for one in self._session.accounts.known_models(account)])
        self.model.setEditText(typed if account else "")
        self.model.setEnabled(bool(account))
        line = self.model.lineEdit()
        if line is not None:
            line.setPlaceholderText("The account’s own" if account else ANY)

    def _show_efforts(self) -> None:
        """Which reasoning efforts the model takes, and what its account sets already."""
        accounts = self._session.accounts
        account = next((one for one in accounts.all() if one.id == self.account.currentData()), None)
        known = accounts.known_models(account.id) if account else []
        model = self.model.currentText().strip() or (account.default_model if account else "")
        self.params.show_below(account.params if account else {}, "the account")
        self.params.show_efforts(efforts_of(account, model, known))

    def say(self, text: str, meaning: str = "") -> None:
        """A sentence under the buttons."""
        say(self.bar.said, text, meaning)

    # What is in it

    def assistant(self) -> Assistant | None:
        """What the form says, or None if something must be mended first (which is then said)."""
        params, problem = self.params.values()
        name = " ".join(self.name.text().split())
        if problem:
            self._fold.setChecked(True)
            self.say(problem, "error")
            return None
        if not name:
            self.say("Give the assistant a name.", "error")
            self.name.setFocus()
            return None
        return replace(
            self._assistant, name=name, account=str(self.account.currentData()), model=self.model.currentText().strip(),
            system=self.system.toPlainText(), params=params, greeting=self.greeting.toPlainText(),
        )  # fmt: skip
