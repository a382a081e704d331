"""Finding in one of the transcripts of the window: in the one the keyboard was in. In the others the words are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from chatgui.ui.find_bar import FindBar

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView


class Finding(QObject):
    """Ties the line one types in to the searches of the transcripts; the first of them is the conversation."""

    def __init__(self, bar: FindBar, view: TranscriptView) -> None:
        super().__init__(bar)
        self._bar = bar
        self._views: list[TranscriptView] = []
        self._chosen = view
        bar.typed.connect(self._seek)
        bar.offered.connect(self._mark)
        bar.step_wanted.connect(self._step)
        bar.closed.connect(self._end)
        self.add(view)

    def add(self, view: TranscriptView) -> None:
        """One more transcript to find in."""
        self._views.append(view)
        view.search.changed.connect(lambda: self._show_place(view))

    @property
    def view(self) -> TranscriptView:
        """Where one finds: what was chosen, as long as it is to be seen."""
        return self._chosen if self._chosen.isVisible() else self._views[0]

    def open(self) -> None:
        """Find where the keyboard is."""
        if not self._bar.line.hasFocus():
            self._choose(next((view for view in self._views if view.hasFocus()), self._views[0]))
        self._bar.open()

    def show_words(self, words: str) -> None:
        """Mark these words, found elsewhere, in the conversation."""
        self._choose(self._views[0])
        self._bar.show_words(words)

    def _choose(self, view: TranscriptView) -> None:
        self._chosen = view
        self._bar.name("conversation" if view is self._views[0] else view.accessibleName().lower())

    def _seek(self, words: str) -> None:
        for view in self._views:
            view.search.seek(words) if view is self.view else view.search.start(words)

    def _step(self, by: int) -> None:
        self.view.search.step(by)

    def _mark(self, words: str) -> None:
        for view in self._views:
            if view.search.query != words:
                view.search.start(words)
        self._show_place(self.view)

    def _show_place(self, view: TranscriptView) -> None:
        if view is self.view:
            self._bar.show_place(view.search.number, view.search.total)

    def _end(self, back: bool) -> None:
        for view in self._views:
            view.search.leave(back=back)
        self.view.setFocus()
