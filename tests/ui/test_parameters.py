"""Parameters: what is set here, what the account sets, what has no effect and so is not offered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit

from chatgui.core.account import Model
from chatgui.ui.dialogs.parameter_form import EFFORT, ParameterForm
from chatgui.ui.dialogs.parameters import ParametersDialog
from tests.ui.conftest import showing
from tests.ui.test_dialogs import dialogs


def texts(form: ParameterForm) -> list[str]:
    """The efforts that can be chosen."""
    box = cast("QComboBox", form.fields[EFFORT])
    return [box.itemText(at) for at in range(box.count())]


def test_an_effort_that_has_no_effect_is_not_offered_unless_it_is_set(qapp: QApplication) -> None:
    form = ParameterForm()
    form.show()
    form.show_efforts(())
    assert form.fields[EFFORT].isHidden()
    form.show_values({EFFORT: "high"})
    assert not form.fields[EFFORT].isHidden(), "what is sent is shown"
    form.show_values({})
    assert form.fields[EFFORT].isHidden()
    form.show_efforts(None)
    assert not form.fields[EFFORT].isHidden()
    form.show_efforts(("low", "huge"))
    assert texts(form) == ["Not set", "low", "huge"]
    form.show_values({EFFORT: "xhigh"})
    assert form.values() == ({EFFORT: "xhigh"}, ""), "another word that was set stays"
    form.close()


def test_what_is_sent_all_the_same_stands_in_the_empty_fields(qapp: QApplication) -> None:
    form = ParameterForm()
    form.show_below({"temperature": 0.2, "stop": ["END", "STOP"], EFFORT: "low"}, "the account “Work”")
    assert cast("QLineEdit", form.fields["temperature"]).placeholderText() == "0.2, set in the account “Work”"
    assert cast("QLineEdit", form.fields["stop"]).placeholderText().startswith("END; STOP, set in")
    assert texts(form)[0] == "low, set in the account “Work”"
    assert form.values() == ({}, ""), "it is not set here"


async def test_a_conversation_shows_what_its_account_and_model_bring(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        account = session.accounts.by_name("Local")
        await session.accounts.edit(replace(account, params={"temperature": 0.2}))
        await session.accounts.keep_models(account.id, [Model("demo", reasoning=False)])
        one = cast("ParametersDialog", dialogs(window).open("parameters", window.conversation_bound.conversation))
        assert "Local" in cast("QLineEdit", one.form.fields["temperature"]).placeholderText()
        assert one.form.fields[EFFORT].isHidden()
        await one.look()
        assert '"temperature": 0.2' in one.preview.toPlainText()
        one.system.setPlainText("Be brief.")
        await one.keep_as("Brief")
        assert session.assistants.by_name("Brief").system == "Be brief."
        await one.keep_as("brief")
        assert "already" in one._said.text()
        one.close()
