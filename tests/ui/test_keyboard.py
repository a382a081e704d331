"""Everything without a mouse: from part to part of the window, undo where nothing is typed, popups before the stream."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

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
            popup = QApplication.activePopupWidget()
            assert popup is not None
            QTest.keyClick(popup, Qt.Key.Key_Escape)
            assert not popup.isVisible()
            assert window.conversation_bound.turn is not None
        window.verbs_bound.find()
        press(Qt.Key.Key_Escape)
        assert not window.stage.find_bar.isVisible()
        assert window.conversation_bound.turn is not None
        press(Qt.Key.Key_Escape)
        await until(lambda: window.conversation_bound.turn is None)
