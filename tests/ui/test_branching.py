"""Answers can be edited, and from any of them one can go on: in a branch, or in a new conversation."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatgui.core.message import Role
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until
from tests.ui.test_window import answered, button, say, titles


def said(window: Window) -> list[str]:
    """The ids of the shown branch."""
    return [one.id for one in window.stage.view.messages]


async def test_an_answer_is_edited_in_its_place_and_nothing_is_asked(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "Hello")
        await until(lambda: answered(window), 40)
        shown = window.conversation_bound
        answer = shown.last(Role.ASSISTANT)
        shown.act(answer, "edit")
        assert "nothing is asked" in window.stage.notices.words
        editor = window.stage.composer.editor
        editor.selectAll()
        say(window, "My own words.")
        await until(lambda: window.stage.view.messages[-1].text == "My own words.")
        assert said(window)[-1] == answer
        assert shown.turn is None
        assert window.stage.view.messages[-1].edited
        window.verbs_bound.undo()
        await until(lambda: window.stage.view.messages[-1].text != "My own words.")


async def test_one_goes_on_from_an_earlier_answer_and_what_followed_stays(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        for count, words in ((2, "First"), (4, "Second")):
            say(window, words)
            await until(lambda count=count: answered(window) and len(said(window)) == count, 40)
        whole = said(window)
        window.conversation_bound.act(whole[1], "branch")
        await until(lambda: said(window) == whole[:2] and "new branch" in window.stage.notices.words)
        QTest.mouseClick(button(window, "Show It Again"), Qt.MouseButton.LeftButton)
        await until(lambda: said(window) == whole)
        window.conversation_bound.act(whole[1], "branch")
        await until(lambda: said(window) == whole[:2])
        say(window, "Another second")
        await until(lambda: answered(window) and len(said(window)) == 4, 40)
        assert window.conversation_bound.siblings(said(window)[2]) == (1, 2)


async def test_a_fork_and_a_duplicate_are_shown_and_the_source_stays(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "Tides")
        await until(lambda: answered(window), 40)
        source = window.conversation_bound.id
        window.conversation_bound.act(said(window)[0], "fork")
        await until(lambda: window.conversation_bound.id != source)
        assert [one.text for one in window.stage.view.messages] == ["Tides"]
        window.verbs_bound.open(source)
        await until(lambda: window.conversation_bound.id == source)
        window.actions_by_id["duplicate"].trigger()
        await until(lambda: sorted(titles(window)) == ["Tides", "Tides (branch)", "Tides (copy)"])
        await until(lambda: window.conversation_bound.id != source)
        assert len(window.stage.view.messages) == 2


async def test_duplicates_of_several_are_taken_back_together(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        say(window, "Tides")
        await until(lambda: answered(window), 40)
        source = window.conversation_bound.id
        await window.conversation_bound.branching.duplicate([source, source])
        await until(lambda: titles(window).count("Tides (copy)") == 2)
        assert "2 conversations duplicated" in window.stage.notices.words
        QTest.mouseClick(button(window, "Undo"), Qt.MouseButton.LeftButton)
        await until(lambda: titles(window) == ["Tides"])
        assert len(await session.library.summaries(deleted=True)) == 2
