"""Everything without a mouse: from part to part of the window, undo where nothing is typed, popups before the stream."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from chatgui.ui.picking.search_popup import SearchPopup
from tests.ui.conftest import showing, until
from tests.ui.test_window import answered, say, titles

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press keys where the focus is; shortcuts are tried first. (Keys sent to the window would process events within.)"""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, held)


def at(widget: QWidget) -> bool:
    return QApplication.focusWidget() is widget


async def test_f6_goes_round_the_parts_of_the_window(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        window.activateWindow()
        say(window, "How do tides work?")
        await until(lambda: answered(window))
        stage = window.stage
        await until(lambda: at(stage.composer.editor))
        thought = window.side.views[0]
        for there in (thought, window.sidebar.list, stage.view, stage.composer.editor):
            press(Qt.Key.Key_F6)
            assert at(there)
        press(Qt.Key.Key_F6, SHIFT)
        assert at(stage.view)
        window.toggle_sidebar()
        press(Qt.Key.Key_F6, SHIFT)
        assert at(thought)


async def test_pages_are_turned_from_the_composer_unless_it_has_pages_of_its_own(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile, (900, 420)) as (window, _):
        window.activateWindow()
        say(window, "Tell me about everything, with a table and some code")
        await until(lambda: answered(window))
        view, editor = window.stage.view, window.stage.composer.editor
        await until(lambda: at(editor) and view.is_following and view.page.maximum > view.page.height)
        press(Qt.Key.Key_PageUp)
        assert not view.is_following
        press(Qt.Key.Key_PageDown)
        assert view.is_following
        assert at(editor)
        editor.setPlainText("\n" * 40)
        press(Qt.Key.Key_PageUp)
        assert view.is_following


async def test_undo_takes_back_a_deletion_where_nothing_is_typed(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        window.activateWindow()
        say(window, "To be deleted")
        await until(lambda: answered(window) and len(titles(window)) == 1)
        press(Qt.Key.Key_Delete, CONTROL | SHIFT)
        await until(lambda: titles(window) == [])
        await until(lambda: at(window.stage.composer.editor))
        press(Qt.Key.Key_Z, CONTROL)
        await until(lambda: len(titles(window)) == 1)
        press(Qt.Key.Key_Z, CONTROL | SHIFT)
        await until(lambda: titles(window) == [])


async def test_undo_in_a_text_that_was_typed_is_the_texts(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        window.activateWindow()
        say(window, "Kept")
        await until(lambda: answered(window) and len(titles(window)) == 1)
        await session.library.rename(window.conversation_bound.id, "Other")
        editor = window.stage.composer.editor
        QTest.keyClicks(editor, "words")
        press(Qt.Key.Key_Z, CONTROL)
        assert editor.toPlainText() == ""
        await until(lambda: titles(window) == ["Other"])


async def test_escape_closes_what_lies_over_the_window_before_it_stops_an_answer(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile, pace=0.5) as (window, _):
        window.activateWindow()
        say(window, "Tell me something long")
        await until(lambda: window.conversation_bound.turn is not None)
        for open_it in (window.verbs_bound.open_palette, window.verbs_bound.choose_model):
            open_it()
            (popup,) = [one for one in window.findChildren(SearchPopup) if one.isVisible()]
            assert at(popup.search)
            press(Qt.Key.Key_Escape)
            assert not popup.isVisible()
            assert window.conversation_bound.turn is not None
        window.verbs_bound.find()
        press(Qt.Key.Key_Escape)
        assert not window.stage.find_bar.isVisible()
        assert window.conversation_bound.turn is not None
        press(Qt.Key.Key_Escape)
        await until(lambda: window.conversation_bound.turn is None)


@pytest.mark.parametrize("running", [False, True])
async def test_escape_leaves_a_message_as_it_was(qapp: QApplication, profile: Path, running: bool) -> None:
    async with showing(qapp, profile, pace=0.3 if running else 0.0) as (window, _):
        window.activateWindow()
        say(window, "Kept as it is")
        await until(lambda: window.conversation_bound.turn is not None if running else answered(window))
        press(Qt.Key.Key_Up)
        assert window.stage.composer.editor.toPlainText() == "Kept as it is"
        press(Qt.Key.Key_Escape)
        assert window.stage.composer.editor.toPlainText() == ""
        assert not window.stage.notices.words
        assert (window.conversation_bound.turn is not None) is running


async def test_code_is_copied_by_keyboard(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        window.activateWindow()
        say(window, "What can this program do?")
        await until(lambda: answered(window))
        press(Qt.Key.Key_F6, SHIFT)
        view = window.stage.view
        assert at(view)
        code = next(one.name for one in view._keys.actions() if one.words == "Copy code")
        while view.reader.focused != code:
            press(Qt.Key.Key_Tab)
            assert at(view), "Tab left the message before its code"
        QApplication.clipboard().clear()
        press(Qt.Key.Key_Return)
        assert "print(mean_length" in QApplication.clipboard().text()
