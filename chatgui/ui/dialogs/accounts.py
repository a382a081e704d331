"""The accounts window: who can be asked. A list, and beside it the form of the chosen account."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from chatgui.core.account import Account, KeySource
from chatgui.core.change import AccountsChanged, Change
from chatgui.core.errors import ChatError, VaultError
from chatgui.core.secret import Secret
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.account_form import AccountForm
from chatgui.ui.dialogs.parts import Sheet, say, words
from chatgui.ui.notices import present

NEW = ""  # id of the account that is being made


class AccountsDialog(Sheet):
    """Add, change, test and remove accounts. Removing can be taken back, but for a key in the keyring."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Accounts", (820, 620))
        self._session, self._tasks, self._notices = context.session, context.tasks, context.notices
        self.list = QListWidget()
        self.list.setAccessibleName("Accounts")
        self.list.setFixedWidth(220)
        self.list.currentItemChanged.connect(lambda _now, _before: self._show())
        self._add = QPushButton("Add")
        self._add.clicked.connect(self._begin_new)
        self._remove = QPushButton("Remove")
        self._remove.clicked.connect(lambda: self._tasks.start(self._remove_current()))
        self.form = AccountForm(context, self, self.save)
        self._more = QPushButton("More")
        self._more.setMenu(self._make_menu())
        self._note = words()
        self._undo = QPushButton("Undo")
        self._undo.clicked.connect(lambda: self._tasks.start(self._take_back()))
        self._say("")
        self._found = QVBoxLayout()
        self._lay_out()
        self._fill(select="")
        if all(one.is_demo for one in self._session.accounts.all()):
            self._begin_new()
        self.start(self._tasks, self._discover())
        unsubscribe = self._session.changed.subscribe(self._hear)
        self.finished.connect(lambda _: unsubscribe())
        self.finished.connect(lambda _: self.form.trial.stop())

    def showEvent(self, event: QShowEvent) -> None:
        """The list was filled before it had its style: only now are its rows as high as they are drawn."""
        super().showEvent(event)
        self.list.doItemsLayout()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self._add)
        buttons.addWidget(self._remove)
        buttons.addWidget(self._more)
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addLayout(buttons)
        area = self._area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setObjectName("Ground")
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 0, 12, 0)
        column.addWidget(self.form)
        column.addLayout(self._found)
        column.addStretch(1)
        area.setWidget(inside)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addLayout(left)
        row.addWidget(area, 1)
        self.body.addLayout(row, 1)
        foot = QHBoxLayout()
        foot.addWidget(self._note, 1000)
        foot.addStretch(1)
        foot.addWidget(self._undo)
        self.body.addLayout(foot)

    def _make_menu(self) -> QMenu:
        accounts, menu = self._session.accounts, QMenu(self)
        menu.addAction("Duplicate", lambda: self._tasks.start(accounts.duplicate(self.current)))
        menu.addAction("Switch On or Off", lambda: self._tasks.start(self._switch()))
        menu.addSeparator()
        menu.addAction("Move Up", lambda: self._move(-1))
        menu.addAction("Move Down", lambda: self._move(1))
        return menu

    def _say(self, text: str, meaning: str = "", *, undo: bool = False) -> None:
        say(self._note, text, meaning)
        self._undo.setVisible(undo)

    # The list

    @property
    def current(self) -> str:
        """Id of the chosen account; `NEW` for one being made."""
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else NEW

    def _fill(self, select: str) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for account in self._session.accounts.all():
            self._item(_title(account), account.id)
        if select == NEW and self.form.is_new:
            self._item("New account", NEW)
        at = next((at for at in range(self.list.count()) if self._id(at) == select), 0)
        self.list.setCurrentRow(at)
        self.list.blockSignals(False)
        self._show()

    def _item(self, name: str, account_id: str) -> None:
        item = QListWidgetItem(name)
        item.setData(Qt.ItemDataRole.UserRole, account_id)
        self.list.addItem(item)

    def _id(self, at: int) -> str:
        item = self.list.item(at)
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else NEW

    def _show(self) -> None:
        account = next((one for one in self._session.accounts.all() if one.id == self.current), None)
        self._remove.setEnabled(account is not None)
        self._more.setEnabled(account is not None)
        if account is not None:
            self.form.show_account(account)
        elif self.list.count() == 0 or self.current == NEW:
            self.form.show_new()

    def _begin_new(self) -> None:
        self.form.show_new()
        self._fill(select=NEW)
        self.form.provider.setFocus()

    def _hear(self, change: Change) -> None:
        if isinstance(change, AccountsChanged):
            known = [_title(account) for account in self._session.accounts.all()]
            shown = [self.list.item(at).text() for at in range(self.list.count()) if self._id(at) != NEW]
            if known != shown:
                self._fill(select=self.current)

    async def _discover(self) -> None:
        """Offer the model servers that run on this computer."""
        for found in await self._session.accounts.discover():
            models = f"{len(found.models)} model{'' if len(found.models) == 1 else 's'}"
            button = QPushButton(f"Add {found.title} at {found.base_url} · {models}")
            button.setAccessibleDescription("Found on this computer")
            button.clicked.connect(partial(self._take_found, found.account()))
            self._found.addWidget(button)

    def _take_found(self, account: Account, _: bool = False) -> None:
        self._begin_new()
        self.form.show_new(account)

    # What is done

    async def save(self, account: Account, for_this_run: bool = False) -> bool:
        """Keep the form's account; False if that could not be, which the form then says.

        With `for_this_run` the account is kept as it is, and the key in memory.
        """
        secret = self.form.secret()
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
        return True

    async def _keep(self, account: Account, secret: Secret | None) -> Account:
        accounts = self._session.accounts
        return await (accounts.add(account, secret) if self.form.is_new else accounts.edit(account, secret))

    def _say_not_saved(self, error: ChatError, account: Account) -> None:
        if isinstance(error, VaultError) and account.key_source is KeySource.KEYRING:
            self.form.show_refusal(error, failed=True)
            self._scroll_to(self.form.ways)
            return
        shown = present(error)
        self.form.say(f"{shown.words} {shown.advice}".strip(), "error")

    def ask_for_key(self, name: str) -> None:
        """Show the account of this name, ready for its key; if it is gone, what is shown stays."""
        account = next((one for one in self._session.accounts.all() if one.name == name), None)
        if account is None:
            return
        if account.id != self.current:
            self._fill(select=account.id)
        self.form.ask_for_key()
        self._scroll_to(self.form.key)

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
            self._say(words, "warning", undo=True)
        else:
            self._say(f"“{account.name}” and its key are removed. Its conversations stay.", undo=True)

    async def _take_back(self) -> None:
        words = await self._session.library.undo()
        if isValid(self):
            self._say(f"Undone: {words}." if words else "")

    async def _switch(self) -> None:
        account = self._session.accounts.by_id(self.current)
        await self._session.accounts.disable(account.id, not account.disabled)

    def _move(self, step: int) -> None:
        ids = [account.id for account in self._session.accounts.all()]
        at = ids.index(self.current) + step
        if 0 <= at < len(ids):
            self._tasks.start(self._session.accounts.move(self.current, at))


def _title(account: Account) -> str:
    return f"{account.name} (off)" if account.disabled else account.name
