"""What this program is, and what it stands on."""

from __future__ import annotations

import platform

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialogButtonBox, QLabel

from chatgui import __version__
from chatgui.ui import assets
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, heading, words


class AboutDialog(Sheet):
    """Name, version, and where things are said to be."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "About chatgui", (380, 280))
        mark = QLabel()
        mark.setPixmap(assets.pixmap("chatgui", "", 64, self.devicePixelRatioF()))
        title = heading(f"chatgui {__version__}")
        text = words("A native desktop chat client for every OpenAI-compatible API. MIT licence.")
        facts = words(f"Python {platform.python_version()} · Qt {qVersion()}", strength="3")
        for widget in (mark, title, text, facts):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.body.addWidget(widget)
        self.body.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.body.addWidget(buttons)
