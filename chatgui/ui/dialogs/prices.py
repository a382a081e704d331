"""Prices by model: what is known and from where, and one's own, which come first."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableWidgetItem,
)

from chatgui.chat.prices import Quote, bundled, collected, quoted
from chatgui.chat.usage import DASH
from chatgui.core.account import Account, Price
from chatgui.core.money import read_money
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import NUMBERS, Sheet, Table, say, words

COLUMNS = ("Model", "Prompt", "Answer", "Cached", "Currency", "From")
NUMBERED = (1, 2, 3)
SHOWN = 300  # rows; more are found by typing
FIELDS = (("Prompt", "Price of a million prompt tokens"), ("Answer", "Price of a million answer tokens"),
          ("Cached", "Price of a million cached prompt tokens; empty if they cost the same"))  # fmt: skip


class PricesDialog(Sheet):
    """One account at a time. Nothing is kept until it is asked for; what was answered keeps the price of its moment."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Prices", (700, 600))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._tasks = context.session, context.tasks
        self._accounts = Combo()
        self._accounts.setAccessibleName("Account")
        for account in self._session.accounts.all():
            self._accounts.addItem(account.name, account.id)
        self._accounts.activated.connect(lambda _: self.refresh())
        default = self._session.accounts.default(self._session.settings.default_account)
        self._accounts.setCurrentIndex(max(self._accounts.findData(default.id if default else ""), 0))
        self._find = _line("Find a model", "Find a model")
        self._find.textChanged.connect(lambda _: self.refresh())
        self._table = Table("Prices", COLUMNS, NUMBERED)
        self._table.setSelectionMode(Table.SelectionMode.SingleSelection)
        self._table.itemSelectionChanged.connect(self._take_up)
        self.model = _line("A model’s name", "Model")
        self.amounts = [_line(name, hint) for name, hint in FIELDS]
        self.currency = _line("USD", "Currency, like USD or EUR")
        self._said = words()
        self._keep = QPushButton("Use My Price")
        self._keep.setProperty("primary", True)
        self._keep.clicked.connect(lambda: self._tasks.start(self.keep()))
        self._forget = QPushButton("Forget My Price")
        self._forget.clicked.connect(lambda: self._tasks.start(self.forget()))
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._accounts)
        top.addWidget(self._find, 1)
        amounts = QHBoxLayout()
        for line in (*self.amounts, self.currency):
            amounts.addWidget(line)
        form = QFormLayout()
        form.addRow("Model", self.model)
        form.addRow("Per million tokens", amounts)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._forget)
        buttons.addWidget(self._keep)
        self.body.addWidget(words(
            f"Prices of a million tokens. What a provider itself says an answer cost comes before any price; the list prices are"
            f" public ones of {collected()}. An answer keeps the price of its moment."
        ))  # fmt: skip
        self.body.addLayout(top)
        self.body.addWidget(self._table, 1)
        self.body.addLayout(form)
        self.body.addWidget(self._said)
        self.body.addLayout(buttons)

    def account(self) -> Account | None:
        """The chosen account, as it is now."""
        chosen = self._accounts.currentData()
        return next((one for one in self._session.accounts.all() if one.id == chosen), None)

    # The table

    def refresh(self) -> None:
        """Show the prices as they are now."""
        account, wanted = self.account(), self._find.text().strip().casefold()
        if account is None:
            return
        known = self._session.accounts.known_models(account.id)
        names = dict.fromkeys((*account.prices, account.default_model, *(one.id for one in known), *_listed(account)))
        found = [name for name in names if name and wanted in name.casefold()]
        self._table.setRowCount(min(len(found), SHOWN))
        for at, name in enumerate(found[:SHOWN]):
            price, quote = quoted(account, name, known)
            price = price or Price()
            source = f"{quote} of {collected()}" if quote is Quote.BUNDLED else str(quote)
            texts = (
                name, _amount(price.prompt), _amount(price.completion), _amount(price.cached),
                DASH if quote is Quote.NONE else price.currency, source,
            )  # fmt: skip
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column in NUMBERED:
                    item.setTextAlignment(NUMBERS)
                self._table.setItem(at, column, item)
        more = len(found) - SHOWN
        say(self._said, f"{more:,} more: type a part of the name." if more > 0 else "" if found else "No such model.")

    def _take_up(self) -> None:
        """Put the chosen row into the fields."""
        rows = self._table.selectionModel().selectedRows()
        account = self.account()
        if not rows or account is None or (item := self._table.item(rows[0].row(), 0)) is None:
            return
        price, _ = quoted(account, item.text(), self._session.accounts.known_models(account.id))
        price = price or Price()
        self.model.setText(item.text())
        for line, value in zip(self.amounts, (price.prompt, price.completion, price.cached), strict=True):
            line.setText("" if value is None else f"{value:g}")
        self.currency.setText(price.currency)
        self._forget.setEnabled(item.text() in account.prices)

    # Keeping

    async def keep(self) -> None:
        """Use the price in the fields from now on."""
        read = [read_money(line.text(), "") if line.text().strip() else None for line in self.amounts]
        wrong = [line for line, money in zip(self.amounts, read, strict=True) if line.text().strip() and money is None]
        model = self.model.text().strip()
        if not model or wrong or read[0] is None or read[1] is None:
            say(self._said, "Name a model, and what a million tokens of prompt and of answer cost.", "error")
            (self.model if not model else wrong[0] if wrong else self.amounts[0]).setFocus()
            return
        cached = read[2][0] if read[2] else None
        price = Price(read[0][0], read[1][0], cached, self.currency.text().strip().upper() or "USD")
        await self._change(model, price, f"Answers of {model} are counted at your price from now on.")

    async def forget(self) -> None:
        """Go back to what the lists say."""
        model = self.model.text().strip()
        await self._change(model, None, f"{model} is counted by the lists again.")

    async def _change(self, model: str, price: Price | None, said: str) -> None:
        account = self.account()
        if account is None:
            return
        prices = {name: one for name, one in account.prices.items() if name != model}
        await self._session.accounts.edit(
            replace(account, prices=prices if price is None else {model: price, **prices})
        )
        self.refresh()
        self._forget.setEnabled(price is not None)
        say(self._said, said, "good")


def _listed(account: Account) -> tuple[str, ...]:
    return tuple(bundled(account.provider).prices)


def _amount(value: float | None) -> str:
    return DASH if value is None else f"{value:g}"


def _line(name: str, hint: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(name)
    line.setAccessibleName(hint)
    line.setToolTip(hint)
    return line
