"""One account's form: a preset or an address, a name, the key (`account_key_rows`), a model, and a test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QPushButton, QVBoxLayout, QWidget

from chatgui.chat.abilities import efforts_of
from chatgui.chat.setup import PRESETS, Preset, host_name, mend, preset
from chatgui.core.account import DEMO, Account, KeySource, Network, Traits
from chatgui.core.ids import new_id
from chatgui.core.secret import Secret
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.account_fields import colour_box, line, model_box, note, provider_box
from chatgui.ui.dialogs.account_key_rows import KeyRows
from chatgui.ui.dialogs.account_keys import AccountKeys, keeps_several
from chatgui.ui.dialogs.account_learnt import AccountLearnt
from chatgui.ui.dialogs.account_more import AccountMore
from chatgui.ui.dialogs.account_remedies import AGAIN, PAGE
from chatgui.ui.dialogs.account_trial import AccountTrial
from chatgui.ui.dialogs.parts import Bar, Fold, Sheet, say

Save = Callable[[Account, bool], Awaitable[bool]]  # what to keep, and whether its key serves for this run only


class AccountForm(QWidget):
    """Edits a copy; nothing is kept until Save. A key that is kept is never shown."""

    reached = Signal(QWidget)  # a field somebody was led to, to be brought into sight

    def __init__(self, context: Context, sheet: Sheet, save: Save) -> None:
        super().__init__()
        self._session, self._tasks, self._theme = context.session, context.tasks, context.theme
        self._sheet, self._save = sheet, save
        self._account: Account | None = None
        self._named = ""  # the name that was made from the address
        self.is_new = False
        self.provider = provider_box()
        self.provider.activated.connect(lambda _: self._choose_preset())
        self.url = line("https://…/v1")
        self.url.editingFinished.connect(self._mend)
        self.name = line("What you call it")
        self.key = KeyRows(context, sheet, keep=lambda briefly: self.save(for_this_run=briefly), tell=self.say)
        self.model = model_box()
        self.model.currentTextChanged.connect(lambda _: self._show_efforts())
        self.colour = colour_box(context.theme)
        self.keys = AccountKeys(context)
        self.learnt = AccountLearnt(context)
        self.more = AccountMore(self.learnt)
        self.trial = AccountTrial(context, sheet, self._patient, self.say, self.go_to)
        self.test_button, self.steps = self.trial.button, self.trial.steps
        self._lay_out()

    def _lay_out(self) -> None:
        self._url_words, self._about = note(), note()
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._form.setVerticalSpacing(8)
        self._add_row("Provider", self.provider)
        self._form.addRow("", self._about)
        self._add_row("Address", self.url, "Base URL")
        self._form.addRow("", self._url_words)
        self._add_row("Name", self.name)
        self.key.add_to(self._form)
        self._add_row("Model", self.model, "Default model")
        self._add_row("Colour", self.colour)
        self._keys = Fold("Keys", "Further keys, which one is used, a copy", self._form, self.keys, self._theme)
        self._more = Fold(
            "More",
            "Headers, parameters, extra JSON, monthly budget, proxy, certificates, time limits, what was learnt",
            self._form,
            self.more,
            self._theme,
        )
        self._add_buttons()

    def _add_row(self, label: str, field: QWidget, name: str = "") -> None:
        self._form.addRow(label, field)
        field.setAccessibleName(name or label)

    def _add_buttons(self) -> None:
        self.save_button = QPushButton("Save")
        self.save_button.setProperty("primary", True)
        self.save_button.clicked.connect(lambda: self._tasks.start(self.save()))
        self.bar = Bar(self.test_button, self.save_button)
        self._said = self.bar.said
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self._form)
        column.addWidget(self.key.ways)
        column.addLayout(self.steps)

    # What is shown

    def show_new(self, account: Account | None = None, network: Network | None = None) -> None:
        """The form of an account that is not kept yet: empty, on this network, or filled with what is known."""
        self.is_new = True
        self._fill(account or Account(new_id(), "", "", network=network or Network()))
        if account is None:
            self._take_preset()

    def show_account(self, account: Account) -> None:
        """The form of an account that is kept."""
        self.is_new = False
        self._fill(account)

    def shows(self, account: Account) -> bool:
        """Whether this account is in the form, as it is kept; its place in the list and what was learnt are none of it."""
        shown = self._account
        return shown is not None and not self.is_new and _as_typed(shown) == _as_typed(account)

    def _fill(self, account: Account) -> None:
        self._account = account
        self.trial.stop()
        self.trial.clear()
        self.provider.setCurrentIndex(max(self.provider.findData(account.provider), 0))
        self.url.setText(account.base_url)
        self.name.setText(account.name)
        self.offer_models(account.default_model)
        self.colour.setCurrentIndex(max(self.colour.findData(account.colour), 0))
        self.more.show_account(account)
        self.learnt.show_account(account)
        self._show_efforts()
        self._more.setChecked(AccountMore.is_used(account))
        self._show_keys(account)
        for widget in (self.provider, self.url):
            widget.setEnabled(not account.is_demo)
        say(self._about, "Answers without a key or a network, from this computer." if account.is_demo else "")
        say(self._url_words, "")
        say(self._said, account.last_test and f"Last test: {account.last_test}")
        self.key.show_account(account, is_new=self.is_new, page=self._key_page)

    def offer_models(self, chosen: str | None = None) -> None:
        """The models of the account as they are known now; what is typed stays unless another is chosen."""
        typed = self.model.currentText() if chosen is None else chosen
        self.model.clear()
        if self._account is not None:
            self.model.addItems([one.id for one in self._session.accounts.known_models(self._account.id)])
        self.model.setEditText(typed)

    def say(self, text: str, meaning: str = "") -> None:
        """A sentence under the buttons."""
        say(self._said, text, meaning)

    def _show_efforts(self) -> None:
        account = self._account
        if account is not None:
            known = self._session.accounts.known_models(account.id)
            self.more.params.show_efforts(efforts_of(account, self.model.currentText().strip(), known))

    def _choose_preset(self) -> None:
        """Take a preset, and go to what is still missing."""
        self._take_preset()
        (self.key.line if self.key.line.isEnabled() and self.url.text() else self.url).setFocus()

    @property
    def _preset(self) -> Preset | None:
        return preset(self.provider.currentData() or "")

    @property
    def _key_page(self) -> str:
        return self._preset.key_url if self._preset else ""

    def _take_preset(self) -> None:
        preset = self._preset
        known = {one.title for one in PRESETS}
        say(self._about, preset.words if preset else "")
        self.key.offer_page(self._key_page)
        if preset is None:
            return
        self.url.setText(preset.base_url)
        if not self.name.text() or self.name.text() in known:
            self.name.setText(preset.title)
        if preset.model and not self.model.currentText():
            self.model.setEditText(preset.model)
        self.key.keep_in(KeySource.KEYRING if preset.needs_key else KeySource.NONE)

    def _show_keys(self, account: Account) -> None:
        several = not self.is_new and keeps_several(account)
        self._form.setRowVisible(self._keys, several)
        self._keys.setChecked(several and bool(account.keys))
        self.keys.show_account(account)

    def go_to(self, place: str, value: str = "") -> None:
        """Go to a field by its name, test again, or open the provider's page. A `value` is what the field should say: it is
        put in, and tried."""
        if place == PAGE:
            self.key.open_page()
        elif place == "key":
            self.key.ask()
        elif place in self.more.places:
            self._more.setChecked(True)
            self.more.go_to(place)
        elif place == "url":
            self.url.setText(value or self.url.text())
            self.url.setFocus()
        elif place == "model":
            self.model.setEditText(value or self.model.currentText())
            self.model.setFocus()
        if (focused := self.focusWidget()) is not None and place not in (AGAIN, PAGE):
            self.reached.emit(focused)
        if value or place == AGAIN:
            self.trial.toggle()

    def _mend(self) -> None:
        if self.provider.currentData() == DEMO or not self.url.text().strip():
            return
        mended = mend(self.url.text())
        if mended.url:
            self.url.setText(mended.url)
            self._recognise(mended.url)
        say(self._url_words, mended.words, "" if mended.url else "error")

    def _recognise(self, url: str) -> None:
        """Whose address this is; and a name for the account, unless it was given one by hand."""
        known = next((one for one in PRESETS if one.base_url == url), None)
        if known is not None and self.is_new and not self.provider.currentData():
            self.provider.setCurrentIndex(self.provider.findData(known.name))
            self._take_preset()
        if self.name.text() in ("", self._named):
            self._named = known.title if known is not None else host_name(url)
            self.name.setText(self._named)

    # What is in it

    def account(self) -> Account | None:
        """What the form says, or None if something must be mended first (which is then said)."""
        if self._account is None:
            return None
        self._mend()
        account, problem = self.more.apply(self._account)
        account = replace(
            account, name=" ".join(self.name.text().split()), default_model=self.model.currentText().strip(),
            colour=str(self.colour.currentData()),
        )  # fmt: skip
        if problem:
            self._more.setChecked(True)
            self.say(problem, "error")
            return None
        if not account.name:
            self.say("Give the account a name.", "error")
            self.name.setFocus()
            return None
        if account.is_demo:
            return account
        mended = mend(self.url.text())
        if not mended.url:
            say(self._url_words, mended.words, "error")
            self.url.setFocus()
            return None
        preset = self._preset
        account = replace(
            account, base_url=mended.url, provider=preset.name if preset else "", key_source=self.key.source,
            key_env=self.key.variable_name,
            key_header=preset.key_header if preset else account.key_header,
            traits=preset.traits if preset and self.is_new else account.traits,
        )  # fmt: skip
        return account if self.key.fits() else None

    async def save(self, *, for_this_run: bool = False) -> bool:
        """Keep what the form says; the key only until the program ends if it is `for_this_run`."""
        account = self.account()
        return account is not None and await self._save(account, for_this_run)

    def _patient(self) -> tuple[Account, Secret | None] | None:
        account = self.account()
        return (account, self.key.secret()) if account is not None else None


def _as_typed(account: Account) -> Account:
    return replace(account, position=0, traits=Traits(), last_test="")
