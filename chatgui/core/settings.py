"""All settings, declared once: name, default, allowed values and one sentence each. Dialogs and files derive from this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any


def setting(default: Any, title: str, words: str, *, section: str, choices: tuple[Any, ...] = (),
            low: float | None = None, high: float | None = None) -> Any:  # fmt: skip
    """A field of `Settings` with what a person needs to know about it."""
    return field(
        default=default,
        metadata={"title": title, "words": words, "section": section, "choices": choices, "low": low, "high": high},
    )


def memory() -> Any:
    """A field of `Settings` the program remembers by itself: strings, in order. No dialog shows it."""
    return field(
        default=(), metadata={"title": "", "words": "", "section": "", "choices": (), "low": None, "high": None}
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's settings; replaced whole, never changed in place."""

    theme: str = setting(
        "system", "Theme", "Light, dark, or as the system says.", section="Appearance",
        choices=("system", "light", "dark"),
    )  # fmt: skip
    zoom: int = setting(100, "Zoom", "Size of all text, in percent.", section="Appearance", low=50, high=300)
    text_width: int = setting(
        720,
        "Text width",
        "Widest column of an answer, in pixels at 100 % zoom.",
        section="Appearance",
        low=400,
        high=1600,
    )
    text_font: str = setting("", "Text font", "Family for answers; empty for the system's.", section="Appearance")
    code_font: str = setting("", "Code font", "Family for code; empty for the system's.", section="Appearance")
    send_with: str = setting(
        "enter", "Send with", "Which key sends; the other breaks the line.", section="Behaviour",
        choices=("enter", "ctrl+enter"),
    )  # fmt: skip
    notify: bool = setting(
        True, "Tell when an answer is ready", "A notification while the window is not in front.", section="Behaviour"
    )
    default_account: str = setting("", "Default account", "Account of new conversations (its id).", section="Behaviour")
    system_prompt: str = setting("", "System prompt", "Sent first in every new conversation.", section="Behaviour")
    backups: int = setting(
        7, "Backups kept", "Daily copies of the database; 0 for none.", section="Storage", low=0, high=60
    )
    favourite_models: tuple[str, ...] = memory()  # each “account id/model”
    recent_models: tuple[str, ...] = memory()  # the same, newest first

    def changed(self, values: Mapping[str, Any]) -> Settings:
        """These settings with `values` put in. Unknown names and wrong values are left out: see `refused`."""
        good: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if not refusal(name, value)
        }
        return replace(self, **good)


def shown() -> tuple[Field[Any], ...]:
    """The settings a person is shown: all but what the program remembers by itself."""
    return tuple(one for one in fields(Settings) if one.metadata["section"])


def refusal(name: str, value: Any) -> str:
    """Why `value` cannot be the setting `name`, in words; empty if it can."""
    declared = {one.name: one for one in fields(Settings)}.get(name)
    if declared is None:
        return f"There is no setting “{name}”."
    kind = type(declared.default)
    if kind is tuple:
        listed = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
        return "" if listed else f"“{name}” must be a list of strings."
    if type(value) is not kind:
        return f"“{name}” must be {kind.__name__}, not {type(value).__name__}."
    choices, low, high = (declared.metadata[key] for key in ("choices", "low", "high"))
    if choices and value not in choices:
        return f"“{name}” must be one of {', '.join(map(str, choices))}."
    if (low is not None and value < low) or (high is not None and value > high):
        return f"“{name}” must be between {low} and {high}."
    return ""
