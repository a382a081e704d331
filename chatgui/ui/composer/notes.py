"""Words above the editor: of files, of the model's window, of the budget."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from chatgui.ui.spoken import announce


class ComposerNotes(QLabel):
    """Sentences above the editor that warn and hinder nothing, one for each subject; away while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, str] = {}
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setContentsMargins(4, 0, 0, 0)  # in line with the editor's text
        self.setProperty("meaning", "warning")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hide()

    def minimumSizeHint(self) -> QSize:
        """As narrow as it must be: the words wrap."""
        return QSize(0, super().minimumSizeHint().height())

    def say(self, subject: str, words: str, *, is_news: bool = False) -> None:
        """What there is to know of a subject now; empty words take it away. It is read aloud when it comes, and as news."""
        before = self._said.get(subject, "")
        if words == before:
            return
        self._said[subject] = words
        self.setText("\n".join(one for one in self._said.values() if one))
        self.setVisible(bool(self.text()))
        if words and (is_news or not before):  # not at each key: the number in it goes on changing
            announce(self, words)
