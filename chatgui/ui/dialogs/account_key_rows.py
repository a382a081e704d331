"""The key's rows in an account's form: the key, where it is kept, where to get one, the ways on where its place does not serve."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPushButton

from chatgui.chat.setup import check_key
from chatgui.core.account import Account, KeySource
from chatgui.core.errors import VaultError, VaultState
from chatgui.core.secret import Secret
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.account_fields import kept_box, line, note
from chatgui.ui.dialogs.account_ways import KeyWays, why
from chatgui.ui.dialogs.parts import Sheet, say
from chatgui.ui.links import open_link


class KeyRows:
    """A key that is kept is never shown. `keep` keeps the account, with True its key for this run only; `tell` is told what
    concerns the whole form, in words and their meaning."""

    def __init__(
        self,
        context: Context,
        sheet: Sheet,
        *,
        keep: Callable[[bool], Coroutine[Any, Any, Any]],
        tell: Callable[[str, str], None],
    ) -> None:
        self._session, self._tasks, self._sheet = context.session, context.tasks, sheet
        self._keep, self._tell = keep, tell
        self._account: Account | None = None  # as it is kept; None while it is a new one
        self._page = ""  # the provider's, where keys are made
        self.line = line("")
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setAccessibleName("Key")
        self.line.textChanged.connect(lambda _: self._check())
        self.page_button = QPushButton("Get a Key…")
        self.page_button.clicked.connect(self.open_page)
        self.note = note()
        self.kept = kept_box()
        self.kept.setAccessibleName("Key is kept")
        self.kept.activated.connect(lambda _: self._show_place())
        self.variable = line("OPENAI_API_KEY")
        self.variable.setAccessibleName("Environment variable")
        self.ways = KeyWays()
        self.ways.for_this_run.connect(self._keep_for_this_run)
        self.ways.by_variable.connect(self._name_variable)

    def add_to(self, form: QFormLayout) -> None:
        """Put the rows into a form."""
        self._form = form
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(self.page_button)
        form.addRow("Key", row)
        form.addRow("", self.note)
        form.addRow("Key is kept", self.kept)
        form.addRow("Variable", self.variable)

    # What is shown

    def show_account(self, account: Account, *, is_new: bool, page: str) -> None:
        """The key of this account; `page` is where its provider makes keys, empty if that is not known."""
        self._account = None if is_new else account
        self.line.clear()
        self.kept.setCurrentIndex(self.kept.findData(account.key_source))
        self.variable.setText(account.key_env)
        for widget in (self.line, self.kept, self.page_button):
            widget.setEnabled(not account.is_demo)
        say(self.note, "")
        self.offer_page(page)
        self._show_place()

    def offer_page(self, page: str) -> None:
        """Where the provider makes keys; empty if that is not known."""
        self._page = page
        self.page_button.setVisible(bool(page))

    def open_page(self) -> None:
        """Go where the provider makes keys."""
        if self._page:
            open_link(self._page, self.line)

    def keep_in(self, source: KeySource) -> None:
        """Choose the place the key is to be kept in."""
        self.kept.setCurrentIndex(self.kept.findData(source))
        self._show_place()

    def _show_place(self) -> None:
        source = self.source
        self._form.setRowVisible(self.variable, source is KeySource.ENVIRONMENT)
        self.line.setEnabled(source.is_kept_here)
        self.line.setPlaceholderText(self._hint(source))
        self.ways.hide()
        self._sheet.start(self._tasks, self._look())

    def _hint(self, source: KeySource) -> str:
        if not source.is_kept_here:
            return ""
        account = self._account
        if account is None or account.key_source is not source:
            return "Paste it here"
        return f"Unchanged (“{account.key}”)" if account.key else "Unchanged"

    def _check(self) -> None:
        text = self.line.text()
        say(self.note, check_key(text) if text else "", "error")

    # Where its place does not serve

    async def _look(self) -> None:
        """Say at once if the kept key is not to be had. The keyring is left alone: it might ask the person for its password
        before anything is to be kept, and says at Save what is to be said."""
        account, source = self._account, self.source
        if account is None or source is not account.key_source or source is KeySource.KEYRING:
            return
        try:
            await self._session.accounts.secret(account)
        except VaultError as error:
            if self._account is account and self.source is source and self.ways.isHidden():
                self.show_refusal(error)

    def show_refusal(self, error: VaultError, *, failed: bool = False) -> None:
        """Say why the key is not to be had, or was not kept (`failed`), and offer the ways on. What is typed stays."""
        is_missing = error.state is VaultState.MISSING
        text = f"Not saved. {why(error)}" if failed else why(error)
        if is_missing:
            self.line.setPlaceholderText("Paste it here")
        by_run = not is_missing or self.source is KeySource.ENVIRONMENT
        self.ways.offer(text, run=by_run, variable=not is_missing, failed=failed)
        if failed:
            self._tell("", "")

    def ask(self) -> None:
        """Be ready for the key, wherever it is kept."""
        if self.source is KeySource.NONE:
            self.keep_in(KeySource.KEYRING)
        (self.variable if self.source is KeySource.ENVIRONMENT else self.line).setFocus()

    def _name_variable(self) -> None:
        self.keep_in(KeySource.ENVIRONMENT)
        self._tell("", "")
        self.variable.setFocus()

    def _keep_for_this_run(self) -> None:
        """An account of the keyring stays one: it will be asked again in the next run. Any other is told its place."""
        lends = self._place_before is KeySource.KEYRING and self.source is KeySource.KEYRING
        if not lends:
            self.keep_in(KeySource.SESSION)
        if problem := check_key(self.line.text()):
            say(self.note, problem if self.line.text() else "Enter the key.", "error")
            self.line.setFocus()
            return
        self._tasks.start(self._keep(lends))

    # What is in them

    @property
    def source(self) -> KeySource:
        """Where the key is to be kept."""
        return KeySource(self.kept.currentData())  # Qt keeps the bare string

    @property
    def _place_before(self) -> KeySource | None:
        return self._account.key_source if self._account else None

    @property
    def variable_name(self) -> str:
        """The environment variable that holds the key, if one is to."""
        return self.variable.text().strip() if self.source is KeySource.ENVIRONMENT else ""

    def secret(self) -> Secret | None:
        """The key that was typed; None if the kept one stays."""
        text = self.line.text().strip()
        return Secret(text) if text and self.source.is_kept_here else None

    def fits(self) -> bool:
        """Whether an account can be kept with this; what must be mended first is said."""
        source = self.source
        wanted = source.is_kept_here
        is_typed = wanted and (self.line.text() or self._place_before is not source)
        problem = check_key(self.line.text()) if is_typed else ""
        if source is KeySource.ENVIRONMENT and not self.variable_name:
            problem = "Name the environment variable that holds the key."
        say(self.note, problem if wanted else "", "error")
        if problem:
            (self.line if wanted else self.variable).setFocus()
            self._tell("" if wanted else problem, "error")
        return not problem
