"""Another conversation is shown while something is under way in the one before: each keeps what is its own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatgui.chat.session import Session
from chatgui.core.conversation import Conversation, Unsent
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until


async def two(window: Window, session: Session) -> tuple[Conversation, Conversation]:
    """Two conversations that are kept; the first is shown."""
    made = [await session.new_conversation() for _ in range(2)]
    for conversation, title in zip(made, ("Red", "Blue"), strict=True):
        await session.set_fields(conversation.id, title=title, draft=f"about {title}")
    first, second = made
    await window.conversation_bound.open(first.id)
    return first, second


async def test_a_title_being_typed_is_kept_where_it_belongs(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        first, second = await two(window, session)
        title = window.stage.header.title
        window.verbs_bound.rename()
        QTest.keyClicks(title, "Green")
        await window.conversation_bound.open(second.id)
        assert title.isReadOnly()
        assert title.text() == "Blue"
        await until(lambda: first.title == "Green")
        assert second.title == "Blue"


async def test_what_cannot_be_sent_becomes_the_draft_of_the_conversation_that_was_left(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, session):
        first, second = await two(window, session)
        composer = window.stage.composer
        await until(lambda: composer.editor.toPlainText() == "about Red")
        for account in session.accounts.all():
            await session.accounts.remove(account.id)
        session.opened.forget([first.id])  # read anew, sending takes its time
        QTest.keyClicks(composer.editor, " and more")
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)
        await window.conversation_bound.open(second.id)
        await until(lambda: window.stage.notices.words)
        assert composer.editor.toPlainText() == "about Blue"
        assert (await session.conversation(first.id)).unsent == Unsent("about Red and more")


async def test_enter_pressed_twice_sends_once(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        first, _ = await two(window, session)
        sent: list[str] = []
        window.stage.composer.send_wanted.connect(sent.append)
        for _ in range(2):  # both before anything else has its turn: a key held down while the machine is busy
            QTest.keyClick(window.stage.composer.editor, Qt.Key.Key_Return)
        assert sent == ["about Red"]
        await until(first.branch)
