"""The keys of an account by their names: which is used, a further one, one less, a copy of the one in use.

A key is never shown here. It leaves for the clipboard only after a question, and after its place was asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from chatgui.chat.setup import check_key
from chatgui.core.account import Account
from chatgui.core.errors import ChatError, VaultError
from chatgui.core.secret import Secret
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import say, words
from chatgui.ui.notices import told

FIRST = "First key"
ROWS = 4  # of the list; further ones are scrolled to
CLIPBOARD_MS = 60_000  # so long a copied key stays on the clipboard


class AccountKeys(QWidget):
    """Acts at once: what is done here needs no Save."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._accounts, self._tasks = context.session.accounts, context.tasks
        self._account: Account | None = None
        self.list = QListWidget()
        self.list.setAccessibleName("Keys")
        self.list.currentItemChanged.connect(lambda _now, _before: self._enable())
        self.use = _button("Use", "Use the chosen key from the next request on", self._use)
        self.use_next = _button("Use Next", "Use the key after the one in use", self._use_next)
        self.remove = _button("Remove…", "Take the chosen key away", self._ask_removal)
        self.copy = _button("Copy Key…", "Put the key in use on the clipboard", self._ask_copy)
        self.label = QLineEdit()
        self.label.setPlaceholderText("Its name, like “work”")
        self.label.setAccessibleName("Name of the further key")
        self.key = QLineEdit()
        self.key.setPlaceholderText("A further key")
        self.key.setAccessibleName("Further key")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.add = _button("Add Key", "Keep a further key under this name", self._add)
        for line in (self.label, self.key):
            line.installEventFilter(self)
        self.question = Question()
        self.said = words()
        self._lay_out()

    def _lay_out(self) -> None:
        buttons, further = QHBoxLayout(), QHBoxLayout()
        for button in (self.use, self.use_next, self.remove, self.copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        further.addWidget(self.label, 2)
        further.addWidget(self.key, 3)
        further.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.list)
        column.addLayout(buttons)
        column.addWidget(self.question)
        column.addLayout(further)
        column.addWidget(self.said)
        say(self.said, "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter in the row of a further key adds it, and does not save the form."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # type: ignore[attr-defined]  # `pressed` says so
            self._add()
            return True
        return super().eventFilter(watched, event)

    def show_account(self, account: Account) -> None:
        """The keys of this account. What is typed of a further one stays while it is the same account."""
        if self._account is None or self._account.id != account.id:
            self.label.clear()
            self.key.clear()
            say(self.said, "")
        self.question.dismiss()
        chosen, self._account = self.chosen, account
        self.list.clear()
        for label in ("", *account.keys):
            item = QListWidgetItem(f"{label or FIRST}{' · in use' if label == account.key else ''}")
            item.setData(Qt.ItemDataRole.UserRole, label)
            self.list.addItem(item)
        self.list.setCurrentRow(("", *account.keys).index(chosen) if chosen in account.keys else 0)
        rows = min(self.list.count(), ROWS)
        self.list.setFixedHeight(rows * max(self.list.sizeHintForRow(0), 28) + 4)
        self._enable()

    @property
    def chosen(self) -> str:
        """Label of the chosen key; empty for the first."""
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def _enable(self) -> None:
        account = self._account
        self.question.dismiss()
        self.use.setEnabled(account is not None and self.chosen != account.key)
        self.use_next.setEnabled(account is not None and bool(account.keys))
        self.remove.setEnabled(bool(self.chosen))
        self.remove.setToolTip("Take the chosen key away" if self.chosen else "The first key is replaced, not removed")

    # What is done

    def _start(self, verb: Coroutine[Any, Any, str]) -> None:
        self._tasks.start(self._do(verb))

    async def _do(self, verb: Coroutine[Any, Any, str]) -> None:
        try:
            done, meaning = await verb, "good"
        except ChatError as error:
            if not isValid(self):
                raise  # the window says it
            done, meaning = told(error), "error"
        if isValid(self):
            self._show_again()
            say(self.said, done, meaning)

    def _show_again(self) -> None:
        if self._account is not None and any(one.id == self._account.id for one in self._accounts.all()):
            self.show_account(self._accounts.by_id(self._account.id))

    def _add(self) -> None:
        label, key = " ".join(self.label.text().split()), self.key.text()
        problem = "Give the further key a name." if not label else check_key(key)
        if problem or self._account is None:
            say(self.said, problem, "error")
            (self.key if label else self.label).setFocus()
            return
        self._start(self._add_key(self._account.id, label, Secret(key.strip())))

    async def _add_key(self, account_id: str, label: str, secret: Secret) -> str:
        await self._accounts.labelled_keys.add(account_id, label, secret)
        if isValid(self):
            self.label.clear()
            self.key.clear()
        return f"“{label}” is kept. Choose it and press Use to ask with it."

    def _use(self) -> None:
        if self._account is not None:
            self._start(self._use_key(self._account.id, self.chosen))

    async def _use_key(self, account_id: str, label: str) -> str:
        await self._accounts.labelled_keys.use(account_id, label)
        return f"“{label or FIRST}” is used from the next request on."

    def _use_next(self) -> None:
        if self._account is not None:
            self._start(self._rotate(self._account.id))

    async def _rotate(self, account_id: str) -> str:
        label = await self._accounts.labelled_keys.use_next(account_id)
        return f"“{label or FIRST}” is used from the next request on."

    def _ask_removal(self) -> None:
        account, label = self._account, self.chosen
        say(self.said, "")
        if account is not None and label:
            text = f"Remove the key “{label}”? This cannot be undone."
            self.question.ask(text, "Remove Key", lambda: self._start(self._remove_key(account.id, label)))

    async def _remove_key(self, account_id: str, label: str) -> str:
        failed = await self._accounts.labelled_keys.remove(account_id, label)
        if failed is not None:
            message = f"“{label}” is no longer used, but it may still be in the keyring. {failed.message}"
            raise VaultError(failed.state, message)
        return f"“{label}” is removed."

    def _ask_copy(self) -> None:
        account = self._account
        say(self.said, "")
        if account is not None:
            text = "Copy the key in use? Every program can read the clipboard; it is cleared after a minute."
            self.question.ask(text, "Copy", lambda: self._start(self._copy_key(account.id)))

    async def _copy_key(self, account_id: str) -> str:
        secret = await self._accounts.keys.reveal(self._accounts.by_id(account_id))
        put_on_clipboard(secret)
        return "The key is on the clipboard for a minute."


class Question(QWidget):
    """Asks in place before something is done; not a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._act: Callable[[], object] = lambda: None
        self._from: QWidget | None = None
        self.words = words()
        self.yes = QPushButton()
        self.yes.clicked.connect(self._answer)
        self.no = QPushButton("Cancel")
        self.no.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        self.hide()

    def ask(self, text: str, button: str, act: Callable[[], object]) -> None:
        """Show the question; `act` is called if the answer is yes. The way back has the focus."""
        self._act, self._from = act, self.window().focusWidget()
        say(self.words, text)
        self.yes.setText(button)
        self.show()
        self.no.setFocus()

    def dismiss(self) -> None:
        """Take the question back; the focus goes to where it was asked from."""
        self._act = lambda: None
        if self._from is not None and self.isVisible():
            self._from.setFocus()
        self.hide()

    def _answer(self) -> None:
        act = self._act
        self.dismiss()
        act()


def put_on_clipboard(secret: Secret) -> None:
    """Put a key there for `CLIPBOARD_MS`, marked so that programs which remember what was copied pass it over."""
    clipboard = QGuiApplication.clipboard()
    content = QMimeData()
    content.setText(secret.reveal())
    content.setData("x-kde-passwordManagerHint", b"secret")
    clipboard.setMimeData(content)

    def clear() -> None:
        if clipboard.text() == secret.reveal():
            clipboard.clear()

    QTimer.singleShot(CLIPBOARD_MS, clipboard, clear)


def keeps_several(account: Account) -> bool:
    """Whether an account can have further keys: only one whose keys are kept here."""
    return account.key_source.is_kept_here


def _button(text: str, hint: str, act: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(hint)
    button.setAccessibleDescription(hint)
    button.clicked.connect(act)
    return button
