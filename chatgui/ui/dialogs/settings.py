"""The settings window, made from the declarations in `core.settings`: searchable, acting at once, each can be reset."""

from __future__ import annotations

from dataclasses import Field
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.core.change import Change, SettingsChanged
from chatgui.core.settings import shown as shown_settings
from chatgui.ui import assets
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, heading, words
from chatgui.ui.theme import Theme

TYPING_MS = 400  # text settings act when the typing pauses
FONTS = {"text_font": False, "code_font": True}  # settings chosen from a list of families: only those of fixed width?
LONG = ("system_prompt",)


class _Calm(QSpinBox):
    """A spin box the wheel scrolls past unless it has the focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class SettingRow(QWidget):
    """One setting: its title, its sentence, the control, and the way back to the default."""

    wanted = Signal(str, object)

    def __init__(self, one: Field[Any], value: Any, choices: list[tuple[str, Any]], theme: Theme) -> None:
        super().__init__()
        self.name = one.name
        self.default = one.default
        self.key = f"{one.metadata['title']} {one.metadata['words']} {one.metadata['section']}".casefold()
        self._showing = True
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self.control = self._make(one, choices)
        self.control.setAccessibleName(one.metadata["title"])
        self.control.setAccessibleDescription(one.metadata["words"])
        self._reset = QToolButton()
        self._reset.setAccessibleName(f"Reset {one.metadata['title'].lower()}")
        self._reset.setToolTip("Back to the default")
        assets.dress(self._reset, "undo", theme.tokens)
        self._reset.clicked.connect(lambda: self.wanted.emit(self.name, self.default))
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(heading(one.metadata["title"]))
        text.addWidget(words(one.metadata["words"]))
        row = QHBoxLayout()
        row.addLayout(text, 1)
        if one.name not in LONG:
            row.addWidget(self.control, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 6)
        column.addLayout(row)
        if one.name in LONG:
            column.addWidget(self.control)
        self.show_value(value)

    def _make(self, one: Field[Any], choices: list[tuple[str, Any]]) -> QWidget:
        if choices:
            box = Combo()
            for title, value in choices:
                box.addItem(title, value)
            box.setMinimumWidth(170)
            box.activated.connect(lambda at: self._say(box.itemData(at)))
            return box
        if isinstance(one.default, bool):
            check = QCheckBox()
            check.setMinimumSize(28, 28)
            check.toggled.connect(self._say)
            return check
        if isinstance(one.default, int):
            spin = _Calm()
            spin.setRange(int(one.metadata["low"] or 0), int(one.metadata["high"] or 1_000_000))
            spin.setSingleStep(10 if one.metadata["high"] and one.metadata["high"] > 100 else 1)
            spin.setMinimumWidth(100)
            spin.valueChanged.connect(self._say_soon)
            return spin
        if one.name in LONG:
            long = QPlainTextEdit()
            long.setTabChangesFocus(True)
            long.setFixedHeight(96)
            long.textChanged.connect(self._say_soon)
            return long
        line = QLineEdit()
        line.setMinimumWidth(170)
        line.textChanged.connect(self._say_soon)
        return line

    def value(self) -> Any:
        """What the control says."""
        match self.control:
            case QComboBox() as box:
                return box.currentData()
            case QCheckBox() as check:
                return check.isChecked()
            case QSpinBox() as spin:
                return spin.value()
            case QPlainTextEdit() as long:
                return long.toPlainText()
            case QLineEdit() as line:
                return line.text()
            case _:
                return None

    def show_value(self, value: Any) -> None:
        """Show what is in force."""
        self._reset.setVisible(value != self.default)
        if value == self.value() and not self._showing:
            return
        self._showing = True
        match self.control:
            case QComboBox() as box:
                box.setCurrentIndex(max(box.findData(value), 0))
            case QCheckBox() as check:
                check.setChecked(bool(value))
            case QSpinBox() as spin:
                spin.setValue(int(value))
            case QPlainTextEdit() as long:
                long.setPlainText(str(value))
            case QLineEdit() as line:
                line.setText(str(value))
            case _:
                pass
        self._showing = False

    def _say(self, value: Any) -> None:
        if not self._showing:
            self.wanted.emit(self.name, value)

    def _say_soon(self) -> None:
        if not self._showing:
            self._typing.timeout.disconnect() if self._typing.isActive() else None
            self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
            self._typing.timeout.connect(lambda: self._say(self.value()))
            self._typing.start()


class SettingsDialog(Sheet):
    """All settings, by section."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Settings", (640, 640))
        self._session, self._tasks = context.session, context.tasks
        search = QLineEdit()
        search.setAccessibleName("Search settings")
        search.setPlaceholderText("Search settings")
        search.setClearButtonEnabled(True)
        search.textChanged.connect(self._filter)
        self.rows: list[SettingRow] = []
        self._sections: dict[str, QWidget] = {}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(0)
        for one in shown_settings():
            section = one.metadata["section"]
            if section not in self._sections:
                title = heading(section)
                title.setProperty("strength", "3")
                title.setContentsMargins(0, 14, 0, 2)
                self._sections[section] = title
                column.addWidget(title)
            row = SettingRow(one, getattr(self._session.settings, one.name), self._choices(one), context.theme)
            row.wanted.connect(self._change)
            self.rows.append(row)
            column.addWidget(row)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(search)
        self.body.addWidget(area, 1)
        unsubscribe = self._session.changed.subscribe(self._hear)
        self.finished.connect(lambda _: unsubscribe())

    def _choices(self, one: Field[Any]) -> list[tuple[str, Any]]:
        if one.name in FONTS:
            families = QFontDatabase.families()
            if FONTS[one.name]:
                families = [family for family in families if QFontDatabase.isFixedPitch(family)]
            return [("System", ""), *((family, family) for family in families)]
        if one.name == "default_account":
            return [("Newest of my own", ""), *((account.name, account.id) for account in self._session.accounts.all())]
        titles = {"ctrl+enter": "Ctrl+Enter"}
        return [(titles.get(value, str(value).capitalize()), value) for value in one.metadata["choices"]]

    def _change(self, name: str, value: object) -> None:
        self._tasks.start(self._session.change_settings(**{name: value}))

    def _hear(self, change: Change) -> None:
        if isinstance(change, SettingsChanged):
            for row in self.rows:
                if row.name in change.names:
                    row.show_value(getattr(self._session.settings, row.name))

    def _filter(self, typed: str) -> None:
        wanted = typed.casefold().split()
        for row in self.rows:
            row.setVisible(all(word in row.key for word in wanted))
        shown = {one.metadata["section"] for one, row in zip(shown_settings(), self.rows, strict=True)
                 if not row.isHidden()}  # fmt: skip
        for section, title in self._sections.items():
            title.setVisible(section in shown)
