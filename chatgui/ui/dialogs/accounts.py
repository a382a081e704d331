"""The accounts window: who can be asked. A list, and beside it the form of the chosen account."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from chatgui.core.account import Account, KeySource
from chatgui.core.change import AccountsChanged, Change
from chatgui.core.errors import ChatError, Failure, Kind, VaultError
from chatgui.core.figures import counted
from chatgui.core.secret import Secret
from chatgui.ui.account_colours import dot_icon
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.account_form import AccountForm
from chatgui.ui.dialogs.account_remedies import AGAIN, PAGE, remedy
from chatgui.ui.dialogs.parts import Sheet, scrolling
from chatgui.ui.dialogs.roster import NEW, Foot, Item, Roster, beside
from chatgui.ui.notices import told


class AccountsDialog(Sheet):
    """Add, change, test and remove accounts. Removing can be taken back, but for a key in the keyring.

    With `to_add` it was opened to make one account, and closes when that is ready to be asked.
    """

    def __init__(self, context: Context, to_add: bool = False) -> None:
        super().__init__(context.window, "Accounts", (820, 620))
        self._session, self._tasks, self._theme = context.session, context.tasks, context.theme
        accounts = self._session.accounts
        self._to_add = to_add
        self.roster = Roster("Accounts", "account")
        self.roster.chosen.connect(self._show)
        self.roster.add_wanted.connect(self._begin_new)
        self.roster.remove_wanted.connect(lambda: self._tasks.start(self._remove_current()))
        self.roster.moved.connect(lambda account, place: self._tasks.start(accounts.move(account, place)))
        self.form = AccountForm(context, self, self.save)
        self.form.reached.connect(self._scroll_to)
        self.foot = Foot()
        self.foot.undo_wanted.connect(lambda: self._tasks.start(self._take_back()))
        self._found = QVBoxLayout()
        self._fill_menu()
        self._lay_out()
        self._fill(select="")
        if to_add or all(one.is_demo for one in accounts.all()):
            self._begin_new()
        self.start(self._tasks, self._discover())
        unsubscribe = self._session.changed.subscribe(self._hear)
        self.finished.connect(lambda _: unsubscribe())
        self.finished.connect(lambda _: self.form.trial.stop())

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("Ground")
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 0, 12, 0)
        column.addWidget(self.form)
        column.addLayout(self._found)
        column.addStretch(1)
        self._area = scrolling(inside)
        self.body.addLayout(beside(self.roster, self._area, self.form.bar), 1)
        self.body.addWidget(self.foot)

    def _fill_menu(self) -> None:
        roster = self.roster
        roster.add_act("Duplicate", lambda: self._tasks.start(self._duplicate()))
        switch = roster.add_act("Switch Off", lambda: self._tasks.start(self._switch()))
        roster.menu.addSeparator()
        roster.add_moves()
        roster.menu.aboutToShow.connect(
            lambda: switch.setText("Switch On" if (one := self._account()) and one.disabled else "Switch Off")
        )

    # The list

    @property
    def current(self) -> str:
        """Id of the chosen account; `NEW` for one being made."""
        return self.roster.current

    def _account(self) -> Account | None:
        return next((one for one in self._session.accounts.all() if one.id == self.current), None)

    def _items(self) -> list[Item]:
        return [Item(one.id, _title(one), dot_icon(one.colour, self._theme)) for one in self._session.accounts.all()]

    def _fill(self, select: str) -> None:
        making = [Item(NEW, "New account")] if select == NEW and self.form.is_new else []
        self.roster.fill([*self._items(), *making], select)

    def _show(self) -> None:
        account = self._account()
        if account is not None:
            if not self.form.shows(account):  # what is being typed stays while the list is put in another order
                self.form.show_account(account)
        elif self.current == NEW and not self.form.is_new:
            self.form.show_new(network=self._session.preferences.network)

    def _begin_new(self) -> None:
        self.form.show_new(network=self._session.preferences.network)
        self._fill(select=NEW)
        self.form.url.setFocus()

    def _hear(self, change: Change) -> None:
        if isinstance(change, AccountsChanged) and self._items() != self.roster.shown:
            self._fill(select=self.current)

    async def _discover(self) -> None:
        """Offer the model servers that run on this computer."""
        for found in await self._session.accounts.discover():
            models = counted(len(found.models), "model")
            button = QPushButton(f"Add {found.title} at {found.base_url} · {models}")
            button.setAccessibleDescription("Found on this computer")
            button.clicked.connect(partial(self._take_found, found.account()))
            self._found.addWidget(button)

    def _take_found(self, account: Account, _: bool = False) -> None:
        self._begin_new()
        self.form.show_new(account)
        self.form.save_button.setFocus()

    # What is done

    async def save(self, account: Account, for_this_run: bool = False) -> bool:
        """Keep the form's account; False if that could not be, which the form then says.

        With `for_this_run` the account is kept as it is, and the key in memory.
        """
        secret = self.form.key.secret()
        lent = secret if for_this_run else None
        try:
            account = await self._keep(account, None if lent else secret)
            if lent is not None:
                self._session.accounts.use_for_this_run(account.id, lent)
        except ChatError as error:
            if not isValid(self):
                raise  # the window says it
            self._say_not_saved(error, account)
            return False
        if not isValid(self):  # closed meanwhile
            return True
        self.form.show_account(account)
        self._fill(select=account.id)
        warnings = " ".join(self._session.accounts.warnings(account))
        kept = "Saved. This key serves until the program ends." if lent else "Saved."
        self.form.say(f"{kept} {warnings}".strip(), "warning" if warnings else "good")
        if not account.default_model:
            self.start(self._tasks, self._find_model(account, warned=bool(warnings)))
        elif self._to_add and not warnings:
            self.accept()
        return True

    async def _find_model(self, account: Account, *, warned: bool) -> None:
        """Ask for the list of models: it shows whether the account works, and the only model needs no choosing."""
        try:
            found = [
                one for one in await self._session.accounts.models(account.id, refresh=True) if one.chat is not False
            ]
        except ChatError as error:
            if self.current == account.id:
                none = error.kind in (Kind.NOT_FOUND, Kind.PROTOCOL, Kind.INVALID_REQUEST)
                words = "Saved, but no list of models is offered here" if none else "Saved, but it does not answer yet"
                advice = "Type the model’s name." if none else error.advice
                self.form.say(f"{words}: {error.message} {advice}".strip(), "warning")
            return
        if len(found) == 1:
            await self._session.accounts.edit(
                replace(self._session.accounts.by_id(account.id), default_model=found[0].id)
            )
        if self._to_add and not warned:
            self.accept()  # what is left is to ask
        elif self.current == account.id:
            self.form.offer_models(found[0].id if len(found) == 1 else None)
            self.form.say("Saved." if len(found) == 1 else f"Saved. Choose one of its {len(found):,} models.", "good")

    async def _keep(self, account: Account, secret: Secret | None) -> Account:
        accounts = self._session.accounts
        return await (accounts.add(account, secret) if self.form.is_new else accounts.edit(account, secret))

    def _say_not_saved(self, error: ChatError, account: Account) -> None:
        if isinstance(error, VaultError) and account.key_source is KeySource.KEYRING:
            self.form.key.show_refusal(error, failed=True)
            self._scroll_to(self.form.key.ways)
            return
        self.form.say(told(error), "error")

    def ask_for_key(self, name: str) -> None:
        """Show the account of this name, ready for its key; if it is gone, what is shown stays."""
        account = next((one for one in self._session.accounts.all() if one.name == name), None)
        if account is None:
            return
        self._choose(account)
        self.form.key.ask()
        self._scroll_to(self.form.key.line)

    def show_for(self, name: str, failure: Failure | None) -> None:
        """Show the account of this name, at what would mend `failure`."""
        account = next((one for one in self._session.accounts.all() if one.name == name), None)
        if account is None:
            return
        self._choose(account)
        found = remedy(failure.kind, failure.code) if failure is not None else None
        if found is not None and found[1] not in (AGAIN, PAGE):
            self.form.go_to(found[1])

    def _choose(self, account: Account) -> None:
        if account.id != self.current:
            self._fill(select=account.id)

    def _scroll_to(self, widget: QWidget) -> None:
        """Once the form is laid out anew."""
        QTimer.singleShot(0, widget, lambda: self._area.ensureWidgetVisible(widget))

    async def _remove_current(self) -> None:
        account = self._session.accounts.by_id(self.current)
        failed = await self._session.accounts.remove(account.id)
        if not isValid(self):
            return
        self._fill(select="")
        if failed is not None:
            words = f"“{account.name}” is removed, but its key may still be in the keyring. {failed.message}"
            self.foot.say(words, "warning", undo=True)
        else:
            self.foot.say(f"“{account.name}” and its key are removed. Its conversations stay.", undo=True)

    async def _take_back(self) -> None:
        words = await self._session.library.undo()
        if isValid(self):
            self.foot.say(f"Undone: {words}." if words else "")

    async def _switch(self) -> None:
        account = self._session.accounts.by_id(self.current)
        await self._session.accounts.disable(account.id, not account.disabled)

    async def _duplicate(self) -> None:
        copy = await self._session.accounts.duplicate(self.current)
        if isValid(self):
            self._fill(select=copy.id)


def _title(account: Account) -> str:
    return f"{account.name} (off)" if account.disabled else account.name
