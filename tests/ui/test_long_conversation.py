"""A conversation of which little is in memory is read, searched, copied and followed in the window as any other."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from chatgui.chat.session import Session
from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Reasoning, Role, Text
from chatgui.store import conversations
from chatgui.ui.panels import REASONING
from chatgui.ui.panels.reasoning import ReasoningPane
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until

START = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = 2_000


async def opened_long(window: Window, session: Session) -> None:
    made = Conversation("long", "Long", START, START)
    for at in range(COUNT):
        parts = (Reasoning(f"Thought {at}."), Text(f"Answer **{at}** it is.")) if at % 2 else (Text(f"Question {at}?"),)
        role = Role.ASSISTANT if at % 2 else Role.USER
        made.add(Message(f"m{at}", role, parts, START + timedelta(seconds=at), f"m{at - 1}" if at else None))
    made.tip = f"m{COUNT - 1}"
    await session._db.write(conversations.create, made)
    await window.conversation_bound.open("long")


def seen(window: Window) -> list[str]:
    """The ids of the messages in sight."""
    return list(dict.fromkeys(placed.item.message.id for placed in window.stage.view.page.placed))


async def test_it_is_read_as_one_scrolls_and_jumps(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await opened_long(window, session)
        view = window.stage.view
        assert seen(window)[-1] == f"m{COUNT - 1}"
        far = len(view.messages.far())
        assert far > COUNT / 2
        await window.conversation_bound.open("long", "m700")
        assert "m700" in seen(window)
        assert view.page.item(700).text == "Question 700?"
        for _ in range(40):
            view.scroll_by(-view.page.height)
        texts = [view.page.item(placed.index).text for placed in view.page.placed]
        assert all(text.startswith(("Question", "Answer")) for text in texts)
        view.to_start()
        assert seen(window)[0] == "m0"
        assert len(view.messages.far()) > COUNT / 2


async def test_finding_goes_through_all_of_it(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await opened_long(window, session)
        search = window.stage.view.search
        search.start("question 7")
        await until(lambda: not search.is_searching)
        expected = [at for at in range(0, COUNT, 2) if str(at).startswith("7")]
        assert sorted(search.counts) == expected
        search.go_to(expected[0])
        assert (search.number, search.total) == (1, len(expected))
        assert f"m{expected[0]}" in seen(window)


async def test_all_of_it_is_copied(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await opened_long(window, session)
        view = window.stage.view
        clipboard = QGuiApplication.clipboard()
        clipboard.setText("before")
        view.select_all()
        view.copy()  # a little at a time
        assert clipboard.text() == "before"
        view.reader.select(None)
        await window.conversation_bound.open_new()  # what was selected then is what is copied
        await until(lambda: clipboard.text() != "before")
        lines = [f"Answer **{at}** it is." if at % 2 else f"Question {at}?" for at in range(COUNT)]
        assert clipboard.text() == "\n\n".join(lines)


async def test_the_reasoning_of_the_whole_conversation_is_there_with_what_was_asked(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, session):
        await opened_long(window, session)
        window.side.show_panel(REASONING)
        pane = window.side.panels[0]
        assert isinstance(pane, ReasoningPane)
        pane.set_whole(True)
        assert len(pane.view.messages) == COUNT // 2
        pane.show_message("m501")
        shown = [placed.item.message.id for placed in pane.view.page.placed]
        assert "m501" in shown
        assert pane._facet.question(pane.view.messages[250]) == "Question 500?"


async def test_asking_on_keeps_what_was_said_before_where_it_is(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await opened_long(window, session)
        await session.choose_model("long", session.accounts.all()[-1].id, "demo")
        await window.conversation_bound.send("One more")
        await until(lambda: not session.turns)
        view = window.stage.view
        assert len(view.messages) == COUNT + 2
        assert view.messages[COUNT].text == "One more"
        assert view.messages[-1].text
        assert view.messages[4].text == "Question 4?"


async def test_nothing_of_it_makes_the_window_wait(qapp: QApplication, profile: Path) -> None:
    """Every step is short in processor time: what is read is read a little at a time."""
    async with showing(qapp, profile) as (window, session):
        await opened_long(window, session)
        view, worst = window.stage.view, 0.0
        for at in range(0, COUNT, 37):
            began = time.thread_time()
            view.jump_to(f"m{(at * 7919) % COUNT}")
            worst = max(worst, time.thread_time() - began)
            await asyncio.sleep(0)
        assert worst < 0.1
