"""The settings window, made from the declarations in `core.settings`: searchable, acting at once, each can be reset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from chatgui.chat.preferences import Taken
from chatgui.core.change import AccountsChanged, Change, SettingsChanged
from chatgui.core.errors import ChatError
from chatgui.core.settings import DEFAULTS, SECTIONS
from chatgui.core.settings import shown as shown_settings
from chatgui.ui.choosing import ask_for_file, ask_where_to_save
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, heading, say, scrolling, words
from chatgui.ui.dialogs.setting_row import SettingRow
from chatgui.ui.search_field import SearchField

FILES = "Settings (*.toml *.json)"
NOTHING = "No setting is called that."


class Section(QWidget):
    """A name, a sentence, and the settings under it."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__()
        self.name = name
        self.told = f"{name} {sentence}".casefold()
        self.rows: list[SettingRow] = []
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 20)
        self.column.setSpacing(0)
        title = heading(name)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        title.setFont(font)
        self.column.addWidget(title)
        self.sentence = words(sentence, strength="3")
        self.sentence.setContentsMargins(0, 2, 0, 6)
        self.column.addWidget(self.sentence)

    def narrow(self, wanted: list[str]) -> bool:
        """Show what holds every word; whether anything does."""
        whole = all(word in self.told for word in wanted)
        hits = 0
        for row in self.rows:
            hit = all(word in row.told for word in wanted)
            row.setVisible(hit or (whole and not self._any_row(wanted)))
            hits += hit
        self.setVisible(bool(hits) or whole)
        return bool(hits) or whole

    def _any_row(self, wanted: list[str]) -> bool:
        return any(all(word in row.told for word in wanted) for row in self.rows)


class SettingsDialog(Sheet):
    """All settings, by section; a list at the side goes to one."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Settings", (760, 660))
        self._session, self._tasks = context.session, context.tasks
        self._window = context.window
        self.search = SearchField(context.theme, "Search settings")
        self.search.textChanged.connect(self._filter)
        self.said = words()
        self.sections = self._make_sections(context)
        self.rows = [row for section in self.sections for row in section.rows]
        self.list = self._make_list()
        self._nothing = words(NOTHING, strength="3")
        self._nothing.hide()
        self._below = QWidget()  # room, so that the last section, too, can stand where one goes to it
        self._area = self._make_area()
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self.list)
        middle.addWidget(self._area, 1)
        self.body.addWidget(self.search)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self.said)
        self.body.addLayout(self._make_foot())
        say(self.said, "")
        unsubscribe = self._session.changed.subscribe(self._hear)
        self.finished.connect(lambda _: unsubscribe())
        self.finished.connect(lambda _: self._flush())

    def _make_sections(self, context: Context) -> list[Section]:
        made = {name: Section(name, sentence) for name, sentence in SECTIONS.items()}
        place = QLabel(str(self._session.profile.path))
        place.setTextFormat(Qt.TextFormat.PlainText)
        place.setWordWrap(True)
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        place.setAccessibleName("Profile directory")
        made["Storage"].column.addWidget(place)
        made["Storage"].column.addSpacing(8)
        for one in shown_settings():
            row = SettingRow(one, getattr(self._session.settings, one.name), self._choices(one), context.theme)
            row.wanted.connect(self._change)
            section = made[one.metadata["section"]]
            section.rows.append(row)
            section.column.addWidget(row)
        self.shortcuts = QPushButton("Keyboard Shortcuts…")
        self.shortcuts.clicked.connect(lambda: _trigger(self._window, "shortcuts"))
        made["Shortcuts"].column.addWidget(self.shortcuts, 0, Qt.AlignmentFlag.AlignLeft)
        return list(made.values())

    def _make_list(self) -> QListWidget:
        names = QListWidget()
        names.setAccessibleName("Sections")
        names.addItems([section.name for section in self.sections])
        names.setFixedWidth(names.sizeHintForColumn(0) + 32)
        names.setCurrentRow(0)
        names.currentRowChanged.connect(self._go)
        return names

    def _make_area(self) -> QScrollArea:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(0)
        column.addWidget(self._nothing)
        for section in self.sections:
            column.addWidget(section)
        column.addWidget(self._below)
        column.addStretch(1)
        area = scrolling(inside)
        for one in (area.viewport(), self.sections[-1], self.list):
            one.installEventFilter(self)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.verticalScrollBar().valueChanged.connect(self._name_section)
        return area

    def _make_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        self.reset_all = QPushButton("Reset All")
        self.reset_all.setToolTip("Every setting and shortcut back to its default")
        buttons: tuple[tuple[QPushButton, Callable[[], object]], ...] = (
            (QPushButton("Import…"), self._ask_import),
            (QPushButton("Export…"), self._ask_export),
            (self.reset_all, lambda: self._tasks.start(self._reset_everything())),
        )
        for button, act in buttons:
            button.clicked.connect(lambda _=False, act=act: act())
            foot.addWidget(button)
        self._undo = QPushButton("Undo")
        self._undo.hide()
        self._before: dict[str, Any] = {}
        self._undo.clicked.connect(lambda: self._tasks.start(self._take_back()))
        foot.addWidget(self._undo)
        foot.addStretch(1)
        self._show_reset_all()
        return foot

    def _choices(self, one: Field[Any]) -> list[tuple[str, Any]]:
        if one.name == "default_account":
            return [("Newest of my own", ""), *((account.name, account.id) for account in self._session.accounts.all())]
        return [(title, value) for value, title in one.metadata["choices"].items()]

    # What is changed

    def _change(self, name: str, value: object) -> None:
        self._say_done("")
        self._tasks.start(self._session.change_settings(**{name: value}))

    def _flush(self) -> None:
        for row in self.rows:
            row.flush()

    def _hear(self, change: Change) -> None:
        if isinstance(change, SettingsChanged):
            for row in self.rows:
                if row.name in change.names:
                    row.show_value(getattr(self._session.settings, row.name))
            self._show_reset_all()
        elif isinstance(change, AccountsChanged):
            self._offer_accounts()

    def _offer_accounts(self) -> None:
        row = next(row for row in self.rows if row.name == "default_account")
        one = next(one for one in shown_settings() if one.name == row.name)
        row.offer(self._choices(one), self._session.settings.default_account)

    def _show_reset_all(self) -> None:
        mine = [*(one.name for one in shown_settings()), "shortcuts"]
        self.reset_all.setEnabled(any(getattr(self._session.settings, n) != getattr(DEFAULTS, n) for n in mine))

    async def _reset_everything(self) -> None:
        self._before = await self._session.preferences.reset()
        self._say_done("Every setting is at its default.", undo=True)

    async def _take_back(self) -> None:
        before, self._before = self._before, {}
        await self._session.change_settings(**before)
        self._say_done("Every setting is as it was.")

    def _say_done(self, text: str, meaning: str = "", *, undo: bool = False) -> None:
        if not shiboken6.isValid(self):
            return  # closed before it was done
        say(self.said, text, meaning)
        self._undo.setVisible(undo)

    # Files

    def _ask_import(self) -> None:
        ask_for_file(
            self, "Import Settings", lambda path: self._tasks.start(self.take(path)),
            folder=str(Path.home()), kinds=FILES,
        )  # fmt: skip

    def _ask_export(self) -> None:
        ask_where_to_save(
            self, "Export Settings", "chatgui-settings.toml", lambda path: self._tasks.start(self.write(path)),
            folder=str(Path.home()), kinds=FILES,
        )  # fmt: skip

    async def take(self, path: Path) -> None:
        """Put in what a file says, and tell what came of it."""
        try:
            taken: Taken = await self._session.preferences.take(path)
        except ChatError as error:
            self._say_done(error.message, "error")
            return
        self._say_done(str(taken), "warning" if taken.refused else "")

    async def write(self, path: Path) -> None:
        """Write the settings to a file."""
        try:
            await self._session.preferences.export(path)
        except ChatError as error:
            self._say_done(error.message, "error")
            return
        self._say_done(f"Written to {path.name}. Keys, accounts and conversations are not in it.")

    # What is shown

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Another height of what is seen, or of the last section; Tab leads from the list into the section it names."""
        if event.type() == QEvent.Type.Resize:
            self._leave_room()
        elif watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            section = self.sections[self.list.currentRow()]
            if event.key() == Qt.Key.Key_Tab and (first := _first_field(section)) is not None:
                first.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _leave_room(self) -> None:
        free = self._area.viewport().height() - self.sections[-1].height()
        self._below.setFixedHeight(0 if self.search.text() else max(0, free))

    def _filter(self, typed: str) -> None:
        wanted = typed.casefold().split()
        found = [section.narrow(wanted) for section in self.sections]
        for at, hit in enumerate(found):
            item = self.list.item(at)
            if item is not None:
                item.setHidden(not hit)
        self._nothing.setVisible(not any(found))
        self._leave_room()

    def _name_section(self, scrolled: int) -> None:
        """The list names the section that is read, wherever one scrolls."""
        above = [at for at, one in enumerate(self.sections) if one.isVisible() and one.y() <= scrolled + 40]
        if above and not self.list.hasFocus():
            self.list.blockSignals(True)
            self.list.setCurrentRow(above[-1])
            self.list.blockSignals(False)

    def _go(self, at: int) -> None:
        section = self.sections[at]
        QTimer.singleShot(0, section, lambda: self._area.verticalScrollBar().setValue(section.y()))


def _first_field(inside: QWidget) -> QWidget | None:
    fields = inside.findChildren(QWidget)
    return next((one for one in fields if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus), None)


def _trigger(window: QWidget, action: str) -> None:
    found = window.findChild(QAction, action)
    if isinstance(found, QAction):
        found.trigger()
