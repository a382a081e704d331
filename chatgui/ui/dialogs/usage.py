"""What was used and what it cost: a chart, and a table by model, account, day or conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QPushButton,
    QTableWidgetItem,
)

from chatgui.chat.chart import TOKENS, chart_of, measures
from chatgui.chat.report import as_csv, cost, counts, details, summary
from chatgui.core.change import AccountsChanged, Change, TurnEnded
from chatgui.ui.choosing import ask_where_to_save, save
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import NUMBERS, Sheet, Table, say, words
from chatgui.ui.dialogs.prices import PricesDialog
from chatgui.ui.dialogs.usage_chart import UsageChart

GROUPS = (("Model", "model"), ("Account", "account"), ("Day", "day"), ("Conversation", "conversation"))
SPANS = (
    ("All time", "all"), ("Today", "0"), ("Last 7 days", "6"), ("Last 30 days", "29"), ("This month", "month"),
    ("Last month", "last"), ("From … to …", "own"),
)  # fmt: skip
COLUMNS = ("Answers", "Prompt", "Answer", "Reasoning", "Total", "Cost")


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both in it; None is without end."""

    first: date | None = None
    last: date | None = None

    @property
    def since(self) -> datetime | None:
        """Its first moment."""
        return _midnight(self.first) if self.first else None

    @property
    def until(self) -> datetime | None:
        """The first moment after it."""
        return _midnight(self.last + timedelta(days=1)) if self.last else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone().astimezone(UTC)


def span_of(name: str, today: date) -> Span:
    """One of `SPANS` by its name, seen from a day."""
    month = today.replace(day=1)
    match name:
        case "all":
            return Span()
        case "month":
            return Span(month, today)
        case "last":
            return Span((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1))
        case _:
            return Span(today - timedelta(days=int(name)), today)


class Cell(QTableWidgetItem):
    """A number in words that sorts by its value; an unknown one comes below all."""

    def __init__(self, text: str, value: float | None, hint: str) -> None:
        super().__init__(text)
        self.value = -1.0 if value is None else float(value)
        self.setTextAlignment(NUMBERS)
        self.setToolTip(hint)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return self.value < other.value if isinstance(other, Cell) else super().__lt__(other)


class UsageDialog(Sheet):
    """Sums what the providers reported; what is only estimated is marked and said, what is unknown is counted beside it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Usage", (860, 720))
        self._session, self._tasks = context.session, context.tasks
        self._totals: list[Any] = []
        self._by = self._choice("Group by", GROUPS)
        self._span = self._choice("Time", SPANS)
        self._first, self._last = self._day("From"), self._day("To")
        self._measure = self._choice("Chart shows", (("Tokens", TOKENS),))
        self._measure.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._summary = words()
        self._chart = UsageChart(context.theme)
        self._table = self._make_table()
        self._budgets, self._note = words(), words()
        self._csv = QPushButton("Save as CSV…")
        self._csv.clicked.connect(self._choose_file)
        prices = QPushButton("Prices…")
        prices.clicked.connect(lambda: PricesDialog(context).open())
        self._lay_out(prices)
        unsubscribe = self._session.changed.subscribe(self._hear)
        self.finished.connect(lambda _: unsubscribe())
        self._refresh()

    def _lay_out(self, prices: QPushButton) -> None:
        row = QHBoxLayout()
        for widget in (self._by, self._span, self._first, self._last):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._measure)
        foot = QHBoxLayout()
        foot.addWidget(self._note)
        foot.addStretch(1)
        foot.addWidget(prices)
        foot.addWidget(self._csv)
        self.body.addLayout(row)
        self.body.addWidget(self._summary)
        self.body.addWidget(self._chart)
        self.body.addWidget(self._table, 1)
        self.body.addWidget(self._budgets)
        self.body.addLayout(foot)

    def _make_table(self) -> Table:
        table = Table("Usage", ("", *COLUMNS), range(1, len(COLUMNS) + 1))
        table.setMinimumHeight(120)
        header = table.horizontalHeader()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        return table

    def _choice(self, name: str, choices: tuple[tuple[str, Any], ...]) -> QComboBox:
        box = Combo()
        for title, value in choices:
            box.addItem(title, value)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.activated.connect(lambda _: self._refresh())
        return box

    def _day(self, name: str) -> QDateEdit:
        edit = QDateEdit(QDate.currentDate())
        edit.setAccessibleName(name)
        edit.setToolTip(f"{name}, this day included")
        edit.setDisplayFormat("yyyy-MM-dd")
        edit.dateChanged.connect(lambda _: self._refresh())
        edit.hide()
        return edit

    def _hear(self, change: Change) -> None:
        if isinstance(change, (TurnEnded, AccountsChanged)):
            self._refresh()

    # What is shown

    def span(self) -> Span:
        """The chosen days."""
        if self._span.currentData() != "own":
            return span_of(self._span.currentData(), date.today())  # noqa: DTZ011 - days are the reader's own
        first, last = (date.fromisoformat(edit.date().toString("yyyy-MM-dd")) for edit in (self._first, self._last))
        return Span(min(first, last), max(first, last))

    def _refresh(self) -> None:
        for edit in (self._first, self._last):
            edit.setVisible(self._span.currentData() == "own")
        self.read(self._tasks, self._read())

    async def _read(self) -> None:
        by, span, ledger = self._by.currentData(), self.span(), self._session.ledger
        totals = await ledger.totals(by, span.since, span.until)
        pieces = await ledger.pieces("account" if by == "account" else "model", span.since, span.until)
        standings = [await ledger.standing(account) for account in self._session.accounts.all()]
        self._show_rows(by, totals)
        self._offer_measures(measures(pieces))
        self._chart.show_chart(chart_of(pieces, self._measure.currentData(), span.first, span.last))
        known = [one for one in standings if one is not None]
        warns = any(one.level for one in known)
        say(self._budgets, "\n".join(f"Budget of {one.words}" for one in known), "warning" if warns else "")

    def _offer_measures(self, known: tuple[str, ...]) -> None:
        self._measure.setVisible(len(known) > 1)
        if known == tuple(self._measure.itemData(at) for at in range(self._measure.count())):
            return
        chosen = self._measure.currentData()
        self._measure.clear()
        for one in known:
            self._measure.addItem("Tokens" if one == TOKENS else f"Cost in {one}", one)
        self._measure.setCurrentIndex(max(self._measure.findData(chosen), 0))

    def _show_rows(self, by: str, totals: list[Any]) -> None:
        self._totals = totals
        self._table.setSortingEnabled(False)
        title = next(title for title, name in GROUPS if name == by)
        if (first := self._table.horizontalHeaderItem(0)) is not None:
            first.setText(title)
        self._table.setRowCount(len(totals))
        for at, total in enumerate(totals):
            hint = details(total)
            name = QTableWidgetItem(_name(by, total))
            name.setToolTip(hint)
            name.setData(Qt.ItemDataRole.AccessibleDescriptionRole, hint)
            self._table.setItem(at, 0, name)
            texts = (f"{total.answers:,}", *counts(total), cost(total))
            values = (
                total.answers, total.prompt_tokens, total.completion_tokens, total.reasoning_tokens, total.total_tokens,
                total.cost,
            )  # fmt: skip
            for column, (text, value) in enumerate(zip(texts, values, strict=True), 1):
                self._table.setItem(at, column, Cell(text, value, hint))
        self._table.setSortingEnabled(True)
        self._csv.setEnabled(bool(totals))
        self._summary.setText(summary(totals))
        say(self._note, "")

    # The file

    def _choose_file(self) -> None:
        name = f"usage-by-{self._by.currentData()}.csv"
        ask_where_to_save(self, "Save Usage as CSV", name, lambda path: self._tasks.start(self.write(path)))

    async def write(self, path: Path) -> None:
        """Save the rows as they are shown now."""
        done, words = await save(path, as_csv(self._by.currentData(), self._totals).encode())
        say(self._note, words, "good" if done else "error")


def _name(by: str, total: Any) -> str:
    if by == "conversation":
        return total.title or "Deleted conversation"
    return total.name or "Unknown"
