"""Assistants in the window: made, chosen where the model is chosen, named while they are asked, greeted by and never billed for."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from chatgui.chat.session import Session
from chatgui.core.assistant import Assistant
from chatgui.core.ids import new_id
from chatgui.ui.dialogs.assistants import AssistantsDialog
from chatgui.ui.picking.model_picker import NOBODY, ModelPicker
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until
from tests.ui.test_dialogs import dialogs
from tests.ui.test_window import answered, say


def assistants(window: Window) -> AssistantsDialog:
    """The assistants window, which shows conversations it begins in this window."""
    window.actions_by_id["assistants"].trigger()
    found = window.findChild(AssistantsDialog)
    assert found is not None
    return found


async def pirate(session: Session, name: str = "Pirate") -> Assistant:
    """An assistant that is kept."""
    one = Assistant(
        new_id(), name, system="You are a pirate.", params={"temperature": 1.5}, greeting="Arr. What be it?"
    )
    return await session.assistants.add(one)


def seen(window: Window) -> str:
    """What stands where nothing was said yet."""
    welcome = window.stage.welcome
    return f"{welcome._title.text()} / {welcome._words.text()}"


async def test_one_is_made_and_a_conversation_begun_with_it(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one = assistants(window)
        form = one.form
        assert form.is_new, "there is none yet: the form is ready"
        QTest.keyClick(form.name, Qt.Key.Key_Return)
        await until(lambda: "name" in form.bar.said.text())
        form.name.setText(" Pirate ")
        form.system.setPlainText("You are a pirate.")
        form.greeting.setPlainText("Arr. What be it?")
        form.params.fields["temperature"].setText("1.5")  # type: ignore[union-attr]  # it is a line
        QTest.mouseClick(form.look_button, Qt.MouseButton.LeftButton)
        await until(form.preview.isVisible)
        assert "You are a pirate." in form.preview.toPlainText()
        assert "What be it" not in form.preview.toPlainText()
        QTest.mouseClick(form.begin_button, Qt.MouseButton.LeftButton)
        await until(lambda: "What be it" in seen(window))
        assert seen(window) == "Pirate / Arr. What be it?"
        assert window.stage.header.model.accessibleName() == "Model Pirate · Local · demo"
        await until(lambda: not isValid(one))
        conversation = window.conversation_bound.conversation
        assert conversation is not None
        assert not conversation.messages, "the greeting is shown, not said"
        say(window, "hi")
        await until(lambda: answered(window))
        asked = (await session.preview(conversation.id, "and?"))["body"]
        assert asked["temperature"] == 1.5
        assert [one["role"] for one in asked["messages"]] == ["system", "user", "assistant", "user"]
        assert asked["messages"][0]["content"] == "You are a pirate."


async def test_one_is_chosen_where_the_model_is_and_left_there(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        one = await pirate(session)
        window.actions_by_id["model"].trigger()
        picker = window.findChild(ModelPicker)
        assert picker is not None
        picker.search.setText("pira")
        QTest.keyClick(picker.search, Qt.Key.Key_Return)
        conversation = window.conversation_bound.conversation
        assert conversation is not None
        await until(lambda: window.stage.header.model.accessibleName().startswith("Model Pirate"))
        assert (conversation.assistant, conversation.system) == (one.id, "You are a pirate.")
        assert seen(window).startswith("Pirate")
        window.actions_by_id["model"].trigger()
        rows = [picker.model.row(at) for at in range(picker.model.rowCount())]
        assert [row.words for row in rows][:3] == ["Assistants", "Pirate", "No assistant"]
        picker.choose(next(at for at, row in enumerate(rows) if row.assistant == NOBODY))
        await until(lambda: window.stage.header.model.accessibleName() == "Model Local · demo")
        assert (conversation.system, conversation.params) == ("", {})


async def test_the_palette_begins_with_one(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await pirate(session)
        verbs = window.verbs_bound
        window.actions_by_id["palette"].trigger()
        verbs._palette.search.setText("with pirate")
        QTest.keyClick(verbs._palette.search, Qt.Key.Key_Return)
        await until(lambda: seen(window).startswith("Pirate"))


async def test_they_are_copied_moved_removed_and_brought_back(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        for name in ("One", "Two"):
            await pirate(session, name)
        one = assistants(window)

        def names() -> list[str]:
            assert [item.title for item in one.roster.shown] == [each.name for each in session.assistants.all()]
            return [each.name for each in session.assistants.all()]

        await one._duplicate()
        assert names() == ["One", "One copy", "Two"]
        assert one.form.name.text() == "One copy"
        one.form.greeting.setPlainText("half a")
        QTest.keyClick(one.roster.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        await until(lambda: [each.name for each in session.assistants.all()] == ["One", "Two", "One copy"])
        await until(lambda: one.roster.place == 2)
        assert one.form.greeting.toPlainText() == "half a", "what is being typed stays"
        QTest.keyClick(one.roster.list, Qt.Key.Key_Delete)
        await until(lambda: names() == ["One", "Two"])
        await until(one.foot.undo_button.isVisible)
        QTest.mouseClick(one.foot.undo_button, Qt.MouseButton.LeftButton)
        await until(lambda: len(session.assistants.all()) == 3)


async def test_they_leave_and_come_back_in_a_file(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await pirate(session)
        one = cast("AssistantsDialog", dialogs(window).open("assistants", print))
        await one.export(tmp_path / "a.json")
        assert one.foot.note.text().startswith("Written to")
        await session.assistants.remove(session.assistants.all()[0].id)
        await one.take_in(tmp_path / "a.json")
        assert one.foot.note.text() == "1 added."
        assert [item.title for item in one.roster.shown] == ["Pirate"]
        await one.take_in(profile / "settings.toml")
        assert "holds no assistants" in one.foot.note.text() or "cannot be read" in one.foot.note.text()
        one.close()
