"""As a new user would: a real window, real keys and clicks, a real keyring; from the first start to a streamed answer.

    HARNESS/bin/python tests/ui/new_user.py TOOLS PYTHON ROOT PICTURES NAME BASE_URL KEY [MODEL]

Starts the program on a profile of its own, adds the account at BASE_URL by hand and asks it. Prints one JSON object: clicks,
keys (a paste is one; what is typed into picker and composer is counted apart), seconds (to the window, to the saved account, to the first word, to the whole answer), the answer.
MODEL is chosen in the picker if the account has several. Pictures of each step go into the folder PICTURES.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

QUESTION = "How do tides work?"


class User:
    """Counts what a person does."""

    def __init__(self, app: Any, pictures: Path, name: str) -> None:
        self.app, self._pictures, self._name = app, pictures, name
        self.clicks = self.keys = self.typed = 0
        self.began = time.monotonic()
        self.seconds: dict[str, float] = {}

    def click(self, **what: Any) -> None:
        self.clicks += 1
        self.app.click(**what)

    def press(self, *chords: str) -> None:
        self.keys += len(chords)
        self.app.key(*chords)
        self.app.sync()

    def type(self, text: str) -> None:
        self.typed += len(text)
        self.app.type(text)

    def paste(self, text: str) -> None:
        self.app.desk.clip_set(text)
        self.app.wait(lambda: self.app.desk.clip_get() == text, 5, what="the clipboard")
        self.press("ctrl+v")

    def look(self, step: str) -> None:
        self.seconds[step] = round(time.monotonic() - self.began, 2)
        self.app.screenshot(str(self._pictures / f"{self._name}-{len(self.seconds)}-{step}.png"), whole=True)

    def writes_in(self, name: str) -> bool:
        """Whether the field of this name has the focus. (Qt calls the current row of every list focused as well.)"""
        return any(one.name == name and {"focused", "editable"} <= one.states for one in self.app.nodes())


def walk(user: User, base_url: str, key: str, model: str) -> dict[str, Any]:
    """From the welcome to an answer."""
    app = user.app
    app.wait(lambda: app.exists(role="push button", name="Add an Account…"), 20, what="the welcome")
    user.look("welcome")
    user.click(role="push button", name="Add an Account…")
    app.wait(lambda: user.writes_in("Base URL"), 10, what="the address field has the focus")
    user.paste(base_url)
    user.press("Tab", "Tab")
    app.wait(lambda: user.writes_in("Key"), 5, what="the key field is two tabs on")
    user.paste(key)
    user.look("account")
    user.press("Return")
    app.wait(
        lambda: not app.exists(role="dialog", name="Accounts") and app.window("Accounts") is None, 15, what="saved"
    )
    user.look("saved")
    app.wait(lambda: app.exists(name="Search models") or user.writes_in("Message"), 10, what="picker or composer")
    if app.exists(name="Search models"):  # it has several models
        user.type(model)
        user.press("Return")
    app.wait(lambda: user.writes_in("Message"), 10, what="the composer has the focus")
    user.type(QUESTION)
    user.press("Return")
    app.wait(lambda: any(len(one.text()) > 5 for one in answers(app)), 30, what="the first words")
    user.look("first")
    app.wait(lambda: any(name.startswith("Token usage") for name in names(app)), 60, what="the whole answer")
    user.look("answer")
    said = answers(app)[-1].text()
    asked = next(name for name in names(app) if name.startswith("Model "))
    return {
        "clicks": user.clicks, "keys": user.keys, "seconds": user.seconds, "asked": asked, "answer": said[:60],
        "typed": user.typed,
    }  # fmt: skip


def names(app: Any) -> list[str]:
    """What everything in the window is called."""
    return [node.name for node in app.nodes()]


def answers(app: Any) -> list[Any]:
    """The messages of the transcript that are not the user's."""
    rows = app.find(role="list", name="Transcript").find_all(role="list item")
    return [one for one in rows if one.name != "You"]


def main(tools: str, python: str, root: str, pictures: str, *account: str) -> None:
    """One walk with an account (name, address, key, perhaps a model); the desktop ends with it."""
    sys.path.insert(0, tools)
    from drive import Desktop  # type: ignore[import-not-found]  # lies beside the repository

    name, base_url, key, model = (*account, "")[:4]
    folder = Path(pictures)
    folder.mkdir(parents=True, exist_ok=True)
    with Desktop(size=(1280, 860), keyring="unlocked") as desk:
        env = {"PYTHONPATH": root, "CHATGUI_PROFILE": f"{desk.home}/profile"}
        began = time.monotonic()
        app = desk.start([python, "-m", "chatgui"], env=env)
        user = User(app, folder, name)
        user.began = began
        told = walk(user, base_url, key, model)
        profile = Path(desk.home) / "profile"
        files = [one for one in profile.rglob("*") if one.is_file()]
        told["key_on_disk"] = [str(one) for one in files if key.encode() in one.read_bytes()]
        told["ended"] = app.stop()
        told["output"] = app.output()[-500:]
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
