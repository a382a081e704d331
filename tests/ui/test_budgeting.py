"""A budget in the window: a line in the composer once it is nearly used up, a notice for other accounts; nothing is hindered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

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


async def test_nearly_used_up_and_used_up_stand_in_the_composer(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        notes = window.stage.composer.notes
        assert await asked(window) == 0.0  # no price was known yet
        account = await budget(session, 1e9)
        cost = await asked(window)
        assert cost > 1
        assert not notes.isVisible()
        await session.accounts.edit(replace(account, budget=Budget(cost * 2.2)))
        await asked(window)
        await until(lambda: "nearly used up" in notes.text())
        assert "1 answer of unknown cost is not in it" in notes.text()
        await asked(window)
        await until(lambda: "is used up" in notes.text())
        await asked(window)  # it still answers
        assert window.stage.notices.words == "", "once is enough"
        await session.accounts.edit(replace(account, budget=None))
        await until(notes.isHidden)


async def test_another_account_s_budget_is_told_by_a_notice_once(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        notes, notices, shown = window.stage.composer.notes, window.stage.notices, window.conversation_bound
        account = await budget(session, 1.0)
        away = shown.id
        await session.choose_model(away, account.id, "demo")
        other = await session.accounts.add(Account("other", "Other", account.base_url, key_source=account.key_source))
        await shown.open((await session.new_conversation()).id)
        await session.choose_model(shown.id, other.id, "demo")
        shown.show_head()
        await session.send(away, "Hello")
        await until(lambda: "Local" in notices.words)
        assert "is used up" in notices.words
        assert notes.isHidden()
        notices.dismiss()
        turn = await session.send(away, "Again")
        assert turn is not None
        await turn.wait()
        await session.ledger.standing(account)  # whatever is looked up after the answer has been
        assert notices.words == ""
        await shown.open(away)
        await until(notes.isVisible)


def test_the_form_reads_a_budget_and_refuses_what_is_none(qapp: QApplication) -> None:
    more = AccountMore(QWidget())
    account = Account("a", "A", "http://127.0.0.1:1/v1", budget=Budget(20.0, "EUR"))
    more.show_account(account)
    assert more.budget.text() == "20 EUR"
    assert more.apply(account) == (account, "")
    more.budget.setText("much")
    assert "no budget" in more.apply(account)[1]
    more.budget.setText("")
    assert more.apply(account)[0].budget is None
