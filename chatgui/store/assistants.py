"""Assistants (a model, a system prompt and parameters under one name) as rows."""

from __future__ import annotations

import sqlite3

from chatgui.core.assistant import Assistant
from chatgui.store.clean import clean, from_json, to_json


def load(connection: sqlite3.Connection) -> list[Assistant]:
    """All assistants, in their order. A row that cannot be understood is left out, and left alone."""
    rows = connection.execute("SELECT assistant FROM assistants ORDER BY position, id")
    return [assistant for (text,) in rows if (assistant := from_json(text, Assistant)) is not None]


def save(connection: sqlite3.Connection, assistant: Assistant) -> None:
    """Add an assistant, or replace the one with its id."""
    connection.execute(
        "INSERT INTO assistants (id, position, name, assistant) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET position = excluded.position, name = excluded.name, assistant = excluded.assistant",
        (assistant.id, assistant.position, clean(assistant.name), to_json(assistant)),
    )


def delete(connection: sqlite3.Connection, assistant_id: str) -> None:
    """Take an assistant away; conversations begun with it stay."""
    connection.execute("DELETE FROM assistants WHERE id = ?", (assistant_id,))
