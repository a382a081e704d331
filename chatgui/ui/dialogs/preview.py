"""What will be sent, as it will be sent, before it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QScrollArea, QWidget

from chatgui.chat.preview import shortened

EXAMPLE = "(your next message)"


class Preview(QPlainTextEdit):
    """A request as JSON, to read and to copy. Away until there is one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setAccessibleName("What will be sent")
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setMinimumHeight(180)
        self.setTabChangesFocus(True)
        self.hide()

    def show_request(self, request: Mapping[str, Any], area: QScrollArea) -> None:
        """Show it, and bring it into sight in the area it lies in."""
        self.setPlainText(shortened(json.dumps(request, indent=2, ensure_ascii=False)))
        self.show()
        QTimer.singleShot(0, self, lambda: area.ensureWidgetVisible(self))
