"""An account tried step by step: what was found, with its time, under the form it was asked from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from chatgui.chat.doctor import Doctor
from chatgui.core.account import Account
from chatgui.core.errors import ChatError
from chatgui.core.secret import Secret
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, words

SIGNS = {True: "✓", False: "✗", None: "–"}


class AccountTrial:
    """A button that starts and stops the trial, and the rows of `steps`. `patient` gives whom to try, or None."""

    def __init__(
        self,
        context: Context,
        sheet: Sheet,
        patient: Callable[[], tuple[Account, Secret | None] | None],
        tell: Callable[[str, str], None],
    ) -> None:
        self._session, self._tasks, self._sheet = context.session, context.tasks, sheet
        self._patient, self._tell = patient, tell
        self._running: asyncio.Task[Any] | None = None
        self.button = QPushButton("Test")
        self.button.clicked.connect(self.toggle)
        self.steps = QVBoxLayout()
        self.steps.setSpacing(4)

    def toggle(self) -> None:
        """Try what the form says, step by step; a second press stops."""
        if self._running is not None:
            self.stop()
            return
        self._running = self._sheet.start(self._tasks, self._run())
        self.button.setText("Stop")

    def stop(self) -> None:
        """End a running trial."""
        task, self._running = self._running, None
        if task is not None:
            task.cancel()
        self.button.setText("Test")

    def clear(self) -> None:
        """Show no steps."""
        while (row := self.steps.takeAt(0)) is not None:
            inner = row.layout()
            while inner is not None and (item := inner.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.deleteLater()

    async def _run(self) -> None:
        try:
            await self._examine()
        finally:
            if self._running is asyncio.current_task():
                self._running = None
                self.button.setText("Test")

    async def _examine(self) -> None:
        patient = self._patient()
        if patient is None:
            return
        self.clear()
        self._tell("Testing …", "")
        well = True
        try:
            async with aclosing(Doctor(self._session.accounts, self._session.client).examine(*patient)) as found:
                async for one in found:
                    well = well and one.good is not False
                    self._add_step(one.good, f"{one.step}: {one.words} {one.advice}", one.ms)
        except ChatError as error:
            self._tell(error.message, "error")
            return
        self._tell("This account works." if well else "This account does not work yet.", "good" if well else "error")

    def _add_step(self, good: bool | None, text: str, ms: float) -> None:
        sign = QLabel(SIGNS[good])
        sign.setFixedWidth(16)
        sign.setProperty("meaning", {True: "good", False: "error", None: ""}[good])
        time = words(f"{ms:.0f} ms", strength="3")
        time.setWordWrap(False)
        row = QHBoxLayout()
        for widget, stretch in ((sign, 0), (words(text.strip()), 1), (time, 0)):
            row.addWidget(widget, stretch, Qt.AlignmentFlag.AlignTop)
        self.steps.addLayout(row)
