"""Choosing a model: search over thousands, grouped by account, any name by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from chatgui.chat.prices import described
from chatgui.core.account import Account, Model, Price
from chatgui.store.settings import load
from chatgui.ui.picking.model_picker import Choices, ModelPicker, Offer
from chatgui.ui.theme import Theme
from tests.ui.conftest import showing, until
from tests.ui.test_window import say

OFFERS = [
    Offer("a", "Work", (Model("gpt-large", context_length=128_000), Model("gpt-small", vision=True))),
    Offer("b", "Home", (Model("qwen-9b"),), "asking …"),
]


@pytest.fixture
def button(qapp: QApplication) -> Iterator[QPushButton]:
    window = QWidget()
    window.resize(900, 700)
    made = QPushButton("Model", window)
    made.move(700, 0)
    window.show()
    yield made
    window.hide()


@pytest.fixture
def picker(button: QPushButton, qapp: QApplication) -> Iterator[ModelPicker]:
    made = ModelPicker(button, Theme(qapp))
    yield made
    made.hide()


def words(picker: ModelPicker) -> list[str]:
    """The rows as they are read out."""
    return [
        picker.model.data(picker.model.index(at), Qt.ItemDataRole.AccessibleTextRole)
        for at in range(picker.model.rowCount())
    ]


def test_models_stand_under_their_account_with_the_current_one_chosen(picker: ModelPicker, button: QPushButton) -> None:
    picker.open_below(button, OFFERS, "a", "gpt-small")
    assert words(picker) == ["Work", "gpt-large", "gpt-small", "Home", "qwen-9b"]
    assert picker.list.currentIndex().row() == 2


def test_it_is_part_of_its_window_and_leaves_when_it_is_left(picker: ModelPicker, button: QPushButton) -> None:
    """What Qt calls a popup window is not there for a screen reader."""
    window = button.window()
    elsewhere = QPushButton("Elsewhere", window)
    elsewhere.show()
    assert QTest.qWaitForWindowActive(window)
    elsewhere.setFocus()
    for leave in (
        lambda: QTest.keyClick(picker.search, Qt.Key.Key_Escape),
        lambda: QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=QPoint(20, 650)),
        lambda: window.resize(window.width() - 10, 700),
        lambda: picker.choose(1),
    ):
        picker.open_below(button, OFFERS, "a", "gpt-small")
        assert picker.isVisible()
        assert window.rect().contains(picker.geometry())
        spoken = QAccessible.queryAccessibleInterface(window)
        names = [spoken.child(at).text(QAccessible.Text.Name) for at in range(spoken.childCount())]
        assert "Choose a model" in names
        leave()
        assert not picker.isVisible()
        assert elsewhere.hasFocus(), "the focus is where it was"
    picker.open_below(button, OFFERS, "a", "gpt-small")
    assert picker.search.hasFocus()
    elsewhere.setFocus()
    assert not picker.isVisible(), "the focus went elsewhere"


def test_where_the_model_is_not_listed_the_first_of_its_account_is_marked(
    picker: ModelPicker, button: QPushButton
) -> None:
    for model in ("gone", ""):
        picker.open_below(button, OFFERS, "b", model)
        assert picker.model.row(picker.list.currentIndex().row()).model == "qwen-9b"
        picker.hide()


def test_typing_filters_and_enter_chooses(picker: ModelPicker, button: QPushButton) -> None:
    picker.open_below(button, OFFERS, "a", "gpt-small")
    chosen = QSignalSpy(picker.chosen)
    QTest.keyClicks(picker.search, "qwen")
    assert "qwen-9b" in words(picker)
    assert "gpt-large" not in words(picker)
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    assert chosen.at(0) == ["b", "qwen-9b"]
    assert not picker.isVisible()


def test_arrows_skip_the_headings(picker: ModelPicker, button: QPushButton) -> None:
    picker.open_below(button, OFFERS, "a", "gpt-small")
    QTest.keyClick(picker.search, Qt.Key.Key_Down)
    assert picker.model.row(picker.list.currentIndex().row()).model == "qwen-9b"
    QTest.keyClick(picker.search, Qt.Key.Key_Up)
    assert picker.model.row(picker.list.currentIndex().row()).model == "gpt-small"


def test_any_name_can_be_typed_for_any_account(picker: ModelPicker, button: QPushButton) -> None:
    picker.open_below(button, OFFERS, "a", "gpt-small")
    QTest.keyClicks(picker.search, "brand/new-model")
    by_hand = [picker.model.row(at) for at in range(picker.model.rowCount()) if picker.model.row(at).model]
    assert [(one.account, one.model) for one in by_hand] == [("a", "brand/new-model"), ("b", "brand/new-model")]
    assert words(picker)[0] == "Ask Work for “brand/new-model”"


def test_a_name_that_is_listed_is_not_offered_twice(picker: ModelPicker, button: QPushButton) -> None:
    picker.open_below(button, OFFERS[:1], "a", "")
    QTest.keyClicks(picker.search, "gpt-small")
    assert [picker.model.row(at).model for at in range(picker.model.rowCount())] == ["", "gpt-small"]


def test_what_is_known_of_a_model_is_said(picker: ModelPicker, button: QPushButton) -> None:
    picker.open_below(button, OFFERS, "a", "")
    assert picker.model.row(1).facts == "128 k"
    assert picker.model.row(2).facts == "vision"
    assert picker.model.row(3).facts == "asking …"


def test_what_a_list_does_not_say_comes_from_the_bundled_prices() -> None:
    account = Account("a", "OpenAI", "https://api.openai.com/v1", "openai")
    (model, unknown) = described(account, [Model("gpt-4o", vision=True), Model("nobody-knows")])
    assert facts_of(model).startswith("128 k · vision · $")
    assert facts_of(unknown) == ""
    said = described(account, [Model("gpt-4o", context_length=1_047_576, price=Price(0.0, 0.0))])[0]
    assert facts_of(said) == "1.05 M · free", "the account’s own list goes first"
    assert facts_of(Model("x", price=Price(1.25, 10, currency="EUR"))) == "EUR 1.25 / EUR 10"


def facts_of(model: Model) -> str:
    """What the picker says beside a model."""
    made = Choices()
    made.offer([Offer("a", "A", (model,))])
    made.filter("")
    return made.row(1).facts


def test_five_thousand_models_open_and_filter_without_delay(picker: ModelPicker, button: QPushButton) -> None:
    many = tuple(Model(f"vendor-{at % 40}/model-{at}-instruct") for at in range(5000))
    began = time.process_time()
    picker.open_below(button, [Offer("a", "Router", many)], "a", "vendor-3/model-4003-instruct")
    opened = time.process_time() - began
    began = time.process_time()
    QTest.keyClicks(picker.search, "mod 4999")
    filtered = (time.process_time() - began) / len("mod 4999")
    assert "vendor-39/model-4999-instruct" in words(picker)
    assert opened < 1.0
    assert filtered < 0.2


def test_favourites_and_recent_ones_stand_above_the_accounts(picker: ModelPicker, button: QPushButton) -> None:
    picker.show_memory((("b", "qwen-9b"), ("gone", "x")), (("b", "qwen-9b"), ("a", "gpt-small")))
    picker.open_below(button, OFFERS, "", "")
    assert words(picker)[:5] == ["Favourites", "qwen-9b", "Recent", "gpt-small", "Work"]
    assert [picker.model.row(at).facts for at in (1, 3)] == ["Home", "Work"]
    picker.search.setText("qwen")
    assert words(picker)[:2] == ["Home", "qwen-9b"]
    assert picker.model.row(1).starred


def test_a_star_is_set_by_key_and_by_mouse(picker: ModelPicker, button: QPushButton) -> None:
    picker.open_below(button, OFFERS, "a", "gpt-small")
    starred, chosen = QSignalSpy(picker.star_wanted), QSignalSpy(picker.chosen)
    QTest.keyClick(picker.search, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    area = picker.list.visualRect(picker.model.index(1))
    QTest.mouseClick(
        picker.list.viewport(), Qt.MouseButton.LeftButton, pos=area.center() + QPoint(area.width() // 2 - 16, 0)
    )
    assert [starred.at(at) for at in range(starred.count())] == [["a", "gpt-small"], ["a", "gpt-large"]]
    assert chosen.count() == 0
    assert picker.isVisible()


async def test_favourites_and_recent_ones_survive_a_restart(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        account = session.accounts.by_name("Local").id
        window.actions_by_id["model"].trigger()
        picker = window.findChild(ModelPicker)
        assert picker is not None
        await until(lambda: len(session.accounts.known_models(account)) > 1)
        picker.star_wanted.emit(account, "vendor/one")
        picker.chosen.emit(account, "two")
        await until(lambda: load(profile / "settings.toml")[0].recent_models)
    kept, trouble = load(profile / "settings.toml")
    assert (kept.favourite_models, kept.recent_models, trouble) == ((f"{account}/vendor/one",), (f"{account}/two",), "")


async def test_escape_leaves_the_picker_and_stops_no_answer(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, pace=1.0) as (window, _):
        say(window, "Hello")
        await until(lambda: window.conversation_bound.turn is not None)
        window.actions_by_id["model"].trigger()
        picker = window.findChild(ModelPicker)
        assert picker is not None
        QTest.keyClick(picker.search, Qt.Key.Key_Escape)
        assert not picker.isVisible()
        assert window.conversation_bound.turn is not None
        QTest.keyClick(window.stage.composer.editor, Qt.Key.Key_Escape)
        await until(lambda: window.conversation_bound.turn is None)


async def test_a_first_choice_is_the_accounts_own_also_where_no_recent_ones_are_remembered(
    qapp: QApplication, profile: Path
) -> None:
    async with showing(qapp, profile) as (window, session):
        await session.change_settings(keep_recent=False)
        local = session.accounts.by_name("Local")
        await session.accounts.edit(replace(local, default_model=""))
        (picker,) = window.findChildren(ModelPicker)
        picker.chosen.emit(local.id, "demo")
        await until(lambda: session.accounts.by_id(local.id).default_model == "demo", 4)
        assert session.settings.recent_models == ()
