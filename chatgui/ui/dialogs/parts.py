"""Pieces several dialogs are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFontInfo, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.ui import assets
from chatgui.ui.spoken import announce
from chatgui.ui.tasks import Tasks
from chatgui.ui.theme import Theme

NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter  # how they stand in a column, and …
WORDS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
USUAL_PX = 15  # text up to this size has room in the sizes the dialogs name; with larger text they grow


class Sheet(QDialog):
    """A dialog with a body in a column. Opened with `open()`: nothing waits for it but who awaits `finished`."""

    def __init__(self, parent: QWidget, title: str, size: tuple[int, int]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(False)
        room, scale = parent.screen().availableGeometry(), max(1.0, QFontInfo(parent.font()).pixelSize() / USUAL_PX)
        self.resize(min(round(size[0] * scale), room.width() - 40), min(round(size[1] * scale), room.height() - 60))
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 16, 16, 16)
        self.body.setSpacing(12)
        self._running: set[asyncio.Task[Any]] = set()
        self._reading: asyncio.Task[Any] | None = None
        self.finished.connect(self._end_all)

    def showEvent(self, event: QShowEvent) -> None:
        """Enter in a field presses the primary button, never whichever comes first."""
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
            button.setDefault(bool(button.property("primary")))
        super().showEvent(event)

    def start(self, tasks: Tasks, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something whose only point is to be shown here: it ends with the dialog."""
        task = tasks.start(coroutine)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def read(self, tasks: Tasks, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Read anew what is shown here. An older reading that is still under way ends, so that it never comes last."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self.start(tasks, coroutine)

    def _end_all(self) -> None:
        for task in list(self._running):
            task.cancel()


class Fold(QToolButton):
    """A line of a form that folds what lies below it open. It begins folded."""

    def __init__(self, title: str, hint: str, form: QFormLayout, inside: QWidget, theme: Theme) -> None:
        super().__init__()
        self._form, self._inside, self._theme = form, inside, theme
        self.setObjectName("Fold")
        self.setText(title)
        self.setToolTip(hint)
        self.setAccessibleDescription(hint)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setProperty("words", True)
        self.setCheckable(True)
        self.toggled.connect(self._unfold)
        form.addRow("", self)
        form.addRow(inside)
        self._unfold(False)

    def _unfold(self, on: bool) -> None:
        self._form.setRowVisible(self._inside, on)
        assets.dress(self, "down" if on else "right", self._theme.tokens)
        self.setIconSize(QSize(16, 16))


class Table(QTableWidget):
    """Rows to be read and chosen whole; the first column takes what room there is. Tab goes on to what follows it.

    `numbers` are the columns that hold some: their names stand as those do.
    """

    def __init__(self, name: str, columns: Sequence[str], numbers: Collection[int]) -> None:
        super().__init__(0, len(columns))
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels(list(columns))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for at in range(len(columns)):
            if (title := self.horizontalHeaderItem(at)) is not None:
                title.setTextAlignment(NUMBERS if at in numbers else WORDS)


class Progress(QProgressBar):
    """How far something is, or that it goes on: then a piece runs along it, unless nothing is to move (`still`)."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Progress")
        self.setTextVisible(False)

    def begin(self, total: int, *, still: bool) -> None:
        """Show the beginning of so many steps; 0 where nobody knows how many."""
        self.setRange(0, total or int(still))
        self.setValue(0)
        self.show()


class Bar(QWidget):
    """What stands below a form that scrolls, always in sight: its buttons, and beside them what came of them."""

    def __init__(self, *buttons: QPushButton) -> None:
        super().__init__()
        self.said = words()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.addWidget(self.said, 1000)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)


class Blank(QLabel):
    """What stands in a list while it is empty: in one sentence, why, or what to do."""

    def __init__(self, over: QAbstractItemView) -> None:
        super().__init__(over.viewport())
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMargin(24)
        self.setProperty("strength", "2")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over.viewport().installEventFilter(self)
        self.hide()

    def show_words(self, text: str) -> None:
        """Say this; nothing with empty words."""
        self.setText(text)
        self.setVisible(bool(text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fill what it stands in."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
        return super().eventFilter(watched, event)


def scrolling(inside: QWidget) -> QScrollArea:
    """Room for what may be higher than a dialog. The focus goes from what is in it to what is in it, never to the room."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area


def words(text: str = "", *, strength: str = "2", meaning: str = "") -> QLabel:
    """A label of plain text that wraps, in one of the text strengths."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("strength", strength)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if meaning:
        say(label, text, meaning)
    return label


def say(label: QLabel, text: str, meaning: str = "") -> None:
    """Change a label's words and what they mean (error, warning, good); it takes no room while empty. What means something is
    read aloud when it comes."""
    if text and meaning and text != label.text():
        announce(label, text)
    label.setText(text)
    label.setProperty("meaning", meaning)
    label.style().polish(label)
    label.setVisible(bool(text))


def heading(text: str) -> QLabel:
    """A line that names a group."""
    label = QLabel(text)
    font = label.font()
    font.setWeight(font.Weight.DemiBold)
    label.setFont(font)
    return label
