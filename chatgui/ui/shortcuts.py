"""Which keys call which action: the defaults of `actions.ROWS`, and what a person put in their place.

`settings.shortcuts` holds the actions whose keys are not their defaults, as portable text; no keys at all is an empty list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from chatgui.ui import actions

Own = Mapping[str, Sequence[str]]

_HELD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_TEXT_OWNS = {"undo", "redo"}  # actions that mean in a text field what the field itself does
_TAKEN = {  # keys that are no actions, where nothing else says so
    "Ctrl+Return": "sends the message or breaks the line",
    "Ctrl+Enter": "sends the message or breaks the line",
    "Ctrl+Up": "goes to the message above in the transcript",
    "Ctrl+Down": "goes to the message below in the transcript",
    "Ctrl+Tab": "moves the focus",
    "Ctrl+Shift+Tab": "moves the focus",
    "Shift+F10": "opens the context menu",
    **{f"Alt+{name[0]}": f"opens the menu {name}" for name in actions.MENUS},
}


def in_force(own: Own) -> dict[str, list[QKeySequence]]:
    """The keys of every action. No key calls two: what a person chose goes before a default, else the first row has it."""
    taken: set[str] = set()
    found: dict[str, list[QKeySequence]] = {}
    for row in sorted(actions.ROWS, key=lambda row: row.id not in own):
        wanted = [QKeySequence(keys) for keys in own[row.id]] if row.id in own else row.sequences()
        found[row.id] = [one for one in wanted if not one.isEmpty() and one.toString() not in taken]
        taken.update(one.toString() for one in found[row.id])
    return found


def with_keys(own: Own, action: str, keys: Iterable[QKeySequence]) -> dict[str, tuple[str, ...]]:
    """`own` with these keys for an action; what equals the defaults is not in it."""
    row = next(row for row in actions.ROWS if row.id == action)
    wanted = tuple(one.toString() for one in keys)
    changed = {name: tuple(kept) for name, kept in own.items() if name != action}
    if wanted != tuple(one.toString() for one in row.sequences()):
        changed[action] = wanted
    return changed


def refusal(keys: QKeySequence, action: str, own: Own) -> str:
    """Why an action cannot have these keys, in words; empty if it can."""
    text, said = keys.toString(), f"“{keys.toString(QKeySequence.SequenceFormat.NativeText)}”"
    holder = next((row for row in actions.ROWS if row.id != action and keys in in_force(own)[row.id]), None)
    if holder is not None:
        return f"{said} already belongs to “{holder.text.rstrip('…')}”. Take it away there first."
    if text in _TAKEN:
        return f"{said} {_TAKEN[text]}."
    pressed = actions.pressed(keys)
    if not _is_free(pressed) and action not in _TEXT_OWNS:
        held = bool(pressed.keyboardModifiers() & _HELD)
        return (
            f"{said} is what text fields use themselves."
            if held
            else f"{said} is needed to type. Hold Ctrl or Alt too."
        )
    return ""


def _is_free(pressed: QKeyCombination) -> bool:
    """Whether no text field wants these keys for itself: Qt asks the one with the focus before it calls an action."""
    if pressed.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        return bool(pressed.keyboardModifiers() & _HELD)
    code = int(pressed.key())
    text = chr(code) if 0x20 <= code < 0x110000 and not pressed.keyboardModifiers() & _HELD else ""
    for field in (QPlainTextEdit(), QLineEdit()):
        asked = QKeyEvent(QEvent.Type.ShortcutOverride, pressed.key(), pressed.keyboardModifiers(), text)
        asked.ignore()
        QCoreApplication.sendEvent(field, asked)
        if asked.isAccepted():
            return False
    return True
