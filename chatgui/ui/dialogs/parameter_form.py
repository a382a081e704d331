"""Fields for the parameters of a request, made from `core.params`. What is left empty is not sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from chatgui.core.params import BY_NAME, PARAMETERS, Parameter, refusal
from chatgui.ui.combo import Combo

UNSET = "Not set"
BETWEEN = ";"  # between the texts of a list


class ParameterForm(QWidget):
    """One row for each parameter; names the form does not know are kept as they are."""

    def __init__(self) -> None:
        super().__init__()
        self._others: dict[str, Any] = {}
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        form = QFormLayout(self)
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
        if one.low is not None and one.high is not None:
            line.setPlaceholderText(f"{UNSET} ({one.low:g} to {one.high:g})")
        else:
            line.setPlaceholderText(f"{UNSET} (texts, “{BETWEEN}” between them)" if one.kind == "words" else UNSET)
        return line

    def show_values(self, params: Mapping[str, Any]) -> None:
        """Fill the fields."""
        self._others = {name: value for name, value in params.items() if name not in BY_NAME}
        for name, field in self.fields.items():
            value = params.get(name)
            if isinstance(field, QComboBox):
                field.setCurrentText(UNSET if value is None else str(value))
            elif isinstance(value, (list, tuple)):
                field.setText(f"{BETWEEN} ".join(value))
            else:
                field.setText("" if value is None else str(value))

    def values(self) -> tuple[dict[str, Any], str]:
        """What is set, and what is wrong with it in words (empty if nothing)."""
        params = dict(self._others)
        for name, field in self.fields.items():
            text = field.currentText() if isinstance(field, QComboBox) else field.text().strip()
            if not text or text == UNSET:
                continue
            value = _read(BY_NAME[name], text)
            if words := refusal(name, value):
                field.setFocus()
                return params, words
            params[name] = value
        return params, ""


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
