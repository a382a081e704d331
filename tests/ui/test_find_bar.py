"""The line in which words of the shown conversation are sought, by keyboard."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Reasoning, Role, Text
from chatgui.store import conversations
from chatgui.ui.find_bar import FindBar
from chatgui.ui.theme import Theme
from tests.ui.conftest import showing, until

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def test_enter_does_what_has_the_focus(qapp: QApplication) -> None:
    bar = FindBar(Theme(qapp))
    wanted: list[object] = []
    bar.step_wanted.connect(wanted.append)
    bar.closed.connect(lambda: wanted.append("closed"))
    bar.open("tide")
    QTest.keyClick(bar.line, Key.Key_Return)
    QTest.keyClick(bar.line, Key.Key_Return, SHIFT)
    assert wanted == [1, -1]
    wanted.clear()
    for name in ("Previous hit", "Next hit", "Close find"):
        button = next(one for one in bar.findChildren(QToolButton) if one.accessibleName() == name)
        button.setFocus()
        QTest.keyClick(button, Key.Key_Return)
    assert wanted == [-1, 1, "closed"]
    assert bar.isHidden()
    assert not bar.dismiss(), "it was closed already"


def test_what_is_typed_is_told_before_enter_is(qapp: QApplication) -> None:
    bar = FindBar(Theme(qapp))
    wanted: list[object] = []
    bar.typed.connect(wanted.append)
    bar.offered.connect(lambda words: wanted.append(("offered", words)))
    bar.step_wanted.connect(wanted.append)
    bar.closed.connect(lambda back: wanted.append(("back", back)))
    bar.open()
    QTest.keyClicks(bar.line, "tide")
    QTest.keyClick(bar.line, Key.Key_Return)
    assert wanted == ["tide", 0], "the first place, and one stays there"
    QTest.keyClicks(bar.line, "s")
    QTest.keyClick(bar.line, Key.Key_Return, SHIFT)
    assert wanted[2:] == ["tides", -1]
    QTest.keyClick(bar.line, Key.Key_Escape)
    assert wanted[4:] == [("back", True)]
    bar.open()
    assert wanted[5:] == [("offered", "tides")]
    next(one for one in bar.findChildren(QToolButton) if one.accessibleName() == "Close find").click()
    assert wanted[6:] == [("back", False)]


async def test_one_finds_where_the_keyboard_is(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        window.activateWindow()
        thought = "\n\n".join([*(f"Thought {at}." for at in range(200)), "A zebra in thoughts."])
        made = Conversation("c", "Zebras", BEGAN, BEGAN)
        made.add(Message("m0", Role.USER, (Text("A zebra?"),), BEGAN, None))
        made.add(Message("m1", Role.ASSISTANT, (Reasoning(thought), Text("Zebra. " * 3)), BEGAN, "m0"))
        await session._db.write(conversations.create, made)
        await window.conversation_bound.open("c")
        pane, bar = window.side.views[0], window.stage.find_bar
        pane.setFocus()
        window.verbs_bound.find()
        assert bar.line.accessibleName() == "Find in reasoning"
        QTest.keyClicks(bar.line, "zebra")
        await until(lambda: pane.search.number == 1)
        assert any("zebra" in one.row.text for one in pane.page.placed)
        assert (window.stage.view.search.number, window.stage.view.search.total) == (0, 4), "marked only"
        QTest.keyClick(bar.line, Key.Key_Escape)
        assert pane.hasFocus()
        assert not any("zebra" in one.row.text for one in pane.page.placed), "one is where one was"
        window.stage.view.setFocus()
        window.verbs_bound.find()
        assert bar.line.accessibleName() == "Find in conversation"
        QTest.keyClick(bar.line, Key.Key_Return)
        await until(lambda: window.stage.view.search.number == 1)
