"""Every keyboard shortcut, by menu, searchable."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem

from chatgui.ui import actions
from chatgui.ui.dialogs import Context
from chatgui.ui.dialogs.parts import Sheet

BESIDE: tuple[tuple[str, str, str], ...] = (  # keys that are not actions of the window
    ("Message", "Send, or break the line (Settings: “Send with”)", "Enter"),
    ("Message", "Break the line, or send", "Shift+Enter · Ctrl+Enter"),
    ("Message", "Edit the last message, in an empty editor", "Up"),
    ("Conversations", "Delete the selection", "Delete"),
    ("Transcript", "Previous or next message", "Up · Down"),
)


class ShortcutsDialog(Sheet):
    """A list; nothing in it can be changed."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window, "Keyboard Shortcuts", (520, 620))
        search = QLineEdit()
        search.setPlaceholderText("Search shortcuts")
        search.setAccessibleName("Search shortcuts")
        search.textChanged.connect(self._filter)
        self._tree = QTreeWidget()
        self._tree.setAccessibleName("Shortcuts")
        self._tree.setHeaderLabels(["Action", "Keys"])
        self._tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._tree.header().setStretchLastSection(False)
        self._tree.setRootIsDecorated(False)
        self._tree.setIndentation(12)
        groups: dict[str, QTreeWidgetItem] = {}
        rows = [(row.menu, row.text.rstrip("…"), row.shown_keys()) for row in actions.ROWS]
        for menu, text, keys in (*rows, *BESIDE):
            if not keys:
                continue
            if menu not in groups:
                groups[menu] = QTreeWidgetItem(self._tree, [menu])
                font = groups[menu].font(0)
                font.setBold(True)
                groups[menu].setFont(0, font)
            QTreeWidgetItem(groups[menu], [text, keys])
        self._tree.expandAll()
        self.body.addWidget(search)
        self.body.addWidget(self._tree, 1)

    def _filter(self, typed: str) -> None:
        wanted = typed.casefold()
        for at in range(self._tree.topLevelItemCount()):
            group = self._tree.topLevelItem(at)
            if group is None:
                continue
            shown = 0
            for child in filter(None, (group.child(one) for one in range(group.childCount()))):
                hit = wanted in child.text(0).casefold() or wanted in child.text(1).casefold()
                child.setHidden(not hit)
                shown += hit
            group.setHidden(not shown)
