"""Panes stand beside the centre where there is room, over it where there is none, and remember their widths."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from chatgui.ui.panes import Panes, Place


def pane() -> QWidget:
    """Something that can have the focus."""
    made = QWidget()
    QVBoxLayout(made).addWidget(QLineEdit())
    return made


@pytest.fixture
def panes(qapp: QApplication) -> Iterator[Panes]:
    made = Panes(pane(), pane(), pane())
    made.resize(1200, 700)
    made.show()
    yield made
    made.hide()


def shown(panes: Panes) -> tuple[bool, bool]:
    """Sidebar, side pane."""
    return panes.is_shown(Place.LEADING), panes.is_shown(Place.TRAILING)


def test_a_wide_window_shows_all_three(panes: Panes) -> None:
    assert shown(panes) == (True, True)


def test_under_960_the_side_pane_and_under_700_the_sidebar_give_way(panes: Panes) -> None:
    panes.resize(900, 600)
    assert shown(panes) == (True, False)
    panes.resize(680, 600)
    assert shown(panes) == (False, False)
    panes.resize(1200, 700)
    assert shown(panes) == (True, True)


def test_in_a_narrow_window_a_pane_lies_over_the_centre_and_leaves_on_escape(panes: Panes) -> None:
    panes.resize(680, 600)
    panes.toggle(Place.TRAILING)
    assert shown(panes) == (False, True)
    panes.toggle(Place.LEADING)
    assert shown(panes) == (True, False)
    assert panes.dismiss()
    assert shown(panes) == (False, False)
    assert not panes.dismiss()


def test_escape_inside_an_overlay_closes_it(panes: Panes) -> None:
    panes.resize(680, 600)
    panes.toggle(Place.LEADING)
    for field in panes.findChildren(QLineEdit):
        if field.isVisible():
            QTest.keyClick(field, Qt.Key.Key_Escape)
            break
    assert shown(panes) == (False, False)


def test_what_was_hidden_stays_hidden_when_the_window_widens(panes: Panes) -> None:
    panes.show_pane(Place.TRAILING, False)
    panes.resize(680, 600)
    panes.resize(1200, 700)
    assert shown(panes) == (True, False)


def test_widths_and_wishes_survive(panes: Panes, qapp: QApplication) -> None:
    panes.show_pane(Place.TRAILING, False)
    state = panes.state()
    other = Panes(pane(), pane(), pane())
    other.resize(1200, 700)
    other.show()
    other.restore(state)
    assert shown(other) == (True, False)
    assert other.state() == state
    other.hide()


@pytest.mark.parametrize(
    "state", ["", "nonsense", "1:a,0:b", "1:²,1:5", "1:" + "9" * 5000 + ",1:5", "1:5,1:99999", "1:300"]
)
def test_a_damaged_memory_is_ignored(panes: Panes, state: str) -> None:
    panes.restore(state)
    assert shown(panes) == (True, True)


def test_panes_stand_in_reading_order_after_coming_back(panes: Panes) -> None:
    panes.resize(680, 600)
    panes.resize(1200, 700)
    fields = [one for one in panes.findChildren(QLineEdit) if one.isVisible()]
    places = [one.mapTo(panes, one.rect().topLeft()).x() for one in fields]
    assert len(places) == 3
    assert places == sorted(places)


def test_a_pane_can_have_a_window_of_its_own_and_comes_back(panes: Panes, qapp: QApplication) -> None:
    side = panes.findChildren(QLineEdit)[-1].parentWidget()
    stood = side.mapToGlobal(QPoint())
    panes.detach(Place.TRAILING, "Reasoning")
    own = side.window()
    assert own is not panes.window()
    assert own.geometry().x() >= stood.x()  # where it was, or beside the window, not over what is read
    wide = own.width()
    panes.widen(Place.TRAILING)
    assert own.width() == 2 * wide
    panes.widen(Place.TRAILING)
    assert own.width() == wide
    assert own.windowTitle() == "Reasoning"
    assert side.isVisible()
    panes.resize(900, 600)  # too narrow for it beside the centre: that is no matter now
    assert shown(panes) == (True, True)
    panes.resize(1200, 700)
    own.close()
    assert side.window() is panes.window()
    assert shown(panes) == (True, True)
    panes.detach(Place.TRAILING, "Reasoning")
    panes.toggle(Place.TRAILING)  # hiding it puts it back first
    assert shown(panes) == (True, False)
    assert side.window() is panes.window()
