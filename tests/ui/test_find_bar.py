"""The line in which words of the shown conversation are sought, by keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from chatgui.ui.find_bar import FindBar
from chatgui.ui.theme import Theme

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def test_enter_does_what_has_the_focus(qapp: QApplication) -> None:
    bar = FindBar(Theme(qapp))
    wanted: list[object] = []
    bar.step_wanted.connect(wanted.append)
    bar.closed.connect(lambda: wanted.append("closed"))
    bar.open("tide")
    QTest.keyClick(bar.line, Key.Key_Return)
    QTest.keyClick(bar.line, Key.Key_Return, SHIFT)
    assert wanted == [1, -1]
    wanted.clear()
    for name in ("Previous hit", "Next hit", "Close find"):
        button = next(one for one in bar.findChildren(QToolButton) if one.accessibleName() == name)
        button.setFocus()
        QTest.keyClick(button, Key.Key_Return)
    assert wanted == [-1, 1, "closed"]
    assert bar.isHidden()
    assert not bar.dismiss(), "it was closed already"
