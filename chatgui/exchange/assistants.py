"""Assistants in a file: everything, so that importing it brings everything back.

The file is one object, UTF-8::

    {"format": "chatgui-assistants", "version": 1, "assistants": [
      {"id": "…", "name": "…", "account": "the account's identifier here, or empty", "account_name": "its name here",
       "model": "…", "system": "…", "params": {"temperature": 0.2}, "greeting": "…", "position": 0}
    ]}

There is no key in it. An account is found again by its identifier, else by its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chatgui.core.assistant import Assistant
from chatgui.core.errors import UsageError
from chatgui.core.params import refusals
from chatgui.exchange.codec import fields_to_json
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.values import Skip, clean, count_of, id_of, list_of, object_of, text_of
from chatgui.exchange.writing import write_atomically

FORMAT = "chatgui-assistants"
VERSION = 1
LARGEST = 16 << 20  # bytes of a file that is read


def write(assistants: Iterable[Assistant], accounts: Mapping[str, str], target: Path) -> Path:
    """Write a file; where it came to lie. `accounts` are names by identifier. Raises StoreError."""
    told = [{**fields_to_json(one), "account_name": accounts.get(one.account, "")} for one in assistants]
    value = {"format": FORMAT, "version": VERSION, "assistants": told}
    return write_atomically(target, (dumps(value, 2) + "\n").encode())


def read(path: Path, accounts: Mapping[str, str]) -> tuple[list[Assistant], list[Skip]]:
    """The assistants of a file, and what was no assistant. Raises UsageError if it is no such file."""
    try:
        with path.open("rb") as file:
            value = object_of(json.loads(file.read(LARGEST)))
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError):
        value = {}
    if value.get("format") != FORMAT:
        raise UsageError(f"{path.name} holds no assistants.", advice="Choose a file that was exported here.")
    if count_of(value.get("version")) != VERSION:
        raise UsageError(f"{path.name} was written by a newer version of this program.", advice="Update the program.")
    found: list[Assistant] = []
    skips: list[Skip] = []
    for number, told in enumerate(map(object_of, list_of(value.get("assistants"))), 1):
        one = _assistant(told, accounts)
        why = "it has no name" if not one.name else refusals(one.params)
        skips.append(Skip(f"assistant {number}", why)) if why else found.append(one)
    return found, skips


def _assistant(told: dict[str, Any], accounts: Mapping[str, str]) -> Assistant:
    account, name = text_of(told.get("account")), text_of(told.get("account_name"))
    if account not in accounts:
        account = next((one for one, here in accounts.items() if name and here.casefold() == name.casefold()), account)
    return Assistant(
        id_of(told.get("id")), " ".join(text_of(told.get("name")).split()), account, text_of(told.get("model")),
        text_of(told.get("system")), clean(object_of(told.get("params"))), text_of(told.get("greeting")),
        count_of(told.get("position")) or 0,
    )  # fmt: skip
