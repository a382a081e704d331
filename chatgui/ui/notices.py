"""What goes wrong, in words a person can act on, and the quiet bar that says it.

`present` is the only place where a failure becomes a title, a sentence and buttons. Errors of an answer stand in the
transcript; everything else is said in the bar, which never takes the focus and moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from chatgui.core.errors import ChatError, Failure, Kind
from chatgui.ui import assets
from chatgui.ui.spoken import announce
from chatgui.ui.theme import Theme

SHOWN_MS = 8000

Act = tuple[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Presented:
    """A failure as it is shown. `actions` are names of verbs, the best first: retry, continue, enter_key, accounts, model,
    new."""

    title: str
    words: str
    advice: str
    actions: tuple[str, ...]
    details: str


_TITLES: dict[Kind, tuple[str, tuple[str, ...]]] = {
    Kind.AUTHENTICATION: ("The key was not accepted", ("enter_key", "retry")),
    Kind.PERMISSION: ("The key may not do this", ("model", "accounts")),
    Kind.RATE_LIMITED: ("Too many requests", ("retry", "model")),
    Kind.QUOTA: ("No credit left", ("accounts", "model")),
    Kind.CONTEXT_TOO_LONG: ("The conversation is too long for this model", ("model", "new")),
    Kind.CONTENT_REFUSED: ("The provider refused the content", ("edit", "model")),
    Kind.INVALID_REQUEST: ("The provider did not take the request", ("model", "accounts")),
    Kind.NOT_FOUND: ("No such model or address", ("model", "accounts")),
    Kind.UNAVAILABLE: ("The provider is not available", ("retry", "model")),
    Kind.NOT_REACHED: ("The server was not reached", ("retry", "accounts")),
    Kind.TIMED_OUT: ("Nobody answered in time", ("retry", "accounts")),
    Kind.TLS: ("The connection is not secure", ("accounts",)),
    Kind.INTERRUPTED: ("The answer broke off", ("continue", "retry")),
    Kind.PROTOCOL: ("The answer could not be read", ("retry", "accounts")),
    Kind.CANCELLED: ("Stopped", ("continue", "retry")),
    Kind.VAULT: ("The key could not be had", ("enter_key", "retry")),
    Kind.STORE: ("Not saved", ("retry",)),
}


def present(error: BaseException | Failure) -> Presented:
    """How a failure is said. What is not a known failure is our own bug and is called that."""
    if isinstance(error, ChatError):
        error = error.failure
    if not isinstance(error, Failure):
        kind = type(error).__name__
        return Presented("Something in the program went wrong", "What you wrote is kept.", "", ("retry",), kind)
    title, actions = _TITLES[error.kind]
    facts = [
        f"Status {error.status}" if error.status is not None else "",
        f"Code {error.code}" if error.code else "",
        f"Request {error.request_id}" if error.request_id else "",
        error.said,
    ]
    advice = error.advice
    if error.retry_after is not None and not advice:
        advice = f"Try again in {round(error.retry_after)} s."
    return Presented(title, error.message, advice, actions, "\n".join(fact for fact in facts if fact))


class NoticeBar(QFrame):
    """One notice at a time, floating at the foot of the widget it is `over`, a sibling. An older one gives way."""

    def __init__(self, parent: QWidget, over: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("Notice")
        self.setAccessibleName("Notice")
        self._theme = theme
        self._room = over
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons = QHBoxLayout()
        self._close = QToolButton()
        self._close.setAccessibleName("Close notice")
        self._close.setToolTip("Close")
        assets.dress(self._close, "close", theme.tokens)
        self._close.clicked.connect(self.dismiss)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._label, 1)
        row.addLayout(self._buttons)
        row.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.dismiss)
        over.installEventFilter(self)
        self.hide()

    @property
    def words(self) -> str:
        """What the bar says now; empty while it is away."""
        return "" if self.isHidden() else self._label.text()

    def say(self, words: str, actions: Sequence[Act] = (), *, meaning: str = "", stays: bool = False) -> None:
        """Show a sentence with at most two buttons; it leaves by itself unless it `stays`."""
        self._label.setText(words)
        self.setProperty("meaning", meaning)
        self.style().polish(self)
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for text, act in actions:
            button = QPushButton(text)
            button.clicked.connect(self.dismiss)
            button.clicked.connect(lambda _=False, act=act: act())
            self._buttons.addWidget(button)
        self._place()
        self.show()
        self.raise_()
        self._timer.stop() if stays else self._timer.start()
        announce(self, words)

    def trouble(self, error: BaseException, actions: Sequence[Act] = ()) -> None:
        """Say what went wrong, and stay until closed."""
        shown = present(error)
        known = isinstance(error, ChatError)
        said = shown.words if known else f"{shown.title}. {shown.words}"
        words = " ".join(part for part in (said or shown.title, shown.advice) if part)
        self.say(words, actions, meaning="error", stays=True)

    def dismiss(self) -> None:
        """Take the notice away."""
        self._timer.stop()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the foot of what it is over."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        room = self._room.geometry()
        width = min(room.width() - 32, 640)
        self.setFixedWidth(max(width, 120))
        height = self._row.totalHeightForWidth(self.width())
        self.resize(self.width(), max(height, 40))
        self.move(room.center().x() - self.width() // 2, room.bottom() - self.height() - 11)
