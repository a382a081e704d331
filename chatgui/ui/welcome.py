"""What stands where nothing was said yet: one sentence, and the one button that leads on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from chatgui.ui import assets


class Welcome(QWidget):
    """The empty state of a conversation. Which one is decided by what there is."""

    demo_wanted = Signal()
    account_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._mark = QLabel()
        self._mark.setAccessibleName("chatgui")
        self._mark.setPixmap(assets.pixmap("chatgui", "", 56, self.devicePixelRatioF()))
        self._title = QLabel()
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setWeight(font.Weight.DemiBold)
        self._title.setFont(font)
        self._words = QLabel()
        self._words.setProperty("strength", "2")
        self._words.setWordWrap(True)
        self._words.setMaximumWidth(460)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._demo = QPushButton("Try the Demo")
        self._demo.clicked.connect(self.demo_wanted)
        self._account = QPushButton("Add an Account…")
        self._account.clicked.connect(self.account_wanted)
        for button in (self._demo, self._account):
            button.setMinimumHeight(34)
        self._lay_out()
        self.show_nothing()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._demo)
        buttons.addWidget(self._account)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        words = QHBoxLayout()
        words.addStretch(1)
        words.addWidget(self._words, 100)
        words.addStretch(1)
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(words)
        column.addSpacing(8)
        column.addLayout(buttons)
        column.addStretch(3)

    def show_nothing(self) -> None:
        """While the library is being opened."""
        self._show("", "", demo=False, account=False)

    def show_first_start(self, *, demo: bool) -> None:
        """Nobody has said anything yet and there is no account of the user's own."""
        if demo:
            words = (
                "A demo account answers without a key or a network, and shows what the program can do. "
                "To ask a real model, add an account with your provider’s key."
            )
        else:
            words = "To ask a model, add an account: your provider’s address and key."
        self._show("Welcome to chatgui", words, demo=demo, account=True)

    def show_empty(self, model: str) -> None:
        """A new conversation."""
        self._show("", f"Write a message below to ask {model}." if model else "Choose a model to ask.",
                   demo=False, account=False)  # fmt: skip

    def show_assistant(self, name: str, greeting: str, model: str) -> None:
        """A new conversation with an assistant; its greeting is shown here and nowhere else."""
        self._show(name, greeting or f"Write a message below to ask {model} as {name}.", demo=False, account=False)
        self._mark.hide()

    def _show(self, title: str, words: str, *, demo: bool, account: bool) -> None:
        self._mark.setVisible(bool(title))
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._words.setText(words)
        self._demo.setVisible(demo)
        self._demo.setProperty("primary", demo)
        self._account.setVisible(account)
        self._account.setProperty("primary", account and not demo)
        for button in (self._demo, self._account):
            button.style().polish(button)
