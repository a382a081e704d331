"""What few accounts need: headers, parameters, extra JSON, how the network is crossed, what was learnt."""

from __future__ import annotations

import json
from dataclasses import replace

from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from chatgui.core.account import Account, Budget, Network, ProxyMode
from chatgui.core.money import read_money
from chatgui.core.params import read_extra
from chatgui.ui.choosing import ask_for_file
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs.account_fields import line, lines
from chatgui.ui.dialogs.parameter_form import ParameterForm
from chatgui.ui.dialogs.parts import heading, words

PROXIES = (("As the system says", ProxyMode.SYSTEM), ("None", ProxyMode.NONE), ("This one:", ProxyMode.OWN))
ADDRESSES = (("IPv4 or IPv6", 0), ("IPv4 only", 4), ("IPv6 only", 6))


class AccountMore(QWidget):
    """Fields of an account that begin folded away."""

    def __init__(self, learnt: QWidget) -> None:
        super().__init__()
        self.headers = lines("Name: value, one to a line", height=64)
        self.params = ParameterForm()
        self.extra = lines("{} merged into every request", height=64)
        self.proxy_mode = Combo()
        for title, mode in PROXIES:
            self.proxy_mode.addItem(title, mode.value)
        self.proxy = line("http://host:port or socks5://host:port")
        self.proxy_mode.activated.connect(lambda _: self._show_proxy())
        self.ca_file = line("A certificate authority of your own, PEM")
        self.client_cert = line("PEM")
        self.client_key = line("PEM")
        self.pinned = line("SHA-256 of the server’s certificate, in hex")
        self.addresses = Combo()
        for title, version in ADDRESSES:
            self.addresses.addItem(title, version)
        self.first_byte = line("Seconds; empty for no limit")
        self.silence = line("Seconds; empty for no limit")
        self.budget = line("20 EUR; empty for none")
        self.unopened = QCheckBox("Answers begin inside <think> without saying so")
        self.places: dict[str, QWidget] = {  # fields that failures lead to
            "headers": self.headers,
            "proxy": self.proxy,
            "ca_file": self.ca_file,
            "client_cert": self.client_cert,
        }
        self._lay_out(learnt)

    def _lay_out(self, learnt: QWidget) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(heading("Requests"))
        form.addRow("Headers", self.headers)
        form.addRow(words("Parameters of every request; a conversation’s own come first."))
        form.addRow(self.params)
        form.addRow("Extra JSON", self.extra)
        form.addRow(self.unopened)
        form.addRow(heading("Costs"))
        form.addRow(words("A word is said when known costs of a month come to 80 % and 100 %; nothing is hindered."))
        form.addRow("Monthly budget", self.budget)
        self.budget.setAccessibleName("Monthly budget")
        form.addRow(heading("Network"))
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Proxy", self.proxy_mode),
            ("Proxy address", self.proxy),
            ("CA file", self._with_chooser(self.ca_file)),
            ("Client certificate", self._with_chooser(self.client_cert)),
            ("Client key", self._with_chooser(self.client_key)),
            ("Pinned certificate", self.pinned),
            ("Addresses", self.addresses),
            ("First answer within", self.first_byte),
            ("Silence at most", self.silence),
        )
        for title, field in rows:
            form.addRow(title, field)
            (field.findChild(QLineEdit) or field).setAccessibleName(title)
        form.addRow(heading("The server"))
        form.addRow(learnt)
        self.headers.setAccessibleName("Headers")
        self.extra.setAccessibleName("Extra JSON")

    def _with_chooser(self, field: QLineEdit) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(field, 1)
        button = QPushButton("Choose…")
        button.clicked.connect(lambda: ask_for_file(self, "Choose a File", lambda path: field.setText(str(path))))
        row.addWidget(button)
        return box

    def _show_proxy(self) -> None:
        self.proxy.setEnabled(self.proxy_mode.currentData() == ProxyMode.OWN)

    def show_account(self, account: Account) -> None:
        """Fill the fields."""
        network = account.network
        self.headers.setPlainText("\n".join(f"{name}: {value}" for name, value in account.headers))
        self.params.show_values(account.params)
        self.extra.setPlainText(json.dumps(dict(account.extra_body), ensure_ascii=False) if account.extra_body else "")
        self.unopened.setChecked(account.unopened_think)
        self.proxy_mode.setCurrentIndex(self.proxy_mode.findData(network.proxy_mode.value))
        self.addresses.setCurrentIndex(self.addresses.findData(network.ip_version))
        for field, value in (
            (self.budget, f"{account.budget.amount:g} {account.budget.currency}" if account.budget else ""),
            (self.proxy, network.proxy),
            (self.ca_file, network.ca_file),
            (self.client_cert, network.client_cert),
            (self.client_key, network.client_key),
            (self.pinned, network.pinned_sha256),
            (self.first_byte, _seconds(network.first_byte_timeout)),
            (self.silence, _seconds(network.silence_timeout)),
        ):
            field.setText(value)
        self._show_proxy()

    def go_to(self, place: str) -> None:
        """Be ready for one of `places`."""
        if place == "proxy":
            self.proxy_mode.setCurrentIndex(self.proxy_mode.findData(ProxyMode.OWN.value))
            self._show_proxy()
        self.places[place].setFocus()

    @staticmethod
    def is_used(account: Account) -> bool:
        """Whether anything here is not as it is by itself."""
        used = account.headers or account.params or account.extra_body or account.unopened_think
        return bool(used) or account.budget is not None or account.network != Network()

    def apply(self, account: Account) -> tuple[Account, str]:
        """The account with what the fields say, and what is wrong with them in words (empty if nothing)."""
        params, problem = self.params.values()
        extra, wrong = read_extra(self.extra.toPlainText())
        first, bad_first = _read_seconds(self.first_byte.text())
        silence, bad_silence = _read_seconds(self.silence.text())
        budget, bad_budget = _read_budget(self.budget.text())
        network = replace(
            account.network, proxy_mode=ProxyMode(self.proxy_mode.currentData()), proxy=self.proxy.text().strip(),
            ca_file=self.ca_file.text().strip(), client_cert=self.client_cert.text().strip(),
            client_key=self.client_key.text().strip(), pinned_sha256=self.pinned.text().strip(),
            ip_version=int(self.addresses.currentData()), first_byte_timeout=first, silence_timeout=silence,
        )  # fmt: skip
        pairs = (row.partition(":") for row in self.headers.toPlainText().split("\n"))
        headers = tuple((name.strip(), value.strip()) for name, colon, value in pairs if colon and name.strip())
        account = replace(
            account, headers=headers, params=params, extra_body=extra, network=network,
            unopened_think=self.unopened.isChecked(), budget=budget,
        )  # fmt: skip
        return account, problem or wrong or bad_first or bad_silence or bad_budget


def _read_budget(text: str) -> tuple[Budget | None, str]:
    if not text.strip():
        return None, ""
    money = read_money(text)
    if money is None or not money[0]:
        return None, f"“{text.strip()}” is no budget: write an amount with its currency, like “20 EUR”."
    return Budget(*money), ""


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _read_seconds(text: str) -> tuple[float | None, str]:
    if not text.strip():
        return None, ""
    try:
        seconds = float(text.replace(",", "."))
    except ValueError:
        return None, f"“{text}” is no number of seconds."
    return (seconds, "") if 0 < seconds < 1e6 else (None, f"“{text}” is no useful number of seconds.")
