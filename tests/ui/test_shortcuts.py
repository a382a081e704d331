"""Keys can be changed: no default is in another's way, conflicts are refused by name, only differences are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatgui.ui import actions, shortcuts
from chatgui.ui.dialogs.shortcuts import ShortcutsDialog
from tests.ui.conftest import showing, until
from tests.ui.test_dialogs import dialogs

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def test_no_default_is_in_the_way_of_another_or_of_a_text_field(qapp: QApplication) -> None:
    for row in actions.ROWS:
        for keys in row.sequences():
            assert shortcuts.refusal(keys, row.id, {}) == "", row.id


def test_undo_in_a_text_field_is_the_fields_own(qapp: QApplication) -> None:
    assert "text fields" in shortcuts.refusal(QKeySequence("Ctrl+Z"), "find", {"undo": []})


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("Ctrl+F", "“Ctrl+F” already belongs to “Find in Conversation”"),
        ("Ctrl+N", "“New Conversation”"),
        ("Ctrl+C", "text fields"),
        ("Ctrl+Left", "text fields"),
        ("A", "needed to type"),
        ("Shift+A", "needed to type"),
        ("Del", "needed to type"),
        ("Up", "needed to type"),
        ("Return", "needed to type"),
        ("Tab", "needed to type"),
        ("Ctrl+Return", "sends the message"),
        ("Ctrl+Down", "transcript"),
        ("Alt+F", "menu File"),
        ("Ctrl+Alt+B", ""),
        ("F7", ""),
        ("Ctrl+R", ""),  # its own
    ],
)
def test_keys_that_cannot_be_are_refused_in_words(qapp: QApplication, keys: str, words: str) -> None:
    said = shortcuts.refusal(QKeySequence(keys), "regenerate", {})
    assert words in said
    assert bool(said) is bool(words)


def test_only_differences_from_the_defaults_are_kept(qapp: QApplication) -> None:
    rows = {row.id: row for row in actions.ROWS}
    own = shortcuts.with_keys({}, "find", [QKeySequence("F7")])
    assert own == {"find": ("F7",)}
    assert shortcuts.with_keys(own, "find", rows["find"].sequences()) == {}
    assert shortcuts.with_keys(own, "search", []) == {"find": ("F7",), "search": ()}


def test_a_file_edited_by_hand_never_gives_one_key_to_two_actions(qapp: QApplication) -> None:
    found = shortcuts.in_force({"search": ["Ctrl+N", "nonsense"], "quit": ["Ctrl+N"], "not_an_action": ["F12"]})
    holders = [name for name, keys in found.items() if QKeySequence("Ctrl+N") in keys]
    assert holders == ["quit"]  # the first row of those a person gave it to
    assert QKeySequence("Ctrl+F") in found["find"]


def keys_of(action: QAction) -> list[str]:
    """Its keys, without those only special keyboards have."""
    return [keys.toString() for keys in action.shortcuts() if actions.is_usual(keys)]


def chosen(one: ShortcutsDialog, words: str) -> None:
    """Filter to one action and select it, with the keyboard."""
    one.search.setFocus()
    one.search.selectAll()
    QTest.keyClicks(one.search, words)
    QTest.keyClick(one.search, Qt.Key.Key_Down)


async def test_keys_are_added_changed_removed_and_reset_by_keyboard(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one = cast("ShortcutsDialog", dialogs(window).open("shortcuts"))
        find = window.actions_by_id["find"]
        chosen(one, "find in conv")
        QTest.keyClick(one.tree, Qt.Key.Key_Return)
        QTest.keyClick(one.keys.field, Qt.Key.Key_F7)
        await until(lambda: keys_of(find) == ["F7"])
        assert session.settings.shortcuts["find"][0] == "F7"
        assert list(session.settings.shortcuts) == ["find"]
        one.keys.add_button.click()
        QTest.keyClick(one.keys.field, Qt.Key.Key_B, CONTROL | ALT)
        await until(lambda: keys_of(find) == ["F7", "Ctrl+Alt+B"])
        assert "Ctrl+Alt+B" in cast("Any", one.tree.currentItem()).text(1)
        QTest.keyClick(one.tree, Qt.Key.Key_Delete)
        await until(lambda: keys_of(find) == [])
        one.keys.reset_button.click()
        await until(lambda: keys_of(find) == ["Ctrl+F"])
        assert session.settings.shortcuts == {}
        (fixed,) = one.tree.findItems("Scroll by lines", Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchRecursive)
        one.tree.setCurrentItem(fixed)
        for key in (Qt.Key.Key_Delete, Qt.Key.Key_Return):
            QTest.keyClick(one.tree, key)
        assert not one.keys.field.isVisible()
        assert session.settings.shortcuts == {}, "these keys stay as they are"
        one.close()


async def test_a_conflict_is_refused_by_name_and_changes_nothing(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one = cast("ShortcutsDialog", dialogs(window).open("shortcuts"))
        chosen(one, "archive")
        QTest.keyClick(one.tree, Qt.Key.Key_Return)
        QTest.keyClick(one.keys.field, Qt.Key.Key_N, CONTROL)
        assert "“New Conversation”" in one.keys.said.text()
        assert one.keys.field.isVisible()  # and may be pressed anew
        QTest.keyClick(one.keys.field, Qt.Key.Key_Escape)
        assert not one.keys.field.isVisible()
        assert one.isVisible()
        assert session.settings.shortcuts == {}
        one.close()


async def test_changed_keys_are_there_at_the_next_start(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (_, session):
        await session.change_settings(shortcuts={"new": ("Ctrl+T",), "search": ()})
    assert (profile / "settings.toml").read_text().count("Ctrl+T") == 1
    async with showing(qapp, profile) as (window, _):
        assert window.actions_by_id["new"].shortcuts() == [QKeySequence("Ctrl+T")]
        assert window.actions_by_id["search"].shortcuts() == []
