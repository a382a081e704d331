"""Every action is one row: its verb exists, its keys are its own, and menus and lists derive from it."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from chatgui.ui import actions
from chatgui.ui.verbs import Verbs
from chatgui.ui.window import Window


def test_every_action_has_a_verb(qapp: QApplication) -> None:
    for row in actions.ROWS:
        assert callable(getattr(Verbs if row.needs else Window, row.verb)), row.id


def test_no_two_actions_share_a_key(qapp: QApplication) -> None:
    keys = Counter(keys.toString() for row in actions.ROWS for keys in row.sequences())
    assert [one for one, times in keys.items() if times > 1] == []


def test_no_bare_letter_is_bound(qapp: QApplication) -> None:
    for row in actions.ROWS:
        for keys in row.sequences():
            text = keys.toString(QKeySequence.SequenceFormat.PortableText)
            assert "+" in text or len(text) > 1, row.id


def test_ids_are_unique_and_every_row_is_in_a_menu(qapp: QApplication) -> None:
    assert len({row.id for row in actions.ROWS}) == len(actions.ROWS)
    assert {row.menu for row in actions.ROWS} == set(actions.MENUS)


def test_the_fixed_names_stand_in_the_menus(qapp: QApplication) -> None:
    assert {"Accounts…", "Settings…", "Export…", "Import…", "Usage…"} <= {row.text for row in actions.ROWS}


def test_keys_that_a_bare_desktop_lacks_are_added(qapp: QApplication) -> None:
    rows = {row.id: row for row in actions.ROWS}
    for name, keys in (("quit", "Ctrl+Q"), ("settings", "Ctrl+,"), ("new", "Ctrl+N"), ("find", "Ctrl+F")):
        assert keys in [one.toString() for one in rows[name].sequences()], name


def test_shortcuts_are_shown_without_keys_of_special_keyboards(qapp: QApplication) -> None:
    rows = {row.id: row for row in actions.ROWS}
    assert actions.shown_keys(rows["new"].sequences()) == "Ctrl+N"
    assert actions.shown_keys(rows["stop"].sequences()) == "Esc"
