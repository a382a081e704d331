"""One account's form: a preset or an address, a name, the key and where it is kept, a model, and a test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.chat.doctor import Doctor
from chatgui.chat.setup import PRESETS, check_key, mend
from chatgui.core.account import Account, KeySource, Traits
from chatgui.core.errors import ChatError, VaultState
from chatgui.core.ids import new_id
from chatgui.core.secret import Secret
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.account_more import AccountMore
from chatgui.ui.dialogs.parts import Sheet, say, words
from chatgui.ui.links import open_link

KEPT = (
    ("In the system’s keyring", KeySource.KEYRING),
    ("For this run only", KeySource.SESSION),
    ("In an environment variable", KeySource.ENVIRONMENT),
    ("No key is needed", KeySource.NONE),
)
KEYRING = {
    VaultState.ABSENT: "No keyring answers on this system.",
    VaultState.LOCKED: "The keyring is locked. Unlock it, or:",
    VaultState.DENIED: "The keyring did not allow it.",
    VaultState.HUNG: "The keyring does not answer. It may be asking for its password in another window.",
    VaultState.UNTRUSTED: "The keyring of this system is not one that keeps keys safe.",
}
SIGNS = {True: "✓", False: "✗", None: "–"}


class AccountForm(QWidget):
    """Edits a copy; nothing is kept until Save. A key that is kept is never shown."""

    def __init__(self, context: Context, sheet: Sheet, save: Callable[[Account], Awaitable[bool]]) -> None:
        super().__init__()
        self._session, self._tasks, self._sheet, self._save = context.session, context.tasks, sheet, save
        self._account: Account | None = None
        self._testing: asyncio.Task[Any] | None = None
        self.is_new = False
        self.provider = QComboBox()
        self.provider.addItem("Any OpenAI-compatible address", "")
        for preset in PRESETS:
            self.provider.addItem(preset.title, preset.name)
        self.provider.setMaxVisibleItems(20)
        self.provider.activated.connect(lambda _: self._take_preset())
        self.url = _line("https://…/v1")
        self.url.editingFinished.connect(self._mend)
        self.name = _line("What you call it")
        self.key = _line("")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.textChanged.connect(lambda _: self._check_key())
        self.kept = QComboBox()
        for title, source in KEPT:
            self.kept.addItem(title, source)
        self.kept.activated.connect(lambda _: self._show_kept())
        self.variable = _line("OPENAI_API_KEY")
        self.model = QComboBox()
        self.model.setEditable(True)
        self.model.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.more = AccountMore()
        self._lay_out()

    def _lay_out(self) -> None:
        self._url_words, self._key_words, self._kept_words, self._about = words(), words(), words(), words()
        self._get_key = QPushButton("Get a Key…")
        self._get_key.clicked.connect(self._open_key_page)
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._form.setVerticalSpacing(8)
        key = QHBoxLayout()
        key.addWidget(self.key, 1)
        key.addWidget(self._get_key)
        for label, name, field in (
            ("Provider", "Provider", self.provider),
            ("", "", self._about),
            ("Address", "Base URL", self.url),
            ("", "", self._url_words),
            ("Name", "Name", self.name),
            ("Key", "Key", key),
            ("", "", self._key_words),
            ("Key is kept", "Key is kept", self.kept),
            ("Variable", "Environment variable", self.variable),
            ("", "", self._kept_words),
            ("Model", "Default model", self.model),
        ):
            self._form.addRow(label, field)
            if name and isinstance(field, QWidget):
                field.setAccessibleName(name)
        self.key.setAccessibleName("Key")
        self._add_more()
        self._add_buttons()

    def _add_more(self) -> None:
        self._more = QToolButton()
        self._more.setText("More")
        self._more.setToolTip("Headers, parameters, extra JSON, proxy, certificates, time limits")
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.setArrowType(Qt.ArrowType.RightArrow)
        self._more.setProperty("words", True)
        self._more.setCheckable(True)
        self._more.toggled.connect(self._show_more)
        self._form.addRow("", self._more)
        self._form.addRow(self.more)
        self._form.setRowVisible(self.more, False)

    def _show_more(self, on: bool) -> None:
        self._form.setRowVisible(self.more, on)
        self._more.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)

    def _add_buttons(self) -> None:
        self.test_button = QPushButton("Test")
        self.test_button.clicked.connect(self.test)
        self.save_button = QPushButton("Save")
        self.save_button.setProperty("primary", True)
        self.save_button.clicked.connect(lambda: self._tasks.start(self.save()))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.test_button)
        buttons.addWidget(self.save_button)
        self._said = words()
        self.steps = QVBoxLayout()
        self.steps.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self._form)
        column.addLayout(buttons)
        column.addWidget(self._said)
        column.addLayout(self.steps)

    # What is shown

    def show_new(self, account: Account | None = None) -> None:
        """The form of an account that is not kept yet: empty, or filled with what is known."""
        self.is_new = True
        self._fill(account or Account(new_id(), "", ""))
        if account is None:
            self._take_preset()

    def show_account(self, account: Account) -> None:
        """The form of an account that is kept."""
        self.is_new = False
        self._fill(account)

    def _fill(self, account: Account) -> None:
        self._account = account
        self.stop_test()
        self._clear_steps()
        self.provider.setCurrentIndex(max(self.provider.findData(account.provider), 0))
        self.url.setText(account.base_url)
        self.name.setText(account.name)
        self.key.clear()
        self.key.setPlaceholderText("Paste it here" if self.is_new else "Unchanged")
        self.kept.setCurrentIndex(self.kept.findData(account.key_source))
        self.variable.setText(account.key_env)
        self.model.clear()
        self.model.addItems([one.id for one in self._session.accounts.known_models(account.id)])
        self.model.setEditText(account.default_model)
        self.more.show_account(account)
        self._more.setChecked(AccountMore.is_used(account))
        for widget in (self.provider, self.url, self.key, self.kept, self._get_key):
            widget.setEnabled(not account.is_demo)
        say(self._about, "Answers without a key or a network, from this computer." if account.is_demo else "")
        for label in (self._url_words, self._key_words):
            say(label, "")
        say(self._said, account.last_test and f"Last test: {account.last_test}")
        self._show_kept()

    def say(self, text: str, meaning: str = "") -> None:
        """A sentence under the buttons."""
        say(self._said, text, meaning)

    def _take_preset(self) -> None:
        preset = next((one for one in PRESETS if one.name == self.provider.currentData()), None)
        known = {one.title for one in PRESETS}
        say(self._about, preset.words if preset else "")
        self._get_key.setVisible(bool(preset and preset.key_url))
        if preset is None:
            return
        self.url.setText(preset.base_url)
        if not self.name.text() or self.name.text() in known:
            self.name.setText(preset.title)
        if preset.model and not self.model.currentText():
            self.model.setEditText(preset.model)
        source = KeySource.KEYRING if preset.needs_key else KeySource.NONE
        self.kept.setCurrentIndex(self.kept.findData(source))
        self._show_kept()

    def _show_kept(self) -> None:
        source = self._source()
        self._form.setRowVisible(self.variable, source is KeySource.ENVIRONMENT)
        self.key.setEnabled(source in (KeySource.KEYRING, KeySource.SESSION))
        preset = next((one for one in PRESETS if one.name == self.provider.currentData()), None)
        self._get_key.setVisible(bool(preset and preset.key_url))
        say(self._kept_words, "")
        if source is KeySource.KEYRING:
            self._sheet.start(self._tasks, self._ask_keyring())

    def _source(self) -> KeySource:
        return KeySource(self.kept.currentData())  # Qt keeps the bare string

    async def _ask_keyring(self) -> None:
        state = await self._session.accounts.vault.state()
        if state is not None and self._source() is KeySource.KEYRING:
            way = "Keep the key for this run only, or name an environment variable."
            say(self._kept_words, f"{KEYRING.get(state, 'The keyring does not serve now.')} {way}", "warning")

    def _mend(self) -> None:
        if self.provider.currentData() == "demo" or not self.url.text().strip():
            return
        mended = mend(self.url.text())
        if mended.url:
            self.url.setText(mended.url)
        say(self._url_words, mended.words, "" if mended.url else "error")

    def _check_key(self) -> None:
        text = self.key.text()
        say(self._key_words, check_key(text) if text else "", "error")

    def _open_key_page(self) -> None:
        preset = next((one for one in PRESETS if one.name == self.provider.currentData()), None)
        if preset is not None:
            open_link(preset.key_url, self)

    # What is in it

    def account(self) -> Account | None:
        """What the form says, or None if something must be mended first (which is then said)."""
        if self._account is None:
            return None
        account, problem = self.more.apply(self._account)
        account = replace(
            account, name=" ".join(self.name.text().split()), default_model=self.model.currentText().strip()
        )
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
        preset = next((one for one in PRESETS if one.name == self.provider.currentData()), None)
        source = self._source()
        account = replace(
            account, base_url=mended.url, provider=preset.name if preset else "", key_source=source,
            key_env=self.variable.text().strip() if source is KeySource.ENVIRONMENT else "",
            key_header=preset.key_header if preset else account.key_header,
            traits=preset.traits if preset and self.is_new else account.traits or Traits(),
        )  # fmt: skip
        return account if self._key_fits(source) else None

    def _key_fits(self, source: KeySource) -> bool:
        wanted = source in (KeySource.KEYRING, KeySource.SESSION)
        before = self._account.key_source if self._account and not self.is_new else None
        problem = check_key(self.key.text()) if wanted and (self.key.text() or before is not source) else ""
        if source is KeySource.ENVIRONMENT and not self.variable.text().strip():
            problem = "Name the environment variable that holds the key."
        say(self._key_words, problem, "error")
        if problem:
            (self.key if wanted else self.variable).setFocus()
        return not problem

    def secret(self) -> Secret | None:
        """The key that was typed; None if the kept one stays."""
        text = self.key.text().strip()
        wanted = self._source() in (KeySource.KEYRING, KeySource.SESSION)
        return Secret(text) if text and wanted else None

    async def save(self) -> bool:
        """Keep what the form says."""
        account = self.account()
        return account is not None and await self._save(account)

    # The test

    def test(self) -> None:
        """Keep what the form says and try it, step by step; a second press stops."""
        if self._testing is not None:
            self.stop_test()
            return
        self._testing = self._sheet.start(self._tasks, self._test())
        self.test_button.setText("Stop")

    def stop_test(self) -> None:
        """End a running test."""
        task, self._testing = self._testing, None
        if task is not None:
            task.cancel()
        self.test_button.setText("Test")

    async def _test(self) -> None:
        try:
            await self._examine()
        finally:
            if self._testing is asyncio.current_task():
                self._testing = None
                self.test_button.setText("Test")

    async def _examine(self) -> None:
        account, secret = self.account(), self.secret()
        if account is None:
            return
        self._clear_steps()
        self.say("Testing …")
        well = True
        try:
            async with aclosing(Doctor(self._session.accounts, self._session.client).examine(account, secret)) as found:
                async for one in found:
                    well = well and one.good is not False
                    self._add_step(one.good, f"{one.step}: {one.words} {one.advice}", one.ms)
        except ChatError as error:
            self.say(error.message, "error")
            return
        self.say("This account works." if well else "This account does not work yet.", "good" if well else "error")

    def _add_step(self, good: bool | None, text: str, ms: float) -> None:
        sign = QLabel(SIGNS[good])
        sign.setFixedWidth(16)
        sign.setProperty("meaning", {True: "good", False: "error", None: ""}[good])
        time = words(f"{ms:.0f} ms", strength="3")
        time.setWordWrap(False)
        row = QHBoxLayout()
        for widget, stretch in ((sign, 0), (words(text.strip()), 1), (time, 0)):
            row.addWidget(widget, stretch, Qt.AlignmentFlag.AlignTop)
        self.steps.addLayout(row)

    def _clear_steps(self) -> None:
        while (row := self.steps.takeAt(0)) is not None:
            inner = row.layout()
            while inner is not None and (item := inner.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.deleteLater()


def _line(hint: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(hint)
    return line
