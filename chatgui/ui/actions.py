"""Every action of the window, declared once: its words, keys, menu and the verb it calls.

Menus, shortcuts, the list of shortcuts and the tests derive from `ROWS`. To add an action, add a row and a method of
that name to the window's verbs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from chatgui.ui import assets
from chatgui.ui.theme import Theme

Key = QKeySequence.StandardKey
Role = QAction.MenuRole


@dataclass(frozen=True, slots=True)
class Row:
    """One action. `keys` are used where the platform has none for `standard`, or beside it if `both`.

    `verb` is a method of the window. A `line` draws a separator above. `needs` names the state in which it is enabled:
    a session, an opened conversation with messages, or a running stream.
    """

    id: str
    menu: str
    text: str
    verb: str
    standard: Key | None = None
    keys: tuple[str, ...] = ()
    both: bool = False
    icon: str = ""
    line: bool = False
    needs: str = "session"
    checkable: bool = False
    role: Role = Role.NoRole

    def sequences(self) -> list[QKeySequence]:
        """The default key sequences, the platform's own first. For those in force see `shortcuts.in_force`."""
        platform = QKeySequence.keyBindings(self.standard) if self.standard is not None else []
        own = [QKeySequence(keys) for keys in self.keys] if self.both or not platform else []
        return [*platform, *(one for one in own if one not in platform)]


def pressed(keys: QKeySequence) -> QKeyCombination:
    """What is pressed first for a key sequence."""
    first: QKeyCombination = keys[0]  # type: ignore[index]  # the stubs forget it
    return first


def is_usual(keys: QKeySequence) -> bool:
    """Whether ordinary keyboards have these keys; some of the platform's own only special ones have."""
    return bool(pressed(keys).key() <= Qt.Key.Key_F12)


def shown_keys(keys: Iterable[QKeySequence]) -> str:
    """Key sequences as people read them, the usual ones only."""
    return " · ".join(one.toString(QKeySequence.SequenceFormat.NativeText) for one in keys if is_usual(one))


MENUS = ("File", "Edit", "View", "Conversation", "Help")

ROWS: tuple[Row, ...] = (
    Row("new", "File", "New Conversation", "new_conversation", Key.New, ("Ctrl+N",), icon="new"),
    Row("import", "File", "Import…", "open_import", icon="import", line=True),
    Row("export", "File", "Export…", "open_export", keys=("Ctrl+Shift+E",), icon="export"),
    Row("restore", "File", "Restore…", "open_restore", icon="clock"),
    Row("accounts", "File", "Accounts…", "open_accounts", keys=("Ctrl+Shift+A",), icon="account", line=True),
    Row("assistants", "File", "Assistants…", "open_assistants", icon="thought"),
    Row("settings", "File", "Settings…", "open_settings", Key.Preferences, ("Ctrl+,",), icon="settings",
        role=Role.PreferencesRole),
    Row("usage", "File", "Usage…", "open_usage", keys=("Ctrl+Shift+Y",), icon="usage"),
    Row("close", "File", "Close Window", "close", Key.Close, ("Ctrl+W",), line=True, needs=""),
    Row("quit", "File", "Quit", "quit", Key.Quit, ("Ctrl+Q",), needs="", role=Role.QuitRole),
    Row("undo", "Edit", "Undo", "undo", Key.Undo, ("Ctrl+Z",), icon="undo"),
    Row("redo", "Edit", "Redo", "redo", Key.Redo, ("Ctrl+Shift+Z",), icon="redo"),
    Row("find", "Edit", "Find in Conversation", "find", Key.Find, ("Ctrl+F",), icon="search", line=True),
    Row("find_next", "Edit", "Find Next", "find_next", Key.FindNext, ("F3",)),
    Row("find_previous", "Edit", "Find Previous", "find_previous", Key.FindPrevious, ("Shift+F3",)),
    Row("search", "Edit", "Search Conversations", "search", keys=("Ctrl+Shift+F",), line=True),
    Row("palette", "Edit", "Go to Anything…", "open_palette", keys=("Ctrl+K",), icon="search"),
    Row("sidebar", "View", "Sidebar", "toggle_sidebar", keys=("F9",), checkable=True, needs=""),
    Row("reasoning", "View", "Reasoning", "toggle_reasoning", keys=("F8",), checkable=True, needs=""),
    Row("sort_changed", "View", "Sort by Last Change", "sort_by_change", checkable=True, line=True),
    Row("sort_created", "View", "Sort by Creation", "sort_by_creation", checkable=True),
    Row("sort_title", "View", "Sort by Title", "sort_by_title", checkable=True),
    Row("zoom_in", "View", "Zoom In", "zoom_in", Key.ZoomIn, ("Ctrl+=",), both=True, line=True),
    Row("zoom_out", "View", "Zoom Out", "zoom_out", Key.ZoomOut, ("Ctrl+-",)),
    Row("zoom_reset", "View", "Actual Size", "zoom_reset", keys=("Ctrl+0",)),
    Row("hidden", "View", "Show Hidden Characters", "toggle_hidden", keys=("Ctrl+Shift+I",), checkable=True),
    Row("message", "View", "Go to Message", "focus_message", keys=("Ctrl+L",), line=True),
    Row("next_pane", "View", "Next Pane", "next_pane", keys=("F6",)),
    Row("previous_pane", "View", "Previous Pane", "previous_pane", keys=("Shift+F6",)),
    Row("model", "View", "Choose Model", "choose_model", keys=("Ctrl+Shift+M",)),
    Row("full_screen", "View", "Full Screen", "toggle_full_screen", Key.FullScreen, ("F11",), checkable=True,
        needs="", line=True),
    Row("attach", "Conversation", "Attach Files…", "attach", keys=("Ctrl+Shift+J",), icon="attach"),
    Row("stop", "Conversation", "Stop", "stop", keys=("Esc",), icon="stop", needs="stream"),
    Row("regenerate", "Conversation", "Answer Again", "regenerate", keys=("Ctrl+R",), icon="retry", needs="messages"),
    Row("resume", "Conversation", "Continue Answer", "resume", keys=("Ctrl+Shift+R",), icon="continue",
        needs="messages"),
    Row("copy_answer", "Conversation", "Copy Last Answer", "copy_answer", keys=("Ctrl+Shift+C",), icon="copy",
        needs="messages"),
    Row("copy_link", "Conversation", "Copy Link to Message", "copy_link", keys=("Ctrl+Shift+L",), needs="messages"),
    Row("parameters", "Conversation", "Parameters…", "open_parameters", keys=("Ctrl+Shift+O",), icon="settings", line=True),
    Row("rename", "Conversation", "Rename", "rename", keys=("F2",), icon="edit"),
    Row("duplicate", "Conversation", "Duplicate", "duplicate", icon="copy"),
    Row("pin", "Conversation", "Pin or Unpin", "pin", keys=("Ctrl+Shift+P",), icon="pin"),
    Row("archive", "Conversation", "Archive", "archive", keys=("Ctrl+Shift+H",), icon="archive"),
    Row("move", "Conversation", "Move to Folder…", "move_to_folder", keys=("Ctrl+Shift+D",), icon="folder"),
    Row("tags", "Conversation", "Tags…", "edit_tags", keys=("Ctrl+Shift+T",)),
    Row("delete", "Conversation", "Delete", "delete", keys=("Ctrl+Shift+Del",), icon="delete"),
    Row("trash", "Conversation", "Trash…", "open_trash", icon="delete"),
    Row("previous", "Conversation", "Previous Conversation", "previous_conversation", keys=("Ctrl+PgUp", "Alt+Up"),
        line=True),
    Row("next", "Conversation", "Next Conversation", "next_conversation", keys=("Ctrl+PgDown", "Alt+Down")),
    Row("shortcuts", "Help", "Keyboard Shortcuts", "open_shortcuts", Key.HelpContents, ("F1", "Ctrl+?"), both=True,
        icon="keyboard"),
    Row("about", "Help", "About chatgui", "open_about", icon="about", role=Role.AboutRole),
)  # fmt: skip


def build(window: QWidget, call: Callable[[Row], None]) -> dict[str, QAction]:
    """The actions by id, each calling `call` with its row; their shortcuts are live in the whole window."""
    made: dict[str, QAction] = {}
    for row in ROWS:
        action = QAction(row.text, window)
        action.setObjectName(row.id)
        action.setShortcuts(row.sequences())
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(row.checkable)
        action.setMenuRole(row.role)
        action.setEnabled(not row.needs)
        action.triggered.connect(lambda _=False, row=row: call(row))
        window.addAction(action)
        made[row.id] = action
    return made


def set_keys(actions: Mapping[str, QAction], keys: Mapping[str, list[QKeySequence]]) -> None:
    """Let other keys call the actions from now on; menus show them."""
    for name, action in actions.items():
        if action.shortcuts() != keys[name]:
            action.setShortcuts(keys[name])


def fill(bar: QMenuBar, actions: dict[str, QAction], theme: Theme) -> None:
    """Put the actions into the menus of `bar`, in order of their rows. A menu draws its icons when it first opens."""
    menus = {name: bar.addMenu(f"&{name}") for name in MENUS}  # Alt and the first letter open it
    for row in ROWS:
        add(menus[row.menu], actions, row)
    for name, menu in menus.items():
        menu.aboutToShow.connect(partial(dress, actions, name, theme))


def dress(actions: dict[str, QAction], menu: str, theme: Theme) -> None:
    """Give the actions of a menu their icons, unless they have them."""
    for row in ROWS:
        if row.menu == menu and row.icon and actions[row.id].icon().isNull():
            assets.dress(actions[row.id], row.icon, theme.tokens)


def add(menu: QMenu, actions: dict[str, QAction], row: Row) -> None:
    """Put one action into a menu."""
    if row.line and not menu.isEmpty():
        menu.addSeparator()
    menu.addAction(actions[row.id])


def enable(actions: dict[str, QAction], states: set[str]) -> None:
    """Enable what can be done in these states (`session`, `messages`, `stream`)."""
    for row in ROWS:
        actions[row.id].setEnabled(not row.needs or row.needs in states)
