"""The command palette: conversations and actions under one field, by keyboard, however many there are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget

from chatgui.core.conversation import Summary
from chatgui.ui import actions
from chatgui.ui.picking.palette import MOST, Palette
from chatgui.ui.theme import Theme
from tests.ui.conftest import showing, until
from tests.ui.test_window import answered, say

NOW = datetime.now(UTC)
TIDES, TRIP = Summary("t", "Tides and the moon", NOW, NOW), Summary("p", "Trip plan", NOW, NOW, folder="Travel")


class Called:
    """Which actions ran."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def __call__(self, row: actions.Row) -> None:
        self.ids.append(row.id)


@pytest.fixture
def window(qapp: QApplication) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(900, 700)
    made.show()
    yield made
    made.hide()


@pytest.fixture
def called() -> Called:
    return Called()


@pytest.fixture
def palette(window: QWidget, called: Called, qapp: QApplication) -> Iterator[Palette]:
    made: dict[str, QAction] = actions.build(window, called)
    actions.enable(made, {"session"})
    one = Palette(window, Theme(qapp), made)
    yield one
    one.hide()


def words(palette: Palette) -> list[str]:
    """The rows as they are read out."""
    model = palette.list.model()
    return [model.index(at, 0).data(Qt.ItemDataRole.AccessibleTextRole) for at in range(model.rowCount())]


def test_it_opens_on_the_newest_conversations_then_actions_with_their_keys(palette: Palette) -> None:
    palette.open_over([TIDES, TRIP])
    assert words(palette)[:5] == ["Conversations", TIDES.title, TRIP.title, "Actions", "New Conversation"]
    assert palette.list.model().index(4, 0).data(Qt.ItemDataRole.AccessibleDescriptionRole) == "Ctrl+N"
    assert palette.accessibleName() == palette.search.accessibleName() == "Command palette"


def test_a_conversation_is_reached_by_a_word_of_its_title(palette: Palette) -> None:
    palette.open_over([TIDES, TRIP])
    opened = QSignalSpy(palette.opened)
    QTest.keyClicks(palette.search, "PLAN trip")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert opened.at(0) == ["p"]
    assert not palette.isVisible()


@pytest.mark.parametrize("typed", ["travel", "#fam", "trip family"])
def test_a_conversation_is_reached_by_its_folder_and_tags(palette: Palette, typed: str) -> None:
    palette.open_over([TIDES, replace(TRIP, tags=("family",))])
    palette.search.setText(typed)
    assert words(palette)[-2:] == ["Conversations", TRIP.title]
    facts = palette.list.model().index(len(words(palette)) - 1, 0).data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert facts.startswith("Travel · #family · ")


def test_an_action_is_done_by_its_words(palette: Palette, called: Called) -> None:
    palette.open_over([TIDES])
    QTest.keyClicks(palette.search, "sett")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert called.ids == ["settings"]


def test_what_cannot_be_done_now_is_not_offered(palette: Palette) -> None:
    palette.open_over([])
    assert "Answer Again" not in words(palette)
    assert "Stop" not in words(palette)
    assert "Go to Anything…" not in words(palette)


def test_arrows_skip_headings_and_escape_leaves(palette: Palette) -> None:
    palette.open_over([TIDES])
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.currentIndex().data() == "New Conversation"
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_it_is_as_tall_as_what_it_shows(palette: Palette) -> None:
    palette.open_over([TIDES])
    tall = palette.height()
    palette.search.setText("moon")
    assert palette.height() < tall / 2
    last = palette.list.visualRect(palette.list.model().index(1, 0))
    assert palette.list.viewport().rect().contains(last)
    palette.search.clear()
    assert palette.height() == tall


def test_nothing_found_is_said_and_cannot_be_chosen(palette: Palette, called: Called) -> None:
    palette.open_over([TIDES])
    QTest.keyClicks(palette.search, "zzz")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert words(palette) == ["Nothing found for “zzz”."]
    assert palette.isVisible()
    assert called.ids == []


def test_a_hundred_thousand_conversations_do_not_stall(palette: Palette) -> None:
    many = [Summary(str(at), f"Conversation number {at} about things", NOW, NOW) for at in range(100_000)]
    began = time.process_time()
    palette.open_over(many)
    opened = time.process_time() - began
    began = time.process_time()
    QTest.keyClicks(palette.search, "zebra 99999")
    typed = (time.process_time() - began) / len("zebra 99999")
    palette.search.setText("number")
    assert palette.list.model().rowCount() <= MOST + len(actions.ROWS) + 2
    palette.search.setText("number 99999")
    assert words(palette) == ["Conversations", many[-1].title]
    assert opened < 1.0
    assert typed < 0.2


async def test_it_leads_to_a_conversation_even_while_the_sidebar_shows_a_search(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "How do tides work?")
        await until(lambda: answered(window))
        first = window.conversation_bound.id
        window.actions_by_id["new"].trigger()
        await until(lambda: window.conversation_bound.id != first)
        await until(lambda: window.sidebar.model.total == 1)  # before that it may well be 0, too
        window.sidebar.search.setText("qqzzxx")
        await until(lambda: window.sidebar.model.total == 0)
        window.actions_by_id["palette"].trigger()
        palette = window.findChild(Palette)
        assert palette is not None
        await until(lambda: palette.isVisible() and "How do tides work?" in words(palette))
        QTest.keyClicks(palette.search, "tides")
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
        await until(lambda: window.conversation_bound.id == first)
