"""All settings, declared once: name, default, allowed values and one sentence each. Dialogs and files derive from this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from chatgui.core.account import PROXY_SCHEMES

# The sections in order, each with a sentence that stands under its name.
SECTIONS: Mapping[str, str] = {
    "Appearance": "How the window and what is said in it look.",
    "Behaviour": "What the program does by itself, and what new conversations begin with.",
    "Storage": "Everything is kept in one profile directory on this computer.",
    "Privacy": "The program speaks to the accounts you added and to nobody else: it sends no statistics, looks for no "
    "updates, and loads no picture from the web before you ask for it. Keys are in the system's keyring only. "
    "Conversations are kept unencrypted in the profile directory. What really went over the wire is held in memory for "
    "the last few answers, and written down only if you say so below.",
    "Shortcuts": "Every keyboard shortcut can be changed.",
    "Network": "What a new account begins with. Accounts that are there keep their own.",
    "Language": "The words of the program are English; there is no other translation yet.",
}


def setting(default: Any, title: str, words: str, *, section: str, choices: Mapping[Any, str] | None = None,
            low: float | None = None, high: float | None = None, unit: str = "",
            check: Callable[[Any], str] | None = None, portable: bool = True,
            former: Mapping[bool, str] | None = None) -> Any:  # fmt: skip
    """A field of `Settings` with what a person needs to know about it.

    `choices` are the allowed values, each with its words. `check` says why a value cannot be, or nothing. What is not
    `portable` means something in this profile only, and is not exported. `former` says what became of a switch that is a
    choice now.
    """
    return field(
        default=default,
        metadata={
            "title": title, "words": words, "section": section, "choices": choices or {}, "low": low, "high": high,
            "unit": unit, "check": check, "portable": portable, "former": former or {},
        },
    )  # fmt: skip


def unseen(make: Callable[[], Any], *, portable: bool = False) -> Any:
    """A field of `Settings` that is no line of the settings window: what the program remembers by itself, and the keys."""
    return field(default_factory=make, metadata={"section": "", "portable": portable})


def _proxy(address: str) -> str:
    """Why this is no proxy address that may be written down; empty if it is one."""
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "This is not a complete address."
    if parts.password:
        return "A password does not belong into the settings. Give it to the account that uses the proxy."
    if parts.scheme not in PROXY_SCHEMES or not parts.hostname or port == 0:
        return "A proxy is written like http://host:8080 or socks5://host:1080."
    return ""


def _folder(path: str) -> str:
    """Why this cannot be a folder's place; empty if it can."""
    return "" if not path or PurePath(path).is_absolute() else "The whole path is needed, from the root on."


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's settings; replaced whole, never changed in place."""

    theme: str = setting(
        "system", "Theme", "Light, dark, or as the system says.", section="Appearance",
        choices={"system": "As the system", "light": "Light", "dark": "Dark"},
    )  # fmt: skip
    density: str = setting(
        "normal", "Density", "How much room stands between lines, messages and rows.", section="Appearance",
        choices={"compact": "Compact", "normal": "Normal", "roomy": "Roomy"},
    )  # fmt: skip
    text_font: str = setting("", "Text font", "What answers are set in.", section="Appearance")
    code_font: str = setting("", "Code font", "What code is set in; fonts of fixed width.", section="Appearance")
    zoom: int = setting(100, "Zoom", "Size of all text.", section="Appearance", low=50, high=300, unit="%")
    text_width: int = setting(
        720, "Text width", "Widest column of an answer at 100 % zoom; code and tables may be wider.",
        section="Appearance", low=400, high=1600, unit="px",
    )  # fmt: skip
    reduced_motion: str = setting(
        "system", "Less motion", "Nothing blinks, pulses or fades, and an answer grows in calm steps.",
        section="Appearance", choices={"system": "As the system", "on": "On", "off": "Off"},
        former={True: "on", False: "system"},
    )  # fmt: skip
    show_hidden: bool = setting(
        False, "Show hidden characters", "Marks for characters in answers that cannot be seen, such as those that turn "
        "the direction of writing.", section="Appearance",
    )  # fmt: skip
    send_with: str = setting(
        "enter", "Send with", "Which key sends; the other breaks the line.", section="Behaviour",
        choices={"enter": "Enter", "ctrl+enter": "Ctrl+Enter"},
    )  # fmt: skip
    follow: bool = setting(
        True, "Follow the answer", "While you are at the end, the transcript moves along as text comes.",
        section="Behaviour",
    )  # fmt: skip
    conversation_order: str = setting(
        "changed", "Sort conversations by", "Order of the list in the sidebar.", section="Behaviour",
        choices={"changed": "Last change", "created": "Creation", "title": "Title"},
    )  # fmt: skip
    notify: bool = setting(
        True, "Tell when an answer is ready", "A notification while the window is not in front.", section="Behaviour"
    )
    default_account: str = setting(
        "", "Default account", "Account of new conversations.", section="Behaviour", portable=False
    )
    system_prompt: str = setting("", "System prompt", "Sent first in every new conversation.", section="Behaviour")
    titles: str = setting(
        "local", "Titles", "From your first words, without a request; or asked of the same account and model once, "
        "after the first answer, for a few tokens that are counted. A title you gave is never touched.",
        section="Behaviour", choices={"local": "First words", "model": "Ask the model"},
    )  # fmt: skip
    reopen: bool = setting(
        True, "Open the last conversation", "At the start, at the place where you left it.", section="Behaviour"
    )
    backups: int = setting(
        7, "Backups kept", "Daily copies of the database; 0 for none.", section="Storage", low=0, high=60
    )
    archive_folder: str = setting(
        "", "Archive folder", "Every conversation is written there as files, too, and kept up to date; nothing is ever "
        "deleted there. Empty for none.", section="Storage", check=_folder, portable=False,
    )  # fmt: skip
    archive_formats: str = setting(
        "markdown", "Archive as", "What is written into that folder.", section="Storage",
        choices={
            "markdown": "Markdown", "html": "Web pages", "text": "Plain text", "json": "JSON",
            "markdown json": "Markdown and JSON", "html json": "Web pages and JSON",
            "markdown html json": "Markdown, web pages and JSON", "pdf": "PDF", "docx": "Word documents",
            "markdown pdf": "Markdown and PDF", "pdf json": "PDF and JSON", "docx json": "Word documents and JSON",
        },
    )  # fmt: skip
    archive_when: str = setting(
        "both", "Archive when", "Only what has changed is written.", section="Storage",
        choices={"daily": "Once a day", "quit": "When the program ends", "both": "Daily and at the end"},
    )  # fmt: skip
    notify_words: bool = setting(
        False, "Show the words in notifications", "Title and first line of the answer. Others may see the screen.",
        section="Privacy",
    )  # fmt: skip
    keep_recent: bool = setting(
        True, "Remember recent models", "The last five chosen are offered first in the model picker.",
        section="Privacy",
    )  # fmt: skip
    keep_requests: bool = setting(
        False, "Keep requests", "What went over the wire stays beside each answer, without keys; switched off, it is forgotten. "
        "The newest twenty are remembered until the program ends in any case.", section="Privacy",
    )  # fmt: skip
    proxy_mode: str = setting(
        "system", "Proxy", "How new accounts reach the network.", section="Network",
        choices={"system": "As the system", "none": "None", "own": "The one below"},
    )  # fmt: skip
    proxy: str = setting(
        "", "Proxy address", "Like http://host:8080 or socks5://host:1080, without a password.", section="Network",
        check=_proxy,
    )  # fmt: skip
    connect_timeout: int = setting(
        10, "Wait for a connection", "So long a server may take to be reached; 0 for no limit.", section="Network",
        low=0, high=600, unit="s",
    )  # fmt: skip
    first_byte_timeout: int = setting(
        600, "Wait for the first words", "So long a model may think before anything comes; 0 for no limit.",
        section="Network", low=0, high=7200, unit="s",
    )  # fmt: skip
    silence_timeout: int = setting(
        120, "Wait within an answer", "So long a stream may be silent before it counts as broken; 0 for no limit.",
        section="Network", low=0, high=7200, unit="s",
    )  # fmt: skip
    formats: str = setting(
        "system", "Dates and times", "How they are written.", section="Language",
        choices={
            "system": "As the system", "en_GB": "31 December 2026, 14:05", "en_US": "December 31, 2026, 2:05 PM",
            "en_SE": "2026-12-31, 14:05",
        },
    )  # fmt: skip
    favourite_models: tuple[str, ...] = unseen(tuple)  # each “account id/model”
    recent_models: tuple[str, ...] = unseen(tuple)  # the same, newest first
    # Of the actions whose keys are not their defaults.
    shortcuts: Mapping[str, tuple[str, ...]] = unseen(dict, portable=True)

    def changed(self, values: Mapping[str, Any]) -> Settings:
        """These settings with `values` put in. Unknown names and wrong values are left out: see `refusal`."""
        good = {name: _frozen(value) for name, value in values.items() if not refusal(name, value)}
        return replace(self, **good)


def _frozen(value: Any) -> Any:
    """A value as it is held: lists, as files have them, become tuples."""
    if isinstance(value, dict):
        return {name: _frozen(one) for name, one in value.items()}
    return tuple(value) if isinstance(value, list) else value


DEFAULTS = Settings()
DECLARED: Mapping[str, Field[Any]] = {one.name: one for one in fields(Settings)}


def shown() -> tuple[Field[Any], ...]:
    """The settings that are lines of the settings window: all but what the program remembers by itself."""
    return tuple(one for one in DECLARED.values() if one.metadata["section"])


def up_to_date(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as a file of any version has them, as this version writes them."""
    return {name: _renewed(name, value) for name, value in values.items()}


def _renewed(name: str, value: Any) -> Any:
    former = DECLARED[name].metadata.get("former", {}) if name in DECLARED else {}
    return former[value] if former and isinstance(value, bool) else value


def refusal(name: str, value: Any) -> str:
    """Why `value` cannot be the setting `name`, in words; empty if it can."""
    declared = DECLARED.get(name)
    if declared is None:
        return f"There is no setting “{name}”."
    kind = type(getattr(DEFAULTS, name))
    if kind is tuple:
        return "" if _listed(value) else f"“{name}” must be a list of strings."
    if kind is dict:
        good = isinstance(value, Mapping) and all(map(_listed, value.values()))
        return "" if good else f"“{name}” must be a table of lists of strings."
    if type(value) is not kind:
        return f"“{name}” must be {kind.__name__}, not {type(value).__name__}."
    choices, low, high, check = (declared.metadata[key] for key in ("choices", "low", "high", "check"))
    if choices and value not in choices:
        return f"“{name}” must be one of {', '.join(map(str, choices))}."
    if (low is not None and value < low) or (high is not None and value > high):
        return f"“{name}” must be between {low} and {high}."
    return check(value) if check is not None else ""


def _listed(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
