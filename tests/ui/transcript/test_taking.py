"""Selecting by mouse and keyboard, and what copying gives: plain text, Markdown and clean HTML."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from chatgui.core.message import Message, Role
from chatgui.ui.transcript.letters import next_letter, previous_letter
from chatgui.ui.transcript.selection import line_at, next_word, previous_word, word_at
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import answer, message, picture, shown, talk

pytestmark = pytest.mark.usefixtures("qapp")

TABLE = "| Port | High |\n|---|--:|\n| Brest | 6.9 |\n"
LEFT = Qt.MouseButton.LeftButton


def place(view: TranscriptView, index: int, block: int, position: int) -> QPoint:
    """Where a text position is in the viewport."""
    item = view.page.item(index)
    row = item.body[block]
    placed = next(one for one in view.page.placed if one.row is row)
    caret = row.caret_rect(position)
    return QPoint(view.page.measure.left + round(caret.left()), placed.y + round(caret.center().y()))


def drag(view: TranscriptView, start: QPoint, end: QPoint) -> None:
    """Press, move, release."""
    target = view.viewport()
    QTest.mousePress(target, LEFT, pos=start)
    QTest.mouseMove(target, end)
    QTest.mouseRelease(target, LEFT, pos=end)


def taken(view: TranscriptView) -> str:
    """What copying would give, as plain text."""
    mime = view.reader.taken()
    return mime.text() if mime is not None else ""


@pytest.fixture
def talked() -> list[Message]:
    """Two questions, two answers."""
    return [
        message(0, Role.USER, "How do tides work?"),
        answer("The **moon** pulls.\n\n- one\n- two\n\n" + TABLE),
        message(2, Role.USER, "And the sun?"),
        message(3, Role.ASSISTANT, "It pulls, too."),
    ]


def test_dragging_selects_across_messages(talked: list[Message]) -> None:
    view = shown(talked)
    told: list[bool] = []
    view.selection_changed.connect(told.append)
    drag(view, place(view, 0, 0, 7), place(view, 1, 0, 8))
    assert taken(view) == "tides work?\n\nThe moon"
    QTest.mouseClick(view.viewport(), LEFT, pos=place(view, 2, 0, 3))
    assert not view.has_selection
    assert told == [True, False]
    drag(view, place(view, 1, 0, 8), place(view, 0, 0, 7))
    assert taken(view) == "tides work?\n\nThe moon"


def test_two_clicks_select_a_word_and_three_a_line(talked: list[Message]) -> None:
    view = shown(talked)
    at = place(view, 0, 0, 9)
    QTest.mouseDClick(view.viewport(), LEFT, pos=at)
    assert taken(view) == "tides"
    QTest.mouseClick(view.viewport(), LEFT, pos=at)
    assert taken(view) == "How do tides work?"


def test_shift_click_extends(talked: list[Message]) -> None:
    view = shown(talked)
    QTest.mouseClick(view.viewport(), LEFT, pos=place(view, 0, 0, 4))
    QTest.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, place(view, 2, 0, 3))
    assert taken(view).startswith("do tides work?\n\nThe moon pulls.")
    assert taken(view).endswith("\n\nAnd")


def test_keys_select_letters_words_lines_and_everything(talked: list[Message]) -> None:
    view = shown(talked)
    view.setFocus()
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(view.viewport(), LEFT, pos=place(view, 0, 0, 4))
    QTest.keyClick(view, Qt.Key.Key_Right, shift)
    QTest.keyClick(view, Qt.Key.Key_Right, shift)
    assert taken(view) == "do"
    QTest.keyClick(view, Qt.Key.Key_Right, shift | control)
    QTest.keyClick(view, Qt.Key.Key_Right, shift | control)
    assert taken(view) == "do tides "
    QTest.keyClick(view, Qt.Key.Key_End, shift)
    assert taken(view) == "do tides work?"
    QTest.keyClick(view, Qt.Key.Key_Down, shift)
    assert taken(view).startswith("do tides work?\n\nThe moon")
    QTest.keyClick(view, Qt.Key.Key_A, control)
    assert taken(view).startswith("How do tides work?")
    assert taken(view).endswith("It pulls, too.")
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.has_selection


def test_a_table_pastes_into_a_spreadsheet_and_nothing_brings_colours(talked: list[Message]) -> None:
    view = shown(talked)
    view.reader.select_all()
    mime = view.reader.taken()
    assert mime is not None
    html = bytes(mime.data("text/html").data()).decode()
    assert "<table" in html
    assert "Brest</td>" in html
    assert "<strong>moon</strong>" in html
    for banned in ("background", "color", "style=", "<img", "src="):
        assert banned not in html.lower()
    assert "**moon**" in bytes(mime.data("text/markdown").data()).decode()
    assert "- one\n- two" in bytes(mime.data("text/markdown").data()).decode()


def test_a_whole_answer_is_copied_as_its_own_markdown(talked: list[Message]) -> None:
    view = shown(talked)
    view.do("m1", "copy_markdown")
    assert QGuiApplication.clipboard().text() == talked[1].text
    view.do("m1", "copy")
    assert QGuiApplication.clipboard().text().startswith("The moon pulls.")


def test_copying_very_many_messages_lays_none_of_them_out() -> None:
    messages = talk(3000)
    view = shown(messages)
    view.reader.select_all()
    assert messages[1500].text in taken(view)
    assert len(view.page.realised) < 90


def test_a_selection_is_quoted_else_the_message(talked: list[Message]) -> None:
    view = shown(talked)
    quotes: list[str] = []
    view.quote_requested.connect(quotes.append)
    view.do("m2", "quote")
    drag(view, place(view, 1, 0, 0), place(view, 1, 0, 8))
    view.do("m1", "quote")
    assert quotes == ["> And the sun?\n", "> The **moon**\n"]


def test_a_selection_goes_with_the_messages(talked: list[Message]) -> None:
    view = shown(talked)
    view.reader.select_all()
    view.show_messages(talk(2))
    assert not view.has_selection


def test_dragging_below_the_pane_scrolls() -> None:
    view = shown(talk(200))
    view.to_start()
    start = QPoint(200, 100)
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    QTest.mouseMove(view.viewport(), QPoint(200, 700))
    before = view.page.value
    for _ in range(10):
        view.pointer._drag_on()
    assert view.page.value > before + 100
    QTest.mouseRelease(view.viewport(), LEFT, pos=QPoint(200, 700))
    assert view.has_selection


def test_a_program_that_has_copied_ends_well() -> None:
    code = (
        "from PySide6.QtCore import QMimeData; from PySide6.QtWidgets import QApplication; app = QApplication([])\n"
        "from chatgui.ui.transcript import copying; mime = QMimeData(); mime.setText('x'); copying.put(mime)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_words_and_lines_of_a_text() -> None:
    text = "It’s the well-known tide, 日本語!\nNext"
    assert text[slice(*word_at(text, 1))] == "It’s"
    assert text[slice(*word_at(text, 10))] == "well-known"
    assert text[slice(*line_at(text, 30))] == text.split("\n", maxsplit=1)[0]
    assert text[slice(*line_at(text, len(text)))] == "Next"
    assert next_word("one two", 0) == 4
    assert previous_word("one two", 7) == 4
    assert previous_word("one two", 4) == 0


@pytest.mark.parametrize("letters", [["a", "👩‍👩‍👧‍👦", "b"], ["e\u0301", "🇫🇷", "🇩🇪"], ["日", "本"]])
def test_the_keyboard_selects_whole_letters(letters: list[str]) -> None:
    text = "".join(letters)
    ends = [0]
    while ends[-1] < len(text):
        ends.append(next_letter(text, ends[-1]))
    assert [text[one:other] for one, other in pairwise(ends)] == letters
    assert [previous_letter(text, end) for end in ends[1:]] == ends[:-1]


WIDE = "|" + " a |" * 12 + "\n" + "|---" * 12 + "|\n" + ("|" + f" {'x' * 20} |" * 12 + "\n") * 3
LINE = "a line that is long " * 20


@pytest.mark.parametrize("text", [WIDE, f"```\n{LINE}\n```\n", f"- item\n  ```\n  {LINE}\n  ```\n"])
def test_the_bar_of_what_is_wide_is_pulled_with_the_mouse(text: str) -> None:
    view = shown([answer(text)], width=500)
    before = picture(view)
    row = view.page.item(0).body[0]
    placed = next(one for one in view.page.placed if one.row is row)
    at = next(
        QPoint(view.page.measure.left + 60, placed.y + y) for y in range(row.height) if row.bar_at(QPointF(60, y))
    )
    QTest.mousePress(view.viewport(), LEFT, pos=at)
    QTest.mouseMove(view.viewport(), at + QPoint(80, 30))
    moved = picture(view)
    assert moved != before
    QTest.mouseMove(view.viewport(), at)
    assert picture(view) == before
    QTest.mouseRelease(view.viewport(), LEFT, pos=at)
    assert not view.reader.has_selection
    QTest.mouseClick(view.viewport(), LEFT, pos=at + QPoint(300, 0))  # beside it: it comes there
    assert picture(view) != before
    assert not row.bar_at(QPointF(60, row.space + 10))


def test_text_fades_at_the_edge_beyond_which_there_is_more() -> None:
    view = shown([answer(f"```\n{'█' * 400}\n```\n")], width=500)
    row = view.page.item(0).body[0]
    placed = next(one for one in view.page.placed if one.row is row)
    y, right = placed.y + round(row.caret_rect(0).center().y()), view.page.measure.left + view.page.measure.width

    def dark(x: int) -> int:
        return 255 - picture(view).pixelColor(x, y).lightness()

    left = view.page.measure.left
    assert dark(right - 4) < dark(right - 10) < dark(right - 40)
    assert dark(left + 14) > 150
    row.wheel(1e9)
    view.refresh()
    assert dark(right - 14) > 150
    assert dark(left + 12) < dark(left + 20) < dark(left + 60)
