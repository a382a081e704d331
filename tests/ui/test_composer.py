"""The composer sends on Enter but never while an input method composes; drafts are told; large pastes stand aside."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from chatgui.core.conversation import Unsent
from chatgui.ui.composer.editor import LARGE, LINES
from chatgui.ui.composer.view import DRAFT_MS, Composer
from chatgui.ui.theme import Theme

Key, Held = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def composer(qapp: QApplication) -> Iterator[Composer]:
    made = Composer(Theme(qapp))
    made.resize(600, 60)
    made.show()
    yield made
    made.hide()


@pytest.fixture
def sent(composer: Composer) -> QSignalSpy:
    return QSignalSpy(composer.send_wanted)


def test_enter_sends(composer: Composer, sent: QSignalSpy) -> None:
    QTest.keyClicks(composer.editor, "How do tides work?")
    QTest.keyClick(composer.editor, Key.Key_Return)
    assert sent.at(0) == ["How do tides work?"]


def test_larger_text_has_the_room_it_needs(qapp: QApplication, composer: Composer) -> None:
    theme = Theme(qapp)
    theme.choose("light", 200)
    QTest.qWait(1)
    assert composer.editor.height() > composer.editor.fontMetrics().height()
    assert composer.button.height() > composer.button.fontMetrics().height()
    theme.choose("light", 100)
    QTest.qWait(1)
    assert composer.editor.height() < 2 * composer.editor.fontMetrics().height()


def test_shift_enter_breaks_the_line_with_a_real_newline(composer: Composer, sent: QSignalSpy) -> None:
    QTest.keyClicks(composer.editor, "one")
    QTest.keyClick(composer.editor, Key.Key_Return, Held.ShiftModifier)
    QTest.keyClicks(composer.editor, "two")
    assert composer.editor.toPlainText() == "one\ntwo"
    assert sent.count() == 0


def test_the_setting_turns_the_keys_round(composer: Composer, sent: QSignalSpy) -> None:
    composer.editor.send_with = "ctrl+enter"
    QTest.keyClicks(composer.editor, "a")
    QTest.keyClick(composer.editor, Key.Key_Return)
    assert sent.count() == 0
    QTest.keyClick(composer.editor, Key.Key_Return, Held.ControlModifier)
    assert sent.at(0) == ["a"]


def test_enter_never_sends_while_an_input_method_composes(composer: Composer, sent: QSignalSpy) -> None:
    QApplication.sendEvent(composer.editor, QInputMethodEvent("nihao", []))
    QTest.keyClick(composer.editor, Key.Key_Return)
    assert sent.count() == 0
    commit = QInputMethodEvent("", [])
    commit.setCommitString("你好")
    QApplication.sendEvent(composer.editor, commit)
    QTest.keyClick(composer.editor, Key.Key_Return)
    assert sent.at(0) == ["你好"]


def test_nothing_but_space_is_not_sent(composer: Composer, sent: QSignalSpy) -> None:
    QTest.keyClicks(composer.editor, "   ")
    QTest.keyClick(composer.editor, Key.Key_Return)
    assert sent.count() == 0
    assert not composer.button.isEnabled()


def test_one_button_has_two_states(composer: Composer) -> None:
    assert composer.button.accessibleName() == "Send"
    composer.show_streaming(True)
    assert composer.button.accessibleName() == "Stop"
    assert composer.button.isEnabled()
    stops = QSignalSpy(composer.stop_wanted)
    QTest.mouseClick(composer.button, Qt.MouseButton.LeftButton)
    assert stops.count() == 1
    composer.show_streaming(False)
    assert composer.button.accessibleName() == "Send"


def test_the_editor_grows_with_its_lines_and_then_scrolls(composer: Composer) -> None:
    one = composer.editor.height()
    composer.put("\n".join("line" for _ in range(5)))
    five = composer.editor.height()
    composer.put("\n".join("line" for _ in range(100)))
    most = composer.editor.height()
    line = composer.editor.fontMetrics().lineSpacing()
    assert one < five < most
    assert most <= (LINES + 1) * line


def test_a_draft_is_told_soon_after_the_last_key(composer: Composer) -> None:
    drafts = QSignalSpy(composer.draft_changed)
    QTest.keyClicks(composer.editor, "half a tho")
    assert composer.draft_pending
    assert drafts.wait(DRAFT_MS * 4)
    assert drafts.at(drafts.count() - 1) == ["half a tho"]


def test_who_types_without_a_pause_is_not_waited_for(composer: Composer) -> None:
    QTest.keyClicks(composer.editor, "a")
    while composer._draft.remainingTime() >= DRAFT_MS:
        QTest.qWait(1)
    before = composer._draft.remainingTime()
    QTest.keyClicks(composer.editor, "b")
    assert composer._draft.remainingTime() <= before


def test_a_draft_of_megabytes_is_not_written_at_every_word(composer: Composer) -> None:
    composer.put_pasted("x" * 10_000_000)
    QTest.keyClicks(composer.editor, "and")
    assert composer.draft_pending
    assert composer._draft.interval() >= 10_000
    composer.take_pasted(0)
    composer.flush_draft()
    QTest.keyClicks(composer.editor, " so")
    assert composer._draft.interval() == DRAFT_MS


def test_what_is_put_in_is_not_called_a_draft(composer: Composer) -> None:
    composer.put("from the database")
    assert not composer.draft_pending


def test_pastes_are_plain_text(composer: Composer) -> None:
    mime = QMimeData()
    mime.setData("text/html", b"<b>bold</b> <img src='http://x.invalid/a.png'>")
    mime.setText("bold\r\nnext")
    composer.editor.insertFromMimeData(mime)
    assert composer.editor.toPlainText() == "bold\nnext"


def test_ten_megabytes_pasted_do_not_stall(composer: Composer, sent: QSignalSpy) -> None:
    text = "x" * 10_000_000
    mime = QMimeData()
    mime.setText(text)
    began = time.process_time()
    composer.editor.insertFromMimeData(mime)
    assert time.process_time() - began < 1.0
    assert composer.editor.toPlainText() == ""
    QTest.keyClicks(composer.editor, "What is this?")
    QTest.keyClick(composer.editor, Key.Key_Return)
    assert sent.at(0) == [f"What is this?\n\n{text}"]


def test_a_large_draft_comes_back_beside_the_editor(composer: Composer) -> None:
    text = "word " * LARGE
    composer.put(text)
    assert composer.editor.toPlainText() == ""
    assert str(composer.said()) == text
    assert composer.take() == Unsent(text)
    assert str(composer.said()) == ""


def test_waiting_messages_are_shown_and_can_be_taken_back(composer: Composer) -> None:
    composer.show_queue(("first", "second"))
    backs = QSignalSpy(composer.take_back_wanted)
    buttons = [
        one for one in composer.findChildren(type(composer.button).__mro__[1]) if one.accessibleName() == "Take back"
    ]
    assert len(buttons) == 2
    QTest.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert backs.at(0) == [1]


def test_up_in_an_empty_editor_asks_for_the_last_message(composer: Composer) -> None:
    edits = QSignalSpy(composer.edit_last_wanted)
    QTest.keyClick(composer.editor, Key.Key_Up)
    assert edits.count() == 1
    QTest.keyClicks(composer.editor, "text")
    QTest.keyClick(composer.editor, Key.Key_Up)
    assert edits.count() == 1


def test_tab_leaves_the_editor(composer: Composer) -> None:
    composer.put("text")
    composer.activateWindow()
    composer.editor.setFocus()
    QTest.keyClick(composer.editor, Key.Key_Tab)
    assert composer.editor.toPlainText() == "text"
