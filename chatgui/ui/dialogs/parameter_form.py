"""Fields for the parameters of a request, made from `core.params`. What is left empty is not sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from chatgui.core.params import BY_NAME, PARAMETERS, Parameter, refusal
from chatgui.ui.combo import Combo

UNSET = "Not set"
BETWEEN = ";"  # between the texts of a list
EFFORT = "reasoning_effort"


class ParameterForm(QWidget):
    """One row for each parameter; names the form does not know are kept as they are."""

    def __init__(self) -> None:
        super().__init__()
        self._others: dict[str, Any] = {}
        self._below: Mapping[str, Any] = {}  # what is sent where nothing is set here
        self._whose = ""
        self._efforts: tuple[str, ...] | None = None
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        form = self._form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for one in PARAMETERS:
            field = self._make(one)
            field.setAccessibleName(one.title)
            field.setAccessibleDescription(one.words)
            field.setToolTip(one.words)
            self.fields[one.name] = field
            form.addRow(one.title, field)

    def _make(self, one: Parameter) -> QLineEdit | QComboBox:
        if one.kind == "choice":
            box = Combo()
            box.addItems([UNSET, *one.choices])
            return box
        line = QLineEdit()
        line.setPlaceholderText(self._hint(one))
        return line

    def _hint(self, one: Parameter) -> str:
        """What stands in a field that sets nothing."""
        if (below := self._below.get(one.name)) is not None:
            return f"{_written(below)}, set in {self._whose}"
        if one.low is not None and one.high is not None:
            return f"{UNSET} ({one.low:g} to {one.high:g})".replace("-", "−")
        return f"{UNSET} (texts, “{BETWEEN}” between them)" if one.kind == "words" else UNSET

    def show_below(self, params: Mapping[str, Any], whose: str) -> None:
        """What will be sent where nothing is set here, and where that is set (“the account”)."""
        self._below, self._whose = params, whose
        for name, field in self.fields.items():
            if isinstance(field, QComboBox):
                field.setItemText(0, self._hint(BY_NAME[name]))
            else:
                field.setPlaceholderText(self._hint(BY_NAME[name]))

    def show_efforts(self, efforts: tuple[str, ...] | None) -> None:
        """Offer these reasoning efforts. If none has any effect the row goes, unless one is set; None means nobody knows."""
        field = self.fields[EFFORT]
        if not isinstance(field, QComboBox) or efforts == self._efforts:
            return
        self._efforts = efforts
        chosen = field.currentText() if field.currentIndex() > 0 else ""
        field.clear()
        field.addItems([self._hint(BY_NAME[EFFORT]), *(efforts or BY_NAME[EFFORT].choices)])
        self._choose(field, chosen)
        about = "How much it thinks before it answers."
        field.setToolTip(about if efforts else f"{about} Whether this model does is not known.")
        self._form.setRowVisible(field, efforts != () or bool(chosen))

    @staticmethod
    def _choose(field: QComboBox, value: str) -> None:
        """Choose a word, offered or not; none is the first row."""
        if value and field.findText(value) < 0:
            field.addItem(value)
        field.setCurrentIndex(max(field.findText(value), 0) if value else 0)

    def show_values(self, params: Mapping[str, Any]) -> None:
        """Fill the fields."""
        self._others = {name: value for name, value in params.items() if name not in BY_NAME}
        for name, field in self.fields.items():
            value = params.get(name)
            if isinstance(field, QComboBox):
                self._choose(field, "" if value is None else str(value))
                self._form.setRowVisible(field, self._efforts != () or value is not None)
            else:
                field.setText("" if value is None else _written(value))

    def values(self) -> tuple[dict[str, Any], str]:
        """What is set, and what is wrong with it in words (empty if nothing)."""
        params = dict(self._others)
        for name, field in self.fields.items():
            if isinstance(field, QComboBox):
                text = field.currentText() if field.currentIndex() > 0 else ""
            else:
                text = field.text().strip()
            if not text:
                continue
            value = _read(BY_NAME[name], text)
            if words := refusal(name, value):
                field.setFocus()
                return params, words
            params[name] = value
        return params, ""


def _written(value: Any) -> str:
    """A value as it stands in a field."""
    return f"{BETWEEN} ".join(value) if isinstance(value, (list, tuple)) else str(value)


def _read(one: Parameter, text: str) -> Any:
    """The value a text stands for; the text itself where it stands for none, which is then refused in words."""
    try:
        match one.kind:
            case "number":
                return float(text.replace(",", "."))
            case "whole":
                return int(text)
            case "words":
                return [word.strip() for word in text.split(BETWEEN) if word.strip()]
            case _:
                return text
    except ValueError:
        return text
