"""The list in the sidebar, its keys, and dragging conversations out of it onto the places they can go to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QListView, QVBoxLayout, QWidget

from chatgui.ui.sidebar.delegate import RowDelegate
from chatgui.ui.sidebar.model import DRAGGED, SidebarModel
from chatgui.ui.theme import Theme


class ConversationList(QListView):
    """The list; Delete deletes, Enter opens, F2 renames. `dragging` says when conversations are taken up and let go."""

    delete_wanted = Signal()
    dragging = Signal(bool)

    def __init__(self, model: SidebarModel, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName("Conversations")
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self, theme))
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete acts on the selection."""
        if event.key() == Qt.Key.Key_Delete and self.state() != QAbstractItemView.State.EditingState:
            self.delete_wanted.emit()
            return
        super().keyPressEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Show where they can go, for as long as they are held."""
        self.dragging.emit(True)
        try:
            super().startDrag(actions)
        finally:
            self.dragging.emit(False)


class _Target(QLabel):
    """A place conversations can be dropped on."""

    dropped = Signal()

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAcceptDrops(True)
        self.setMinimumHeight(28)
        self.setContentsMargins(12, 0, 12, 0)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Conversations are welcome, nothing else."""
        if event.mimeData().hasFormat(DRAGGED):
            event.acceptProposedAction()
            self._mark(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """As on entering."""
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QEvent) -> None:
        """No longer meant."""
        self._mark(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Let go here."""
        event.acceptProposedAction()
        self._mark(False)
        self.dropped.emit()

    def _mark(self, meant: bool) -> None:
        self.setBackgroundRole(QPalette.ColorRole.Highlight if meant else QPalette.ColorRole.Base)
        self.setForegroundRole(QPalette.ColorRole.HighlightedText if meant else QPalette.ColorRole.Text)
        self.setAutoFillBackground(meant)


class DropShelf(QFrame):
    """Lies over the top of the list while conversations are dragged, and offers the places they can be dropped on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._list = parent
        self.setObjectName("Popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Drop here")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 4, 4, 4)
        self._column.setSpacing(0)
        self.hide()
        parent.installEventFilter(self)

    def offer(self, targets: list[tuple[str, Callable[[], None]]]) -> None:
        """Show these: what each says, and what dropping does."""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for words, drop in targets:
            target = _Target(words)
            target.dropped.connect(drop)
            self._column.addWidget(target)
        self._fit()
        self.show()
        self.raise_()

    def _fit(self) -> None:
        area = self._list.rect().adjusted(4, 4, -4, -4)
        self.setGeometry(area.x(), area.y(), area.width(), min(area.height(), self._column.sizeHint().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the list's width."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._fit()
        return super().eventFilter(watched, event)
