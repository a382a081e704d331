"""Every keyboard shortcut, by menu: found by its words or its keys, changed, added, removed and set back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from chatgui.core.change import Change, SettingsChanged
from chatgui.ui import actions, assets, shortcuts
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet, heading, say, words
from chatgui.ui.search_field import SearchField
from chatgui.ui.theme import Theme

BESIDE: tuple[tuple[str, str, str], ...] = (  # keys that are not actions of the window, and stay as they are
    ("Message", "Send, or break the line (Settings: “Send with”)", "Enter"),
    ("Message", "Break the line, or send", "Shift+Enter · Ctrl+Enter"),
    ("Message", "Edit the last message, in an empty editor", "Up"),
    ("Conversations", "Delete the selection", "Delete"),
    ("Transcript", "Scroll by lines or pages", "Up · Down · PgUp · PgDown"),
    ("Transcript", "To the start or the end", "Home · End"),
    ("Transcript", "Message above or below", "Ctrl+Up · Ctrl+Down"),
    ("Transcript", "Through what can be done with a message, and do it", "Tab · Enter"),
    ("Everywhere", "Context menu of what has the focus", "Shift+F10 · Menu"),
)
ID = Qt.ItemDataRole.UserRole
_MODIFIERS = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class KeyField(QLineEdit):
    """Takes the next keys that are pressed, whatever they are; Escape gives up."""

    pressed = Signal(QKeySequence)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAccessibleName("New keys")
        self.setPlaceholderText("Press the keys; Esc gives up")
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(self.placeholderText()) + 24)

    def event(self, event: QEvent) -> bool:
        """Nothing pressed here calls an action or moves the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._take(event)
            return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        if event.key() in _MODIFIERS or event.key() == Qt.Key.Key_unknown:
            return
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.given_up.emit()
            return
        pressed = event.keyCombination()
        if pressed.key() == Qt.Key.Key_Backtab:
            pressed = event.keyCombination().fromCombined(Qt.Key.Key_Tab | pressed.keyboardModifiers().value)
        self.pressed.emit(QKeySequence(pressed))


class KeysOf(QFrame):
    """The keys of the chosen action, each with a way to change and to remove it. Says what is wanted."""

    wanted = Signal(str, list)  # action, its keys from now on

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._action = ""
        self._keys: list[QKeySequence] = []
        self._at: int | None = None  # which of them the next keys replace; None adds
        self.title = heading("")
        self.field = KeyField()
        self.field.pressed.connect(self._pressed)
        self.field.given_up.connect(self.give_up)
        self.said = words()
        self.add_button = QPushButton("Add Keys")
        self.add_button.clicked.connect(lambda: self.ask(None))
        self.reset_button = QPushButton("Reset")
        self.reset_button.clicked.connect(lambda: self.wanted.emit(self._action, self._defaults()))
        self._chips = QHBoxLayout()
        row = QHBoxLayout()
        row.addLayout(self._chips)
        row.addWidget(self.field)
        row.addWidget(self.add_button)
        row.addWidget(self.reset_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(self.said)
        self.show_action("", "", [])

    def show_action(self, action: str, text: str, keys: list[QKeySequence]) -> None:
        """Show another action, or other keys of this one; no action if it is empty."""
        self._action, self._keys = action, keys
        self.title.setText(text or "Choose an action to change its keys")
        while (item := self._chips.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for at, one in enumerate(keys):
            if actions.is_usual(one):
                self._add_chip(at, one.toString(QKeySequence.SequenceFormat.NativeText))
        self.reset_button.setEnabled(bool(action) and keys != self._defaults())
        self.add_button.setEnabled(bool(action))
        say(self.said, "")
        self._show_field(False)

    def _add_chip(self, at: int, keys: str) -> None:
        change = QPushButton(keys)
        change.setAccessibleName(f"Change {keys}")
        change.setToolTip("Press other keys instead")
        change.clicked.connect(partial(self.ask, at))
        remove = assets.tool_button("close", f"Remove {keys}", self._theme.tokens, "Remove these keys")
        remove.clicked.connect(partial(self.remove, at))
        self._chips.addWidget(change)
        self._chips.addWidget(remove)

    def _defaults(self) -> list[QKeySequence]:
        return next((row.sequences() for row in actions.ROWS if row.id == self._action), [])

    def ask(self, at: int | None) -> None:
        """Wait for keys: instead of the one at `at`, or beside them."""
        if self._action:
            self._at = at
            say(self.said, "")
            self._show_field(True)
            self.field.setFocus()

    def _show_field(self, shown: bool) -> None:
        self.field.setVisible(shown)
        self.add_button.setVisible(not shown)
        self.reset_button.setVisible(not shown)

    def give_up(self) -> None:
        """Leave the keys as they are."""
        self._show_field(False)
        say(self.said, "")
        self.add_button.setFocus()

    def remove(self, at: int | None = None) -> None:
        """Take one of the keys away, or all."""
        if not self._action:
            return
        left = [] if at is None else [one for number, one in enumerate(self._keys) if number != at]
        self.wanted.emit(self._action, left)
        self.add_button.setFocus()

    def _pressed(self, keys: QKeySequence) -> None:
        before = [] if self._at is None else [self._keys[self._at]]
        rest = [one for one in self._keys if one not in before and one != keys]
        at = len(rest) if self._at is None else self._at
        self.wanted.emit(self._action, [*rest[:at], keys, *rest[at:]])


class ShortcutsDialog(Sheet):
    """The list, and below it the keys of the chosen action."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Keyboard Shortcuts", (560, 640))
        self._session, self._tasks = context.session, context.tasks
        self._items: dict[str, QTreeWidgetItem] = {}
        self.search = SearchField(context.theme, "Search shortcuts")
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.tree = self._make_tree()
        self.keys = KeysOf(context.theme)
        self.keys.wanted.connect(self._change)
        self._reset_all = QPushButton("Reset All")
        self._reset_all.setToolTip("Every action gets its default keys")
        self._reset_all.clicked.connect(lambda: self._keep({}))
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self._reset_all)
        self.body.addLayout(top)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self.keys)
        self._fill()
        unsubscribe = self._session.changed.subscribe(self._hear)
        self.finished.connect(lambda _: unsubscribe())

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName("Shortcuts")
        tree.setHeaderLabels(["Action", "Keys"])
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        tree.setRootIsDecorated(False)
        tree.setItemsExpandable(False)
        tree.setIndentation(12)
        tree.currentItemChanged.connect(lambda item, _: self._show_keys(item))
        tree.itemDoubleClicked.connect(lambda item, _: self._ask(item))
        tree.installEventFilter(self)
        return tree

    def _fill(self) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        rows = [(row.menu, row.text.rstrip("…"), "", row.id) for row in actions.ROWS]
        for menu, text, keys, name in (*rows, *((*one, "") for one in BESIDE)):
            if menu not in groups:
                groups[menu] = QTreeWidgetItem(self.tree, [menu])
                groups[menu].setFlags(Qt.ItemFlag.ItemIsEnabled)
                font = groups[menu].font(0)
                font.setBold(True)
                groups[menu].setFont(0, font)
            item = QTreeWidgetItem(groups[menu], [text, keys])
            item.setData(0, ID, name)
            if name:
                self._items[name] = item
            else:
                item.setToolTip(0, "These keys stay as they are")
        self.tree.expandAll()
        self._show_all()

    def _show_all(self) -> None:
        for name, keys in shortcuts.in_force(self._session.settings.shortcuts).items():
            self._items[name].setText(1, actions.shown_keys(keys))
            self._items[name].setData(1, Qt.ItemDataRole.AccessibleTextRole, actions.shown_keys(keys) or "No keys")
            font = self._items[name].font(1)
            font.setBold(name in self._session.settings.shortcuts)
            self._items[name].setFont(1, font)
        self._reset_all.setEnabled(bool(self._session.settings.shortcuts))
        self._show_keys(self.tree.currentItem())

    def _show_keys(self, item: QTreeWidgetItem | None) -> None:
        name = item.data(0, ID) if item is not None else ""
        if not name or item is None:
            self.keys.show_action("", "These keys stay as they are" if item is not None and item.parent() else "", [])
        else:
            self.keys.show_action(name, item.text(0), shortcuts.in_force(self._session.settings.shortcuts)[name])

    def _ask(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and item.data(0, ID):
            self.keys.ask(0 if item.text(1) else None)

    def _change(self, action: str, keys: list[QKeySequence]) -> None:
        own = self._session.settings.shortcuts
        for one in keys:
            if refused := shortcuts.refusal(one, action, own):
                say(self.keys.said, refused, "error")
                return
        self._keep(shortcuts.with_keys(own, action, keys))

    def _keep(self, own: dict[str, tuple[str, ...]]) -> None:
        if self.keys.field.hasFocus():
            self.tree.setFocus()
        self._tasks.start(self._session.change_settings(shortcuts=own))

    def _hear(self, change: Change) -> None:
        if isinstance(change, SettingsChanged) and "shortcuts" in change.names:
            self._show_all()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Down goes from the search to the list; there Enter changes and Delete removes keys."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if watched is self.search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter_list()
            return True
        if watched is self.tree and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask(self.tree.currentItem())
            return True
        if watched is self.tree and event.key() == Qt.Key.Key_Delete:
            self.keys.remove()
            return True
        return False

    def _enter_list(self) -> None:
        """To the first action that is shown."""
        item = next((one for one in self._items.values() if not one.isHidden()), None)
        if item is not None:
            self.tree.setCurrentItem(item)
            self.tree.setFocus()

    def _filter(self, typed: str) -> None:
        wanted = typed.casefold().split()
        for at in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(at)
            if group is None:
                continue
            shown = 0
            for child in filter(None, (group.child(one) for one in range(group.childCount()))):
                told = f"{child.text(0)} {child.text(1)} {group.text(0)}".casefold()
                hit = all(word in told for word in wanted)
                child.setHidden(not hit)
                shown += hit
            group.setHidden(not shown)
