"""What was used and what it cost, by model, account, day or conversation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
)

from chatgui.core.change import Change, TurnEnded
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, words

GROUPS = (("Model", "model"), ("Account", "account"), ("Day", "day"), ("Conversation", "conversation"))
SPANS = (("All time", None), ("Today", 0), ("Last 7 days", 6), ("Last 30 days", 29))
COLUMNS = ("Answers", "Prompt", "Answer", "Reasoning", "Total", "Cost")
DASH = "—"


class UsageDialog(Sheet):
    """A table that sums what the providers reported; what is only estimated is marked, what is unknown is not counted."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Usage", (760, 480))
        self._session, self._tasks = context.session, context.tasks
        self._by = self._choice("Group by", GROUPS)
        self._span = self._choice("Time", SPANS)
        row = QHBoxLayout()
        row.addWidget(self._by)
        row.addWidget(self._span)
        row.addStretch(1)
        self._table = QTableWidget(0, len(COLUMNS) + 1)
        self._table.setAccessibleName("Usage")
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setTabKeyNavigation(False)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._note = words(strength="3")
        self.body.addLayout(row)
        self.body.addWidget(self._table, 1)
        self.body.addWidget(self._note)
        unsubscribe = self._session.changed.subscribe(self._hear)
        self.finished.connect(lambda _: unsubscribe())
        self._refresh()

    def _choice(self, name: str, choices: tuple[tuple[str, Any], ...]) -> QComboBox:
        box = Combo()
        for title, value in choices:
            box.addItem(title, value)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.activated.connect(lambda _: self._refresh())
        return box

    def _hear(self, change: Change) -> None:
        if isinstance(change, TurnEnded):
            self._refresh()

    def _refresh(self) -> None:
        self.start(self._tasks, self._read())

    async def _read(self) -> None:
        by, days = self._by.currentData(), self._span.currentData()
        since = None
        if days is not None:
            midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
            since = (midnight - timedelta(days=days)).astimezone(UTC)
        totals = await self._session.ledger.totals(by, since, None)
        self._show(by, totals)

    def _show(self, by: str, totals: list[Any]) -> None:
        title = next(title for title, name in GROUPS if name == by)
        self._table.setHorizontalHeaderLabels([title, *COLUMNS])
        if (first := self._table.horizontalHeaderItem(0)) is not None:
            first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._table.setRowCount(len(totals))
        for at, total in enumerate(totals):
            mark = "≈ " if total.estimated else ""
            cells = (
                total.title or total.name or "Unknown",
                f"{total.answers:,}",
                *(_count(mark, number) for number in (
                    total.prompt_tokens, total.completion_tokens, total.reasoning_tokens, total.total_tokens)),
                DASH if total.cost is None else f"{total.cost:.4f} {total.currency or ''}".strip(),
            )  # fmt: skip
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._table.setItem(at, column, item)
        unknown = sum(total.unknown for total in totals)
        estimated = sum(total.estimated for total in totals)
        notes = [
            "" if totals else "Nothing was asked in this time.",
            f"≈ includes {estimated:,} answers whose counts are estimates." if estimated else "",
            f"{unknown:,} answers without any count are not in the sums." if unknown else "",
        ]
        self._note.setText(" ".join(note for note in notes if note))


def _count(mark: str, number: int | None) -> str:
    return DASH if number is None else f"{mark}{number:,}"
