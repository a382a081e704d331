"""The single fields of the forms of accounts and assistants."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QSizePolicy

from chatgui.chat.setup import PRESETS
from chatgui.core.account import KeySource
from chatgui.ui.account_colours import COLOURS, dot_icon
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs.parts import words
from chatgui.ui.theme import Theme

KEPT = (
    ("In the system’s keyring", KeySource.KEYRING),
    ("For this run only", KeySource.SESSION),
    ("In an environment variable", KeySource.ENVIRONMENT),
    ("No key is needed", KeySource.NONE),
)


def provider_box() -> Combo:
    """Every preset, and none of them."""
    box = Combo()
    box.addItem("Any OpenAI-compatible address", "")
    for preset in PRESETS:
        box.addItem(preset.title, preset.name)
    box.setMaxVisibleItems(20)
    return box


def kept_box() -> Combo:
    """The places a key may be kept in."""
    box = Combo()
    for title, source in KEPT:
        box.addItem(title, source)
    return box


def model_box() -> Combo:
    """A model: one of a list, or any name typed."""
    box = Combo()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    return box


def colour_box(theme: Theme) -> Combo:
    """The colours, each beside its name."""
    box = Combo()
    box.addItem("None", "")
    for one in COLOURS:
        box.addItem(dot_icon(one.name, theme), one.title, one.name)
    return box


def note() -> QLabel:
    """Words below a field, as high as their lines; a form layout would give them the height they need when narrow."""
    label = words()
    policy = label.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Ignored)
    label.setSizePolicy(policy)
    return label


def line(hint: str) -> QLineEdit:
    """A line of text that says what belongs there."""
    made = QLineEdit()
    made.setPlaceholderText(hint)
    return made


def lines(hint: str, *, height: int) -> QPlainTextEdit:
    """A text that says what belongs there, so many pixels high; Tab leaves it."""
    made = QPlainTextEdit()
    made.setPlaceholderText(hint)
    made.setFixedHeight(height)
    made.setTabChangesFocus(True)
    return made
