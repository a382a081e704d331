"""One line of the settings window: title, sentence, control, and the way back to the default."""

from __future__ import annotations

from dataclasses import Field
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontDatabase, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatgui.core.settings import DEFAULTS, refusal
from chatgui.ui import assets
from chatgui.ui.combo import Combo
from chatgui.ui.dialogs.parts import heading, say, words
from chatgui.ui.theme import Theme

TYPING_MS = 400  # what is typed acts when the typing pauses
WIDTH = 190  # of controls that may be as wide as they like
FONTS = {"text_font": False, "code_font": True}  # settings chosen from a list of families: only those of fixed width?
LONG = ("system_prompt",)
SAMPLE = "The quick brown fox jumps over 0123456789. Il1 O0 {}[]() äéñ Ωж"


class _Spin(QSpinBox):
    """A spin box the wheel scrolls past unless it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(8, 0, 0, 0)  # the style sheet's padding does not reach it

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Choice(Combo):
    """A combo box the wheel scrolls past, as wide as its line allows."""

    def __init__(self, choices: list[tuple[str, Any]]) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setFixedWidth(WIDTH)
        self.offer(choices)
        self.view().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.view().setMinimumWidth(min(self.view().sizeHintForColumn(0) + 24, 360))

    def offer(self, choices: list[tuple[str, Any]]) -> None:
        """These, and no others."""
        self.clear()
        for title, value in choices:
            self.addItem(title, value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class FontChoice(Choice):
    """Families, each written in its own letters, the system's first; typing goes to a name."""

    def __init__(self, *, fixed: bool) -> None:
        families = [one for one in QFontDatabase.families() if not fixed or QFontDatabase.isFixedPitch(one)]
        super().__init__([("System", ""), *((one, one) for one in families)])
        view = self.view()
        if isinstance(view, QListView):
            view.setUniformItemSizes(True)  # else every font is loaded to measure its line
        for at, family in enumerate(families, 1):
            font = QFont(self.font())
            font.setFamily(family)
            self.setItemData(at, font, Qt.ItemDataRole.FontRole)
        view.setMinimumWidth(300)
        self.fixed = fixed


class Preview(QLabel):
    """A sentence in the chosen font."""

    def __init__(self, *, fixed: bool) -> None:
        super().__init__(SAMPLE)
        self._fixed = fixed
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName("Preview")
        self.setProperty("strength", "2")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # cut, never in the way

    def show_family(self, family: str) -> None:
        """Write it in this family; empty is the system's."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont) if self._fixed else QFont(self.font())
        if family:
            font.setFamily(family)
        elif not self._fixed:
            font.setFamily(self.window().font().family())
        font.setPointSizeF(self.window().font().pointSizeF() * 1.1)
        # a style sheet of the window would win over setFont alone
        self.setStyleSheet(f'font-family: "{font.family()}"; font-size: {font.pointSizeF():.1f}pt;')


class SettingRow(QWidget):
    """See the module. `wanted` is told a name and a value that can be; a value that cannot be is said here."""

    wanted = Signal(str, object)

    def __init__(self, one: Field[Any], value: Any, choices: list[tuple[str, Any]], theme: Theme) -> None:
        super().__init__()
        self.name = one.name
        self.default = getattr(DEFAULTS, one.name)
        offered = " ".join(title for title, _ in choices) if one.metadata["choices"] else ""
        parts = (one.metadata["title"], one.metadata["words"], one.metadata["section"], offered)
        self.told = " ".join(parts).casefold()  # what the search looks through
        self._showing = False
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(lambda: self._say(self.value()))
        self.preview = Preview(fixed=FONTS[one.name]) if one.name in FONTS else None
        self.control = self._make(one, choices)
        self.control.setAccessibleName(one.metadata["title"])
        self.control.setAccessibleDescription(one.metadata["words"])
        self.said = words()
        self.reset = self._make_reset(one.metadata["title"], theme)
        self._lay_out(one)
        self.show_value(value)

    def _make_reset(self, title: str, theme: Theme) -> QToolButton:
        reset = assets.tool_button("undo", f"Reset {title.lower()}", theme.tokens, "Back to the default")
        reset.clicked.connect(self._reset)
        policy = reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(policy)
        return reset

    def _lay_out(self, one: Field[Any]) -> None:
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(heading(one.metadata["title"]))
        text.addWidget(words(one.metadata["words"]))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(text, 1)
        if one.name not in LONG:
            row.addWidget(self.control, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 6)
        column.addLayout(row)
        for below in (self.control if one.name in LONG else None, self.preview, self.said):
            if below is not None:
                column.addWidget(below)
        say(self.said, "")

    def _make(self, one: Field[Any], choices: list[tuple[str, Any]]) -> QWidget:
        if one.name in FONTS or choices:
            box = FontChoice(fixed=FONTS[one.name]) if one.name in FONTS else Choice(choices)
            box.activated.connect(lambda at: self._say(box.itemData(at)))
            return box
        if isinstance(self.default, bool):
            check = QCheckBox()
            check.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # its box ends where the other controls do
            check.setMinimumSize(28, 28)
            check.toggled.connect(self._say)
            return check
        if isinstance(self.default, int):
            spin = _Spin()
            spin.setRange(int(one.metadata["low"]), int(one.metadata["high"]))
            spin.setSingleStep(10 if one.metadata["high"] > 100 else 1)
            spin.setSuffix(f"\N{NO-BREAK SPACE}{one.metadata['unit']}" if one.metadata["unit"] else "")
            spin.setFixedWidth(120)
            spin.valueChanged.connect(self._say_soon)
            return spin
        if one.name in LONG:
            long = QPlainTextEdit()
            long.setTabChangesFocus(True)
            long.setFixedHeight(96)
            long.textChanged.connect(self._say_soon)
            return long
        line = QLineEdit()
        line.setFixedWidth(WIDTH)
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
                return line.text().strip()
            case _:
                return None

    def show_value(self, value: Any) -> None:
        """Show what is in force."""
        self.reset.setVisible(value != self.default)
        if self.preview is not None:
            self.preview.show_family(str(value))
        if value == self.value():
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

    def offer(self, choices: list[tuple[str, Any]], value: Any) -> None:
        """Other choices, with this one in force."""
        if isinstance(self.control, Choice):
            self.control.offer(choices)
        self.show_value(value)

    def _reset(self) -> None:
        self._typing.stop()
        say(self.said, "")
        self.control.setFocus()  # the button goes
        self.wanted.emit(self.name, self.default)
        self.show_value(self.default)  # also where what is shown was refused, and nothing changes

    def _say(self, value: Any) -> None:
        if self._showing:
            return
        wrong = refusal(self.name, value)
        say(self.said, wrong, "error")
        if wrong:
            self.reset.setVisible(True)
        else:
            self.wanted.emit(self.name, value)

    def _say_soon(self) -> None:
        if not self._showing:
            self._typing.start()

    def flush(self) -> None:
        """What was typed a moment ago acts now: the window closes."""
        if self._typing.isActive():
            self._typing.stop()
            self._say(self.value())
