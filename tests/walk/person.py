"""The running program, what a person sees of it, and what a person does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Walk:
    """The running program and what a person sees of it."""

    def __init__(self, desktop: Any, command: list[str], profile: Path) -> None:
        self.desktop, self.command, self.profile = desktop, command, profile
        self.app: Any = None
        self.start()

    def start(self) -> None:
        """Start the program, on the same profile each time."""
        env = {"CHATGUI_PROFILE": str(self.profile), "PYTHONPATH": str(ROOT)}
        self.app = self.desktop.start(self.command, env=env)
        self.see(role="text", name="Message", seconds=20)

    # What is seen

    def see(self, seconds: float = 6, **what: Any) -> Any:
        """The element that matches, once it shows."""
        return self.app.find(timeout=seconds, **what)

    def gone(self, seconds: float = 6, **what: Any) -> None:
        """Wait until nothing matches any more."""
        self.app.wait(lambda: not self.app.exists(**what), seconds, what=f"{what} to go")

    def until(self, fact: Callable[[], Any], seconds: float = 10) -> Any:
        """Wait for a fact."""
        return self.app.wait(fact, seconds)

    def read(self, characters: int) -> None:
        """Read along until the newest answer has so many characters."""
        self.until(lambda: len(self.messages()[-1].text()) > characters, 20)

    def idle(self, seconds: float = 60) -> None:
        """Wait until no answer streams."""
        self.gone(seconds, role="push button", name="Stop")
        self.see(role="push button", name="Send")

    def messages(self) -> list[Any]:
        """The messages in sight, oldest first."""
        return [one for one in self.see(role="list", name="Transcript").children if one.role == "list item"]

    def conversations(self) -> list[str]:
        """The sidebar's rows, each with what is said of it."""
        return [f"{one.name}; {one.description}" for one in self.see(role="list", name="Conversations").children]

    def draft(self) -> str:
        """What stands in the composer."""
        return str(self.app.text(role="text", name="Message"))

    # What is done

    def key(self, *chords: str) -> None:
        """Press keys."""
        self.app.key(*chords)
        self.app.sync()

    def click(self, **what: Any) -> None:
        """Click what matches."""
        self.see(**what).click()
        self.app.sync()

    def say(self, words: str) -> None:
        """Type into the composer."""
        self.app.type(words, into={"role": "text", "name": "Message"})
        self.app.sync()

    def ask(self, words: str) -> None:
        """Send a question."""
        self.say(words)
        self.key("Return")

    def menu(self, name: str, item: str) -> None:
        """Choose from the menu bar with the mouse."""
        self.click(role="menu item", name=name)
        self.see(role="menu item", name=item, state="showing").click()
        self.app.sync()

    def model(self, name: str) -> None:
        """Choose a model by typing its name into the picker."""
        self.key("ctrl+shift+m")
        self.app.type(name)
        self.app.sync()
        self.key("Return")
        self.see(role="push button", name=re.compile(f"^Model .*{re.escape(name)}"))


Step = tuple[str, Callable[[Walk], None]]


def script(steps: list[Step]) -> Callable[[str], Callable[[Callable[[Walk], None]], Callable[[Walk], None]]]:
    """A decorator that appends to `steps` what is done, with the words for it, in the order it is written down."""

    def step(words: str) -> Callable[[Callable[[Walk], None]], Callable[[Walk], None]]:
        def keep(act: Callable[[Walk], None]) -> Callable[[Walk], None]:
            steps.append((words, act))
            return act

        return keep

    return step
