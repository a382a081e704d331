"""The composer's gauge: what sending now would fill, in words too, and never on the way from a key to its paint."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatgui.chat.session import Session
from chatgui.core.account import Model
from chatgui.core.message import Attachment, Message, Role, Text
from chatgui.ui.composer.filling import STEP_S
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until

WORDS = "The tide follows the moon, and turns twice a day. "


async def reads(session: Session, tokens: int) -> None:
    """The local account says how much its model reads."""
    account = session.accounts.by_name("Local")
    await session.accounts.keep_models(account.id, [Model("demo", context_length=tokens)])


async def test_the_draft_is_counted_as_it_is_typed(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        gauge, editor = window.stage.composer.gauge, window.stage.composer.editor
        await reads(session, 1000)
        assert not gauge.isVisible()
        QTest.keyClicks(editor, WORDS * 2)
        assert gauge.isVisible()
        await until(lambda: gauge.fill.context == 1000)
        spoken = QAccessible.queryAccessibleInterface(gauge).text(QAccessible.Text.Name)
        assert gauge.toolTip() in spoken
        assert f"≈ {gauge.fill.total} of 1,000 tokens (2 %) would be sent." in gauge.toolTip()
        width = editor.width()
        editor.clear()
        assert not gauge.isVisible()
        assert editor.width() == width, "typing never changes where the lines break"


async def test_what_was_said_before_counts_and_another_model_reads_more(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        gauge, shown = window.stage.composer.gauge, window.conversation_bound
        await shown.send(WORDS * 20)
        await until(lambda: shown.turn is None and shown.last(Role.ASSISTANT))
        await until(lambda: (gauge.fill.history or 0) > 200)
        assert gauge.fill.context is None
        account = session.accounts.by_name("Local")
        await session.accounts.keep_models(
            account.id, [Model("demo", context_length=1000), Model("big", context_length=9000)]
        )
        await until(lambda: gauge.fill.context == 1000)
        await session.choose_model(shown.id, account.id, "big")
        shown.show_head()
        assert gauge.fill.context == 9000


async def test_whose_account_is_gone_is_measured_by_the_default_one(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        gauge, local = window.stage.composer.gauge, session.accounts.by_name("Local")
        other = await session.accounts.add(replace(local, id="other", name="Other"))
        models = [Model("demo", context_length=1000), Model("big", context_length=9000)]
        await session.accounts.keep_models(local.id, models)
        await session.choose_model(window.conversation_bound.id, other.id, "big")
        await session.accounts.remove(other.id)
        QTest.keyClicks(window.stage.composer.editor, WORDS)
        assert window.conversation_bound.asked()[1] == "demo"
        assert gauge.fill.context == 1000  # not 9000: “big” was a model of the other’s


async def test_files_beside_the_draft_count(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        composer = window.stage.composer
        note = Attachment("0" * 64, "text/plain", "notes.txt", 8000)
        page = Attachment("1" * 64, "application/pdf", "paper.pdf", 90_000)
        composer.put("Read these.", (note, page))
        assert composer.gauge.fill is not None
        assert 2000 <= composer.gauge.fill.draft < 2020
        assert "1 file is not counted." in composer.gauge.toolTip()
        composer.put("")
        assert composer.gauge.isHidden()


async def test_too_much_is_said_in_words_above_the_editor(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await reads(session, 20)
        notes, editor = window.stage.composer.notes, window.stage.composer.editor
        assert not notes.isVisible()
        QTest.keyClicks(editor, WORDS * 3)
        await until(notes.isVisible)
        assert notes.text().startswith("This will probably not fit")
        editor.clear()
        assert not notes.isVisible()


async def long_conversation(session: Session, window: Window, count: int) -> None:
    """Show a conversation of many messages, none with usage."""
    conversation = await session.new_conversation()
    parent = None
    for at in range(count):
        role = Role.ASSISTANT if at % 2 else Role.USER
        message = Message(f"m{at}", role, (Text(WORDS * 4),), datetime.now(UTC), parent)
        conversation.add(message)
        parent = message.id
    conversation.tip = parent
    await window.conversation_bound.open(conversation.id)


async def test_a_key_is_quick_with_a_megabyte_and_ten_thousand_messages(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await long_conversation(session, window, 10_000)
        editor, gauge = window.stage.composer.editor, window.stage.composer.gauge
        editor.setPlainText((WORDS * 10 + "\n") * 2000)
        await until(lambda: (gauge.fill.history or 0) > 400_000 and gauge.fill.draft > 200_000)
        spent = []
        for _ in range(20):
            began = time.process_time()
            QTest.keyClick(editor, "x")
            editor.repaint()
            spent.append(time.process_time() - began)
        assert sorted(spent)[10] < 0.016


async def test_counting_a_long_conversation_never_holds_the_window_up(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await long_conversation(session, window, 4000)
        filling, steps = window._filling, []
        filling._soon.stop()
        filling._begin()
        while filling._steps.isActive():
            began = time.process_time()
            filling._step()
            steps.append(time.process_time() - began)
        assert len(steps) > 5
        assert sorted(steps)[len(steps) // 2] < STEP_S * 3
        assert window.stage.composer.gauge.fill.history


async def test_the_number_stays_while_a_conversation_is_counted_again(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await long_conversation(session, window, 2000)
        gauge, filling = window.stage.composer.gauge, window._filling
        await until(lambda: gauge.fill.history)
        before = gauge.fill.history
        filling._counter._known.clear()  # as if all had to be counted anew
        filling._begin()
        assert filling._steps.isActive()
        assert gauge.fill.history == before
        await until(lambda: not filling._steps.isActive())
        assert gauge.fill.history == before


async def test_editing_a_message_counts_what_comes_before_it(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        gauge, shown = window.stage.composer.gauge, window.conversation_bound
        await shown.send(WORDS * 20)
        await until(lambda: shown.turn is None and shown.last(Role.ASSISTANT))
        await until(lambda: (gauge.fill.history or 0) > 200)
        window.stage.view.do(shown.last(Role.USER), "edit")
        await until(lambda: gauge.fill.history == 0)
        assert gauge.fill.draft > 200
        shown.composing.give_up_editing()
        await until(lambda: (gauge.fill.history or 0) > 200)


async def test_the_demo_s_own_window_is_known(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        account = session.accounts.by_name("Local")
        await session.accounts.edit(replace(account, provider="openai", default_model="gpt-4o"))
        await session.choose_model(window.conversation_bound.id, account.id, "gpt-4o")
        window.conversation_bound.show_head()
        await until(lambda: window.stage.composer.gauge.fill.context == 128_000)
