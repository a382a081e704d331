"""Dialogs open without blocking, act on the real session, and say what came of it."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QTreeWidget

from chatgui.core.account import KeySource
from chatgui.core.errors import Failure, Kind
from chatgui.core.message import Attachment
from chatgui.core.settings import shown
from chatgui.demo.server import serve
from chatgui.exchange.exporters import FORMATS
from chatgui.ui.dialogs import DIALOGS, Context, Dialogs
from chatgui.ui.dialogs.account_remedies import remedy
from chatgui.ui.dialogs.accounts import AccountsDialog
from chatgui.ui.dialogs.export import ExportDialog
from chatgui.ui.dialogs.importing import ImportDialog
from chatgui.ui.dialogs.parameters import ParametersDialog
from chatgui.ui.dialogs.settings import SettingsDialog
from chatgui.ui.dialogs.usage import UsageDialog
from chatgui.ui.picking.model_picker import ModelPicker
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until
from tests.ui.test_window import answered, say


def dialogs(window: Window) -> Dialogs:
    """The window's own."""
    assert window.session is not None
    return Dialogs(Context(window, window.session, window.theme, window.tasks, window.stage.notices))


async def test_every_dialog_opens_once_and_closes(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        those = dialogs(window)
        arguments: dict[str, list[Any]] = {
            "export": [[]],
            "parameters": [window.conversation_bound.conversation],
            "assistants": [print],
            "viewer": [Attachment("0" * 64, "text/plain", "a.txt", 1), print],
        }
        for name, *_ in DIALOGS:
            one = those.open(name, *arguments.get(name, []))
            assert those.open(name) is one
            assert one.isVisible()
            assert one.windowTitle()
            assert not one.isModal()
            QTest.keyClick(one, Qt.Key.Key_Escape)
            await until(partial(_gone, one))


def _gone(one: QDialog) -> bool:
    try:
        return not one.isVisible()
    except RuntimeError:  # Qt has deleted it
        return True


async def test_an_account_is_added_tested_and_removed_with_a_way_back(qapp: QApplication, profile: Path) -> None:
    async with serve(pace=0) as server, showing(qapp, profile, demo=True) as (window, session):
        one = cast("AccountsDialog", dialogs(window).open("accounts"))
        form = one.form
        assert form.is_new
        form.url.setText(f"  {server.url}/chat/completions ")
        form.name.setText("Local")
        form.key.kept.setCurrentIndex(form.key.kept.findData(KeySource.NONE))
        form.model.setEditText("demo")
        form.trial.toggle()
        await until(lambda: form.test_button.text() == "Test" and form.steps.count() > 3, 30)
        QTest.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
        await until(lambda: len(session.accounts.all()) == 2)
        kept = session.accounts.by_name("Local")
        assert kept.base_url == server.url
        assert kept.default_model == "demo"
        await until(lambda: one.current == kept.id)
        one.roster.remove_button.click()
        await until(lambda: len(session.accounts.all()) == 1)
        one.foot.undo_button.click()
        await until(lambda: len(session.accounts.all()) == 2)
        one.close()


async def test_accounts_are_copied_switched_off_and_put_in_order(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one = cast("AccountsDialog", dialogs(window).open("accounts"))
        local = session.accounts.by_name("Local")
        one._fill(select=local.id)

        def acts() -> dict[str, QAction]:
            one.roster.menu.aboutToShow.emit()
            return {each.text(): each for each in one.roster.menu.actions()}

        def names() -> list[str]:
            return [item.title for item in one.roster.shown]

        assert names() == ["Demo", "Local"]
        assert not acts()["Move Down"].isEnabled()
        acts()["Duplicate"].trigger()
        await until(lambda: names() == ["Demo", "Local", "Local copy"])
        await until(lambda: one.form.name.text() == "Local copy")
        one.form.name.setText("half a name")
        acts()["Move Up"].trigger()
        await until(lambda: names() == ["Demo", "Local copy", "Local"])
        assert one.form.name.text() == "half a name", "what is being typed stays"
        acts()["Switch Off"].trigger()
        await until(lambda: names() == ["Demo", "Local copy (off)", "Local"])
        window.actions_by_id["model"].trigger()
        picker = window.findChild(ModelPicker)
        assert picker is not None
        offered = [picker.model.row(at).words for at in range(picker.model.rowCount())]
        assert "Local" in offered
        assert "Local copy" not in offered, "nothing is asked of it"
        picker.hide()
        acts()["Switch On"].trigger()
        await until(lambda: names() == ["Demo", "Local copy", "Local"])
        items = one.roster.list
        items.model().moveRow(QModelIndex(), 2, QModelIndex(), 0)  # as dragging does
        await until(lambda: [each.name for each in session.accounts.all()] == ["Local", "Demo", "Local copy"])
        await until(lambda: names() == ["Local", "Demo", "Local copy"])
        one.close()


async def test_local_servers_are_looked_for_while_the_window_is_open_and_no_longer(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def endless(self: object) -> list[object]:
        asked.append("began")
        try:
            await asyncio.Event().wait()
        finally:
            asked.append("ended")
        return []

    monkeypatch.setattr("chatgui.chat.accounts.Accounts.discover", endless)
    async with showing(qapp, profile) as (window, _):
        assert asked == []
        one = dialogs(window).open("accounts")
        await until(lambda: asked == ["began"])
        one.close()
        await until(lambda: asked == ["began", "ended"])


async def test_a_trial_says_each_step_and_leads_on(qapp: QApplication, profile: Path) -> None:
    async with serve(pace=0) as server, showing(qapp, profile, demo=True) as (window, _):
        one = cast("AccountsDialog", dialogs(window).open("accounts"))
        form = one.form
        form.url.setText(server.url)
        form.name.setText("Local")
        form.key.kept.setCurrentIndex(form.key.kept.findData(KeySource.NONE))
        form.model.setEditText("kindoo")

        async def tried() -> list[str]:
            await until(lambda: form.test_button.text() == "Test" and form.steps.count() > 3, 30)
            return [label.text() for label in form.findChildren(QLabel) if label.text().endswith(" ms")]

        QTest.mouseClick(form.test_button, Qt.MouseButton.LeftButton)
        times = await tried()
        assert times, "a step that takes time says how much"
        assert "0 ms" not in times
        (offered,) = [button for button in form.findChildren(QPushButton) if button.text() == "Use kindo"]
        QTest.mouseClick(offered, Qt.MouseButton.LeftButton)
        assert form.model.currentText() == "kindo"
        await tried()
        await until(lambda: form._said.text() == "This account works.")
        form.url.setText("http://127.0.0.1:9/v1")
        QTest.mouseClick(form.test_button, Qt.MouseButton.LeftButton)
        await until(lambda: form._said.text() == "This account does not work yet.")
        (lead,) = [button for button in form.findChildren(QPushButton) if button.text() == "Change Address…"]
        QTest.mouseClick(lead, Qt.MouseButton.LeftButton)
        assert one.focusWidget() is form.url
        one.close()


@pytest.mark.parametrize(
    ("failure", "field"),
    [
        (Failure(Kind.TLS, "No.", code="client_certificate"), "client_cert"),
        (Failure(Kind.TLS, "No.", code="tls"), "ca_file"),
        (Failure(Kind.NOT_REACHED, "No.", code="proxy_auth"), "proxy"),
        (Failure(Kind.INVALID_REQUEST, "No."), "headers"),
        (Failure(Kind.NOT_REACHED, "No.", code="dns"), "url"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_failed_answer_leads_to_the_field_that_would_mend_it(
    qapp: QApplication, profile: Path, failure: Failure, field: str
) -> None:
    async with showing(qapp, profile) as (window, _):
        window.verbs_bound.mend_account("Local", failure)
        one = window.findChild(AccountsDialog)
        assert one is not None
        assert one.form.name.text() == "Local"
        wanted = one.form.more.places.get(field) or one.form.url
        assert one.focusWidget() is wanted
        await until(lambda: wanted.isVisible() and not wanted.visibleRegion().isEmpty())
        one.close()


def test_every_kind_of_failure_that_an_account_may_have_leads_on() -> None:
    ours = {Kind.CANCELLED, Kind.STORE}
    assert {kind for kind in Kind if remedy(kind, None) is None} == ours


async def test_a_key_is_never_shown_again_and_a_wrong_one_is_named(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, demo=True) as (window, session):
        one = cast("AccountsDialog", dialogs(window).open("accounts"))
        form = one.form
        form.url.setText("http://127.0.0.1:9/v1")
        form.name.setText("Mine")
        form.key.kept.setCurrentIndex(form.key.kept.findData(KeySource.SESSION))
        form.key.line.setText("sk-with a space")
        await form.save()
        assert len(session.accounts.all()) == 1
        assert "space" in form.key.note.text()
        form.key.line.setText("sk-canary-of-this-test")
        assert await form.save(), form._said.text()
        assert len(session.accounts.all()) == 2
        assert form.key.line.text() == ""
        assert form.key.line.echoMode() == form.key.line.EchoMode.Password
        assert "canary" not in (profile / "chatgui.db").read_bytes().decode("latin-1")
        one.close()


async def test_settings_are_made_from_their_declarations(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one = cast("SettingsDialog", dialogs(window).open("settings"))
        rows = {row.name: row for row in one.rows}
        assert set(rows) == {one.name for one in shown()}
        assert all(row.control.accessibleName() for row in one.rows)
        cast("Any", rows["zoom"].control).setValue(125)
        await until(lambda: session.settings.zoom == 125)
        assert window.stage.view.page.style.zoom == 1.25
        rows["zoom"].reset.click()
        await until(lambda: session.settings.zoom == 100)
        await until(lambda: cast("Any", rows["zoom"].control).value() == 100)
        one.close()


async def test_settings_are_found_by_their_words(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        one = cast("SettingsDialog", dialogs(window).open("settings"))
        one._filter("dark")
        assert [row.name for row in one.rows if not row.isHidden()] == ["theme"]
        one._filter("")
        assert all(not row.isHidden() for row in one.rows)
        one.close()


async def test_what_is_exported_can_be_imported_into_another_profile(
    qapp: QApplication, profile: Path, tmp_path: Path
) -> None:
    target = tmp_path / "tides.json"
    async with showing(qapp, profile) as (window, session):
        say(window, "How do tides work?")
        await until(lambda: answered(window), 40)
        here = window.conversation_bound.id
        one = cast("ExportDialog", dialogs(window).open("export", [here]))
        assert one._format.count() == len(FORMATS)
        await one.write([here], "json", target)
        assert target.stat().st_size > 100
        await until(lambda: "Exported" in window.stage.notices.words)
    async with showing(qapp, tmp_path / "other") as (window, session):
        two = cast("ImportDialog", dialogs(window).open("import"))
        await two.take([target, tmp_path / "missing.json"])
        assert "1 added" in two.report.toPlainText()
        assert "missing.json" in two.report.toPlainText()
        await until(lambda: window.sidebar.model.total == 1)
        assert len((await session.conversation(here)).branch()) == 2
        two.close()


async def test_an_export_that_fails_says_why_and_stays_open(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "Hello")
        await until(lambda: answered(window), 40)
        one = cast("ExportDialog", dialogs(window).open("export", [window.conversation_bound.id]))
        await one.write([window.conversation_bound.id], "markdown", Path("/proc/none/x.md"))
        assert one.isVisible()
        assert one._state.text()
        assert one._save.isEnabled()
        one.close()


async def test_usage_sums_what_was_asked(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "Hello")
        await until(lambda: answered(window), 40)
        one = cast("UsageDialog", dialogs(window).open("usage"))
        await until(lambda: one._table.rowCount() == 1)
        cells = [cast("Any", one._table.item(0, column)).text() for column in range(one._table.columnCount())]
        assert cells[0] == "demo"
        assert cells[1] == "1"
        assert all(cell == "—" or any(c.isdigit() for c in cell) for cell in cells[1:])
        one.close()


async def test_shortcuts_are_listed_and_searched(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        one = dialogs(window).open("shortcuts")
        tree = one.findChild(QTreeWidget)
        assert tree is not None
        one._filter("sidebar")  # type: ignore[attr-defined]  # the shortcuts dialog's own
        groups = [tree.topLevelItem(at) for at in range(tree.topLevelItemCount())]
        shown = [
            cast("Any", group).child(at).text(0)
            for group in groups
            for at in range(cast("Any", group).childCount())
            if not cast("Any", group).child(at).isHidden()
        ]
        assert shown == ["Sidebar"]
        one.close()


async def test_only_parameters_that_are_set_are_sent_and_wrong_ones_are_named(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "Hello")
        await until(lambda: answered(window), 40)
        conversation = window.conversation_bound.conversation
        assert conversation is not None
        one = cast("ParametersDialog", dialogs(window).open("parameters", conversation))
        fields = cast("Any", one.form.fields)
        fields["temperature"].setText("3")
        assert not await one.save()
        assert "between 0 and 2" in one._said.text()
        fields["temperature"].setText("0.2")
        fields["stop"].setText("END; STOP")
        one.system.setPlainText("Be brief.")
        await one.look()
        sent = json.loads(one.preview.toPlainText())["body"]
        assert sent["temperature"] == 0.2
        assert sent["stop"] == ["END", "STOP"]
        assert "top_p" not in sent
        assert sent["messages"][0] == {"role": "system", "content": "Be brief."}
        assert conversation.params == {"temperature": 0.2, "stop": ["END", "STOP"]}
        one.close()


async def test_what_few_accounts_need_is_kept_and_checked(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one = cast("AccountsDialog", dialogs(window).open("accounts"))
        account = session.accounts.by_name("Local")
        one._fill(select=account.id)
        more = one.form.more
        more.extra.setPlainText("{broken")
        assert not await one.form.save()
        assert "cannot be read" in one.form._said.text()
        more.extra.setPlainText('{"top_k": 40}')
        more.headers.setPlainText("X-Team: blue")
        more.proxy_mode.setCurrentIndex(more.proxy_mode.findData("none"))
        more.silence.setText("30")
        more.first_byte.setText("")
        assert await one.form.save(), one.form._said.text()
        kept = session.accounts.by_name("Local")
        assert kept.extra_body == {"top_k": 40}
        assert kept.headers == (("X-Team", "blue"),)
        assert kept.network.proxy_mode == "none"
        assert (kept.network.silence_timeout, kept.network.first_byte_timeout) == (30.0, None)
        one.close()


async def test_what_was_learnt_of_a_server_can_be_forgotten(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        account = session.accounts.all()[0]
        await session.accounts.learn(account.id, {"system_role": "user"})
        one = cast("AccountsDialog", dialogs(window).open("accounts"))
        one.roster.list.setCurrentRow(0)
        learnt, form = one.form.learnt, one.form
        assert learnt.said.text() == "What was learnt of this server: it takes no system message."
        form.name.setText("Half a na")
        learnt.button.click()
        await until(lambda: session.accounts.by_id(account.id).traits.system_role is None)
        await until(lambda: "Forgotten" in learnt.said.text())
        assert not learnt.button.isEnabled()
        assert form.name.text() == "Half a na", "what is typed stays"
        assert form.shows(session.accounts.by_id(account.id))
        one.close()
