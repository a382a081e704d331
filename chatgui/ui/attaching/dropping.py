"""Files dropped anywhere on the conversation; the composer shows that it would take them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from chatgui.ui.attaching.offered import Offered, may_be_offered, offered


class DropTarget(QObject):
    """Watches a widget; `shown` gets the property `dropping` while something that can be taken is over it."""

    dropped = Signal(Offered)

    def __init__(self, over: QWidget, shown: QWidget) -> None:
        super().__init__(over)
        self._shown = shown
        over.setAcceptDrops(True)
        over.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Copy what is dropped, never move it."""
        match event.type():
            case QEvent.Type.DragEnter if isinstance(event, QDragEnterEvent) and may_be_offered(event.mimeData()):
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self._show(True)
            case QEvent.Type.DragLeave:
                self._show(False)
            case QEvent.Type.Drop if isinstance(event, QDropEvent):
                self._show(False)
                if found := offered(event.mimeData()):
                    event.setDropAction(Qt.DropAction.CopyAction)
                    event.accept()
                    self.dropped.emit(found)
            case _:
                return False
        return event.isAccepted() if isinstance(event, QDropEvent) else False

    def _show(self, dropping: bool) -> None:
        self._shown.setProperty("dropping", dropping)
        self._shown.style().polish(self._shown)
