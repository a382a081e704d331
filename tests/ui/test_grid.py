"""What stands below or beside something else stands on one line with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QFrame

from tests.ui.conftest import showing, until


@pytest.mark.parametrize("width", [720, 1200, 2400])
async def test_the_composer_stands_exactly_below_what_was_said_in_it(
    qapp: QApplication, profile: Path, width: int
) -> None:
    async with showing(qapp, profile, (width, 700)) as (window, session):
        await window.conversation_bound.send("How do tides work?")
        await until(lambda: window.conversation_bound.turn is None and window.stage.view.page.placed)
        stage, measure = window.stage, window.stage.view.page.measure
        pad = round(stage.view.page.style.px(stage.view.page.style.padding))
        assert stage.composer.x() == measure.left - pad
        assert stage.composer.width() == measure.width + 2 * pad
        stage.notices.say("Something was done.")
        assert stage.notices.width() == min(stage.composer.width(), 640)
        assert abs(stage.notices.geometry().center().x() - stage.composer.geometry().center().x()) <= 1
        await session.change_settings(text_width=600, zoom=125, density="roomy")
        measure = window.stage.view.page.measure
        pad = round(stage.view.page.style.px(stage.view.page.style.padding))
        await until(lambda: stage.composer.x() == max(8, measure.left - pad))
        await session.change_settings(zoom=100)  # or the tests that follow had its font


async def test_the_words_of_the_composer_stand_on_one_line(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        composer = window.stage.composer
        await until(composer.button.isVisible)
        line = composer.editor.cursorRect().center() + composer.editor.viewport().mapTo(composer, QPoint())
        middle = composer.button.geometry().center().y()
        assert abs(line.y() - middle) <= 1
        assert abs(composer.attach.geometry().center().y() - middle) <= 1
        assert composer.button.height() == composer.editor.height()


async def test_a_hair_ends_the_list_of_conversations_while_there_is_more_of_it(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile, (1200, 320)) as (window, session):
        hair = window.sidebar.findChild(QFrame, "Hair")
        assert hair is not None
        assert not hair.isVisible()
        for _ in range(12):
            turn = await session.send((await session.new_conversation()).id, "How do tides work?")
            assert turn is not None
            await turn.wait()
        await until(hair.isVisible)
