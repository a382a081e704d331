"""An account tried step by step: what was found, with its time, under the form it was asked from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout

from chatgui.chat.doctor import Doctor
from chatgui.chat.findings import Finding
from chatgui.chat.setup import preset
from chatgui.core.account import Account
from chatgui.core.errors import ChatError
from chatgui.core.secret import Secret
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.account_remedies import OFFERS, PAGE, remedy
from chatgui.ui.dialogs.parts import Sheet, words

SIGNS = {True: "✓", False: "✗", None: "–"}
SPOKEN = {True: "Went well", False: "Failed", None: "To know"}


class AccountTrial:
    """A button that starts and stops the trial, and the rows of `steps`. `patient` gives whom to try, or None; `mend` goes to
    a field of the form, with what it should say if that is known."""

    def __init__(
        self,
        context: Context,
        sheet: Sheet,
        patient: Callable[[], tuple[Account, Secret | None] | None],
        tell: Callable[[str, str], None],
        mend: Callable[[str, str], None],
    ) -> None:
        self._session, self._tasks, self._sheet = context.session, context.tasks, sheet
        self._patient, self._tell, self._mend = patient, tell, mend
        self._page = False  # whether the provider has one where keys and credit are
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
        known = preset(patient[0].provider)
        self._page = bool(known and known.key_url)
        self._tell("Testing …", "")
        well = True
        try:
            async with aclosing(Doctor(self._session.accounts, self._session.client).examine(*patient)) as found:
                async for one in found:
                    well = well and one.good is not False
                    self._add_step(one)
        except ChatError as error:
            self._tell(error.message, "error")
            return
        self._tell("This account works." if well else "This account does not work yet.", "good" if well else "error")

    def _add_step(self, one: Finding) -> None:
        sign = QLabel(SIGNS[one.good])
        sign.setFixedWidth(16)
        sign.setAccessibleName(SPOKEN[one.good])
        sign.setProperty("meaning", {True: "good", False: "error", None: ""}[one.good])
        time = words(f"{one.ms:,.0f} ms" if one.ms >= 0.5 else "", strength="3")  # some only look at what came
        time.setWordWrap(False)
        row = QGridLayout()
        row.setColumnStretch(1, 1)
        text = words(f"{one.step}: {one.words} {one.advice}".strip())
        for column, widget in enumerate((sign, text, time)):
            row.addWidget(widget, 0, column, Qt.AlignmentFlag.AlignTop)
        if (button := self._button(one)) is not None:
            row.addWidget(button, 1, 1, Qt.AlignmentFlag.AlignLeft)
        self.steps.addLayout(row)

    def _button(self, one: Finding) -> QPushButton | None:
        """What leads on from this step, if something does."""
        if one.good:
            return None
        if one.offer is not None:
            name, value = one.offer
            title, go = f"Use {value}", partial(self._mend, OFFERS[name], value)
        elif (found := remedy(one.kind, one.code)) is None or (found[1] == PAGE and not self._page):
            return None
        else:
            title, go = found[0], partial(self._mend, found[1], "")
        button = QPushButton(title)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: go())
        return button
