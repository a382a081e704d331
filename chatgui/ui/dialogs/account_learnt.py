"""What using an account taught of its server, and the way to forget it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget
from shiboken6 import isValid

from chatgui.chat.findings import learnt
from chatgui.core.account import Account
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import say, words


class AccountLearnt(QWidget):
    """A sentence and a button. What is forgotten is found out anew by the next request; nothing else changes."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._accounts, self._tasks = context.session.accounts, context.tasks
        self._id = ""
        self.said = words()
        self.button = QPushButton("Forget")
        self.button.setAccessibleName("Forget what was learnt of this server")
        self.button.setToolTip("The next request finds out anew what this server takes; useful after it was changed.")
        self.button.clicked.connect(lambda: self._tasks.start(self._forget()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.said, 1)
        row.addWidget(self.button)

    def show_account(self, account: Account) -> None:
        """What is known of this account now."""
        self._id, found = account.id, learnt(account)
        say(
            self.said,
            f"What was learnt of this server: {found}." if found else "Nothing was learnt of this server yet.",
        )
        self.button.setEnabled(bool(found))

    async def _forget(self) -> None:
        forgotten = self._id
        await self._accounts.forget_learnt(forgotten)
        if isValid(self) and self._id == forgotten:
            self.button.setEnabled(False)
            say(self.said, "Forgotten. The next request finds out anew.", "good")
