"""settings.toml, and settings carried to another computer. What the program does not know in a file stays in it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from chatgui.core.errors import StoreError, StoreState
from chatgui.core.settings import DECLARED, DEFAULTS, Settings, refusal, up_to_date
from chatgui.store.border import translate
from chatgui.store.files import write_atomically

LARGEST = 1 << 20  # bytes of a file of settings; anything larger is something else


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
    wrong = [words for name, value in values.items() if name in DECLARED and (words := refusal(name, value))]
    return Settings().changed(values), " ".join(wrong)


def save(path: Path, settings: Settings, unknown: Mapping[str, Any] | None = None) -> None:
    """Write the settings that differ from the defaults, and `unknown` ones beside them. Raises StoreError."""
    try:
        values = _read(path)
    except (OSError, ValueError, RecursionError):
        values = {}
    values.update(unknown or {})
    for name in DECLARED:
        value = getattr(settings, name)
        if value == getattr(DEFAULTS, name):
            values.pop(name, None)
        else:
            values[name] = value
    _write(path, values)


def export(path: Path, settings: Settings) -> None:
    """Write what another computer can use, the defaults too, as JSON or TOML by the file's suffix. Raises StoreError.

    No setting can hold a key: keys and passwords are in the keyring only.
    """
    _write(path, {name: getattr(settings, name) for name, one in DECLARED.items() if one.metadata["portable"]})


def read(path: Path) -> dict[str, Any]:
    """What a file of settings says, unchecked. Raises StoreError where it is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise StoreError(StoreState.FAILED, f"{path.name} is too large to be a file of settings.")
        values = json.loads(path.read_text("utf-8")) if _is_json(path) else _read(path)
    except OSError as error:
        raise StoreError(StoreState.FAILED, f"{path.name} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(StoreState.FAILED, f"{path.name} cannot be understood: {error}.") from error
    if not isinstance(values, dict):
        raise StoreError(StoreState.FAILED, f"{path.name} is no file of settings.")
    return up_to_date(values)


def _is_json(path: Path) -> bool:
    return path.suffix.casefold() == ".json"


def _write(path: Path, values: Mapping[str, Any]) -> None:
    import tomli_w

    try:
        text = json.dumps(values, ensure_ascii=False, indent=2) + "\n" if _is_json(path) else tomli_w.dumps(values)
        write_atomically(path, text.encode())
    except OSError as error:
        raise translate(error, path) from error
    except (TypeError, ValueError) as error:
        raise StoreError(StoreState.FAILED, f"A setting cannot be kept: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    return up_to_date(tomllib.loads(path.read_text("utf-8")))


def _set_aside(path: Path, error: Exception) -> str:
    aside = path.with_name(f"{path.stem}.broken-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}{path.suffix}")
    words = f"{path.name} cannot be understood ({error}); the defaults are used."
    try:
        path.rename(aside)
    except OSError:
        return words
    return f"{words} The file was kept as {aside.name}."
