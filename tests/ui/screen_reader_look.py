"""Uses the program as somebody with a screen reader would, and prints what was met as JSON. Runs under the harness's own
interpreter.

Arguments: the folder of drive.py, the interpreter of the program, the repository.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

DIALOGS = ("Accounts", "Assistants", "Settings", "Export", "Import", "Restore", "Usage", "Parameters", "Trash",
           "Keyboard Shortcuts", "About chatgui")  # fmt: skip
SURFACES = {
    "Palette": ("ctrl+k", "^Command palette"),
    "Models": ("ctrl+shift+m", "^Choose a model"),
    "Find": ("ctrl+f", "^Close find"),
}
LISTENED = ("object:text-changed", "object:text-caret-moved", "object:state-changed", "object:children-changed")
NEWER = "object:announcement"  # what older screen readers do not listen for
MEMBERS = ("Announcement", "TextChanged", "TextCaretMoved", "StateChanged", "ChildrenChanged")


class Listening:
    """What the program says aloud, and how the texts in it change."""

    def __init__(self, address: str) -> None:
        from jeepney import DBusAddress, MatchRule, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        self.said: list[str] = []
        self.texts: dict[str, str] = {}  # by the object's path, as who heard only of changes has them
        self.changes: dict[str, int] = {}
        self.moves: list[tuple[str, str]] = []  # of focus and caret, and where
        self.shown: list[str] = []
        self.signatures: dict[str, set[str]] = {}  # what each signal is made of
        self._bus = open_dbus_connection(bus=address)
        for event in LISTENED:
            self.listen_for(event)
        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        for member in MEMBERS:
            rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object", member=member)
            self._bus.send_and_get_reply(new_method_call(bus, "AddMatch", "s", (rule.serialise(),)))

    def listen_for(self, event: str) -> None:
        """Let everybody know that this is listened for."""
        from jeepney import DBusAddress, new_method_call

        registry = DBusAddress("/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry")
        self._bus.send_and_get_reply(new_method_call(registry, "RegisterEvent", "s", (event,)))

    def hear(self) -> list[str]:
        """Everything said so far."""
        from jeepney import HeaderFields

        while True:
            try:
                message = self._bus.receive(timeout=0.2)
            except TimeoutError:
                return self.said
            if not message.body or len(message.body) <= 3 or not isinstance(message.body[3], tuple):
                continue
            words, member = str(message.body[3][1]), message.header.fields[HeaderFields.member]
            self.signatures.setdefault(member, set()).add(message.header.fields[HeaderFields.signature])
            if member == "Announcement":
                self.said.append(words)
            elif (member, message.body[0], message.body[1]) == ("StateChanged", "focused", 1):
                self.moves.append(("focus", message.header.fields[HeaderFields.path]))
            elif (member, message.body[0], message.body[1]) == ("StateChanged", "showing", 1):
                self.shown.append(message.header.fields[HeaderFields.path])
            elif member == "TextCaretMoved":
                self.moves.append(("caret", message.header.fields[HeaderFields.path]))
            elif member == "TextChanged":
                self._change(message.header.fields[HeaderFields.path], message.body[0], message.body[1], words)

    def _change(self, path: str, kind: str, at: int, words: str) -> None:
        text = self.texts.get(path, "")
        rest = text[at:] if kind.startswith("insert") else text[at + len(words) :]
        self.texts[path] = text[:at] + (words if kind.startswith("insert") else "") + rest
        self.changes[path] = self.changes.get(path, 0) + 1


def nameless(app: Any) -> list[str]:
    """What can have the focus and says nothing of itself."""
    return [
        str(node).strip()
        for node in app.nodes()
        if {"focusable", "showing"} <= node.states and not node.name.strip() and not node.el.labelled_by
    ]


def messages(app: Any) -> list[Any]:
    return [one for one in app.find(role="list", name="Transcript").children if one.role == "list item"]


def typed_into(app: Any) -> Any:
    """The line that has the focus. (The current row of every list says that it has it, too.)"""
    return next(node.el for node in app.nodes() if node.role == "text" and "focused" in node.states)


def reasoning(app: Any) -> str:
    found = [one for one in app.find_all(name="Reasoning") if "Text" in one.interfaces]
    return str(found[0].text()) if found else ""


def older(app: Any, listening: Listening, told: dict[str, Any]) -> None:
    """What is announced, for a screen reader that does not know announcements, and then for one that does."""

    from drive import El  # type: ignore[import-not-found]  # as below

    def notified() -> list[str]:
        shown = [El(app, app._roots[0].bus, path) for path in listening.shown]
        return [one.name for one in shown if one.role == "notification"]

    def heard(kind: Callable[[], object]) -> None:
        app.key("ctrl+k")
        app.wait(lambda: typed_into(app).name == "Command palette", 10)
        app.type("new conv")
        app.wait(kind, 10)
        app.key("Escape")

    app.wait(lambda: app.exists(name="Model Demo · demo"), 20)  # before, the palette has nothing to offer
    heard(lambda: listening.hear() or notified())
    told["older"] = notified()
    listening.listen_for(NEWER)
    listening.shown.clear()
    heard(listening.hear)
    told["newer"] = notified()


def look(app: Any, listening: Listening, told: dict[str, Any]) -> None:
    """One question to the demo, read while it is answered and after."""
    told["nameless"] = {"Start": nameless(app)}
    app.click(name="Try the Demo")
    app.wait(lambda: app.exists(name="Stop"), 20)
    told["reasoning_seen"], told["states_seen"] = [], []
    while app.exists(name="Stop"):
        told["reasoning_seen"].append(reasoning(app))
        last = messages(app)[-1]
        told["states_seen"].append(("busy" in last.states, last.description))
    app.wait(lambda: app.exists(name=re.compile("^Token usage")), 10)
    told["announced"] = list(listening.hear())
    last = messages(app)[-1]
    told["heard"] = [listening.texts.get(last.path, ""), listening.changes.get(last.path, 0)]
    thought = next(one for one in app.find_all(name="Reasoning") if "Text" in one.interfaces)
    told["heard_thinking"] = [listening.texts.get(thought.path, ""), listening.changes.get(thought.path, 0)]
    told["answer"], told["reasoning"], told["state"] = last.text(), reasoning(app), last.description
    told["inside"] = [(part.role, part.name) for part in last.children]
    attributes = [part._call("Accessible", "GetAttributes") for part in last.children if part.role == "heading"]
    tables = [part for part in last.children if part.name.startswith("Table")]
    told["cells"] = [[(cell.role, cell.name) for cell in row.children] for row in tables[-1].children]
    told["levels"] = [one.get("level") for one in attributes]
    listening.hear()
    listening.moves.clear()
    last.grab_focus()
    app.wait(lambda: "focused" in last.states, 10)
    listening.hear()
    told["focused_last"] = listening.moves[-1:] == [("focus", last.path)]
    told["model"] = [one.name for one in app.find_all(role="push button") if one.name.startswith("Model")]
    told["nameless"]["Main"] = nameless(app)


def surfaces(app: Any, listening: Listening, told: dict[str, Any]) -> None:
    """What opens within the window: each is looked at while it is there."""
    before = len(listening.hear())
    app.key("ctrl+k")
    app.wait(lambda: app.exists(name=re.compile("^Command palette")), 10)
    app.type("new conv")
    app.wait(lambda: len(listening.hear()) > before, 10)
    told["chosen"] = listening.hear()[before:]
    app.key("Escape")
    app.sync()
    told["arrivals"] = {}
    for name, (keys, field) in SURFACES.items():
        listening.hear()
        listening.moves.clear()
        app.key(keys)
        app.wait(lambda field=field: app.exists(name=re.compile(field)), 10, what=name)
        app.sync()
        told["nameless"][name] = nameless(app)
        where = typed_into(app).path
        listening.hear()
        told["arrivals"][name] = [kind for kind, path in listening.moves if path == where]
        app.key("Escape")
        app.sync()
    app.click(name="Show request panel")
    app.wait(lambda: app.exists(name="Side pane: Request"), 10)
    told["nameless"]["Request"] = nameless(app)
    app.click(name="Show reasoning panel")


def dialogs(app: Any, told: dict[str, Any]) -> None:
    """Every dialog, opened by its name in the palette."""
    told["dialogs"], told["unlabelled"] = {}, {}
    for name in DIALOGS:
        app.key("ctrl+k")
        app.wait(lambda: typed_into(app).name == "Command palette", 10)
        app.type(name)
        app.sync()
        app.key("Return")
        app.wait(lambda: len(app.windows()) > 1, 10, what=f"the dialog {name}")
        app.sync()
        window = app.windows()[-1]["title"]
        told["dialogs"][name] = window
        told["nameless"][name] = nameless(app)
        boxes = [one for one in app.find_all(role="combo box") if {"focusable", "showing"} <= one.states]
        told["unlabelled"][name] = [one.name for one in boxes if not one.labelled_by]
        app.key("Escape")
        app.wait(lambda: len(app.windows()) == 1, 10, what=f"the end of {name}")
        app.wait(lambda: "active" in app.find(role="frame").states, 10)


def main() -> None:
    """All of it."""
    tools, python, root = sys.argv[1:]
    sys.path.insert(0, tools)
    from drive import Desktop  # type: ignore[import-not-found]  # lies beside the repository

    told: dict[str, Any] = {}
    with Desktop(keyring="unlocked") as desktop:
        listening = Listening(desktop.a11y_address)
        profile = f"{desktop.home}/profile"
        program = [python, "-m", "chatgui", "--profile", profile]
        app = desktop.start(program, env={"PYTHONPATH": root, "CHATGUI_DEMO_PACE": "0.6"})
        app.wait(lambda: app.exists(name="Message"), 20)
        older(app, listening, told)
        listening.said.clear()
        look(app, listening, told)
        surfaces(app, listening, told)
        dialogs(app, told)
        told["layers"] = [str(one) for one in app.nodes() if one.role == "layered pane"]
        told["signatures"] = {name: sorted(one) for name, one in listening.signatures.items()}
        told["alive"] = app.alive()
        said = [python, "-m", "chatgui", "--profile", profile, "conversations"]
        env = {**desktop.env, "PYTHONPATH": root}
        listed = json.loads(subprocess.check_output([*said, "list", "--json"], env=env))
        told["kept"] = json.loads(subprocess.check_output([*said, "show", listed[0]["id"], "--json"], env=env))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
