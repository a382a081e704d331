"""What to do where the keyring does not serve: why in words, and the ways on as buttons."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from chatgui.core.errors import VaultError, VaultState
from chatgui.ui.dialogs.parts import say, words
from chatgui.ui.notices import told

KEYRING = {
    VaultState.ABSENT: "No keyring answers on this system.",
    VaultState.LOCKED: "The keyring is locked. Unlock it and save again, or:",
    VaultState.DENIED: "The keyring did not allow it. Allow it in the keyring’s own program and save again, or:",
    VaultState.HUNG: (
        "The keyring does not answer. It may be asking for its password in another window; "
        "answer that and save again, or:"
    ),
    VaultState.UNTRUSTED: "The keyring of this system is not one that keeps keys safe.",
    VaultState.NOT_KEPT: "The keyring took the key but did not keep it.",
}


def why(error: VaultError) -> str:
    """The failure in the form's words. A keyring that is not trusted is named."""
    if error.state is VaultState.MISSING:
        return told(error)
    return error.message if error.state is VaultState.UNTRUSTED else KEYRING[error.state]


class KeyWays(QWidget):
    """Takes no room while all is well."""

    for_this_run = Signal()
    by_variable = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = words()
        self.run_button = QPushButton("Keep the key for this run only")
        self.run_button.setToolTip("In memory until the program ends, and nowhere else")
        self.run_button.clicked.connect(self.for_this_run)
        self.variable_button = QPushButton("Use an environment variable…")
        self.variable_button.setToolTip("The program is told its name; the key stays outside")
        self.variable_button.clicked.connect(self.by_variable)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.run_button)
        row.addWidget(self.variable_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.words)
        column.addLayout(row)
        self.hide()

    def offer(self, text: str, *, run: bool = True, variable: bool = True, failed: bool = False) -> None:
        """Say why, and offer these ways; `failed` if something was to be kept and was not."""
        say(self.words, text, "error" if failed else "warning")
        self.run_button.setVisible(run)
        self.variable_button.setVisible(variable)
        self.show()
