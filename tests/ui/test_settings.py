"""The settings window: every setting acts at once, is found, is set back, and is carried away and in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatgui.core.settings import SECTIONS, Settings
from chatgui.ui.dialogs.setting_row import FontChoice, SettingRow
from chatgui.ui.dialogs.settings import SettingsDialog
from chatgui.ui.dialogs.shortcuts import ShortcutsDialog
from chatgui.ui.theme import LIGHT, ROOM, transcript_style
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until
from tests.ui.test_dialogs import dialogs
from tests.ui.test_window import answered, say


def opened(window: Window) -> tuple[SettingsDialog, dict[str, SettingRow]]:
    one = cast("SettingsDialog", dialogs(window).open("settings"))
    return one, {row.name: row for row in one.rows}


def choose(row: SettingRow, value: object) -> None:
    """Choose in a combo box, as a person does."""
    box = cast("Any", row.control)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


async def test_density_changes_rows_of_the_sidebar_and_the_transcript(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        say(window, "How do tides work?")
        await until(lambda: answered(window) and window.sidebar.model.total)
        one, rows = opened(window)
        heights, gaps = [], []
        for density in ("compact", "normal", "roomy"):
            choose(rows["density"], density)
            await until(lambda density=density: session.settings.density == density)
            await until(lambda: window.stage.view.page.style.message_space == ROOM[session.settings.density].messages)
            await until(lambda: not window.stage.view._idle.isActive())  # the guesses at heights are good ones again
            heights.append(window.sidebar.list.sizeHintForRow(0))
            gaps.append(window.stage.view.page.heights.total)
        assert heights == sorted(set(heights))
        assert gaps == sorted(set(gaps))
        assert heights[0] >= 28
        one.close()


async def test_what_a_setting_says_is_done_at_once(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one, rows = opened(window)
        choose(rows["reduced_motion"], "on")
        await until(lambda: not window.stage.view.page.style.motion)
        cast("Any", rows["follow"].control).click()
        await until(lambda: not window.stage.view.page.follows)
        choose(rows["send_with"], "ctrl+enter")
        await until(lambda: window.stage.composer.editor.send_with == "ctrl+enter")
        choose(rows["formats"], "en_SE")
        await until(lambda: QLocale().name() == "en_SE")
        await session.change_settings(formats="system")
        assert QLocale() == QLocale.system()
        one.close()


async def test_a_wrong_value_is_said_and_not_kept(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one, rows = opened(window)
        row = rows["proxy"]
        cast("Any", row.control).setText("http://me:secret@host:1")
        row.flush()
        assert "password" in row.said.text()
        assert session.settings.proxy == ""
        row.reset.click()
        assert cast("Any", row.control).text() == ""
        assert not row.said.isVisible()
        cast("Any", row.control).setText("http://host:8080")
        one.close()  # what was typed a moment ago is kept
        await until(lambda: session.settings.proxy == "http://host:8080")
    assert (profile / "settings.toml").read_text("utf-8") == 'proxy = "http://host:8080"\n'


async def test_fonts_are_chosen_by_their_looks(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one, rows = opened(window)
        row = rows["code_font"]
        box = row.control
        assert isinstance(box, FontChoice)
        family = box.itemText(1)
        assert box.itemData(1, Qt.ItemDataRole.FontRole).family() == family
        choose(row, family)
        await until(lambda: session.settings.code_font == family)
        assert row.preview is not None
        assert row.preview.isVisible()
        assert row.preview.font().family() == family
        assert window.stage.view.page.style.font("code").family() == family
        one.close()


async def test_settings_are_found_by_words_of_title_sentence_choice_and_section(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, _):
        one, rows = opened(window)
        for typed, names in (
            ("roomy", {"density"}),
            ("proxy address", {"proxy"}),
            ("network", {"proxy_mode", "proxy", "connect_timeout", "first_byte_timeout", "silence_timeout"}),
        ):
            one.search.setText(typed)
            assert {name for name, row in rows.items() if row.isVisible()} == names, typed
        one.search.setText("keyboard")
        assert one.shortcuts.isVisible()
        one.search.setText("no such thing at all")
        assert one._nothing.isVisible()
        one.search.clear()
        assert all(section.isVisible() for section in one.sections)
        assert [section.name for section in one.sections] == list(SECTIONS)
        one.close()


async def test_every_section_one_goes_to_stands_at_the_top(qapp: QApplication, profile: Path) -> None:
    """The last ones, too, below which there is nothing: for want of room they all showed the same."""
    async with showing(qapp, profile) as (window, _):
        one, _ = opened(window)
        bar = one._area.verticalScrollBar()
        for at, section in enumerate(one.sections):
            one.list.setCurrentRow(at)
            await until(lambda section=section: bar.value() == section.y())
            QTest.keyClick(one.list, Qt.Key.Key_Tab)
            focused = one.focusWidget()
            assert focused is not None
            assert section.isAncestorOf(focused), f"Tab leads out of {section.name}"
            one.list.setFocus()
        one.search.setText("dates")
        await until(lambda: bar.maximum() == 0)  # what is found needs no such room
        one.close()


async def test_everything_is_reset_with_a_way_back(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one, _ = opened(window)
        assert not one.reset_all.isEnabled()
        await session.change_settings(zoom=150, shortcuts={"new": ("F7",)})
        QTest.mouseClick(one.reset_all, Qt.MouseButton.LeftButton)
        await until(lambda: session.settings.zoom == 100 and one._undo.isVisible())
        assert session.settings.shortcuts == {}
        QTest.mouseClick(one._undo, Qt.MouseButton.LeftButton)
        await until(lambda: one.said.text() == "Every setting is as it was.")
        assert session.settings.zoom == 150
        assert window.actions_by_id["new"].shortcut() == QKeySequence("F7")
        one.close()


async def test_a_file_goes_out_and_comes_in(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one, _ = opened(window)
        await session.change_settings(zoom=150)
        await one.write(tmp_path / "mine.toml")
        assert "Written to mine.toml" in one.said.text()
        await session.change_settings(zoom=100)
        source = tmp_path / "mine.toml"
        source.write_text("later = 1\n" + source.read_text("utf-8"), "utf-8")
        await one.take(tmp_path / "mine.toml")
        assert session.settings.zoom == 150
        assert one.said.text() == "One setting changed. Not known here, kept all the same: later."
        await one.take(tmp_path / "absent.toml")
        assert one.said.property("meaning") == "error"
        one.close()


async def test_shortcuts_are_reached_from_the_settings(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        window.verbs_bound.open_settings()
        one = window.findChild(SettingsDialog)
        assert one is not None
        one.shortcuts.click()
        other = window.findChild(ShortcutsDialog)
        assert other is not None
        other.close()
        one.close()


@pytest.mark.parametrize("density", ROOM)
def test_every_density_has_a_style(qapp: QApplication, density: str) -> None:
    style = transcript_style(LIGHT, Settings(density=density), 14.0)
    assert style.message_space > style.block_space
    assert style.line_height >= 1.3
