"""What only eyes would notice is said: the row the arrows went to, how many were found, what came of a button. And the keyboard
comes to everything, and away from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from chatgui.ui import actions, spoken
from chatgui.ui import window as main_window
from chatgui.ui.dialogs import parts
from chatgui.ui.picking.search_popup import SearchPopup
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until
from tests.ui.test_window import answered, say

DIALOGS = (
    "accounts",
    "assistants",
    "settings",
    "export",
    "import",
    "restore",
    "usage",
    "parameters",
    "trash",
    "shortcuts",
    "about",
)


@pytest.fixture
def said(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Everything announced; assistive technology is listening."""
    heard: list[str] = []
    for module in (spoken, parts, main_window):
        monkeypatch.setattr(module, "announce", lambda _, words: heard.append(words))
    QAccessible.setActive(True)
    yield heard
    QAccessible.setActive(False)


def popup(window: Window) -> SearchPopup:
    return next(one for one in window.findChildren(SearchPopup) if one.isVisible())


async def test_the_row_the_arrows_went_to_is_said(qapp: QApplication, profile: Path, said: list[str]) -> None:
    async with showing(qapp, profile) as (window, _):
        window.verbs_bound.open_palette()
        palette = popup(window)
        palette.search.setText("export")
        await until(lambda: bool(said))
        assert said[-1].startswith("Export…, ")
        palette.search.setText("new conv")
        await until(lambda: said[-1].startswith("New Conversation, "))
        before = len(said)
        palette.search.setText("sort by")
        for _ in range(2):
            QTest.keyClick(palette.search, Qt.Key.Key_Down)
        await until(lambda: len(said) > before)
        assert said[before:] == ["Sort by Title"], "of what goes by quickly only the last"
        palette.hide()
        assert palette.list.model().rowCount() == 0, "what is not shown is not there for a screen reader"


async def test_what_finding_found_is_said(qapp: QApplication, profile: Path, said: list[str]) -> None:
    async with showing(qapp, profile) as (window, _):
        window.activateWindow()
        say(window, "How do tides work?")
        await until(lambda: answered(window) and window.sidebar.model.total)
        window.verbs_bound.find()
        bar = window.stage.find_bar
        bar.line.setText("tides")
        await until(lambda: any(" of " in one for one in said))
        first = said[-1]
        bar.step_wanted.emit(1)
        await until(lambda: " of " in said[-1] and said[-1] != first)
        bar.line.setText("nobody said this")
        await until(lambda: said[-1] == "Nothing found")
        window.sidebar.search.setText("tides")
        await until(lambda: said[-1].endswith(" found"))
        window.sidebar.search.setText("nobody said this")
        await until(lambda: said[-1] == "Nothing found for “nobody said this”.")


async def test_another_conversation_is_said_unless_its_row_was_read(
    qapp: QApplication, profile: Path, said: list[str]
) -> None:
    async with showing(qapp, profile) as (window, _):
        window.activateWindow()
        say(window, "How do tides work?")
        await until(lambda: answered(window) and window.sidebar.model.total)
        first = window.conversation_bound.id
        said.clear()
        window.verbs_bound.new_conversation()
        await until(lambda: window.conversation_bound.id != first)
        await until(lambda: said == ["New conversation"])
        window.verbs_bound.open(first)
        await until(lambda: said == ["New conversation", "How do tides work?"])
        window.sidebar.list.setFocus()
        window.verbs_bound.new_conversation()
        await until(lambda: window.conversation_bound.id != first)
        assert said == ["New conversation", "How do tides work?"]


def test_what_came_of_it_is_said_once(said: list[str]) -> None:
    label = parts.words()
    parts.say(label, "Writing …")
    parts.say(label, "The file cannot be written.", "error")
    parts.say(label, "The file cannot be written.", "error")
    parts.say(label, "")
    parts.say(label, "Saved.", "good")
    assert said == ["The file cannot be written.", "Saved."]
    parts.words("Beware.", meaning="warning")
    assert len(said) == 2, "what was there from the start is read with the rest"


def reached(top: QWidget, key: Qt.Key) -> set[QWidget]:
    """All that has the focus in turn, as one key is pressed, until it comes round again."""
    seen: dict[QWidget, int] = {}
    for _ in range(200):
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus.window() is top
        seen[focus] = seen.get(focus, 0) + 1
        if max(seen.values()) > 1 and len(seen) > 1 and seen[next(iter(seen))] > 1:
            break
    return set(seen)


def reachable(top: QWidget) -> set[QWidget]:
    """All that Tab should come to."""
    return {
        one
        for one in top.findChildren(QWidget)
        if one.isVisible()
        and one.isEnabled()
        and one.window() is top
        and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and one.focusProxy() is None
    }


async def test_tab_comes_to_everything_and_is_caught_nowhere(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "How do tides work?")
        await until(lambda: answered(window))
        known = {row.id for row in actions.ROWS}
        for name in DIALOGS:
            assert name in known
            window.actions_by_id[name].trigger()
            await until(lambda: any(one.isVisible() for one in qapp.topLevelWidgets() if isinstance(one, QDialog)))
            top = next(one for one in qapp.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible())
            top.activateWindow()
            await until(lambda top=top: (focus := qapp.focusWidget()) is not None and focus.window() is top)
            for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                missed = reachable(top) - reached(top, key)
                assert not missed, (name, key, [one.accessibleName() or type(one).__name__ for one in missed])
            top.close()
            await until(lambda top=top: not top.isVisible())
