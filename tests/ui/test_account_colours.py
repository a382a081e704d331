"""An account's colour: seen in both schemes, never alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from chatgui.ui.account_colours import COLOURS, AccountColour, colour_of
from chatgui.ui.dialogs.accounts import AccountsDialog
from chatgui.ui.picking.model_picker import ModelPicker
from chatgui.ui.theme import DARK, LIGHT, contrast
from tests.ui.conftest import showing, until
from tests.ui.test_dialogs import dialogs
from tests.ui.test_window import answered, say


@pytest.mark.parametrize("colour", COLOURS, ids=lambda one: one.name)
def test_a_dot_stands_out_from_every_ground_it_lies_on(colour: AccountColour) -> None:
    for tokens in (LIGHT, DARK):
        for ground in (tokens.ground, tokens.raised, tokens.hover, tokens.selection):
            assert contrast(colour_of(colour.name, tokens), ground) >= 3


async def test_the_colour_chosen_in_the_form_marks_the_account_beside_its_name(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, session):
        header, local = window.stage.header, session.accounts.by_name("Local")
        assert header._mark.isHidden()
        one = cast("AccountsDialog", dialogs(window).open("accounts"))
        one._fill(select=local.id)
        one.form.colour.setCurrentIndex(one.form.colour.findData("teal"))
        assert await one.form.save()
        assert session.accounts.by_name("Local").colour == "teal"
        assert not one.roster.list.item(one.roster.place).icon().isNull()
        one.close()
        await until(header._mark.isVisible)
        drawn = header._mark.pixmap().toImage()
        assert drawn.pixelColor(drawn.rect().center()).name() == colour_of("teal", LIGHT)
        assert "Local" in header.model.accessibleName(), "the name says what the dot says"
        window.theme.choose("dark")
        drawn = header._mark.pixmap().toImage()
        assert drawn.pixelColor(drawn.rect().center()).name() == colour_of("teal", DARK)
        window.actions_by_id["model"].trigger()
        picker = window.findChild(ModelPicker)
        assert picker is not None
        rows = {picker.model.row(at).words: picker.model.row(at).colour for at in range(picker.model.rowCount())}
        assert (rows["Local"], rows["Demo"]) == ("teal", "")
        picker.hide()
        say(window, "hi")
        await until(lambda: answered(window))
        row = window.sidebar.model.index(0)
        await until(lambda: row.data(window.sidebar.model.ColourRole) == "teal")
        assert "Local" in row.data(Qt.ItemDataRole.AccessibleDescriptionRole)
        assert "Local" in row.data(Qt.ItemDataRole.ToolTipRole)
        rect = window.sidebar.list.visualRect(row)
        drawn = window.sidebar.list.viewport().grab(rect).toImage()
        teal = QColor(colour_of("teal", DARK)).rgb()
        assert any(drawn.pixel(x, y) == teal for x in range(drawn.width()) for y in range(drawn.height()))
        await session.accounts.edit(replace(session.accounts.by_name("Local"), colour="no such"))
        assert header._mark.isHidden()
