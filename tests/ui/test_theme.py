"""Colours are legible in both schemes, icons exist and are drawn, the scheme follows the system and the setting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from chatgui import resources
from chatgui.ui import assets, theme
from chatgui.ui.theme import DARK, LIGHT, Theme, Tokens, contrast
from chatgui.ui.wishes import Wishes

GROUNDS = ("ground", "raised", "hover", "code_ground")
TEXTS = ("text", "secondary", "faint", "accent", "good", "warning", "error", "thinking")
CODE = ("keyword", "string", "number", "comment", "name", "builtin", "diff_added", "diff_removed")

both = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


@both
def test_text_stands_out_from_every_ground_it_is_written_on(tokens: Tokens) -> None:
    weak = [
        (text, ground, round(contrast(getattr(tokens, text), getattr(tokens, ground)), 2))
        for ground in GROUNDS
        for text in TEXTS
        if contrast(getattr(tokens, text), getattr(tokens, ground)) < 4.5
    ]
    weak += [(one, "code_ground", 0) for one in CODE if contrast(getattr(tokens, one), tokens.code_ground) < 4.5]
    assert weak == []


@both
def test_text_stays_legible_on_marks_and_selections(tokens: Tokens) -> None:
    for ground in (tokens.selection, tokens.find, tokens.find_current):
        assert contrast(tokens.text, ground) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5


@both
def test_lines_that_carry_meaning_are_seen(tokens: Tokens) -> None:
    for ground in (tokens.ground, tokens.raised):
        for line in (tokens.edge, tokens.accent, tokens.error, tokens.warning):
            assert contrast(line, ground) >= 3


def test_neither_scheme_goes_to_the_extremes() -> None:
    assert LIGHT.ground != "#ffffff"
    assert DARK.ground != "#000000"


@both
def test_the_style_sheet_takes_every_colour_from_the_tokens(tokens: Tokens, qapp: QApplication) -> None:
    sheet = theme.style_sheet(tokens)
    known = {value.lower() for value in vars(tokens).values() if isinstance(value, str)}
    assert "$" not in sheet
    assert {one.lower() for one in re.findall(r"#[0-9a-fA-F]{6}\b", sheet)} <= known


def test_the_setting_overrules_the_system(qapp: QApplication) -> None:
    one = Theme(qapp)
    told: list[bool] = []
    one.changed.subscribe(lambda tokens: told.append(tokens.dark))
    one.choose("dark")
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.ground)
    one.choose("light")
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.ground)
    assert told == [True, False]


def test_the_wished_colours_count_where_qt_does_not_know(qapp: QApplication) -> None:
    one = Theme(qapp)
    one.choose("system")
    if qapp.styleHints().colorScheme() == Qt.ColorScheme.Unknown:
        one.follow(Wishes(dark=True))
        assert one.tokens.dark
        one.follow(Wishes())
        assert not one.tokens.dark
    one.choose("light")
    one.follow(Wishes(dark=True))
    assert not one.tokens.dark


@pytest.mark.parametrize(
    ("setting", "wished", "still"),
    [
        ("system", None, False), ("system", False, False), ("system", True, True),
        ("on", None, True), ("on", False, True), ("off", True, False),
    ],
)  # fmt: skip
def test_what_moves_by_itself_heeds_the_setting_and_the_system(
    qapp: QApplication, setting: str, wished: bool | None, still: bool
) -> None:
    blinking = qapp.cursorFlashTime()
    fades = Qt.UIEffect.UI_FadeMenu
    qapp.setEffectEnabled(Qt.UIEffect.UI_General, True)
    qapp.setEffectEnabled(fades, True)
    assert qapp.isEffectEnabled(fades)
    one = Theme(qapp)
    one.follow(Wishes(still=wished))
    one.choose("light", reduced_motion=setting)
    assert one.is_still == still
    assert qapp.cursorFlashTime() == (0 if still else blinking)
    assert qapp.isEffectEnabled(fades) != still
    one.choose("light", reduced_motion="off")
    assert qapp.cursorFlashTime() == blinking > 0
    qapp.setEffectEnabled(Qt.UIEffect.UI_General, False)


def test_zoom_changes_the_size_of_all_text_and_comes_back(qapp: QApplication) -> None:
    one = Theme(qapp)
    before = qapp.font().pointSizeF()
    one.choose("light", 150)
    assert qapp.font().pointSizeF() == pytest.approx(before * 1.5)
    one.choose("light", 100)
    assert qapp.font().pointSizeF() == pytest.approx(before)


def test_every_icon_that_is_named_in_the_code_is_there_and_draws_something(qapp: QApplication) -> None:
    root = Path(assets.__file__).parent
    source = "\n".join(path.read_text() for path in root.rglob("*.py"))
    named = set(re.findall(r'icon="(\w+)"|dress\([^)]*?, "(\w+)", theme|_button\(theme, "(\w+)"', source))
    names = {name for found in named for name in found if name}
    assert len(names) > 15
    for name in names:
        drawn = assets.pixmap(name, LIGHT.text, 20, 1.0).toImage()
        assert any(drawn.pixelColor(x, y).alpha() for x in range(20) for y in range(20)), name


def test_icons_are_one_set(qapp: QApplication) -> None:
    drawings = sorted(resources.path("icons").glob("*.svg"))
    for path in drawings:
        if path.stem != "chatgui":
            text = path.read_text()
            assert 'viewBox="0 0 20 20"' in text
            assert 'stroke-width="1.5"' in text
            assert "currentColor" in text


def test_icons_are_sharp_on_dense_screens(qapp: QApplication) -> None:
    dense = assets.pixmap("send", LIGHT.text, 20, 2.0)
    assert dense.width() == 40
    assert dense.deviceIndependentSize().width() == 20


def test_another_theme_tints_what_was_dressed(qapp: QApplication) -> None:
    root = QWidget()
    button = QToolButton(root)
    assets.dress(button, "send", LIGHT, "text")
    before = button.icon().pixmap(20, 20).toImage()
    assets.retint(root, DARK)
    assert button.icon().pixmap(20, 20).toImage() != before
    root.deleteLater()
