"""Answers can be edited, and from any of them one can go on: in a branch, or in a new conversation."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatgui.core.message import Role
from chatgui.store import conversations
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
        window.stage.view.do(answer, "edit")
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
        window.stage.view.do(whole[1], "branch")
        await until(lambda: said(window) == whole[:2] and "new branch" in window.stage.notices.words)
        QTest.mouseClick(button(window, "Show It Again"), Qt.MouseButton.LeftButton)
        await until(lambda: said(window) == whole)
        window.stage.view.do(whole[1], "branch")
        await until(lambda: said(window) == whole[:2])
        say(window, "Another second")
        await until(lambda: answered(window) and len(said(window)) == 4, 40)
        assert window.conversation_bound.branching.versions(said(window)[2]) == (1, 2)


async def test_a_fork_and_a_duplicate_are_shown_and_the_source_stays(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "Tides")
        await until(lambda: answered(window), 40)
        source = window.conversation_bound.id
        window.stage.view.do(said(window)[0], "fork")
        await until(lambda: window.conversation_bound.id != source)
        assert [one.text for one in window.stage.view.messages] == ["Tides"]
        window.verbs_bound.open(source)
        await until(lambda: window.conversation_bound.id == source)
        await until(lambda: sorted(titles(window)) == ["Tides", "Tides (branch)"])  # what is not listed is not chosen
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
        assert window.conversation_bound.id == source, "what was shown before is shown again"


async def test_undoing_what_made_the_shown_conversation_shows_what_was_before(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, session):
        say(window, "Tides")
        await until(lambda: answered(window), 40)
        shown, source = window.conversation_bound, window.conversation_bound.id
        window.stage.view.do(said(window)[0], "fork")
        await until(lambda: shown.id != source and "Tides (branch)" in titles(window))
        fork = shown.id
        window.actions_by_id["duplicate"].trigger()
        await until(lambda: shown.id not in (source, fork))
        window.verbs_bound.undo()
        await until(lambda: shown.id == fork)
        window.verbs_bound.undo()
        await until(lambda: shown.id == source)
        await until(lambda: titles(window) == ["Tides"])
        window.verbs_bound.redo()
        await until(lambda: shown.id == fork)
        window.verbs_bound.redo()
        await until(lambda: shown.id not in (source, fork))
        window.verbs_bound.undo()
        await until(lambda: shown.id == fork)
        window.verbs_bound.new_conversation()
        await until(lambda: shown.id != fork)
        elsewhere = shown.id
        window.verbs_bound.redo()
        await until(lambda: len(titles(window)) == 3)
        assert shown.id == elsewhere, "who went elsewhere meanwhile stays there"
        window.verbs_bound.open(fork)
        await until(lambda: shown.id == fork)
        window.verbs_bound.undo()
        await until(lambda: len(titles(window)) == 2)
        window.verbs_bound.undo()
        await until(lambda: shown.id == source)
        await session.library.purge([fork])
        window.verbs_bound.redo()
        await until(lambda: shown.id == fork)


async def test_what_is_typed_in_an_edit_outlives_a_look_elsewhere(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        say(window, "Hello")
        await until(lambda: answered(window), 40)
        shown, editor, notices = window.conversation_bound, window.stage.composer.editor, window.stage.notices
        here, question, answer = shown.id, shown.last(Role.USER), shown.last(Role.ASSISTANT)
        QTest.keyClicks(editor, "a draft")
        window.stage.view.do(question, "edit")
        QTest.keyClicks(editor, ", you")
        window.verbs_bound.new_conversation()
        await until(lambda: shown.id != here)
        assert editor.toPlainText() == ""
        assert notices.words == ""
        window.verbs_bound.open(here)
        await until(lambda: shown.id == here)
        assert editor.toPlainText() == "Hello, you"
        assert "new version" in notices.words
        assert shown.composing.after is None

        kept = await session._db.call(conversations.load, here)
        assert kept is not None
        assert kept.draft == "a draft"
        assert [one.text for one in kept.edits.values()] == ["Hello, you"], "a program that is killed finds both"

        window.stage.view.do(answer, "edit")  # the other edit waits
        editor.selectAll()
        QTest.keyClicks(editor, "Mine.")
        window.stage.view.do(question, "edit")
        assert editor.toPlainText() == "Hello, you"
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await until(lambda: answered(window) and shown.last(Role.USER) != question, 40)
        assert editor.toPlainText() == "a draft"
        await until(lambda: shown.conversation and question not in shown.conversation.edits)

        window.stage.view.action_requested.emit(answer, "edit")
        assert editor.toPlainText() == "Mine."
        QTest.keyClick(editor, Qt.Key.Key_Escape)
        await until(lambda: editor.toPlainText() == "a draft")
        await until(lambda: shown.conversation and not shown.conversation.edits)
        kept = await session._db.call(conversations.load, here)
        assert kept is not None
        assert kept.draft == "a draft"


async def test_an_edit_is_one_still_after_a_restart(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "Hello")
        await until(lambda: answered(window), 40)
        shown, editor = window.conversation_bound, window.stage.composer.editor
        here, question = shown.id, shown.last(Role.USER)
        QTest.keyClicks(editor, "a draft")
        window.stage.view.do(question, "edit")
        QTest.keyClicks(editor, ", you")
    async with showing(qapp, profile) as (window, _):
        shown, editor = window.conversation_bound, window.stage.composer.editor
        window.verbs_bound.open(here)
        await until(lambda: shown.id == here and editor.toPlainText() == "Hello, you")
        assert "new version" in window.stage.notices.words
        assert shown.composing.after is None
        QTest.keyClick(editor, Qt.Key.Key_Escape)
        await until(lambda: editor.toPlainText() == "a draft" and shown.conversation and not shown.conversation.edits)
        window.stage.view.do(question, "edit")
        assert editor.toPlainText() == "Hello"
