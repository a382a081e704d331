"""Searching in the sidebar: typing, what was found, and the keys between them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QToolButton

from chatgui.core.conversation import Hit, Summary
from chatgui.ui.sidebar.delegate import snippet_line
from chatgui.ui.sidebar.view import Sidebar
from tests.ui.test_sidebar import NOW, rows


def test_typing_searches_after_a_pause(sidebar: Sidebar) -> None:
    searched = QSignalSpy(sidebar.searched)
    QTest.keyClicks(sidebar.search, "tides")
    assert searched.wait(2000)
    assert searched.count() == 1
    assert searched.at(0) == ["tides"]


def test_hits_stand_below_and_open_their_message(sidebar: Sidebar) -> None:
    sidebar.search.setText("tides")
    sidebar.show_found(rows(1), [Hit("id9", "m7", "Trip plan", "the tides come", NOW, ((4, 9),))])
    assert sidebar.model.row(1).heading == "Found in messages"
    opened = QSignalSpy(sidebar.opened)
    place = sidebar.list.visualRect(sidebar.model.index(1)).center()
    QTest.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert opened.at(opened.count() - 1) == ["id9", "m7", "tides"]
    sidebar.grab()  # snippets and marks are painted without complaint


def test_choosing_a_place_narrows_the_search_as_well(sidebar: Sidebar) -> None:
    sidebar.show_rows([replace(rows(1)[0], folder="Travel")])
    sidebar.search.setText("tides")
    searched = QSignalSpy(sidebar.searched)
    sidebar.places.setCurrentIndex(1)
    assert [searched.at(at) for at in range(searched.count())] == [["tides"]]


def test_leaving_the_search_shows_everything_at_once(sidebar: Sidebar) -> None:
    sidebar.show_rows(rows(4))
    sidebar.search.setText("tides")
    sidebar.show_found(rows(1), [])
    assert sidebar.model.total == 1
    sidebar.change_rows([Summary("new", "Newest", NOW, NOW)])
    assert sidebar.model.total == 1
    sidebar.search.clear()
    assert sidebar.model.total == 5
    sidebar.show_found(rows(1), [])  # an answer that comes too late
    assert sidebar.model.total == 5


def test_escape_empties_the_search_and_down_goes_to_what_was_found(sidebar: Sidebar) -> None:
    sidebar.show_rows(rows(3))
    QTest.keyClicks(sidebar.search, "tides")
    searched = QSignalSpy(sidebar.searched)
    before = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    before.ignore()
    QApplication.sendEvent(sidebar.search, before)
    assert before.isAccepted()  # or the window's own Escape would stop an answer
    QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
    assert not sidebar.search.text()
    assert searched.wait(1_000)
    met: list[int] = []
    went = QApplication.instance().focusChanged.connect(lambda *_: met.append(sidebar.list.currentIndex().row()))
    opened = QSignalSpy(sidebar.opened)
    QTest.keyClick(sidebar.search, Qt.Key.Key_Down)
    sidebar.disconnect(went)
    assert sidebar.list.hasFocus()
    assert sidebar.list.currentIndex().row() == 0
    assert met == [0], "the row is there before the focus, or a screen reader does not say it"
    assert opened.count() == 1


def test_a_snippet_is_cut_so_that_its_first_mark_is_in_sight() -> None:
    said = "so much about harbours, and one more about\nlighthouses, at last"
    start = said.index("light")
    hit = Hit("id1", "m", "Title", said, NOW, ((start, start + 11),))
    words, ((first, last),) = snippet_line(hit, lambda text: len(text) < 40)
    assert words == "…one more about lighthouses, at last"
    assert words[first:last] == "lighthouses"
    assert snippet_line(hit, lambda _: True) == (said.replace("\n", " "), hit.marks)


def test_every_button_of_the_search_has_a_name(sidebar: Sidebar) -> None:
    assert all(one.accessibleName() or one.text() for one in sidebar.findChildren(QToolButton))
