"""The first account of one's own: an address and a key are enough, and what is next is to ask."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from chatgui.chat.setup import host_name
from chatgui.core.account import KeySource
from chatgui.demo.server import BAD_KEY, serve
from chatgui.ui.dialogs.accounts import AccountsDialog
from chatgui.ui.picking.model_picker import ModelPicker
from chatgui.ui.window import Window
from tests.support.scripted import answer, scripted
from tests.ui.conftest import showing, until
from tests.ui.test_dialogs import dialogs


def adding(window: Window) -> AccountsDialog:
    """The accounts window as the welcome opens it."""
    window.stage.welcome._account.click()
    one = window.findChild(AccountsDialog)
    assert one is not None
    assert one.focusWidget() is one.form.url, "paste the address"
    return one


def fill(one: AccountsDialog, url: str, key: str) -> None:
    """Address and key; the key is kept in memory, for there is no keyring here."""
    one.form.url.setText(url)
    one.form.key.kept.setCurrentIndex(one.form.key.kept.findData(KeySource.SESSION))
    one.form.key.line.setText(key)
    QTest.keyClick(one.form.key.line, Qt.Key.Key_Return)


async def test_an_address_and_a_key_lead_to_the_picker_and_then_to_the_composer(
    qapp: QApplication, profile: Path
) -> None:
    async with serve(pace=0) as server, showing(qapp, profile, demo=True) as (window, session):
        one = adding(window)
        fill(one, f"{server.base('mira')}/chat/completions", "sk-any")
        await until(lambda: not isValid(one))
        (account,) = [each for each in session.accounts.all() if not each.is_demo]
        assert (account.name, account.base_url) == (f"127.0.0.1:{server.port}", server.base("mira"))
        picker = cast("ModelPicker", window.findChild(ModelPicker))
        await until(picker.isVisible)
        assert [picker.model.row(at).words for at in range(2)] == [account.name, "mira"]
        QTest.keyClick(picker.search, Qt.Key.Key_Return)
        await until(lambda: window.stage.header.model.accessibleName() == f"Model {account.name} · mira")
        await until(lambda: session.accounts.by_id(account.id).default_model == "mira")


async def test_an_only_model_needs_no_choosing(qapp: QApplication, profile: Path) -> None:
    async with serve(pace=0) as server, showing(qapp, profile, demo=True) as (window, _):
        one = adding(window)
        fill(one, server.base("slow"), "sk-any")
        await until(lambda: not isValid(one))
        await until(lambda: window.stage.header.model.accessibleName().endswith("· slow"))
        assert not cast("ModelPicker", window.findChild(ModelPicker)).isVisible()


async def test_a_key_that_is_refused_is_said_while_the_window_stays(qapp: QApplication, profile: Path) -> None:
    async with serve(pace=0) as server, showing(qapp, profile, demo=True) as (window, _):
        one = adding(window)
        fill(one, server.base("kindo"), BAD_KEY)
        await until(lambda: "does not answer yet" in one.form._said.text())
        assert "key" in one.form._said.text()
        one.close()


async def test_a_provider_without_a_list_wants_the_models_name(qapp: QApplication, profile: Path) -> None:
    async with (
        scripted([answer({"error": "not found"}, 404)]) as server,
        showing(qapp, profile, demo=True) as (window, _),
    ):
        one = adding(window)
        fill(one, server.base_url, "sk-any")
        await until(lambda: "Type the model’s name" in one.form._said.text())
        one.form.model.setEditText("sonar")
        QTest.keyClick(one.form.model, Qt.Key.Key_Return)
        await until(lambda: not isValid(one))
        assert window.stage.header.model.accessibleName().endswith("· sonar")


@pytest.mark.parametrize(
    ("typed", "provider", "name"),
    [
        ("https://api.vmira.ai/v1", "mira", "Mira"),
        ("api.openai.com", "openai", "OpenAI"),
        ("https://llm.example.org/v1/", "", "llm.example.org"),
    ],
)
async def test_an_address_says_whose_it_is(
    qapp: QApplication, profile: Path, typed: str, provider: str, name: str
) -> None:
    async with showing(qapp, profile, demo=True) as (window, _):
        one = cast("AccountsDialog", dialogs(window).open("accounts"))
        one.form.url.setText(typed)
        one.form.url.editingFinished.emit()
        assert (one.form.provider.currentData(), one.form.name.text()) == (provider, name)
        one.form.name.setText("Mine")
        one.form.url.setText("https://other.example/v1")
        one.form.url.editingFinished.emit()
        assert one.form.name.text() == "Mine", "a name given by hand stays"
        one.close()


def test_a_name_is_the_host_without_what_all_have() -> None:
    assert [host_name(f"https://{one}/v1") for one in ("api.x.ai", "www.example.org", "10.0.0.1:8080")] == [
        "x.ai", "example.org", "10.0.0.1:8080",
    ]  # fmt: skip
