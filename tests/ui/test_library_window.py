"""The library in a real window: searching as one types, jumping to the very place, ordering and tagging."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from chatgui.chat.library import Library
from chatgui.chat.session import Session
from chatgui.core.change import LibraryChanged
from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Role, Text
from chatgui.store import conversations
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)


async def talk(session: Session, title: str, *said: str, age: int = 0) -> str:
    """A conversation, begun so many days before noon; the user and a model take turns."""
    when = NOON - timedelta(days=age)
    made = Conversation(title, title, when, when, model="big")
    for number, text in enumerate(said):
        role = (Role.USER, Role.ASSISTANT)[number % 2]
        made.add(Message(f"{title}{number}", role, (Text(text),), when, f"{title}{number - 1}" if number else None))
        made.tip = f"{title}{number}"
    await session._db.write(conversations.create, made)
    return title


def titles(window: Window) -> list[str]:
    """What the sidebar lists."""
    return [window.sidebar.model.row(at).title for at in range(window.sidebar.model.total)]


async def refreshed(window: Window, count: int) -> None:
    """The sidebar has read what was written behind its back."""
    assert window.library is not None
    await window.library.read()
    await until(lambda: window.sidebar.model.total == count)


async def test_a_steady_flow_of_changes_does_not_keep_the_list_from_being_read(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, session):
        await talk(session, "Tides", "Why?")
        flow = QTimer(interval=5)
        flow.timeout.connect(lambda: session.changed.emit(LibraryChanged("Tides")))
        flow.start()
        await until(lambda: titles(window) == ["Tides"])
        flow.stop()


async def test_a_hit_opens_at_the_very_place_with_the_words_marked(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        long = "\n\n".join(f"Paragraph {number} of many." for number in range(200))
        await talk(session, "Tides", f"{long}\n\nThe Größe here.", "An answer.", *["more", "and more"] * 20)
        await refreshed(window, 1)
        window.sidebar.search.setText("grosse")
        await until(lambda: window.sidebar.model.row(0).hit is not None)
        row = window.sidebar.list.visualRect(window.sidebar.model.index(0)).center()
        QTest.mouseClick(window.sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(row))
        await until(lambda: window.conversation_bound.id == "Tides" and window.stage.view.search.current == (0, 0))
        search = window.stage.view.search
        assert (search.query, search.total) == ("Größe", 1)
        assert window.stage.find_bar.isVisible()
        assert window.stage.find_bar.line.text() == "Größe"
        placed = [one for one in window.stage.view.page.placed if "Größe" in one.row.text]
        assert len(placed) == 1
        assert search.marks(placed[0])
        assert not window.stage.find_bar.line.hasFocus()


async def test_a_newer_letter_gives_up_the_search_before(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, given_up = [], []
    real = Library.search

    async def slow(library: Library, query: str, **more: Any) -> Any:
        begun.append(query)
        if query == "moon":
            return await real(library, query, **more)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            given_up.append(query)
            raise

    monkeypatch.setattr(Library, "search", slow)
    async with showing(qapp, profile) as (window, session):
        await talk(session, "Tides", "the moon")
        await refreshed(window, 1)
        for typed in ("mo", "moo", "moon"):
            window.sidebar.search.setText(typed)
            await until(lambda typed=typed: begun[-1:] == [typed])
        await until(lambda: window.sidebar.model.total and window.sidebar.model.row(0).hit is not None)
        assert given_up == ["mo", "moo"]


async def test_a_search_keeps_to_the_folder_that_is_shown(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await talk(session, "Tides", "the moon")
        await talk(session, "Trip", "the moon")
        await session.library.move(["Trip"], "My travels")
        await refreshed(window, 2)
        window.sidebar.places.setCurrentIndex(1)
        window.sidebar.search.setText("moon")
        await until(lambda: window.sidebar.model.total and window.sidebar.model.row(0).hit is not None)
        assert titles(window) == ["Trip"]


async def test_tags_are_given_by_keyboard_and_taken_back(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        for title in ("One", "Two"):
            await talk(session, title, "hello")
        await session.library.tag(["One"], "work", True)
        await refreshed(window, 2)
        window.verbs_bound.open("Two")
        await until(lambda: window.conversation_bound.id == "Two")
        window.actions_by_id["tags"].trigger()
        menu = next(one for one in window.sidebar.findChildren(QMenu) if one.title() == "Tags" and one.isVisible())
        QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Return)
        await until(lambda: window.sidebar.listing.places == {("tag", "work"): 2})
        assert "Tagged" in window.stage.notices.words
        window.actions_by_id["undo"].trigger()
        await until(lambda: window.sidebar.listing.places == {("tag", "work"): 1})


async def test_the_order_is_chosen_in_the_menu_and_kept(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        for age, title in enumerate(["b", "c", "a"]):
            await talk(session, title, "hello", age=age)
        await refreshed(window, 3)
        assert titles(window) == ["b", "c", "a"]
        window.actions_by_id["sort_title"].trigger()
        await until(lambda: titles(window) == ["a", "b", "c"])
        checked = [
            name for name, action in window.actions_by_id.items() if name.startswith("sort") and action.isChecked()
        ]
        assert checked == ["sort_title"]
    async with showing(qapp, profile) as (window, _):
        await until(lambda: titles(window) == ["a", "b", "c"])


async def test_the_newest_are_shown_before_all_are_read(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatgui.ui.sidebar.binding.FIRST", 3)
    async with showing(qapp, profile) as (_, session):
        for age in range(8):
            await talk(session, str(age), "hello", age=age)
    go_on = asyncio.Event()
    real = Library.ordered

    async def late(library: Library, order: str) -> Any:
        rows = await real(library, order)
        await go_on.wait()
        return rows

    monkeypatch.setattr(Library, "ordered", late)
    async with showing(qapp, profile) as (window, session):
        assert titles(window) == ["0", "1", "2"]
        await session.library.rename("1", "renamed meanwhile")
        await until(lambda: "renamed meanwhile" in titles(window))
        go_on.set()
        await until(lambda: titles(window) == ["0", "renamed meanwhile", "2", "3", "4", "5", "6", "7"])


async def test_how_a_conversation_stands_is_seen_and_said(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await talk(session, "Tides", "hello", "answer")
        await refreshed(window, 1)
        model = window.sidebar.model

        def said() -> str:
            said = str(model.data(model.index(0), Qt.ItemDataRole.AccessibleDescriptionRole))
            assert said.endswith(model.row(0).heading), "the group is said as well"
            return said.removesuffix(model.row(0).heading).removesuffix(", ")

        for state, words in (("failed", "failed"), ("interrupted", "interrupted"), ("idle", "")):
            set_state = f"UPDATE conversations SET state = '{state}'"
            await session._db.write(lambda connection, sql=set_state: connection.execute(sql))
            window.sidebar.change_rows(await session.library.rows(["Tides"]))
            assert said() == words
        model.run({"Tides"})
        assert said() == "running"
        model.run(())
        await session.library.set_unread("Tides", True)
        await until(lambda: said() == "unread")
