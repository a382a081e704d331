"""What was deleted for ever comes back from a daily copy; what is here stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Role, Text
from chatgui.store import backup, conversations
from chatgui.ui.dialogs.restore import RestoreDialog
from tests.ui.conftest import showing, until
from tests.ui.test_dialogs import dialogs
from tests.ui.test_window import answered, say, titles

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_purged_conversation_comes_back_and_a_renamed_one_keeps_its_name(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, session):
        say(window, "How do tides work?")
        await until(lambda: answered(window))
        lost = window.conversation_bound.id
        window.actions_by_id["new"].trigger()
        await until(lambda: window.conversation_bound.id != lost)
        say(window, "What is a fjord?")
        await until(lambda: answered(window))
        backup.daily(session.profile.database, 7)
        await session.library.rename(window.conversation_bound.id, "Fjords")
        await session.library.purge([lost])
        await until(lambda: titles(window) == ["Fjords"])
        one = cast("RestoreDialog", dialogs(window).open("restore"))
        await until(one.button.isEnabled)
        assert one.list.count() == 1
        QTest.mouseClick(one.button, Qt.MouseButton.LeftButton)
        await until(lambda: one.told.text() == "Brought back: 1 conversation, 2 messages.")
        await until(lambda: sorted(titles(window)) == ["Fjords", "How do tides work?"])
        assert len((await session.conversation(lost)).messages) == 2
        QTest.mouseClick(one.button, Qt.MouseButton.LeftButton)
        await until(lambda: one.told.text() == "Everything in this backup is already here.")
        one.close()


async def test_without_backups_it_says_so(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        one = cast("RestoreDialog", dialogs(window).open("restore"))
        await until(lambda: one.blank.text() == "There are no backups yet.")
        assert not one.button.isEnabled()
        one.close()


async def test_a_backup_that_is_no_library_is_refused_in_words(qapp: QApplication, profile: Path) -> None:
    (profile / "backups").mkdir(parents=True)
    (profile / "backups" / "chatgui-2026-01-02.db").write_bytes(b"no library at all" * 1000)
    async with showing(qapp, profile) as (window, _):
        one = cast("RestoreDialog", dialogs(window).open("restore"))
        await until(one.button.isEnabled)
        QTest.mouseClick(one.button, Qt.MouseButton.LeftButton)
        await until(lambda: one.told.property("meaning") == "error")
        assert one.told.text() == "This backup cannot be read. Choose another one."
        one.close()


async def test_it_is_seen_how_far_a_restoration_is(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        made = Conversation("long", "Long", BEGAN, BEGAN)
        for at in range(3_000):
            made.add(Message(f"m{at}", Role.USER, (Text("Once more. " * 20),), BEGAN, f"m{at - 1}" if at else None))
        await session._db.write(conversations.create, made)
        backup.daily(session.profile.database, 7)
        await session.library.purge(["long"])
        one = cast("RestoreDialog", dialogs(window).open("restore"))
        await until(one.button.isEnabled)
        assert one.bar.isHidden()
        seen: list[tuple[int, int]] = []
        one.bar.valueChanged.connect(lambda value: seen.append((value, one.bar.maximum())))
        QTest.mouseClick(one.button, Qt.MouseButton.LeftButton)
        await until(lambda: one.told.text() == "Brought back: 1 conversation, 3,000 messages.")
        assert one.bar.isHidden()
        known = [value for value, total in seen if total > 1]
        assert known == sorted(known)
        assert any(0 < value < total for value, total in seen)
        assert seen[-1][0] <= seen[-1][1]
        one.close()
