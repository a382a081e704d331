"""What goes wrong, in words a person can act on, and the quiet bar that says it.

Errors of an answer stand in the transcript; everything else is said in the bar, which never takes the focus and moves
nothing, or in the dialog it happened in, both in the words of `told`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from chatgui.core.errors import ChatError
from chatgui.ui import assets
from chatgui.ui.spoken import announce
from chatgui.ui.theme import Theme

SHOWN_MS = 8000

Act = tuple[str, Callable[[], object]]


def told(error: BaseException) -> str:
    """What went wrong and what to do next, in sentences. What is no known failure is our own bug, and is called that."""
    if not isinstance(error, ChatError):
        return "Something in the program went wrong. What you wrote is kept."
    advice = error.advice
    if error.retry_after is not None and not advice:
        advice = f"Try again in {round(error.retry_after)} s."
    return f"{error.message} {advice}".strip()


class NoticeBar(QFrame):
    """One notice at a time, floating at the foot of the widget it is `over`, a sibling. An older one gives way.

    It is no wider than the sibling it stands `above`.
    """

    def __init__(self, parent: QWidget, over: QWidget, theme: Theme, above: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Notice")
        self.setAccessibleName("Notice")
        self._theme = theme
        self._room, self._above = over, above
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons = QHBoxLayout()
        self._close = assets.tool_button("close", "Close notice", theme.tokens, "Close")
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
        if above is not None:
            above.installEventFilter(self)
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
        self.say(told(error), actions, meaning="error", stays=True)

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
        column = self._above.geometry() if self._above is not None else room.adjusted(16, 0, -16, 0)
        self.setFixedWidth(max(min(column.width(), 640), 120))
        height = self._row.totalHeightForWidth(self.width())
        self.resize(self.width(), max(height, 40))
        self.move(column.center().x() - self.width() // 2, room.bottom() - self.height() - 11)
