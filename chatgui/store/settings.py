"""settings.toml and the settings. What the program does not know in the file stays in it."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from chatgui.core.errors import StoreError, StoreState
from chatgui.core.settings import Settings, refusal
from chatgui.store.border import translate
from chatgui.store.files import write_atomically


def load(path: Path) -> tuple[Settings, str]:
    """The settings, and in words what was wrong with the file (empty if nothing was).

    A file that is no TOML is set aside, and the defaults hold; a wrong value leaves just that setting at its default.
    """
    try:
        values = _read(path)
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"{path.name} cannot be read ({error.strerror}); the defaults are used."
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        return Settings(), _set_aside(path, error)
    declared = {one.name for one in fields(Settings)}
    wrong = [words for name, value in values.items() if name in declared and (words := refusal(name, value))]
    return Settings().changed(values), " ".join(wrong)


def save(path: Path, settings: Settings) -> None:
    """Write the settings that differ from the defaults. Raises StoreError."""
    import tomli_w

    try:
        values = _read(path)
    except (OSError, ValueError, RecursionError):
        values = {}
    default = Settings()
    for one in fields(Settings):
        value = getattr(settings, one.name)
        if value == getattr(default, one.name):
            values.pop(one.name, None)
        else:
            values[one.name] = value
    try:
        write_atomically(path, tomli_w.dumps(values).encode())
    except OSError as error:
        raise translate(error, path) from error
    except TypeError as error:
        raise StoreError(StoreState.FAILED, f"A setting cannot be kept: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _set_aside(path: Path, error: Exception) -> str:
    aside = path.with_name(f"{path.stem}.broken-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}{path.suffix}")
    words = f"{path.name} cannot be understood ({error}); the defaults are used."
    try:
        path.rename(aside)
    except OSError:
        return words
    return f"{words} The file was kept as {aside.name}."
