"""Keys in the window: where the keyring refuses there is a way on beside the key, an answer that failed for want of a key
leads to its field, and an account may have several. The keyring is a real one, or none."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from chatgui.chat.session import Session
from chatgui.core.account import Account, KeySource
from chatgui.core.errors import Failure, Kind
from chatgui.core.ids import new_id
from chatgui.core.message import Message, Role, State
from chatgui.core.secret import Secret
from chatgui.demo.server import serve
from chatgui.ui.dialogs import account_keys
from chatgui.ui.dialogs.accounts import AccountsDialog
from chatgui.ui.transcript.notice import notice
from chatgui.ui.window import Window
from tests.support.canary import CANARY
from tests.support.secret_service import SecretService
from tests.ui.conftest import showing, until
from tests.ui.test_dialogs import dialogs
from tests.ui.test_window import answered, say

NULL = "keyring.backends.null.Keyring"
SECRET_SERVICE = "keyring.backends.SecretService.Keyring"

# The keyring's library leaves its connections to the bus to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket.socket.*/bus:ResourceWarning")


def press(button: QPushButton) -> None:
    """As a person does."""
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def shows(widget: QWidget) -> bool:
    """Whether it is on the screen, its parents too."""
    return widget.isVisible()


def accounts_of(window: Window) -> AccountsDialog:
    return cast("AccountsDialog", dialogs(window).open("accounts"))


def fill(one: AccountsDialog, url: str = "http://127.0.0.1:9/v1") -> None:
    """Type a new account with a key that is to go into the keyring."""
    form = one.form
    form.url.setText(url)
    form.name.setText("Mine")
    form.model.setEditText("small")
    form.key.kept.setCurrentIndex(form.key.kept.findData(KeySource.KEYRING))
    form.key.line.setText(CANARY)


async def refused(one: AccountsDialog, words: str) -> None:
    """Save, and see that the form stays as it was typed, with the reason and both ways."""
    form = one.form
    press(form.save_button)
    await until(lambda: form.key.ways.words.text().startswith("Not saved."))
    assert shows(form.key.ways)
    assert words in form.key.ways.words.text()
    assert CANARY not in form.key.ways.words.text()
    assert shows(form.key.ways.run_button)
    assert shows(form.key.ways.variable_button)
    typed = (form.url.text(), form.name.text(), form.key.line.text(), form.model.currentText())
    assert typed == ("http://127.0.0.1:9/v1", "Mine", CANARY, "small")


@pytest.fixture
def keyring(secret_service: SecretService, monkeypatch: pytest.MonkeyPatch) -> SecretService:
    """A real Secret Service that this process asks."""
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, secret_service.env[name])
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", SECRET_SERVICE)
    return secret_service


async def test_without_a_keyring_the_key_serves_for_this_run(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, demo=True) as (window, session):
        one = accounts_of(window)
        fill(one)
        await refused(one, "No keyring answers")
        press(one.form.key.ways.run_button)
        await until(lambda: len(session.accounts.all()) == 2)
        kept = session.accounts.by_name("Mine")
        assert kept.key_source is KeySource.SESSION
        assert (await session.accounts.secret(kept)) == Secret(CANARY)
        await until(lambda: one.form._said.text() == "Saved.")
        assert not shows(one.form.key.ways)
        one.close()


async def test_without_a_keyring_a_variable_can_be_named(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_OF_THIS_TEST", "sk-of-the-environment")
    async with showing(qapp, profile, demo=True) as (window, session):
        one = accounts_of(window)
        fill(one)
        await refused(one, "No keyring answers")
        press(one.form.key.ways.variable_button)
        assert one.focusWidget() is one.form.key.variable
        assert shows(one.form.key.variable)
        assert one.form.key.line.text() == CANARY
        one.form.key.variable.setText("KEY_OF_THIS_TEST")
        press(one.form.save_button)
        await until(lambda: len(session.accounts.all()) == 2)
        kept = session.accounts.by_name("Mine")
        assert (kept.key_source, kept.key_env) == (KeySource.ENVIRONMENT, "KEY_OF_THIS_TEST")
        one.close()


async def test_a_keyring_that_keeps_nothing_safe_is_named(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", NULL)
    async with showing(qapp, profile, demo=True) as (window, session):
        one = accounts_of(window)
        fill(one)
        await refused(one, NULL)
        assert len(session.accounts.all()) == 1
        one.close()


async def test_a_locked_keyring_leaves_the_account_as_it_is_and_the_key_in_memory(
    qapp: QApplication, profile: Path, keyring: SecretService
) -> None:
    async with showing(qapp, profile, demo=True) as (window, session):
        one = accounts_of(window)
        fill(one)
        press(one.form.save_button)
        await until(lambda: len(session.accounts.all()) == 2)
        kept = session.accounts.by_name("Mine")
        assert kept.key_source is KeySource.KEYRING
        with keyring.locked():
            one.form.key.line.setText(CANARY)
            await refused(one, "is locked")
            one.form.key.line.setText("sk-another-one")
            press(one.form.key.ways.run_button)
            await until(lambda: "until the program ends" in one.form._said.text())
            assert session.accounts.by_name("Mine").key_source is KeySource.KEYRING
            assert await session.accounts.secret(kept) == Secret("sk-another-one")
        one.close()


async def test_a_hanging_keyring_is_said_while_the_form_stays(
    qapp: QApplication, profile: Path, keyring: SecretService
) -> None:
    async with showing(qapp, profile, demo=True) as (window, session):
        session.accounts.vault._deadline = 0.3
        with keyring.stopped():
            one = accounts_of(window)
            fill(one)
            await refused(one, "does not answer")
            one.close()


async def failing(window: Window, session: Session, account: Account, secret: Secret | None) -> str:
    """Ask with this account until the answer has failed; the id of the answer."""
    account = await session.accounts.add(account, secret)
    conversation = window.conversation_bound
    await session.choose_model(conversation.id, account.id, "demo")
    say(window, "Hello")
    await until(lambda: conversation.last(Role.ASSISTANT) and conversation.turn is None)
    return conversation.last(Role.ASSISTANT)


async def test_an_answer_without_a_key_leads_to_its_field_and_then_succeeds(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(pace=0) as server, showing(qapp, profile) as (window, session):
        gone = Account(new_id(), "Mine", server.url, key_source=KeySource.SESSION, default_model="demo")
        answer = await failing(window, session, gone, None)
        conversation = window.conversation_bound.conversation
        assert conversation is not None
        failure = conversation.messages[answer].failure
        assert failure is not None
        assert failure.kind is Kind.VAULT
        window.stage.view.do(answer, "enter_key")
        one = window.findChild(AccountsDialog)
        assert one is not None
        assert one.form.name.text() == "Mine"
        assert one.focusWidget() is one.form.key.line
        one.form.key.line.setText("sk-demo")
        press(one.form.save_button)
        await until(lambda: one.form._said.text() == "Saved.")
        window.stage.view.do(answer, "regenerate")
        await until(lambda: _answered(window, answer))
        one.close()


@pytest.mark.parametrize(("kind", "is_offered"), [(Kind.AUTHENTICATION, True), (Kind.VAULT, True), (Kind.QUOTA, False)])
def test_only_an_answer_that_lacked_a_key_offers_to_enter_one(kind: Kind, is_offered: bool) -> None:
    failure = Failure(kind, "It did not work.")
    failed = Message("1", Role.ASSISTANT, (), datetime.now(UTC), state=State.FAILED, failure=failure)
    _, actions, _ = notice(failed)
    assert ("enter_key" in [name for name, *_ in actions]) is is_offered
    assert "regenerate" in [name for name, *_ in actions]


def _answered(window: Window, before: str) -> bool:
    last = window.conversation_bound.last(Role.ASSISTANT)
    message = window.conversation_bound.message(last)
    return last != before and message is not None and window.conversation_bound.turn is None and message.failure is None


async def test_several_keys_are_added_used_and_removed_by_name(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, demo=True) as (window, session):
        account = Account(new_id(), "Mine", "http://127.0.0.1:9/v1", key_source=KeySource.SESSION)
        account = await session.accounts.add(account, Secret("sk-the-first"))
        one = accounts_of(window)
        one._fill(select=account.id)
        one.form._keys.click()
        keys = one.form.keys
        keys.label.setText("work")
        keys.key.setText(CANARY)
        QTest.keyClick(keys.key, Qt.Key.Key_Return)
        await until(lambda: keys.list.count() == 2)
        assert (keys.label.text(), keys.key.text()) == ("", "")
        keys.list.setCurrentRow(1)
        press(keys.use)
        await until(lambda: keys.list.item(1).text() == "work · in use")
        assert await session.accounts.secret(session.accounts.by_id(account.id)) == Secret(CANARY)
        press(keys.use_next)
        await until(lambda: keys.list.item(0).text() == "First key · in use")
        keys.list.setCurrentRow(1)
        press(keys.remove)
        assert "cannot be undone" in keys.question.words.text()
        assert keys.list.count() == 2
        press(keys.question.yes)
        await until(lambda: keys.list.count() == 1)
        assert session.accounts.by_id(account.id).keys == ()
        keys.label.setText("proxy")
        keys.key.setText(CANARY)
        press(keys.add)
        await until(lambda: "proxy" in keys.said.text())
        assert keys.key.text() == CANARY, "a refusal loses nothing"
        one.close()


async def test_a_key_is_copied_after_a_question_and_does_not_stay_on_the_clipboard(
    qapp: QApplication, profile: Path, keyring: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_keys, "CLIPBOARD_MS", 300)
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("before")
    async with showing(qapp, profile, demo=True) as (window, session):
        account = Account(new_id(), "Mine", "http://127.0.0.1:9/v1", key_source=KeySource.KEYRING)
        account = await session.accounts.add(account, Secret(CANARY))
        one = accounts_of(window)
        one._fill(select=account.id)
        one.form._keys.click()
        keys = one.form.keys
        press(keys.copy)
        assert clipboard.text() == "before"
        press(keys.question.yes)
        await until(lambda: clipboard.text() == CANARY)
        await until(lambda: clipboard.text() == "")
        clipboard.setText("before")
        with keyring.locked():
            press(keys.copy)
            press(keys.question.yes)
            await until(lambda: "locked" in keys.said.text())
            assert clipboard.text() == "before"
        assert CANARY not in "".join(label.text() for label in one.findChildren(type(keys.said)))
        one.close()


async def test_a_kept_key_that_is_gone_is_said_when_the_account_is_shown(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEY_THAT_IS_NOT_SET", raising=False)
    assert "KEY_THAT_IS_NOT_SET" not in os.environ
    async with showing(qapp, profile, demo=True) as (window, session):
        account = Account(
            new_id(), "Mine", "http://127.0.0.1:9/v1", key_source=KeySource.ENVIRONMENT, key_env="KEY_THAT_IS_NOT_SET"
        )
        account = await session.accounts.add(account)
        one = accounts_of(window)
        one.ask_for_key("Mine")
        await until(lambda: shows(one.form.key.ways))
        assert "KEY_THAT_IS_NOT_SET holds no key" in one.form.key.ways.words.text()
        assert one.focusWidget() is one.form.key.variable
        press(one.form.key.ways.run_button)
        assert one.focusWidget() is one.form.key.line
        assert one.form.key.line.isEnabled()
        one.close()


# Rows of the fault catalogue that the tests above do not meet


class Refusing:
    """A keyring that fails in one way; its error holds the key, as some do."""

    def __init__(self, error: str) -> None:
        self._error = error

    def get_password(self, _service: str, _name: str) -> None:
        return None

    def set_password(self, _service: str, _name: str, password: str) -> None:
        if self._error:
            raise type(self._error, (Exception,), {})(f"cannot store {password}")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("PasswordSetError", "did not allow it"),
        ("", "took the key but did not keep it"),
        ("KeyringLocked", "is locked"),
    ],
    ids=["denied (104)", "not kept (107)", "prompt dismissed (101)"],
)
async def test_a_keyring_that_keeps_no_key_is_said_and_leaves_both_ways(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch, error: str, words: str
) -> None:
    async with showing(qapp, profile, demo=True) as (window, session):
        monkeypatch.setattr(session.accounts.vault, "_chosen", lambda: Refusing(error))
        one = accounts_of(window)
        fill(one)
        await refused(one, words)
        assert len(session.accounts.all()) == 1
        press(one.form.key.ways.run_button)
        await until(lambda: len(session.accounts.all()) == 2)
        one.close()
    assert CANARY not in (profile / "chatgui.db").read_bytes().decode("latin-1")


async def test_a_keyring_that_dies_stops_no_conversation_and_is_said_at_the_next_change(
    qapp: QApplication, profile: Path, keyring: SecretService
) -> None:
    """Row 103."""
    async with serve(pace=0) as server, showing(qapp, profile, demo=True) as (window, session):
        one = accounts_of(window)
        fill(one, server.url)
        one.form.model.setEditText("demo")
        press(one.form.save_button)
        await until(lambda: len(session.accounts.all()) == 2)
        await until(lambda: window.stage.header.model.accessibleName() == "Model Mine · demo")
        with keyring.killed():
            say(window, "Hello")
            await until(lambda: answered(window))
            one.form.key.line.setText(f"{CANARY}-2")
            press(one.form.save_button)
            await until(lambda: one.form.key.ways.words.text().startswith("Not saved."))
            assert await session.accounts.secret(session.accounts.by_name("Mine")) == Secret(CANARY)
        one.close()


async def test_a_locked_keyring_fails_an_answer_in_words_and_unlocked_it_goes_on(
    qapp: QApplication, profile: Path, keyring: SecretService
) -> None:
    """Row 101: what was said stays, reading works, and asking again is all it needs."""
    async with serve(pace=0) as server, showing(qapp, profile) as (window, session):
        mine = Account(new_id(), "Mine", server.url, default_model="demo")
        await session.accounts.add(mine, Secret(CANARY))
        session.accounts.keys._memory.clear()  # as after a restart
        with keyring.locked():
            conversation = window.conversation_bound
            await session.choose_model(conversation.id, mine.id, "demo")
            say(window, "Hello")
            await until(lambda: conversation.last(Role.ASSISTANT) and conversation.turn is None)
            failed = conversation.last(Role.ASSISTANT)
            message = conversation.message(failed)
            assert message is not None
            words, actions, _ = notice(message)
            assert "The keyring is locked" in words
            assert {"enter_key", "regenerate"} <= {name for name, *_ in actions}
        window.stage.view.do(failed, "regenerate")
        await until(lambda: _answered(window, failed))


async def test_a_key_that_may_still_be_in_the_keyring_is_said_when_its_account_is_removed(
    qapp: QApplication, profile: Path, keyring: SecretService
) -> None:
    """Row 108."""
    async with showing(qapp, profile, demo=True) as (window, session):
        await session.accounts.add(Account(new_id(), "Mine", "http://127.0.0.1:9/v1"), Secret(CANARY))
        one = accounts_of(window)
        one._fill(select=session.accounts.by_name("Mine").id)
        with keyring.locked():
            press(one.roster.remove_button)
            await until(lambda: "may still be in the keyring" in one.foot.note.text())
            assert shows(one.foot.undo_button)
        one.close()
