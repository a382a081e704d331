"""Choosing a model: search over thousands, grouped by account, any name by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QPushButton

from chatgui.core.account import Model
from chatgui.ui.model_picker import ModelPicker, Offer
from chatgui.ui.theme import Theme

OFFERS = [
    Offer("a", "Work", (Model("gpt-large", context_length=128_000), Model("gpt-small", vision=True))),
    Offer("b", "Home", (Model("qwen-9b"),), "asking …"),
]


@pytest.fixture
def button(qapp: QApplication) -> Iterator[QPushButton]:
    made = QPushButton("Model")
    made.show()
    yield made
    made.hide()


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
