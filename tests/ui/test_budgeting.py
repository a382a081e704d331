"""A budget in the window: a notice when it is nearly used up, a line in the composer from then on, and nothing is hindered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from chatgui.chat.session import Session
from chatgui.core.account import Account, Budget, Price
from chatgui.core.message import Role
from chatgui.ui.dialogs.account_more import AccountMore
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until


async def budget(session: Session, amount: float) -> Account:
    """The local account gets a budget and a price of 1 USD for each token of an answer."""
    account = session.accounts.by_name("Local")
    priced = replace(account, budget=Budget(amount), prices={"demo": Price(0.0, 1_000_000.0)})
    return await session.accounts.edit(priced)


async def asked(window: Window) -> float:
    """Ask once; what the answer cost."""
    shown = window.conversation_bound
    before = shown.last(Role.ASSISTANT)
    await shown.send("Hello")
    await until(lambda: shown.turn is None and shown.last(Role.ASSISTANT) not in ("", before))
    assert shown.conversation is not None
    return shown.conversation.messages[shown.last(Role.ASSISTANT)].usage.cost or 0.0


async def test_nearly_used_up_is_said_once_and_stands_in_the_composer(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        notes, notices = window.stage.composer.notes, window.stage.notices
        cost = await asked(window)  # no price was known yet
        assert cost == 0.0
        account = await budget(session, 1e9)
        cost = await asked(window)
        assert cost > 1
        assert not notes.isVisible()
        await session.accounts.edit(replace(account, budget=Budget(cost * 2.2)))
        cost += await asked(window)
        await until(lambda: "nearly used up" in notices.words)
        assert "nearly used up" in notes.text()
        assert "1 answer of unknown cost is not in it" in notes.text()
        notices.dismiss()
        await asked(window)
        await until(lambda: "is used up" in notices.words)
        await until(lambda: "is used up" in notes.text())
        notices.dismiss()
        await asked(window)  # it still answers, and is not said again
        assert notices.words == ""
        await session.accounts.edit(replace(account, budget=None))
        await until(notes.isHidden)


async def test_only_the_account_that_is_asked_warns_in_the_composer(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        account = await budget(session, 1.0)
        await asked(window)
        notes = window.stage.composer.notes
        await until(notes.isVisible)
        other = await session.accounts.add(Account("other", "Other", account.base_url, key_source=account.key_source))
        await session.choose_model(window.conversation_bound.id, other.id, "demo")
        window.conversation_bound.show_head()
        await until(notes.isHidden)


def test_the_form_reads_a_budget_and_refuses_what_is_none(qapp: QApplication) -> None:
    more = AccountMore()
    account = Account("a", "A", "http://127.0.0.1:1/v1", budget=Budget(20.0, "EUR"))
    more.show_account(account)
    assert more.budget.text() == "20 EUR"
    assert more.apply(account) == (account, "")
    more.budget.setText("much")
    assert "no budget" in more.apply(account)[1]
    more.budget.setText("")
    assert more.apply(account)[0].budget is None
