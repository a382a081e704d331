"""The window as a person uses it, on a real session with the demo server in its own process."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from chatgui.chat.session import open_session
from chatgui.core.message import Role, State
from chatgui.ui.combo import Combo
from chatgui.ui.panes import Place
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until


def say(window: Window, text: str) -> None:
    """Type into the composer and press Enter."""
    QTest.keyClicks(window.stage.composer.editor, text)
    QTest.keyClick(window.stage.composer.editor, Qt.Key.Key_Return)


def titles(window: Window) -> list[str]:
    """What the sidebar lists."""
    return [window.sidebar.model.row(at).title for at in range(window.sidebar.model.total)]


def answered(window: Window) -> bool:
    """Whether the shown conversation ends with an answer and nothing runs."""
    shown = window.conversation_bound
    branch = shown.conversation.branch() if shown.conversation else []
    return bool(branch) and branch[-1].role is Role.ASSISTANT and shown.turn is None


def button(window: Window, name: str) -> QPushButton:
    """A visible button by its words."""
    return next(one for one in window.findChildren(QPushButton) if one.text() == name and one.isVisible())


async def test_a_first_start_leads_to_an_answer_with_one_click(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATGUI_DEMO_PACE", "0.02")
    async with showing(qapp, profile, demo=True) as (window, _):
        QTest.mouseClick(button(window, "Try the Demo"), Qt.MouseButton.LeftButton)
        await until(lambda: answered(window), 40)
        conversation = window.conversation_bound.conversation
        assert conversation is not None
        answer = conversation.branch()[-1]
        assert answer.state is State.FINISHED
        assert answer.text
        assert answer.reasoning
        await until(lambda: titles(window))
        assert titles(window) == [conversation.title]
        assert [one.id for one in window.stage.view.messages] == [one.id for one in conversation.branch()]
        assert window.stage.composer.button.accessibleName() == "Send"
        assert qapp.focusWidget() in (None, window.stage.composer.editor)


async def test_escape_stops_and_keeps_what_came(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, pace=0.5) as (window, _):
        say(window, "Tell me something long")
        await until(lambda: window.conversation_bound.turn is not None and window.conversation_bound.turn.reply.text)
        assert window.stage.composer.button.accessibleName() == "Stop"
        assert window.actions_by_id["stop"].isEnabled()
        window.actions_by_id["stop"].trigger()
        await until(lambda: answered(window))
        conversation = window.conversation_bound.conversation
        assert conversation is not None
        assert conversation.branch()[-1].state is State.STOPPED
        assert conversation.branch()[-1].text
        assert not window.actions_by_id["stop"].isEnabled()


async def test_switching_away_stops_nothing_and_marks_what_runs(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, pace=0.3) as (window, session):
        say(window, "First question")
        await until(lambda: window.conversation_bound.turn is not None)
        first = window.conversation_bound.id
        window.verbs_bound.new_conversation()
        await until(lambda: window.conversation_bound.id != first)
        assert first in session.turns
        assert window.stage.view.messages == []
        model = window.sidebar.model
        await until(lambda: model.total == 1 and model.data(model.index(0), model.MarkRole) == "running")
        await until(lambda: not session.turns, 40)
        await until(lambda: model.data(model.index(0), model.MarkRole) == "unread")
        window.verbs_bound.open(first)
        await until(lambda: len(window.stage.view.messages) == 2)
        await until(lambda: model.data(model.index(0), model.MarkRole) == "")


async def test_drafts_survive_switching_and_a_restart(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        QTest.keyClicks(window.stage.composer.editor, "half a thought")
        first = window.conversation_bound.id
        window.verbs_bound.new_conversation()
        await until(lambda: window.conversation_bound.id != first)
        assert window.stage.composer.editor.toPlainText() == ""
        window.verbs_bound.open(first)
        await until(lambda: window.stage.composer.editor.toPlainText() == "half a thought")
        QTest.keyClicks(window.stage.composer.editor, " more")  # told to nobody yet when the program ends
    async with showing(qapp, profile) as (window, _):
        await until(lambda: window.sidebar.model.total == 1)
        window.verbs_bound.open(first)
        await until(lambda: window.stage.composer.editor.toPlainText() == "half a thought more")


async def test_deleting_offers_to_take_it_back(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "To be deleted")
        await until(lambda: answered(window), 40)
        await until(lambda: len(titles(window)) == 1)
        window.verbs_bound.delete()
        await until(lambda: titles(window) == [])
        assert "deleted" in window.stage.notices.words
        QTest.mouseClick(button(window, "Undo"), Qt.MouseButton.LeftButton)
        await until(lambda: len(titles(window)) == 1)


async def test_renaming_above_the_conversation_renames_it_in_the_list(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "Old title")
        await until(lambda: len(titles(window)) == 1)
        title = window.stage.header.title
        window.verbs_bound.rename()
        assert not title.isReadOnly()
        QTest.keyClicks(title, "New title")
        QTest.keyClick(title, Qt.Key.Key_Return)
        await until(lambda: titles(window) == ["New title"])
        assert window.windowTitle() == "New title — chatgui"
        assert title.isReadOnly()
        assert title.text() == "New title"
        window.verbs_bound.rename()
        QTest.keyClicks(title, "never mind")
        QTest.keyClick(title, Qt.Key.Key_Escape)
        assert title.text() == "New title"


async def test_the_last_message_can_be_said_differently(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "First wording")
        await until(lambda: answered(window), 40)
        QTest.keyClick(window.stage.composer.editor, Qt.Key.Key_Up)
        assert window.stage.composer.editor.toPlainText() == "First wording"
        assert "new version" in window.stage.notices.words
        window.stage.composer.editor.selectAll()
        say(window, "Second wording")
        await until(lambda: not window.stage.notices.words)
        await until(
            lambda: len(window.stage.view.messages) == 2 and window.stage.view.messages[0].text == "Second wording"
        )
        await until(lambda: answered(window), 40)
        shown = window.stage.view.messages[0].id
        assert window.conversation_bound.branching.versions(shown) == (1, 2)
        window.stage.view.do(shown, "previous_branch")
        await until(lambda: window.stage.view.messages[0].text == "First wording")


async def test_what_cannot_be_sent_stands_in_the_composer_again(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        for account in session.accounts.all():
            await session.accounts.remove(account.id)
        say(window, "Is anybody there?")
        await until(lambda: window.stage.notices.words)
        assert window.stage.composer.editor.toPlainText() == "Is anybody there?"
        assert button(window, "Accounts…")


async def test_choosing_a_model_shows_on_the_button(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        account = session.accounts.by_name("Local")
        assert window.stage.header.model.accessibleName().startswith("Model ")
        await session.choose_model(window.conversation_bound.id, account.id, "mira")
        window.conversation_bound.show_head()
        assert window.stage.header.model.accessibleName() == f"Model {account.name} · mira"


async def test_settings_act_at_once(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await session.change_settings(theme="dark", zoom=125, send_with="ctrl+enter")
        assert window.theme.tokens.dark
        assert window.stage.view.page.style.dark
        assert window.stage.view.page.style.zoom == 1.25
        assert window.stage.composer.editor.send_with == "ctrl+enter"
        hidden = window.actions_by_id["hidden"]
        assert not hidden.isChecked()
        hidden.trigger()
        await until(lambda: session.settings.show_hidden)
        assert hidden.isChecked()
        assert all(one.page.style.reveal for one in (window.stage.view, *window.side.views))
        await session.change_settings(theme="light", zoom=100)
        assert not window.theme.tokens.dark


async def test_find_goes_from_hit_to_hit(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "needle and needle")
        await until(lambda: answered(window), 40)
        window.verbs_bound.find()
        assert window.stage.find_bar.isVisible()
        QTest.keyClicks(window.stage.find_bar.line, "needle")
        await until(lambda: window.stage.view.search.total >= 2)
        first = window.stage.view.search.number
        window.verbs_bound.find_next()
        await until(lambda: window.stage.view.search.number != first)
        QTest.keyClick(window.stage.find_bar.line, Qt.Key.Key_Escape)
        assert not window.stage.find_bar.isVisible()
        assert window.stage.view.search.total == 0


async def test_every_control_has_a_name_and_is_large_enough(qapp: QApplication, profile: Path) -> None:
    from PySide6.QtWidgets import QAbstractButton, QLineEdit

    async with showing(qapp, profile) as (window, _):
        say(window, "Hello")
        await until(lambda: answered(window), 40)
        for one in window.findChildren(QAbstractButton):
            if one.isVisible() and one.window() is window:
                assert one.accessibleName() or one.text(), one
                if isinstance(one.parent(), QLineEdit):
                    continue  # Qt makes it as large as the line lets it be, and Escape does the same
                assert min(one.width(), one.height()) >= 28, (one.accessibleName() or one.text(), one.size())


async def test_tab_walks_through_the_window_in_reading_order(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "Hello")
        await until(lambda: answered(window), 40)
        order = [
            window.sidebar.search,
            window.sidebar.list,
            window.stage.header.title,
            window.stage.header.model,
            window.stage.view,
            window.stage.composer.editor,
            window.stage.composer.button,
            window.side.panels[0].view,  # type: ignore[attr-defined]  # the reasoning pane's
        ]
        chain, at = [], window.sidebar.search
        for _ in range(400):
            if at in order and at not in chain:
                chain.append(at)
            at = at.nextInFocusChain()  # type: ignore[assignment]  # any widget
        assert chain == order


async def test_window_and_panes_come_back_as_they_were(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, (760, 600)) as (window, _):
        window.panes.show_pane(Place.TRAILING, False)
        state = window.state()
    async with showing(qapp, profile) as (window, _):
        window.restore(state)
        assert window.width() == 760
        assert not window.panes.is_shown(Place.TRAILING)
        window.restore("damaged")


async def test_a_window_closes_only_when_the_program_says_so(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        asked: list[None] = []
        window.closing.connect(lambda: asked.append(None))
        window.close()
        assert asked
        assert window.isVisible()


async def test_an_answer_in_the_making_is_kept_when_the_window_ends(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, pace=0.5) as (window, session):
        say(window, "Something long")
        await until(lambda: window.conversation_bound.turn is not None and window.conversation_bound.turn.reply.text)
        here = window.conversation_bound.id
    session = await open_session(profile)
    kept = (await session.conversation(here)).branch()[-1]
    assert kept.text
    assert kept.state is State.STOPPED
    await session.close()


async def test_a_conversation_is_read_on_where_it_was_left(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        view = window.stage.view
        for text in ("First", "Second"):
            say(window, text)
            await until(lambda: window.conversation_bound.turn is not None)
            await until(lambda: answered(window), 40)
        first = window.conversation_bound.id
        view.to_start()
        place = view.place()
        window.verbs_bound.new_conversation()
        await until(lambda: window.conversation_bound.id != first)
        window.verbs_bound.open(first)
        await until(lambda: window.conversation_bound.id == first)
        assert view.place().message == place.message
        assert not view.is_following
        state = window.state()
    async with showing(qapp, profile, state=state) as (window, _):
        assert window.conversation_bound.id == first
        assert len(window.stage.view.messages) == 4


async def test_the_trash_gives_back_what_was_deleted(qapp: QApplication, profile: Path) -> None:
    from chatgui.ui.dialogs.trash import TrashDialog

    async with showing(qapp, profile) as (window, session):
        say(window, "To be deleted")
        await until(lambda: answered(window), 40)
        await until(lambda: len(titles(window)) == 1)
        await session.library.delete([window.conversation_bound.id])
        await until(lambda: titles(window) == [])
        window.verbs_bound.open_trash()
        trash = next(one for one in window.findChildren(TrashDialog))
        await until(lambda: trash.list.count() == 1)
        trash.restore_button.click()
        await until(lambda: len(titles(window)) == 1)
        await until(lambda: trash.list.count() == 0)
        await session.library.delete([window.conversation_bound.id])
        await until(lambda: trash.list.count() == 1)
        trash.purge_button.click()
        assert "cannot be undone" in trash._words.text()
        trash.purge_button.click()
        await until(lambda: trash.list.count() == 0)
        trash.close()


async def test_deleted_messages_stand_in_the_trash_and_can_be_deleted_for_ever(
    qapp: QApplication, profile: Path
) -> None:
    from chatgui.ui.dialogs.trash import TrashDialog

    async with showing(qapp, profile) as (window, session):
        say(window, "Zwiebelmusterporzellan")
        await until(lambda: answered(window), 40)
        shown = window.conversation_bound.conversation
        assert shown is not None
        (profile / "backups" / "chatgui-2026-05-20.db").write_bytes(b"")
        await session.editing.delete_message(shown.id, shown.branch()[0].id)
        window.verbs_bound.open_trash()
        trash = next(one for one in window.findChildren(TrashDialog))
        await until(lambda: trash.list.count() == 1)
        assert trash.list.item(0).text().startswith("2 messages deleted")
        assert not trash.restore_button.isEnabled()
        trash.purge_button.click()
        trash.purge_button.click()
        await until(lambda: trash.list.count() == 0)
        assert "The backup of" in trash._words.text()
        assert await session.library.undo() == ""
        trash.close()


async def test_what_went_over_the_wire_can_be_seen(qapp: QApplication, profile: Path) -> None:
    from chatgui.ui.panels.inspector import InspectorPanel

    async with showing(qapp, profile) as (window, _):
        say(window, "Hello there")
        await until(lambda: answered(window), 40)
        answer = window.stage.view.messages[-1].id
        window.stage.view.do(answer, "request")
        panel = next(one for one in window.side.panels if isinstance(one, InspectorPanel))
        assert panel.isVisible()
        assert "request sent" in panel.text.toPlainText()
        assert "first words" in panel.bar.accessibleDescription()
        panel._what.setCurrentText("Request")
        panel._show()
        assert "Hello there" in panel.text.toPlainText()
        panel._what.setCurrentText("Events")
        panel._show()
        assert "[DONE]" in panel.text.toPlainText()
        panel._curl.click()
        assert qapp.clipboard().text().startswith("curl ")
        window.stage.view.do(answer, "show_reasoning")
        assert not panel.isVisible()


def test_a_combo_boxs_list_is_called_what_the_box_is_called(qapp: QApplication) -> None:
    box = Combo()
    box.setAccessibleName("Attempt")
    box.addItems(["1", "2"])
    box.show()
    assert box.view().accessibleName() == "Attempt"
